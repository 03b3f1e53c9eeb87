//! Custom profiles with data that this version cannot read: they are not changed, and block no other policy.

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Diagnostic};
use crate::plan::{Change, Plan};
use crate::profile::LiveProfile;
use crate::tenant::Tenant;

const HELP: &str =
    "open it in the Intune admin center and save it again; until then, it is not compared with the policies";

/// Removes changes of such profiles from the plan, with an error for each, and warns about the other such profiles.
pub(super) fn set_aside(plan: &mut Plan, tenant: &Tenant) {
    let is_unclear = |live: &LiveProfile| tenant.unclear.contains_key(&live.id);
    let changes = std::mem::take(&mut plan.changes).into_iter();
    let (blocked, others): (Vec<_>, Vec<_>) =
        changes.partition(|change| change.before.as_deref().is_some_and(is_unclear));
    plan.changes = others;
    let mut reported = BTreeSet::new();
    for change in &blocked {
        if let Some(live) = &change.before {
            plan.problems.push(block(change, live, reason(tenant, live)));
            reported.insert(&live.id);
        }
    }
    let unreported = tenant.profiles.iter().filter(|live| is_unclear(live) && !reported.contains(&live.id));
    for live in unreported {
        let message =
            format!("the profile \"{}\" ({}) has data that this version cannot read", live.profile.name, live.id);
        plan.problems.push(Diagnostic::warning(Code::UnreadableProfile, message).note(reason(tenant, live)).help(HELP));
    }
}

fn reason(tenant: &Tenant, live: &LiveProfile) -> String {
    tenant.unclear.get(&live.id).cloned().unwrap_or_default()
}

fn block(change: &Change, live: &LiveProfile, reason: String) -> Diagnostic {
    let message = match &live.marker {
        Some(_) => format!("the profile of {} ({}) has data that this version cannot read", change.object, live.id),
        None => format!("{} cannot take over {}, which has data that this version cannot read", change.object, live.id),
    };
    let problem = Diagnostic::error(Code::UnreadableProfile, message).note(reason).help(HELP);
    match &change.place {
        Some(place) => problem.at(place.clone(), "only this policy is skipped"),
        None => problem,
    }
}
