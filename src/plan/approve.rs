//! Is this plan what was approved?

use super::{ActionWord, AssignmentLine, ChangeDocument, PlanDocument, TenantLine};
use crate::setting::ObjectKey;

/// A plan is for one tenant and one owner: why this one is for others.
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

/// What of a fresh plan was not approved, a line each; nothing where all of it was.
///
/// Each change must be one that was approved, in the state that was seen then, or what an apply of it has left to do. What
/// was approved besides is done already, unless the policies are others: then it may be what nobody wants any more.
pub fn not_approved(approved: &PlanDocument, fresh: &PlanDocument) -> Vec<String> {
    let mut refused: Vec<(ObjectKey, String)> = Vec::new();
    for change in &fresh.changes {
        let why = match approved.changes.iter().find(|other| other.object() == change.object()) {
            Some(other) if other.is_same_as(change) || other.leaves(change) => continue,
            Some(other) if other.before != change.before || other.id != change.id => {
                "someone changed this in Intune after the plan was made"
            }
            Some(_) => "the change differs from the approved one",
            None => "the approved plan does not contain this change",
        };
        refused.push((change.object(), format!("{}: {why}", change.key)));
    }
    if approved.policies != fresh.policies {
        let is_whole = |change: &ChangeDocument| fresh.changes.iter().any(|other| change.is_same_as(other));
        for change in approved.changes.iter().filter(|change| !is_whole(change)) {
            if !refused.iter().any(|(object, _)| *object == change.object()) {
                let line = format!(
                    "{}: the policies changed after the plan was made, and no longer contain all of this change",
                    change.key
                );
                refused.push((change.object(), line));
            }
        }
    }
    refused.into_iter().map(|(_, line)| line).collect()
}

impl ChangeDocument {
    fn object(&self) -> ObjectKey {
        ObjectKey { key: self.key.clone(), delivery: self.delivery }
    }

    /// Whether a fresh plan's change is this one: the same object in the same state, and the same change. Who is in the
    /// groups is not part of it: people come and go all the time.
    fn is_same_as(&self, fresh: &Self) -> bool {
        let bare = |change: &Self| {
            let assignments =
                change.assignments.iter().map(|line| AssignmentLine { members: None, ..line.clone() }).collect();
            Self { because: String::new(), file: None, target: None, assignments, ..change.clone() }
        };
        bare(self) == bare(fresh)
    }

    /// Whether a fresh plan's change is what is left of this one: an apply was cut short, or waited for an approval. All of
    /// it was approved as it stands, and something of what was approved is done.
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
