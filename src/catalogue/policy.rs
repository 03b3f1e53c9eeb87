//! Group Policies that no node sets: what people look for by name, and what only the registry can say.

use serde::{Deserialize, Serialize};

use super::{GroupPolicy, RegistryForm};

/// A Group Policy without a node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnlyPolicy {
    /// What tells it from all others: file and name, as `Logon.admx/LogonType`.
    pub policy: String,
    /// Its names.
    pub group_policy: GroupPolicy,
    /// The registry values that set the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registry: Option<RegistryForm>,
}
