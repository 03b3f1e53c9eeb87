//! How far the writes of one change have come.

/// Which writes of one change were carried out. Each write that ends moves it right or down; nothing moves it back:
///
/// ```text
///                      a write was carried out
///   Untouched ────────────────────────────────▶ Written
///       │                                          │
///       │ a write has no usable answer             │ a write has no usable answer
///       ▼                                          ▼
///   MayBeWritten ─────────────────────────────▶ WrittenMaybeMore
///                      a write was carried out
/// ```
///
/// A request to stop takes effect in the left column only: after the first certain write, the change is finished. A
/// creation without an answer counts as written as soon as its profile is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    Untouched,
    /// A write had no answer, or the server said that it failed.
    MayBeWritten,
    Written,
    /// One write was certainly carried out, and one that had no usable answer may have been.
    WrittenMaybeMore,
}

impl Progress {
    pub fn is_written(self) -> bool {
        matches!(self, Self::Written | Self::WrittenMaybeMore)
    }

    /// Whether a write had no usable answer.
    pub fn is_uncertain(self) -> bool {
        matches!(self, Self::MayBeWritten | Self::WrittenMaybeMore)
    }

    /// A write was carried out.
    pub fn written(self) -> Self {
        if self.is_uncertain() { Self::WrittenMaybeMore } else { Self::Written }
    }

    /// A write had no usable answer.
    pub fn unanswered(self) -> Self {
        if self.is_written() { Self::WrittenMaybeMore } else { Self::MayBeWritten }
    }
}
