//! How many are in a group.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many are in a group, also through groups in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Members {
    /// Users; where it is estimated, among the first 999 members.
    pub users: usize,
    /// Devices; where it is estimated, among the first 999 members.
    pub devices: usize,
    /// All members, of any kind.
    pub total: usize,
    /// Whether there are more members than those whose kinds are known.
    pub estimated: bool,
}

/// What the members of a target are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Users, and no device.
    Users,
    /// Devices, and no user.
    Devices,
}

impl Members {
    /// How many devices it has at most. Where kinds are estimated and a device is among those that are known, everybody
    /// who is not known to be a user may be one.
    pub fn devices_at_most(self) -> usize {
        if self.estimated && self.devices > 0 { self.total.saturating_sub(self.users) } else { self.devices }
    }

    /// The one kind that all of them have, as far as it is known; none for an empty group.
    pub fn kind(self) -> Option<Kind> {
        match (self.users, self.devices) {
            (1.., 0) => Some(Kind::Users),
            (0, 1..) => Some(Kind::Devices),
            _ => None,
        }
    }
}

/// How many there are of everybody whom a plan mentions, as far as the token may know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Membership {
    /// Groups by id; one that no longer exists is missing.
    pub groups: BTreeMap<String, Members>,
    /// Devices that are enrolled, of every platform; `None` where nobody asked.
    pub all_devices: Option<usize>,
    /// What could not be read.
    pub unknown: Vec<UnknownMembers>,
}

/// Something whose number could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnknownMembers {
    /// What it is, in the plural.
    pub what: String,
    /// Why, as `status 403`.
    pub reason: String,
    /// The permission with which it can be read; `None` where a permission would not help.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission: Option<String>,
}
