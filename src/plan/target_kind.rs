//! The targets of assignments as words in documents.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::setting::Who;

/// Whether an assignment includes its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The target gets the profile.
    Include,
    /// The target does not get the profile.
    Exclude,
}

impl Side {
    pub fn word(self) -> &'static str {
        match self {
            Self::Include => "include",
            Self::Exclude => "exclude",
        }
    }
}

/// What kind of target it is. Lists of targets are sorted in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum TargetKind {
    /// A kind of target that this program does not write, such as a Configuration Manager collection.
    #[serde(rename = "a target of another kind")]
    Other,
    /// Every device.
    #[serde(rename = "all devices")]
    AllDevices,
    /// Every licensed user.
    #[serde(rename = "all users")]
    AllUsers,
    /// A group.
    #[serde(rename = "group")]
    Group,
}

impl TargetKind {
    pub(super) fn of(who: &Who) -> Self {
        match who {
            Who::AllDevices => Self::AllDevices,
            Who::AllUsers => Self::AllUsers,
            Who::Group(_) => Self::Group,
            Who::Other(_) => Self::Other,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Other => "a target of another kind",
            Self::AllDevices => "all devices",
            Self::AllUsers => "all users",
            Self::Group => "group",
        }
    }
}
