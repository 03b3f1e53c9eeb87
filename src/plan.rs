//! Desired against actual: what an apply would do.
//!
//! Both sides are maps of key to profile in canonical form, so the difference is one walk over two sorted maps. What
//! is not to be deleted stands on both sides; what stands on one side only is created or deleted. The plan itself
//! does nothing and knows no network; whoever carries it out asks [`steps`] for the requests.

mod approve;
mod build;
mod change;
mod describe;
mod difference;
mod document;
mod found;
mod limits;
mod order;
mod outcome;
mod reach;
mod reach_document;
mod steps;

pub use approve::{bound_elsewhere, not_approved};
pub use build::{Options, build, not_there, to_decrypt};
pub use change::{Action, Cause, Change, Desired, Fate, Reason};
pub use describe::{Frame, Names, diagnostic_document, document};
pub use difference::{Difference, SettingChange, Verified, difference};
pub use document::{
    ActionWord, AssignmentLine, ChangeDocument, DiagnosticDocument, FORMAT, FieldLine, NotManaged, ObjectLine,
    PlanDocument, SettingLine, Sign, Summary, TenantLine, ValueText,
};
pub use limits::{Limits, Overridden};
pub use order::{Ordered, order};
pub use outcome::{Counts, Outcome};
pub use reach::members_wanted;
pub use reach_document::{LimitLine, ReachDocument, ReachLine, ReachWord};
pub use steps::{Stage, marker, request, requests, stages};

use crate::diagnostic::{Code, Diagnostic, Kind, Severity};
use crate::profile::Address;
use crate::setting::ObjectKey;

/// What an apply would do.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The changes, sorted by key.
    pub changes: Vec<Change>,
    /// Keys whose objects are as written.
    pub unchanged: Vec<ObjectKey>,
    /// Objects whose masked values could not be compared: the addresses.
    pub unverified: Vec<(ObjectKey, Vec<Address>)>,
    /// Names of others' profiles whose masked values matter here and could not be read: the addresses.
    pub foreign_unverified: Vec<(String, Vec<Address>)>,
    /// Ours, and no policy writes them.
    pub orphans: Vec<Orphan>,
    /// Kept as they are because their policies are kept out of this environment.
    pub held: Vec<ObjectKey>,
    /// Policies that only write to the registry.
    pub registry_only: Vec<ObjectKey>,
    /// Custom profiles of others.
    pub foreign: usize,
    /// Limits that the plan exceeds, and that somebody passed over.
    pub limits_overridden: Vec<LimitLine>,
    /// What blocks keys, or everything, and what is odd.
    pub problems: Vec<Diagnostic>,
}

/// An object of ours that no policy writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orphan {
    pub object: ObjectKey,
    pub name: String,
    pub id: String,
}

impl Plan {
    /// How many changes are of an action.
    pub fn count(&self, action: Action) -> usize {
        self.changes.iter().filter(|change| change.action() == action).count()
    }
    /// Errors that stop everything: findings of rules, and limits. Other errors block their own keys.
    pub fn stops(&self) -> Vec<&Diagnostic> {
        let stops = |problem: &&Diagnostic| {
            let of_all =
                matches!(problem.kind, Kind::Finding(_) | Kind::Problem(Code::LimitExceeded | Code::LimitNotChecked));
            problem.severity == Severity::Error && of_all
        };
        self.problems.iter().filter(stops).collect()
    }
}
