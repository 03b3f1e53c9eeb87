//! In which order changes are carried out.

use std::collections::BTreeSet;

use super::{Action, Change};
use crate::setting::OmaUri;

/// A change's place in the order, and what has to be done before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ordered {
    /// The change's index in the plan.
    pub index: usize,
    /// The changes that must have been done: each gains a setting that this one loses.
    pub after: Vec<usize>,
    /// Waiting for all of them is impossible: they exchange settings with each other.
    pub exchange: bool,
}

/// Creates and updates by key, deletions last; and a setting leaves its old profile only after its new one has it.
pub fn order(changes: &[Change]) -> Vec<Ordered> {
    let gains: Vec<BTreeSet<&OmaUri>> = changes.iter().map(|change| moved(change, false)).collect();
    let losses: Vec<BTreeSet<&OmaUri>> = changes.iter().map(|change| moved(change, true)).collect();
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

/// The settings that a change takes from its profile, or gives to it.
fn moved(change: &Change, away: bool) -> BTreeSet<&OmaUri> {
    let before = change.before.as_ref().map(|live| &live.profile.settings);
    let after = change.after.as_ref().map(|profile| &profile.settings);
    let (from, to) = if away { (before, after) } else { (after, before) };
    from.into_iter().flat_map(|all| all.keys()).filter(|uri| !to.is_some_and(|all| all.contains_key(*uri))).collect()
}
