//! Why a command failed. The caller shows it once.

use crate::diagnostic::Diagnostic;

#[derive(Debug, Clone)]
pub enum Failure {
    /// What happened, and optionally what to do.
    Message(String, Option<String>),
    /// Errors in the repository's files.
    Diagnostics(Vec<Diagnostic>),
}

impl Failure {
    pub fn new(message: impl Into<String>) -> Self {
        Self::Message(message.into(), None)
    }

    pub fn with_help(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Message(message.into(), Some(help.into()))
    }
}
