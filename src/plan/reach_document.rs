//! The reach of a plan, and the limits that it exceeds, as parts of its document.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::target_kind::TargetKind;
use crate::setting::{Members, UnknownMembers};

/// The targets that changes reach. Groups can overlap, so the number of devices and users can be smaller than the sum.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReachDocument {
    /// The targets. A target that several profiles reach in the same way is listed once.
    pub targets: Vec<ReachLine>,
    /// Targets whose number of members could not be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<UnknownMembers>,
}

impl ReachDocument {
    pub fn is_empty(&self) -> bool {
        self.targets.is_empty() && self.unknown.is_empty()
    }
}

/// A target that changes reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReachLine {
    /// How changes reach it.
    pub how: ReachWord,
    /// `group`, `all devices` or `all users`.
    pub kind: TargetKind,
    /// The group's ID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The group's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether an assignment filter may leave out some of its members.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub filtered: bool,
    /// The number of its members; absent if it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<Members>,
}

/// How a change reaches a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReachWord {
    /// It is included from now on.
    Comes,
    /// It is no longer excluded.
    Released,
    /// It stays included, with another filter or without one.
    Refiltered,
    /// It stays included, and gets a filter.
    Narrows,
    /// It stays included, and gets the change.
    Stays,
    /// It is excluded from now on.
    Excluded,
    /// It is no longer included.
    Leaves,
}

/// A limit that a plan exceeds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitLine {
    /// Its name in the configuration.
    pub limit: String,
    /// The number that it allows. For `allow_all_targets`, it is the number of changed profiles that are assigned to
    /// all devices or all users.
    pub allowed: u64,
    /// The number in the plan; null if it is not known.
    pub found: Option<u64>,
}
