//! In which order changes are carried out.

use std::collections::BTreeSet;

use super::{Action, Change, Verified, difference};
use crate::profile::{LiveProfile, Profile};
use crate::setting::OmaUri;

/// A change's place in the order, and what has to be done before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ordered {
    /// The change's index in the plan.
    pub index: usize,
    /// The changes that must have been done: each gives devices a setting that this one takes away.
    pub after: Vec<usize>,
    /// Waiting for all of them is impossible: they exchange settings with each other.
    pub exchange: bool,
}

/// Creates and updates by key, deletions last; and a setting leaves its old profile only after its new one has it.
pub fn order(changes: &[Change]) -> Vec<Ordered> {
    let gains: Vec<BTreeSet<&OmaUri>> = changes.iter().map(gives).collect();
    let losses: Vec<BTreeSet<&OmaUri>> = changes.iter().map(takes).collect();
    let waits: Vec<Vec<usize>> = (0..changes.len())
        .map(|at| {
            let gained = |other: &usize| *other != at && !losses[at].is_disjoint(&gains[*other]);
            (0..changes.len()).filter(gained).collect()
        })
        .collect();
    let mut left: Vec<usize> = (0..changes.len()).collect();
    left.sort_by_key(|at| (changes[*at].action() == Action::Delete, &changes[*at].key));
    let mut done: BTreeSet<usize> = BTreeSet::new();
    let mut ordered = Vec::new();
    while !left.is_empty() {
        let ready = left.iter().position(|at| waits[*at].iter().all(|other| done.contains(other)));
        // Nobody is ready: some exchange settings, and others wait for those.
        let place = ready.or_else(|| left.iter().position(|at| waits_for_itself(*at, &waits, &done))).unwrap_or(0);
        let next = left.remove(place);
        let after = waits[next].iter().copied().filter(|other| done.contains(other)).collect();
        ordered.push(Ordered { index: next, after, exchange: ready.is_none() });
        done.insert(next);
    }
    ordered
}

/// Whether a change is part of a circle among those that are not done.
fn waits_for_itself(start: usize, waits: &[Vec<usize>], done: &BTreeSet<usize>) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = waits[start].clone();
    while let Some(next) = open.pop() {
        if next == start {
            return true;
        }
        if !done.contains(&next) && seen.insert(next) {
            open.extend(&waits[next]);
        }
    }
    false
}

/// The settings that a change gives to devices: new ones, and all of a profile that reaches more of them. A profile that
/// was made and not assigned yet has its settings, and no device has them.
fn gives(change: &Change) -> BTreeSet<&OmaUri> {
    let Some(after) = &change.after else { return BTreeSet::new() };
    let before = change.before.as_ref();
    let wider = before.is_some_and(|live| widens(live, after));
    let has = |uri: &&OmaUri| before.is_some_and(|live| live.profile.settings.contains_key(*uri));
    after.settings.keys().filter(|uri| wider || !has(uri)).collect()
}

/// The settings that a change takes from its profile.
fn takes(change: &Change) -> BTreeSet<&OmaUri> {
    let has = |uri: &&OmaUri| change.after.as_ref().is_some_and(|after| after.settings.contains_key(*uri));
    change.before.iter().flat_map(|live| live.profile.settings.keys()).filter(|uri| !has(uri)).collect()
}

/// Whether a profile is to reach somebody whom it does not reach now.
pub(super) fn widens(live: &LiveProfile, wanted: &Profile) -> bool {
    let differs = difference(live, wanted, Verified::Yes);
    differs.assignments_added.iter().any(|one| !one.excluded)
        || differs.assignments_removed.iter().any(|one| one.excluded)
}
