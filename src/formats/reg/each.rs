//! A `.reg` file for each policy, that may be imported in any order.

use super::{RegDocument, export};
use crate::compile::Compiled;
use crate::policy::State;

/// One document for each policy, by key; an empty one where there is nothing to write. A value that a retired policy would
/// delete and an active one sets stays. What contradicts itself across policies has to be looked for before, in all of
/// them at once.
pub fn export_each<'c>(policies: &[&'c Compiled<'_>]) -> Vec<(&'c str, RegDocument)> {
    let one = |policy: &&'c Compiled<'_>| Some((policy.key.as_str(), alone(policy, policies)?));
    policies.iter().filter_map(one).collect()
}

fn alone(policy: &Compiled<'_>, all: &[&Compiled<'_>]) -> Option<RegDocument> {
    let set_elsewhere = |other: &&&Compiled<'_>| policy.state == State::Retired && other.state == State::Active;
    let mut together: Vec<&Compiled<'_>> = vec![policy];
    together.extend(all.iter().filter(set_elsewhere).copied());
    let alone = export(&[policy], true, &mut Vec::new())?.document;
    let beside = export(&together, true, &mut Vec::new())?.document;
    Some(RegDocument::new(alone.changes().iter().filter(|change| beside.changes().contains(change)).cloned()))
}
