//! What an apply would do: the difference between the policies and the tenant.
//!
//! # The premise
//!
//! A repository describes everything that it manages. What a policy file describes is added or changed until the tenant
//! has it, and a managed profile without a policy file is deleted or reported. The plan is therefore a comparison of
//! two maps from key to profile. It is a pure function: it reads no file and no tenant, and it sends nothing. `apply`
//! turns each change into requests with [`requests`], and `plan --requests` prints the same ones.
//!
//! # Which profiles are managed
//!
//! A profile is managed here if the last line of its description is a marker with this repository's owner. The marker
//! also holds the key, which is the path of the policy file unless the file has a `key:`. Names do not matter, so a
//! profile can be renamed freely. Profiles without a marker, or with another owner's, are never changed or deleted;
//! `adopt:` in a policy takes over one that has no marker. If two profiles have the same key and delivery (the portal's
//! Duplicate copies the marker), nothing is done for that key, because it is not clear which one is meant. The other
//! keys are not affected.
//!
//! # What is compared
//!
//! * The name and all settings: a setting that only the tenant has is a difference and will be removed.
//! * Description, assignments and scope tags only if the policy has them. The others stay as they are in Intune.
//! * Values in canonical form, because Graph has several spellings of "nothing".
//!
//! Intune masks some values when they are read. Such a value counts as unchanged if the digest in the marker equals
//! that of the policy and the version of the profile has not increased since. If it has increased, the value has to be
//! decrypted; where that is not possible, it is listed as not verified.
//!
//! # Why there is no state file
//!
//! The marker holds two digests of what was last applied: one of everything readable and one of the masked values. If
//! the policy differs from them, someone changed the policy; if the tenant does, someone changed Intune; both can be
//! true. A state file would not need to hold anything else. The marker is in the profile itself, so there is no file
//! that could be lost, locked or out of date. If someone deletes the marker in the portal, the profile looks like one
//! that was made by hand: a policy that has its name, or whose settings it all sets, then reports it, and no second
//! profile is created. The marker has no room for old values, so a plan shows the current values and the new ones, not those of
//! the last apply.
//!
//! # What keeps a plan safe
//!
//! * A deletion is only planned for `state: retired`, or with `prune: true` for a managed profile without a policy
//!   file. If a profile to be added has the name or the settings of such a profile, neither is done until `moved_from:`
//!   says which it is.
//! * A setting that moves to another profile leaves the old one only after the new one has it, so devices are never
//!   without it ([`order`]). Two profiles that swap settings are the exception, and the plan warns of it.
//! * Devices that leave an audience leave before the content changes, and devices that join it join afterwards
//!   ([`stages`]).
//! * A saved plan is not a script. `apply PLAN` plans again, and [`not_approved`] finds every change that the saved
//!   plan does not contain.

mod approve;
mod build;
mod change;
mod describe;
mod difference;
mod document;
mod found;
mod leftovers;
mod limits;
mod lost_marker;
mod names;
mod order;
mod outcome;
mod reach;
mod reach_document;
mod read;
mod steps;
mod target_kind;
mod unverified_document;
mod value_layout;
mod value_lines;

pub use approve::{bound_elsewhere, environment_of, invented, not_approved};
pub use build::{Elsewhere, PlanOptions, build, not_there, to_decrypt};
pub use change::{Action, Cause, Change, Desired, Fate, Reason};
pub use describe::{Frame, document};
pub use difference::{BeforeAfter, Difference, SettingChange, Verified, difference};
pub use document::{
    ActionWord, AssignmentLine, ChangeDocument, FORMAT, FieldLine, NotManaged, ObjectLine, PlanDocument, SettingLine,
    Sign, Summary, TenantLine, ValueText,
};
pub use limits::{Overridden, PlanLimits};
pub use names::Names;
pub use order::{Ordered, order};
pub use outcome::{Counts, Outcome};
pub use reach::members_wanted;
pub use reach_document::{LimitLine, ReachDocument, ReachLine, ReachWord};
pub use read::PlanError;
pub use steps::{Stage, marker, request, requests, stages};
pub use target_kind::{Side, TargetKind};
pub use unverified_document::{ForeignUnverifiedLine, Unverified};
pub use value_lines::ValueLine;

use crate::diagnostic::{Code, Diagnostic, Kind, Severity};
use crate::profile::Address;
use crate::setting::ObjectKey;

/// A profile that is not managed here and has masked values that may conflict with a plan, but could not be read.
#[derive(Debug, Clone)]
pub struct ForeignUnverified {
    pub name: String,
    pub id: String,
    /// The addresses of these values.
    pub addresses: Vec<Address>,
}

/// What an apply would do.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The changes, sorted by key.
    pub changes: Vec<Change>,
    /// Keys of profiles that do not change.
    pub unchanged: Vec<ObjectKey>,
    /// Profiles whose masked values could not be compared, with the addresses of these values.
    pub unverified: Vec<(ObjectKey, Vec<Address>)>,
    /// Profiles that are not managed here and may conflict with the plan.
    pub foreign_unverified: Vec<ForeignUnverified>,
    /// Managed profiles without a policy file.
    pub orphans: Vec<Orphan>,
    /// Keys of profiles that stay as they are, because their policies do not apply to this environment.
    pub held: Vec<ObjectKey>,
    /// Keys of policies that only have registry values.
    pub registry_only: Vec<ObjectKey>,
    /// The number of custom profiles that are not managed here.
    pub foreign: usize,
    /// Limits that the plan exceeds and that were overridden.
    pub limits_overridden: Vec<LimitLine>,
    /// Errors, which block single keys or the whole plan, and warnings.
    pub problems: Vec<Diagnostic>,
}

/// A managed profile without a policy file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orphan {
    pub object: ObjectKey,
    pub name: String,
    pub id: String,
}

impl Plan {
    /// The number of changes with this action.
    pub fn count(&self, action: Action) -> usize {
        self.changes.iter().filter(|change| change.action() == action).count()
    }
    /// The errors that block the whole plan: findings of rules, and limits. Other errors only block their own keys.
    pub fn stops(&self) -> Vec<&Diagnostic> {
        let stops = |problem: &&Diagnostic| {
            let of_all =
                matches!(problem.kind, Kind::Finding(_) | Kind::Problem(Code::LimitExceeded | Code::LimitNotChecked));
            problem.severity == Severity::Error && of_all
        };
        self.problems.iter().filter(stops).collect()
    }
}
