//! The order in which changes are applied.

use std::collections::{BTreeMap, BTreeSet};

use super::{Action, Change, Verified, difference};
use crate::profile::{Address, LiveProfile, Profile};

/// A change in this order, and the changes that it has to wait for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ordered {
    /// The change's index in the plan.
    pub index: usize,
    /// The changes that must be applied first: each gives devices a setting that this one removes.
    pub after: Vec<usize>,
    /// Whether it cannot wait for all of them, because they swap settings with each other.
    pub exchange: bool,
}

/// Sorts creations and updates by key, with deletions last. A setting leaves its old profile only after the new one has
/// it.
pub fn order(changes: &[Change]) -> Vec<Ordered> {
    let waits = waits(changes);
    let mut sorted: Vec<usize> = (0..changes.len()).collect();
    sorted.sort_by_key(|at| (changes[*at].action() == Action::Delete, &changes[*at].object));
    let mut rank = vec![0; changes.len()];
    sorted.iter().enumerate().for_each(|(place, at)| rank[*at] = place);
    // The changes that wait for each change, and for how many each one still waits.
    let mut waiting: Vec<Vec<usize>> = vec![Vec::new(); changes.len()];
    let mut missing: Vec<usize> = waits.iter().map(Vec::len).collect();
    waits.iter().enumerate().for_each(|(at, others)| others.iter().for_each(|other| waiting[*other].push(at)));
    let mut left: BTreeSet<usize> = (0..changes.len()).collect();
    let mut ready: BTreeSet<usize> = left.iter().copied().filter(|place| missing[sorted[*place]] == 0).collect();
    let mut done = vec![false; changes.len()];
    let mut ordered = Vec::with_capacity(changes.len());
    while let Some(first) = left.first().copied() {
        let next_ready = ready.pop_first();
        // No change is ready: some swap settings, and the others wait for these.
        let in_cycle = || left.iter().copied().find(|place| waits_for_itself(sorted[*place], &waits, &done));
        let place = next_ready.or_else(in_cycle).unwrap_or(first);
        let next = sorted[place];
        left.remove(&place);
        ready.remove(&place);
        let after = waits[next].iter().copied().filter(|other| done[*other]).collect();
        ordered.push(Ordered { index: next, after, exchange: next_ready.is_none() });
        done[next] = true;
        for other in &waiting[next] {
            missing[*other] -= 1;
            if missing[*other] == 0 && !done[*other] {
                ready.insert(rank[*other]);
            }
        }
    }
    ordered
}

/// For each change, the others that give devices a setting that it removes.
fn waits(changes: &[Change]) -> Vec<Vec<usize>> {
    let losses: Vec<BTreeSet<&Address>> = changes.iter().map(takes).collect();
    let lost: BTreeSet<&Address> = losses.iter().flatten().copied().collect();
    let mut givers: BTreeMap<&Address, Vec<usize>> = BTreeMap::new();
    if !lost.is_empty() {
        for (at, change) in changes.iter().enumerate() {
            for address in gives(change).filter(|address| lost.contains(address)) {
                givers.entry(address).or_default().push(at);
            }
        }
    }
    let others = |(at, losses): (usize, &BTreeSet<&Address>)| {
        let given = losses.iter().filter_map(|address| givers.get(address)).flatten().copied();
        let others: BTreeSet<usize> = given.filter(|other| *other != at).collect();
        others.into_iter().collect()
    };
    losses.iter().enumerate().map(others).collect()
}

/// Whether a change is part of a cycle of changes that are not in the order yet.
fn waits_for_itself(start: usize, waits: &[Vec<usize>], done: &[bool]) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = waits[start].clone();
    while let Some(next) = open.pop() {
        if next == start {
            return true;
        }
        if !done[next] && seen.insert(next) {
            open.extend(&waits[next]);
        }
    }
    false
}

/// The settings that a change gives to devices: the new ones, or all of them if the profile will be assigned to more
/// devices. A profile that is not assigned yet has settings, but no device has them.
fn gives(change: &Change) -> impl Iterator<Item = &Address> {
    let before = change.before.as_ref();
    let after = change.after.as_ref();
    let wider = before.zip(after).is_some_and(|(live, after)| widens(live, after));
    let has = move |address: &&Address| before.is_some_and(|live| live.profile.settings.contains_key(*address));
    after.into_iter().flat_map(|after| after.settings.keys()).filter(move |address| wider || !has(address))
}

/// The settings that a change removes from its profile.
pub(super) fn takes(change: &Change) -> BTreeSet<&Address> {
    let has = |address: &&Address| change.after.as_ref().is_some_and(|after| after.settings.contains_key(*address));
    change.before.iter().flat_map(|live| live.profile.settings.keys()).filter(|address| !has(address)).collect()
}

/// Whether a profile will be assigned to more devices or users than now.
pub(super) fn widens(live: &LiveProfile, wanted: &Profile) -> bool {
    let differs = difference(live, wanted, Verified::Yes);
    differs.assignments_added.include_somebody() || differs.assignments_removed.iter().any(|one| one.excluded)
}
