//! Compares a new plan with an approved one.

use std::collections::{HashMap, HashSet};

use super::{ActionWord, AssignmentLine, ChangeDocument, PlanDocument, TenantLine};
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
    refused.into_iter().map(|(_, line)| line).collect()
}

impl ChangeDocument {
    /// Whether a new plan has the same change for the same profile in the same state. Members of groups are not
    /// compared, because they change all the time.
    fn is_same_as(&self, fresh: &Self) -> bool {
        let bare = |change: &Self| {
            let assignments =
                change.assignments.iter().map(|line| AssignmentLine { members: None, ..line.clone() }).collect();
            Self { because: String::new(), file: None, target: None, assignments, ..change.clone() }
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
