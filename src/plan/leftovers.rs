//! Managed profiles whose policy file is gone.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::change::deletion;
use super::found::{Ours, ProfileMatches};
use super::{Action, Orphan, Plan, Reason};
use crate::diagnostic::{Code, Diagnostic};
use crate::profile::{Address, LiveProfile};
use crate::setting::ObjectKey;

/// Finds the managed profiles without a policy file, and deletes them if `prune` is set.
pub(super) fn leftovers(ours: &Ours<'_>, found: &ProfileMatches<'_, '_>, prune: bool, plan: &mut Plan) {
    let used: BTreeSet<&str> = found.objects.values().map(|object| object.id.as_str()).collect();
    let objects = ours.iter().flat_map(|(object, all)| all.iter().map(move |live| (object, *live)));
    for (object, live) in objects {
        if used.contains(live.id.as_str()) || found.untouchable.contains(live.id.as_str()) {
            continue;
        }
        plan.orphans.push(Orphan { object: object.clone(), name: live.profile.name.clone(), id: live.id.clone() });
        if prune {
            plan.changes.push(deletion(live, object, Reason::Pruned, None));
        }
    }
}

/// The first orphan with each name, and with each list of addresses.
struct OrphansByForm<'p> {
    by_name: HashMap<&'p str, usize>,
    by_rows: HashMap<Vec<&'p Address>, usize>,
}

fn orphans_by_form<'p>(live: &'p [Arc<LiveProfile>], orphans: &'p [Orphan]) -> OrphansByForm<'p> {
    let by_id: HashMap<&str, &Arc<LiveProfile>> = match orphans {
        [] => HashMap::new(),
        _ => live.iter().map(|object| (object.id.as_str(), object)).collect(),
    };
    let mut found = OrphansByForm { by_name: HashMap::new(), by_rows: HashMap::new() };
    for (at, orphan) in orphans.iter().enumerate() {
        found.by_name.entry(&orphan.name).or_insert(at);
        if let Some(object) = by_id.get(orphan.id.as_str()) {
            found.by_rows.entry(object.profile.settings.keys().collect()).or_insert(at);
        }
    }
    found
}

/// A policy file that was moved without `moved_from:` looks like a new policy and a managed profile without a file. The
/// one is not created, and the other not deleted.
pub(super) fn complain_of_lost_moves(live: &[Arc<LiveProfile>], plan: &mut Plan) {
    let orphans = orphans_by_form(live, &plan.orphans);
    let mut problems = Vec::new();
    let mut stopped: BTreeSet<ObjectKey> = BTreeSet::new();
    if plan.orphans.is_empty() {
        return;
    }
    for change in plan.changes.iter().filter(|change| change.action() == Action::Create) {
        let Some(after) = &change.after else { continue };
        let rows: Vec<&Address> = after.settings.keys().collect();
        let same = [orphans.by_name.get(after.name.as_str()), orphans.by_rows.get(&rows)].into_iter().flatten().min();
        let same = same.map(|at| &plan.orphans[*at]);
        if let (Some(Orphan { object: key, name, .. }), Some(place)) = (same, &change.place) {
            problems.push(
                Diagnostic::error(
                    Code::MissingMovedFrom,
                    format!("{} would be created again next to `{key}` (\"{name}\")", change.object),
                )
                .at(place.clone(), "was this file moved or renamed?")
                .help(format!("add `moved_from: [{key}]` to keep the profile and not assign its settings twice")),
            );
            stopped.extend([change.object.clone(), key.clone()]);
        }
    }
    plan.changes.retain(|change| !stopped.contains(&change.object));
    plan.problems.extend(problems);
}
