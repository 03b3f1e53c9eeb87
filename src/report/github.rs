//! Annotations for a GitHub workflow.

use super::documents::CheckDocument;
use super::outside::github as escape;
use crate::diagnostic::{DiagnosticDocument, Severity};

/// Annotations for a GitHub workflow, a line each, with everything that the terminal shows except lines of
/// files.
pub fn github(check: &CheckDocument) -> String {
    check.diagnostics.iter().map(annotation).collect()
}

fn annotation(diagnostic: &DiagnosticDocument) -> String {
    let (data, property) = (|text: &str| escape(text, false), |text: &str| escape(text, true));
    let kind = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let place = match (&diagnostic.file, diagnostic.line, diagnostic.column) {
        (Some(file), Some(line), Some(column)) => format!("file={},line={line},col={column},", property(file)),
        _ => String::new(),
    };
    let title = match &diagnostic.name {
        Some(name) => format!("{} {name}", diagnostic.code),
        None => diagnostic.code.clone(),
    };
    let label = if diagnostic.label.is_empty() { String::new() } else { format!(": {}", diagnostic.label) };
    let mut text = format!("{}{label}", diagnostic.message);
    let help = diagnostic.help.iter().map(|help| format!("help: {help}"));
    for line in diagnostic.notes.iter().map(|note| format!("note: {note}")).chain(help) {
        text.push('\n');
        text.push_str(&line);
    }
    format!("::{kind} {place}title={}::{}\n", property(&title), data(&text))
}
