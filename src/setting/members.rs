//! The number of members of groups.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The number of members of a group, including members of nested groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Members {
    /// The number of users; if `estimated`, among the first 999 members.
    pub users: usize,
    /// The number of devices; if `estimated`, among the first 999 members.
    pub devices: usize,
    /// The number of members of any kind.
    pub total: usize,
    /// Whether there are more members than were read, so that the kinds of the others are not known.
    pub estimated: bool,
}

/// The kind of the members of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberKind {
    /// Users, and no devices.
    Users,
    /// Devices, and no users.
    Devices,
}

impl Members {
    /// The largest possible number of devices. If the numbers are estimated and some of the known members are devices,
    /// each member that is not known to be a user may be a device.
    pub fn devices_at_most(self) -> usize {
        if self.estimated && self.devices > 0 { self.total.saturating_sub(self.users) } else { self.devices }
    }

    /// The kind of all known members; `None` if there are both kinds, or none.
    pub fn kind(self) -> Option<MemberKind> {
        match (self.users, self.devices) {
            (1.., 0) => Some(MemberKind::Users),
            (0, 1..) => Some(MemberKind::Devices),
            _ => None,
        }
    }
}

/// The number of members of each target in a plan, as far as the token may read them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Membership {
    /// Groups by id; one that no longer exists is missing.
    pub groups: BTreeMap<String, Members>,
    /// The number of enrolled devices of all platforms; `None` if it was not read.
    pub all_devices: Option<usize>,
    /// The numbers that could not be read.
    pub unknown: Vec<UnknownMembers>,
}

/// Whose number Graph reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum CountedMembers {
    /// The members of groups.
    #[serde(rename = "the members of groups")]
    OfGroups,
    /// All enrolled devices.
    #[serde(rename = "the number of all devices")]
    AllDevices,
}

impl CountedMembers {
    pub fn word(self) -> &'static str {
        match self {
            Self::OfGroups => "the members of groups",
            Self::AllDevices => "the number of all devices",
        }
    }
}

/// A number that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnknownMembers {
    /// What was to be counted.
    pub what: CountedMembers,
    /// Why the number could not be read, such as `status 403`.
    pub reason: String,
    /// The permission that is needed to read it; null if a permission would not help.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission: Option<String>,
}
