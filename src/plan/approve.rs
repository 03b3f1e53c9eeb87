//! Compares a new plan with an approved one.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{ActionWord, AssignmentLine, ChangeDocument, ObjectLine, PlanDocument, Summary, TenantLine};
use crate::diagnostic::DiagnosticDocument;
use crate::setting::ObjectKey;

/// The environment to apply to: the one of the approved plan, or else the `wanted` one.
///
/// # Errors
/// If they differ.
pub fn environment_of<'a>(
    approved: Option<&'a PlanDocument>,
    wanted: Option<&'a str>,
) -> Result<Option<&'a str>, String> {
    match (approved.map(|approved| approved.environment.as_str()), wanted) {
        (Some(approved), Some(wanted)) if approved != wanted => {
            Err(format!("this plan is for the environment `{approved}`, not `{wanted}`"))
        }
        (approved, wanted) => Ok(approved.or(wanted)),
    }
}

/// Why an approved plan cannot be applied here: it is for another tenant or another owner.
pub fn bound_elsewhere(approved: &PlanDocument, tenant: &TenantLine, owner: &str) -> Option<String> {
    if approved.tenant.id != tenant.id {
        return Some(format!(
            "this plan is for the tenant {} ({}), but this environment's tenant is {} ({})",
            approved.tenant.name, approved.tenant.id, tenant.name, tenant.id
        ));
    }
    (approved.owner != owner)
        .then(|| format!("this plan is for the owner {}, but this repository's owner is {owner}", approved.owner))
}

/// The changes of a new plan that were not approved, one line each.
///
/// Each change must be an approved one, for a profile in the same state, or the rest of an approved one that was partly
/// applied. An approved change that is not in the new plan was already applied, unless the policies changed: then it
/// may no longer be wanted.
pub fn not_approved(approved: &PlanDocument, fresh: &PlanDocument) -> Vec<String> {
    let by_object = |plan: &'_ PlanDocument| -> HashMap<ObjectKey, usize> {
        // The first of equal keys, as a reader of the file would find it.
        plan.changes.iter().enumerate().rev().map(|(at, change)| (change.object(), at)).collect()
    };
    let (approved_at, fresh_at) = (by_object(approved), by_object(fresh));
    let mut refused: Vec<(ObjectKey, String)> = Vec::new();
    for change in &fresh.changes {
        let why = match approved_at.get(&change.object()).map(|at| &approved.changes[*at]) {
            Some(other) if other.is_same_as(change) || other.leaves(change) => continue,
            Some(other) if other.before != change.before || other.id != change.id => {
                "someone changed this in Intune after the plan was made"
            }
            Some(_) => "the change differs from the approved one",
            None => "the approved plan does not contain this change",
        };
        refused.push((change.object(), format!("{}: {why}", change.object())));
    }
    if approved.policies != fresh.policies {
        let is_whole = |change: &ChangeDocument| {
            fresh_at.get(&change.object()).is_some_and(|at| change.is_same_as(&fresh.changes[*at]))
        };
        let known: HashSet<ObjectKey> = refused.iter().map(|(object, _)| object.clone()).collect();
        for change in approved.changes.iter().filter(|change| !is_whole(change)) {
            if !known.contains(&change.object()) {
                let line = format!(
                    "{}: the policies changed after the plan was made, and no longer contain all of this change",
                    change.object()
                );
                refused.push((change.object(), line));
            }
        }
    }
    let mut lines: Vec<String> = refused.into_iter().map(|(_, line)| line).collect();
    lines.extend(not_shown(approved, fresh));
    lines
}

/// What the new plan says besides its changes, and the approved plan did not: whoever approved it did not know. The numbers of
/// members and of unmanaged profiles are not compared, because they change all the time.
fn not_shown(approved: &PlanDocument, fresh: &PlanDocument) -> Vec<String> {
    let mut lines = Vec::new();
    if approved.tenant.name != fresh.tenant.name {
        lines.push(format!("the plan names the tenant {}, but it is {}", approved.tenant.name, fresh.tenant.name));
    }
    if approved.prune != fresh.prune {
        lines.push("`prune` differs from the approved plan".into());
    }
    let finding = |one: &DiagnosticDocument| (one.code.clone(), one.severity, one.message.clone());
    let known: BTreeSet<_> = approved.diagnostics.iter().map(finding).collect();
    let new = fresh.diagnostics.iter().filter(|one| !known.contains(&finding(one)));
    lines.extend(new.map(|one| format!("{} was not in the approved plan: {}", one.code, one.message)));
    let new_object = |what: &str, known: &[ObjectLine], fresh: &[ObjectLine]| -> Vec<String> {
        let is_new = |one: &&ObjectLine| !known.contains(one);
        fresh
            .iter()
            .filter(is_new)
            .map(|one| format!("{}: {what} was not in the approved plan", one.object()))
            .collect()
    };
    lines.extend(new_object("a profile without a policy file", &approved.orphans, &fresh.orphans));
    for (what, known, fresh) in [
        ("a policy that does not apply here", &approved.held, &fresh.held),
        ("a policy with registry values only", &approved.registry_only, &fresh.registry_only),
        ("a profile without scope tags", &approved.default_scope_tag, &fresh.default_scope_tag),
    ] {
        let known: HashSet<&String> = known.iter().collect();
        let new = fresh.iter().filter(|key| !known.contains(key));
        lines.extend(new.map(|key| format!("{key}: {what} was not in the approved plan")));
    }
    let unverified: HashSet<_> = approved.unverified.iter().map(|one| (one.object(), &one.settings)).collect();
    let new = fresh.unverified.iter().filter(|one| !unverified.contains(&(one.object(), &one.settings)));
    lines.extend(
        new.map(|one| format!("{}: values that could not be compared were not in the approved plan", one.object())),
    );
    lines
}

/// The approved changes that neither the new plan nor the tenant has: nobody makes them. `is_there` says whether an object is
/// already as its policy wants it, or is gone as it should be.
pub fn invented(
    approved: &PlanDocument,
    fresh: &PlanDocument,
    is_there: impl Fn(&ObjectKey, ActionWord) -> bool,
) -> Vec<String> {
    let planned: HashSet<ObjectKey> = fresh.changes.iter().map(ChangeDocument::object).collect();
    let open = approved.changes.iter().filter(|change| !planned.contains(&change.object()));
    let invented = open.filter(|change| !is_there(&change.object(), change.action));
    invented.map(|change| format!("{}: no policy makes this change", change.object())).collect()
}

impl PlanDocument {
    /// What a plan file says of itself and does not hold: its summary must count its changes.
    pub fn contradiction(&self) -> Option<&'static str> {
        let count = |action: ActionWord| self.changes.iter().filter(|change| change.action == action).count();
        let Summary { create, update, delete, .. } = self.summary;
        let counted = [count(ActionWord::Create), count(ActionWord::Update), count(ActionWord::Delete)];
        let objects: HashSet<ObjectKey> = self.changes.iter().map(ChangeDocument::object).collect();
        if counted != [create, update, delete] {
            return Some("its summary does not count its changes");
        }
        (objects.len() != self.changes.len()).then_some("it changes one profile twice")
    }
}

impl ChangeDocument {
    /// Whether a new plan has the same change for the same profile in the same state. Members of groups are not
    /// compared, because they change all the time.
    fn is_same_as(&self, fresh: &Self) -> bool {
        let bare = |change: &Self| {
            let assignments =
                change.assignments.iter().map(|line| AssignmentLine { members: None, ..line.clone() }).collect();
            Self { assignments, ..change.clone() }
        };
        bare(self) == bare(fresh)
    }

    /// Whether a new plan's change is the rest of this one, after an apply that was interrupted or waited for an
    /// approval. All of it was approved, and some of what was approved is already done.
    fn leaves(&self, fresh: &Self) -> bool {
        let created = self.action == ActionWord::Create && fresh.action == ActionWord::Update;
        let same_object = created || self.action == fresh.action && self.id == fresh.id;
        let count = |change: &Self| change.fields.len() + change.settings.len() + change.assignments.len();
        let bare = |line: &AssignmentLine| AssignmentLine { members: None, ..line.clone() };
        let approved: Vec<AssignmentLine> = self.assignments.iter().map(bare).collect();
        same_object
            && fresh.action == ActionWord::Update
            && self.name == fresh.name
            && count(fresh) < count(self)
            && fresh.fields.iter().all(|line| self.fields.contains(line))
            && fresh.settings.iter().all(|line| self.settings.contains(line))
            && fresh.assignments.iter().all(|line| approved.contains(&bare(line)))
    }
}
