//! Whether an environment can be used: what can be seen of its network, identity, tenant and permissions.

mod answers;
mod examine;
mod permissions;

pub use examine::examine;
pub use permissions::Granted;

use schemars::JsonSchema;
use serde::Serialize;

use crate::failure::Failure;
use crate::session::Purpose;

/// The area of the requests.
const GRAPH: &str = "Microsoft Graph";
/// The area of the table.
pub const PERMISSIONS: &str = "Permissions of Microsoft Graph";

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Ok,
    Warn,
    /// What the command needs is not there.
    Fail,
    /// Neither good nor bad.
    Note,
}

/// Something that was looked at.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Observation {
    pub area: &'static str,
    pub status: Status,
    pub what: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// What was seen of an environment.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Readiness {
    pub environment: String,
    pub tenant: String,
    /// For which commands.
    #[serde(skip)]
    pub purpose: Purpose,
    pub checks: Vec<Observation>,
    pub permissions: Vec<Granted>,
}

/// The same for programs.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ReadinessReport")]
pub struct ReadinessDocument<'a> {
    /// Nothing (`null`): as far as can be seen, for the token cannot be read and no answer tells.
    can_plan: Option<bool>,
    can_apply: Option<bool>,
    #[serde(flatten)]
    readiness: &'a Readiness,
}

impl Readiness {
    fn add(&mut self, area: &'static str, status: Status, what: impl Into<String>) {
        self.checks.push(Observation { area, status, what: what.into(), help: None });
    }

    fn add_with_help(&mut self, area: &'static str, status: Status, what: impl Into<String>, help: Option<String>) {
        self.checks.push(Observation { area, status, what: what.into(), help });
    }

    fn add_failure(&mut self, area: &'static str, failure: Failure) {
        match failure {
            Failure::Message(message, help) => self.add_with_help(area, Status::Fail, message, help),
            Failure::Diagnostics(_) => self.add(area, Status::Fail, "the files are wrong"),
        }
    }

    pub fn document(&self) -> ReadinessDocument<'_> {
        ReadinessDocument { can_plan: self.can_plan(), can_apply: self.can_apply(), readiness: self }
    }

    /// Whether everything but a permission of `apply` is there; nothing where nobody can tell.
    fn can_plan(&self) -> Option<bool> {
        let fails = |one: &Observation| one.status == Status::Fail && one.area != PERMISSIONS;
        if self.checks.iter().any(fails) { Some(false) } else { permissions::suffice(&self.permissions, "plan") }
    }

    /// Whether `apply` could do its work with the identity that was looked at; nothing where nobody can tell.
    fn can_apply(&self) -> Option<bool> {
        match (self.can_plan(), permissions::suffice(&self.permissions, "apply")) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        }
    }

    /// Whether the commands that were asked about could do their work; nothing where nobody can tell.
    pub fn is_ready(&self) -> Option<bool> {
        match self.purpose {
            Purpose::Plan => self.can_plan(),
            Purpose::Apply => self.can_apply(),
        }
    }
}
