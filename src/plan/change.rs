//! One change of one profile.

use std::sync::Arc;

use crate::diagnostic::Code;
use crate::profile::{LiveProfile, Profile};
use crate::setting::ObjectKey;
use crate::source::{Place, Placed};

/// A policy, ready for comparison with the tenant.
#[derive(Debug, Clone)]
pub struct Desired {
    pub object: ObjectKey,
    /// What to do with its profile.
    pub fate: Fate,
    /// The content that its profile should have.
    pub profile: Arc<Profile>,
    /// The id of the profile to take over.
    pub adopt: Option<Placed<String>>,
    /// Former keys.
    pub moved_from: Vec<Placed<String>>,
    /// The name of the target that its assignments come from.
    pub target: Option<String>,
    /// The problems that it accepts.
    pub accepts: Vec<Code>,
    /// The place of its name in the file.
    pub place: Place,
}

/// What to do with a policy's profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Create it, or keep it up to date.
    Kept,
    /// Do not send it; if the profile already exists, that is an error.
    Draft,
    /// Delete it.
    Retired,
    /// Leave it as it is, because the policy does not apply to this environment.
    Held,
    /// There is no profile, because the policy only has registry values.
    RegistryOnly,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    Create,
    Update,
    Delete,
}

/// One change of one profile; its action follows from `before` and `after`.
#[derive(Debug, Clone)]
pub struct Change {
    pub object: ObjectKey,
    /// The profile in the tenant; `None` if it will be created.
    pub before: Option<Arc<LiveProfile>>,
    /// The wanted content; `None` if the profile will be deleted.
    pub after: Option<Arc<Profile>>,
    /// The digest of the masked values, for the new marker.
    pub masked_digest: Option<String>,
    pub cause: Cause,
    /// Why the profile changes, apart from its content.
    pub reason: Reason,
    /// The name of the target that its assignments come from.
    pub target: Option<String>,
    /// The ids of unmanaged profiles with the same name that the policy accepts.
    pub namesakes: Vec<String>,
    /// The place of the policy's name; `None` if there is no policy file.
    pub place: Option<Place>,
}

/// Which side changed since the last apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The policy.
    You,
    /// The profile in the tenant.
    Tenant,
    Both,
    /// Only the profile's assignments are missing: an apply was interrupted, or someone removed them in Intune.
    Unassigned,
    /// The marker does not show which.
    Unknown,
}

/// Why a profile changes, apart from its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Its content differs, or it does not exist yet.
    Content,
    /// A profile without a marker is taken over.
    Adopted,
    /// Its policy has a new key; this is the former one.
    Moved(String),
    Retired,
    /// Its policy file is gone, and the environment has `prune: true`.
    Pruned,
}

impl Change {
    pub fn action(&self) -> Action {
        match (&self.before, &self.after) {
            (None, _) => Action::Create,
            (Some(_), Some(_)) => Action::Update,
            (Some(_), None) => Action::Delete,
        }
    }

    /// The profile's name after the change, or its last one.
    pub fn name(&self) -> &str {
        let before = self.before.as_deref().map(|live| &live.profile);
        self.after.as_deref().or(before).map_or("", |profile| &profile.name)
    }
}

/// The deletion of a profile, of a policy if there still is one.
pub(super) fn deletion(
    live: &Arc<LiveProfile>,
    object: &ObjectKey,
    reason: Reason,
    policy: Option<&Desired>,
) -> Change {
    Change {
        object: object.clone(),
        before: Some(Arc::clone(live)),
        after: None,
        masked_digest: None,
        cause: Cause::You,
        reason,
        target: None,
        namesakes: Vec::new(),
        place: policy.map(|policy| policy.place.clone()),
    }
}
