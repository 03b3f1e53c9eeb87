//! The published form of a plan's reach, and of the limits that it exceeds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::setting::{Members, UnknownMembers};

/// Whom changes reach. Groups overlap, so what is in several of them is less than their sum.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReachDocument {
    /// The targets; one that several profiles reach in one way is there once.
    pub targets: Vec<ReachLine>,
    /// What could not be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<UnknownMembers>,
}

impl ReachDocument {
    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.targets.is_empty() && self.unknown.is_empty()
    }
}

/// A target that changes reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReachLine {
    /// In which way.
    pub how: ReachWord,
    /// `group`, `all devices` or `all users`.
    pub kind: String,
    /// The group's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The group's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether an assignment filter may leave out some of them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub filtered: bool,
    /// How many it has; nothing where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<Members>,
}

/// In which way a change reaches a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReachWord {
    /// It is included from now on.
    Comes,
    /// It comes out of an exclusion.
    Released,
    /// It stays, under another filter or without one.
    Refiltered,
    /// It stays, under a filter from now on.
    Narrows,
    /// It stays, and gets what changes.
    Stays,
    /// It is excluded from now on.
    Excluded,
    /// It is not included any more.
    Leaves,
}

/// A limit that a plan exceeds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitLine {
    /// Its name in the configuration.
    pub limit: String,
    /// What it allows; for `allow_all_targets`, profiles that go to all devices or all users and touch them.
    pub allowed: u64,
    /// What the plan has; nothing where that is not known.
    pub found: Option<u64>,
}
