//! The targets that changes reach.

use std::collections::{BTreeMap, BTreeSet};

use super::Change;
use super::difference::{Verified, difference, written_otherwise};
use super::names::Names;
use super::reach_document::{ReachDocument, ReachLine, ReachWord};
use super::target_kind::TargetKind;
use crate::profile::Assignment;
use crate::setting::{Members, Membership, Who};

/// Whose members to count: the ids of the groups of changed profiles, and whether they are assigned to all devices.
pub fn members_wanted(changes: &[Change]) -> (BTreeSet<String>, bool) {
    let (mut groups, mut all_devices) = (BTreeSet::new(), false);
    for change in changes {
        for one in before(change).into_iter().chain(after(change)) {
            match &one.who {
                Who::Group(id) => {
                    groups.insert(id.clone());
                }
                Who::AllDevices => all_devices = true,
                Who::AllUsers | Who::Other(_) => {}
            }
        }
    }
    (groups, all_devices)
}

/// Targets by the way in which changes reach them, and whether an assignment filter narrows each one.
pub(super) type TargetsByWay<'c> = BTreeMap<ReachWord, BTreeMap<&'c Who, bool>>;

/// Finds out how changes reach targets. A target that several profiles reach in the same way is listed once.
pub(super) fn ways(changes: &[Change]) -> TargetsByWay<'_> {
    let mut ways = TargetsByWay::new();
    for change in changes {
        let (before, after) = (before(change), after(change));
        let included = |all: &BTreeSet<&Assignment>| all.iter().any(|one| !one.excluded);
        for one in before.union(&after) {
            let stands = |all: &BTreeSet<&Assignment>, excluded: bool| {
                all.iter().any(|other| other.excluded == excluded && other.who == one.who)
            };
            let word = match (before.contains(one), after.contains(one), one.excluded) {
                (true, true, false) => ReachWord::Stays,
                (true, true, true) => continue,
                (false, _, false) => came(one, &before),
                (_, false, false) if stands(&after, false) => continue,
                (_, false, false) => ReachWord::Leaves,
                // A target that moves between include and exclude is listed once, for its include.
                (false, _, true) if stands(&before, false) => continue,
                (_, false, true) if stands(&after, false) => continue,
                // An exclusion matters only if the profile is assigned to someone.
                (false, _, true) if included(&before) && included(&after) => ReachWord::Excluded,
                (_, false, true) if included(&after) => ReachWord::Released,
                (_, _, true) => continue,
            };
            let filtered = ways.entry(word).or_default().entry(&one.who).or_insert(true);
            // If one of the profiles has no filter, the whole target is reached.
            *filtered &= one.filter.is_some();
        }
    }
    ways
}

/// The targets that a change affects: they will get the profile, lose it, or keep it with other settings. A new name,
/// description or scope tag does not affect anyone.
pub(super) fn touched(change: &Change) -> BTreeSet<&Who> {
    let ways = ways(std::slice::from_ref(change));
    let differs = gets_something_else(change);
    let touching = ways.into_iter().filter(|(how, _)| *how != ReachWord::Stays || differs);
    touching.flat_map(|(_, targets)| targets.into_keys()).collect()
}

/// Whether settings differ, or may differ because masked values could not be compared.
fn gets_something_else(change: &Change) -> bool {
    let (Some(live), Some(after)) = (&change.before, &change.after) else { return true };
    let rewritten = written_otherwise(live, change);
    let unknown = rewritten == Verified::No && live.unread().next().is_some();
    unknown || !difference(live, after, rewritten).settings.is_empty()
}

/// A group that only gets another filter, or none, is not a new target.
fn came(one: &Assignment, before: &BTreeSet<&Assignment>) -> ReachWord {
    let Some(other) = before.iter().find(|other| !other.excluded && other.who == one.who) else {
        return ReachWord::Comes;
    };
    if other.filter.is_none() { ReachWord::Narrows } else { ReachWord::Refiltered }
}

fn before(change: &Change) -> BTreeSet<&Assignment> {
    change.before.iter().flat_map(|live| live.profile.assignments.iter().flatten()).collect()
}

/// The assignments after the change; if they are not managed, they stay the same.
pub(super) fn after(change: &Change) -> BTreeSet<&Assignment> {
    match &change.after {
        None => BTreeSet::new(),
        Some(after) => match &after.assignments {
            Some(assignments) => assignments.iter().collect(),
            None => before(change),
        },
    }
}

/// The members of a target, if known.
pub(super) fn members_of(who: &Who, membership: &Membership) -> Option<Members> {
    match who {
        Who::Group(id) => membership.groups.get(id).copied(),
        Who::AllDevices => {
            membership.all_devices.map(|devices| Members { devices, total: devices, ..Members::default() })
        }
        Who::AllUsers | Who::Other(_) => None,
    }
}

/// The reach of the changes, as part of the plan's document.
pub(super) fn document(changes: &[Change], membership: &Membership, names: &Names) -> ReachDocument {
    let line = |how: ReachWord, who: &Who, filtered: bool| {
        let kind = Some(TargetKind::of(who)).filter(|kind| *kind != TargetKind::Other)?;
        let id = who.group().cloned();
        let name = id.as_ref().and_then(|id| names.groups.get(id)).cloned();
        let members = members_of(who, membership);
        Some(ReachLine { how, kind, id, name, filtered, members })
    };
    let ways = ways(changes);
    let all = ways.iter().flat_map(|(how, targets)| targets.iter().map(|(who, filtered)| (*how, *who, *filtered)));
    let mut targets: Vec<ReachLine> = all.filter_map(|(how, who, filtered)| line(how, who, filtered)).collect();
    targets.sort_by(|a, b| (a.how, a.kind, &a.name, &a.id).cmp(&(b.how, b.kind, &b.name, &b.id)));
    ReachDocument { targets, unknown: membership.unknown.clone() }
}
