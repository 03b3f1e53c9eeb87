//! Whether an object has changed since somebody looked at it.

use std::fmt;

/// A state of an object. Graph counts the changes of a custom profile (`version`); who compares two states needs no more
/// than what is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Revision(i64);

/// How one state of an object lies to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    Earlier,
    Same,
    /// One change later.
    Next,
    Later,
}

impl Revision {
    /// What a new object has, where no answer says it.
    pub const FIRST: Self = Self(1);

    /// The state that an object's body says.
    pub fn of_version(version: i64) -> Self {
        Self(version)
    }

    /// What the next write most likely makes of it.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// How this state lies to an earlier look.
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
