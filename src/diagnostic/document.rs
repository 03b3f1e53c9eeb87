//! A diagnostic as documents contain it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Diagnostic, Severity};
use crate::source::Place;

/// A finding of a rule, or another problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DiagnosticDocument {
    /// Its code, such as `SP0504`.
    pub code: String,
    /// The name of the rule; absent if it is not a finding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its severity.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// The file with the problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The column, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// The message for this place in the file.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// Further facts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl DiagnosticDocument {
    /// Without the text of files; what is said about other places becomes notes, which come first.
    pub fn new(diagnostic: &Diagnostic) -> Self {
        let place = diagnostic.place.as_ref();
        let position = place.map(Place::position);
        let related = diagnostic.related.iter().map(|related| format!("{}: {}", related.place, related.label));
        Self {
            code: diagnostic.kind.code().to_string(),
            name: diagnostic.kind.name().map(String::from),
            severity: diagnostic.severity,
            message: diagnostic.message.clone(),
            file: place.map(|place| place.source.path.clone()),
            line: position.map(|position| position.line),
            column: position.map(|position| position.column),
            label: diagnostic.label.clone(),
            notes: related.chain(diagnostic.notes.iter().cloned()).chain(diagnostic.fact.clone()).collect(),
            help: diagnostic.help.clone(),
        }
    }
}
