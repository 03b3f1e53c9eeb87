//! Why work could not be done. It is shown once, by whoever asked for the work.

use crate::diagnostic::Diagnostic;

#[derive(Debug, Clone)]
pub enum Failure {
    /// What happened, and what to do.
    Message(String, Option<String>),
    /// People's files are wrong.
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
