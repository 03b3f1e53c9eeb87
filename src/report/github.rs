//! Annotations for a GitHub workflow.

use super::documents::CheckDocument;
use crate::diagnostic::Severity;
use crate::plan::DiagnosticDocument;

/// Annotations for a GitHub workflow, a line each (GitHub, "Workflow commands": `%`, line ends, `:` and `,` are escaped).
pub fn github(check: &CheckDocument) -> String {
    check.diagnostics.iter().map(annotation).collect()
}

fn annotation(diagnostic: &DiagnosticDocument) -> String {
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    let kind = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let place = match (&diagnostic.file, diagnostic.line, diagnostic.column) {
        (Some(file), Some(line), Some(column)) => format!("file={},line={line},col={column},", property(file)),
        _ => String::new(),
    };
    let help = diagnostic.help.as_ref().map_or(String::new(), |help| format!(" ({help})"));
    let label = if diagnostic.label.is_empty() { String::new() } else { format!(": {}", diagnostic.label) };
    let text = data(&format!("{}{label}{help}", diagnostic.message));
    format!("::{kind} {place}title={}::{text}\n", property(&diagnostic.code))
}
