//! Annotations for a GitHub workflow.

use crate::diagnostic::{Diagnostic, Severity};

/// Annotations for a GitHub workflow, a line each (GitHub, "Workflow commands": `%`, line ends, `:` and `,` are escaped).
pub fn github(diagnostics: &[Diagnostic]) -> String {
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    let line = |diagnostic: &Diagnostic| {
        let kind = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        let place = diagnostic.place.as_ref().map_or(String::new(), |place| {
            let (line, column) = place.position();
            format!("file={},line={line},col={column},", property(&place.source.path))
        });
        let help = diagnostic.help.as_ref().map_or(String::new(), |help| format!(" ({help})"));
        let label = if diagnostic.label.is_empty() { String::new() } else { format!(": {}", diagnostic.label) };
        let text = data(&format!("{}{label}{help}", diagnostic.message));
        format!("::{kind} {place}title={}::{text}\n", property(diagnostic.kind.code()))
    };
    diagnostics.iter().map(line).collect()
}
