//! Revisions, which show whether a profile has changed since it was last read.

use std::fmt;

/// The revision of a profile: a token that only `delivery` makes and compares. Others keep it, and the marker holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revision(i64);

impl Revision {
    /// For `delivery`: what a token means, and which one is next, depends on the delivery.
    pub const fn of_token(token: i64) -> Self {
        Self(token)
    }

    /// For `delivery`.
    pub const fn token(self) -> i64 {
        self.0
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
