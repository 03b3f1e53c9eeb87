//! Revisions, which show whether a profile has changed since it was last read.

use std::fmt;

/// The revision of a profile. Graph counts the changes of a custom profile (`version`); callers only compare revisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Revision(i64);

/// How one revision relates to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    Earlier,
    Same,
    /// One change later.
    Next,
    Later,
}

impl Revision {
    /// The revision of a new profile, if the answer does not have it.
    pub const FIRST: Self = Self(1);

    /// The revision for the `version` in a body.
    pub fn of_version(version: i64) -> Self {
        Self(version)
    }

    /// The revision that the next write will most likely produce.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// How this revision relates to an earlier one.
    pub fn since(self, then: Self) -> Since {
        match self.0.cmp(&then.0) {
            std::cmp::Ordering::Less => Since::Earlier,
            std::cmp::Ordering::Equal => Since::Same,
            std::cmp::Ordering::Greater if self == then.next() => Since::Next,
            std::cmp::Ordering::Greater => Since::Later,
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
