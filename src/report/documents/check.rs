//! What `check` prints for programs.

use schemars::JsonSchema;
use serde::Serialize;

use crate::diagnostic::{Diagnostic, DiagnosticDocument};

/// The findings of `check`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Check")]
pub struct CheckDocument {
    /// The version of this form: 1.
    pub format: u32,
    /// In the same form as in a plan.
    pub diagnostics: Vec<DiagnosticDocument>,
}

impl CheckDocument {
    pub fn new(diagnostics: &[Diagnostic]) -> Self {
        Self { format: 1, diagnostics: diagnostics.iter().map(DiagnosticDocument::new).collect() }
    }
}
