//! Group Policies without a node: people search for them by name, and only registry values can set them.

use serde::{Deserialize, Serialize};

use super::{GroupPolicy, RegistryForm};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnlyPolicy {
    /// Its unique name: file and name, such as `Logon.admx/LogonType`.
    pub policy: String,
    pub group_policy: GroupPolicy,
    /// The registry values that set the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registry: Option<RegistryForm>,
}
