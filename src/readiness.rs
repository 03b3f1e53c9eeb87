//! Whether an environment can be used: what can be seen of its network, identity, tenant and permissions.

mod answers;
mod examine;
mod permissions;

use crate::failure::Failure;
use crate::permissions::PermissionUse;
use crate::report::{GrantedPermission, Observation, ReadinessArea, ReadinessDocument, Status};
use crate::session::Purpose;
pub use examine::examine;

/// What was observed about an environment.
#[derive(Debug)]
struct Readiness {
    environment: String,
    tenant: String,
    /// The command that was asked about.
    purpose: Purpose,
    checks: Vec<Observation>,
    permissions: Vec<GrantedPermission>,
}

impl Readiness {
    fn add(&mut self, area: ReadinessArea, status: Status, what: impl Into<String>) {
        self.checks.push(Observation { area, status, what: what.into(), help: None });
    }

    fn add_with_help(&mut self, area: ReadinessArea, status: Status, what: impl Into<String>, help: Option<String>) {
        self.checks.push(Observation { area, status, what: what.into(), help });
    }

    fn add_failure(&mut self, area: ReadinessArea, failure: Failure) {
        match failure {
            Failure::Message(message, help) => self.add_with_help(area, Status::Fail, message, help),
            Failure::Diagnostics(problems) => {
                for problem in problems {
                    let place = problem.place.as_ref().map_or_else(String::new, |place| format!("{place}: "));
                    let what = format!("{place}{}", problem.message);
                    self.add_with_help(area, Status::Fail, what, problem.help.clone());
                }
            }
        }
    }

    fn document(self) -> ReadinessDocument {
        ReadinessDocument {
            can_plan: self.can_plan(),
            can_apply: self.can_apply(),
            environment: self.environment,
            tenant: self.tenant,
            checks: self.checks,
            permissions: self.permissions,
        }
    }

    /// Whether everything that `plan` needs is there; `None` if that cannot be determined.
    fn can_plan(&self) -> Option<bool> {
        let fails = |one: &Observation| one.status == Status::Fail && one.area != ReadinessArea::Permissions;
        if self.checks.iter().any(fails) {
            Some(false)
        } else {
            permissions::suffice(&self.permissions, PermissionUse::Plan)
        }
    }

    /// Whether `apply` can work with this identity; `None` if that cannot be determined.
    fn can_apply(&self) -> Option<bool> {
        match (self.can_plan(), permissions::suffice(&self.permissions, PermissionUse::Apply)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        }
    }
}
