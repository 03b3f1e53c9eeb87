//! What became of the changes of a plan that was carried out.

/// What became of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was carried out; the object's id.
    Done(String),
    /// It was not, or not wholly; why, and what to do.
    Failed(String, Option<String>),
    /// A second administrator has to approve it first; the code of the request.
    Waiting(String),
    /// It was not begun, or let go of: another change has to be done first, or we were asked to stop.
    Skipped(String),
}

/// How many changes became what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Carried out.
    pub done: usize,
    /// Not, or not wholly.
    pub failed: usize,
    /// Wait for approval.
    pub waiting: usize,
    /// Not begun.
    pub skipped: usize,
}
