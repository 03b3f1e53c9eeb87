//! Custom profiles of others that cannot be understood: they are left alone, and do not stop anybody.

use crate::diagnostic::Diagnostic;
use crate::plan::Plan;
use crate::tenant::Tenant;

const HELP: &str = "look at it in the portal, and save it there once more; it is not compared with the policies";

/// Says which profiles cannot be understood, and takes out of the plan what would take one over.
pub(super) fn set_aside(plan: &mut Plan, tenant: &Tenant) {
    let is_unclear = |id: &str| tenant.unclear.contains_key(id);
    let changes = std::mem::take(&mut plan.changes).into_iter();
    let (adopting, others): (Vec<_>, Vec<_>) =
        changes.partition(|change| change.before.as_ref().is_some_and(|live| is_unclear(&live.id)));
    plan.changes = others;
    for change in adopting {
        let Some(live) = &change.before else { continue };
        let mut problem = Diagnostic::error("SP0505", format!("{} cannot take over {}", change.key, live.id));
        if let Some(place) = &change.place {
            problem = problem.at(place.clone(), "its profile cannot be understood");
        }
        plan.problems
            .push(problem.help("take `adopt:` out, and a new profile is made, or mend that one in the portal"));
    }
    for live in tenant.profiles.iter().filter(|live| is_unclear(&live.id)) {
        let message = format!("the profile \"{}\" ({}) cannot be understood", live.profile.name, live.id);
        let reason = tenant.unclear.get(&live.id).cloned().unwrap_or_default();
        plan.problems.push(Diagnostic::warning("SP0515", message).note(reason).help(HELP));
    }
}
