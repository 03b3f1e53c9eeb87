//! A claim as rules see it.

use crate::setting::Claim;

/// A claim, and whether it is judged or only stands beside what is.
#[derive(Clone, Copy)]
pub(super) struct Seen<'c> {
    pub claim: &'c Claim,
    pub is_judged: bool,
}
