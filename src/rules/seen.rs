//! A claim as rules see it.

use crate::setting::Claim;

/// A claim, and whether it is judged or only provides context for the judged ones.
#[derive(Clone, Copy)]
pub(super) struct Seen<'c> {
    pub claim: &'c Claim,
    pub is_judged: bool,
}
