//! What `doctor` prints for programs.

use schemars::JsonSchema;
use serde::Serialize;

use crate::permissions::PermissionUse;

/// Whether an environment can be used, and what was observed.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Readiness")]
pub struct ReadinessDocument {
    /// Whether `plan` can run with this identity; `null` if that cannot be determined, because the token is not readable
    /// and no answer shows it.
    pub can_plan: Option<bool>,
    /// Whether `apply` can run with this identity; `null` if that cannot be determined.
    pub can_apply: Option<bool>,
    pub environment: String,
    pub tenant: String,
    pub checks: Vec<Observation>,
    pub permissions: Vec<GrantedPermission>,
}

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Ok,
    Warn,
    /// Something that the command needs is missing.
    Fail,
    /// Information only.
    Note,
}

/// What a check is about, which is the heading that it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub enum ReadinessArea {
    Configuration,
    Network,
    #[serde(rename = "Signing in")]
    SignIn,
    #[serde(rename = "Access token")]
    Token,
    #[serde(rename = "Microsoft Graph")]
    Graph,
    #[serde(rename = "Permissions of Microsoft Graph")]
    Permissions,
}

impl ReadinessArea {
    pub fn word(self) -> &'static str {
        match self {
            Self::Configuration => "Configuration",
            Self::Network => "Network",
            Self::SignIn => "Signing in",
            Self::Token => "Access token",
            Self::Graph => "Microsoft Graph",
            Self::Permissions => "Permissions of Microsoft Graph",
        }
    }
}

/// The result of one check.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Observation {
    /// The heading that it belongs to, such as `Network`.
    pub area: ReadinessArea,
    pub status: Status,
    pub what: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// A permission that a command needs, and whether the token has it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GrantedPermission {
    /// The command, such as `plan`.
    #[serde(rename = "for")]
    pub for_what: PermissionUse,
    pub permission: &'static str,
    /// Whether the command also works without it, with less detail.
    pub optional: bool,
    /// `null` if the token is not readable.
    pub granted: Option<bool>,
}
