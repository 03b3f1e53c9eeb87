//! One change of one object.

use std::sync::Arc;

use crate::profile::{LiveProfile, Profile};
use crate::setting::ObjectKey;
use crate::source::Place;

/// A policy in the form in which it is compared.
#[derive(Debug, Clone)]
pub struct Desired {
    pub object: ObjectKey,
    /// What is to become of its object.
    pub fate: Fate,
    /// What it should hold.
    pub profile: Arc<Profile>,
    /// The portal-made profile to take over: its id, and where that is written.
    pub adopt: Option<(String, Place)>,
    /// Former keys, and where they are written.
    pub moved_from: Vec<(String, Place)>,
    /// The target whose assignments it has.
    pub target: Option<String>,
    /// Where its name stands.
    pub place: Place,
}

/// What is to become of a policy's object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is made and kept.
    Kept,
    /// Nothing may be there yet.
    Draft,
    /// It goes.
    Retired,
    /// It stays as it is: the policy is kept out of this environment.
    Held,
    /// There is nothing that Intune could get.
    RegistryOnly,
}

/// What happens to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// It is made.
    Create,
    /// It is changed.
    Update,
    /// It is deleted.
    Delete,
}

/// One change of one object; its action is derived.
#[derive(Debug, Clone)]
pub struct Change {
    pub object: ObjectKey,
    /// What is there.
    pub before: Option<Arc<LiveProfile>>,
    /// What should be there.
    pub after: Option<Arc<Profile>>,
    /// The digest of masked values as it will stand in the marker.
    pub masked_digest: Option<String>,
    /// Who made it necessary.
    pub cause: Cause,
    /// Why it is more than a difference of content.
    pub reason: Reason,
    /// The target whose assignments it has.
    pub target: Option<String>,
    /// Where the policy's name stands; nothing for orphans.
    pub place: Option<Place>,
}

/// Who made a change necessary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The policy was changed since it was last applied.
    You,
    /// The tenant was changed since.
    Tenant,
    /// Both.
    Both,
    /// Nobody gets it although somebody should, and all the rest is as written: an apply that was cut short leaves that
    /// behind, and who takes assignments away in the tenant.
    Unassigned,
    /// The marker does not say.
    Unknown,
}

/// Why an object changes, besides its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Its content differs, or it is not there.
    Content,
    /// A portal-made profile is taken over.
    Adopted,
    /// Its policy moved; the former key.
    Moved(String),
    /// Its policy is retired.
    Retired,
    /// Nobody writes it any more, and `prune: true`.
    Pruned,
}

impl Change {
    /// What happens, from what is there and what should be.
    pub fn action(&self) -> Action {
        match (&self.before, &self.after) {
            (None, _) => Action::Create,
            (Some(_), Some(_)) => Action::Update,
            (Some(_), None) => Action::Delete,
        }
    }

    /// The object's name, as it will be.
    pub fn name(&self) -> &str {
        let before = self.before.as_deref().map(|live| &live.profile);
        self.after.as_deref().or(before).map_or("", |profile| &profile.name)
    }
}
