//! Managed profiles whose policy file is gone.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::change::deletion;
use super::found::{Ours, ProfileMatches};
use super::{Action, Orphan, Plan, Reason};
use crate::diagnostic::{Code, Diagnostic};
use crate::profile::LiveProfile;
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

/// A policy file that was moved without `moved_from:` looks like a new policy and a managed profile without a file. The
/// one is not created, and the other not deleted.
pub(super) fn complain_of_lost_moves(live: &[Arc<LiveProfile>], plan: &mut Plan) {
    let mut problems = Vec::new();
    let mut stopped: BTreeSet<ObjectKey> = BTreeSet::new();
    for change in plan.changes.iter().filter(|change| change.action() == Action::Create) {
        let Some(after) = &change.after else { continue };
        let same = |orphan: &&Orphan| {
            let object = live.iter().find(|object| object.id == orphan.id);
            let has_same_rows = |object: &Arc<LiveProfile>| object.profile.settings.keys().eq(after.settings.keys());
            orphan.name == after.name || object.is_some_and(has_same_rows)
        };
        if let (Some(Orphan { object: key, name, .. }), Some(place)) = (plan.orphans.iter().find(same), &change.place) {
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
