//! Outcomes of the changes of a plan that was applied.

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was applied; the profile's id.
    Done(String),
    /// It was not applied, or only partly: the reason, and what to do.
    Failed(String, Option<String>),
    /// A second administrator has to approve it first: the code of the approval request.
    Waiting(String),
    /// It was not started, or was given up: another change must be applied first, or a stop was requested.
    Skipped(String),
}

/// The number of changes by outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub done: usize,
    pub failed: usize,
    pub waiting: usize,
    pub skipped: usize,
}
