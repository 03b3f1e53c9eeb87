//! What is wrong with a value, before its place in a policy is known.

use crate::diagnostic::Code;
use crate::source::Span;

/// The reason why a value is not accepted.
pub(super) struct ValueProblem {
    pub code: Code,
    pub message: String,
    pub label: String,
    pub span: Option<Span>,
    pub notes: Vec<String>,
    pub fix: Option<ValueFix>,
}

/// What to write instead.
pub(super) struct ValueFix {
    pub text: String,
    /// Whether only this correction is possible.
    pub certain: bool,
}

impl ValueProblem {
    pub fn new(code: Code, message: String) -> Self {
        Self { code, message, label: String::new(), span: None, notes: Vec::new(), fix: None }
    }

    pub fn at(mut self, span: Span, label: impl Into<String>) -> Self {
        self.span = Some(span);
        self.label = label.into();
        self
    }

    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    pub fn fix(mut self, text: impl Into<String>, certain: bool) -> Self {
        self.fix = Some(ValueFix { text: text.into(), certain });
        self
    }
}
