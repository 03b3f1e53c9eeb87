//! The limits of an environment, which block a plan that changes more than expected.

use std::collections::BTreeSet;

use super::reach::{after, members_of, touched};
use super::reach_document::LimitLine;
use super::{Action, Names, Plan};
use crate::diagnostic::{Code, Diagnostic, counted, grouped};
use crate::setting::{CountedMembers, Membership, UnknownMembers, Who};

#[derive(Debug, Clone, Default)]
pub struct PlanLimits {
    pub max_changes: Option<u32>,
    pub max_deletes: Option<u32>,
    /// The largest number of affected devices: they will get a profile, lose it, or get other settings.
    pub max_devices: Option<u32>,
    /// Whether a profile whose change affects devices may be assigned to all devices or all users.
    pub allow_all_targets: bool,
    pub overridden: Overridden,
}

/// Which limits do not block the plan.
#[derive(Debug, Clone, Default)]
pub enum Overridden {
    #[default]
    Nothing,
    Everything,
    /// The limits that were overridden for an approved plan, up to the numbers in that plan.
    Approved(Vec<LimitLine>),
}

impl Overridden {
    fn covers(&self, line: &LimitLine) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::Approved(lines) => lines.iter().any(|approved| {
                approved.limit == line.limit
                    && match (line.found, approved.found) {
                        (Some(found), Some(seen)) => found <= seen,
                        (found, seen) => found == seen,
                    }
            }),
        }
    }
}

/// A limit that is exceeded, with its errors.
struct Exceeded {
    line: LimitLine,
    problems: Vec<Diagnostic>,
}

impl Plan {
    /// Adds errors for the limits that the plan exceeds, or records that they are overridden.
    pub fn check_limits(&mut self, limits: &PlanLimits, membership: &Membership, names: &Names) {
        let (all, deletes) = (self.changes.len(), self.count(Action::Delete));
        let counted = [
            if_more("max_changes", limits.max_changes, all, "change"),
            if_more("max_deletes", limits.max_deletes, deletes, "deletion"),
            self.devices(limits.max_devices, membership, names),
            self.all_targets(limits.allow_all_targets),
        ];
        self.problems.extend(limits.max_devices.and_then(|most| self.devices_of_users(most, membership, names)));
        for exceeded in counted.into_iter().flatten() {
            if limits.overridden.covers(&exceeded.line) {
                self.limits_overridden.push(exceeded.line);
            } else {
                self.problems.extend(exceeded.problems);
            }
        }
    }

    fn devices(&self, most: Option<u32>, membership: &Membership, names: &Names) -> Option<Exceeded> {
        let most = most?;
        let touched: BTreeSet<&Who> = self.changes.iter().flat_map(touched).collect();
        let mut sum: usize = 0;
        let mut parts = Vec::new();
        let mut missing: BTreeSet<usize> = BTreeSet::new();
        let mut uncountable = 0;
        for who in &touched {
            let (name, what) = match who {
                Who::Group(id) => (names.groups.get(id).unwrap_or(id).as_str(), CountedMembers::OfGroups),
                Who::AllDevices => ("all devices", CountedMembers::AllDevices),
                Who::AllUsers => continue,
                Who::Other(_) => {
                    uncountable += 1;
                    continue;
                }
            };
            match members_of(who, membership).map(|members| members.devices_at_most()) {
                Some(0) => {}
                Some(devices) => {
                    sum += devices;
                    parts.push(format!("{name}: {}", grouped(devices)));
                }
                None => missing.extend(membership.unknown.iter().position(|unknown| unknown.what == what)),
            }
        }
        let line = |found| LimitLine { limit: "max_devices".into(), allowed: most.into(), found };
        if uncountable > 0 || !missing.is_empty() {
            let missing: Vec<&UnknownMembers> = missing.iter().map(|at| &membership.unknown[*at]).collect();
            return Some(Exceeded { line: line(None), problems: vec![unreadable(&missing, uncountable)] });
        }
        // The groups are part of all devices.
        if let Some(all) = membership.all_devices.filter(|_| touched.contains(&Who::AllDevices)) {
            sum = sum.min(all);
        }
        let mut problem = too_many(&counted(sum, "affected device"), sum, "max_devices", most);
        parts.sort();
        for part in parts {
            problem = problem.note(part);
        }
        (sum > most as usize).then(|| Exceeded { line: line(Some(sum as u64)), problems: vec![problem] })
    }

    /// Graph does not report how many devices users have. The plan must say that the limit does not count them.
    fn devices_of_users(&self, most: u32, membership: &Membership, names: &Names) -> Option<Diagnostic> {
        let touched: BTreeSet<&Who> = self.changes.iter().flat_map(touched).collect();
        let has_users = |who: &&Who| match who {
            Who::AllUsers => true,
            who => members_of(who, membership).is_some_and(|members| members.users > 0),
        };
        let name = |who: &Who| match who {
            Who::Group(id) => names.groups.get(id).unwrap_or(id).clone(),
            _ => "all users".to_string(),
        };
        let mut named: Vec<String> = touched.into_iter().filter(has_users).map(name).collect();
        named.sort();
        (!named.is_empty()).then(|| {
            Diagnostic::info(
                Code::DevicesOfUsersNotCounted,
                format!("`limits: max_devices: {most}` does not count the devices of users"),
            )
            .note(format!("the plan affects users: {}", named.join(", ")))
        })
    }

    /// Checks profiles that are assigned to all devices or all users, even if their policies do not manage assignments.
    fn all_targets(&self, allowed: bool) -> Option<Exceeded> {
        let is_all = |who: &Who| matches!(who, Who::AllDevices | Who::AllUsers);
        let wide = self.changes.iter().filter(|change| {
            after(change).iter().any(|one| !one.excluded && is_all(&one.who)) && !touched(change).is_empty()
        });
        let problems: Vec<Diagnostic> = wide
            .map(|change| {
                limit(format!(
                    "{} is assigned to all devices or all users, which `limits: allow_all_targets: false` forbids",
                    change.object
                ))
            })
            .collect();
        if allowed || problems.is_empty() {
            return None;
        }
        let found = Some(problems.len() as u64);
        Some(Exceeded { line: LimitLine { limit: "allow_all_targets".into(), allowed: 0, found }, problems })
    }
}

fn if_more(name: &str, most: Option<u32>, found: usize, what: &str) -> Option<Exceeded> {
    let most = most.filter(|most| found > *most as usize)?;
    let line = LimitLine { limit: name.into(), allowed: most.into(), found: Some(found as u64) };
    Some(Exceeded { line, problems: vec![too_many(&counted(found, what), found, name, most)] })
}

/// `uncountable` is the number of targets whose members Graph does not report.
fn unreadable(missing: &[&UnknownMembers], uncountable: usize) -> Diagnostic {
    let message = "`limits: max_devices` is set, but the number of affected devices is not known";
    let mut problem = Diagnostic::error(Code::LimitNotChecked, message);
    if uncountable > 0 {
        let many = if uncountable == 1 { "a target" } else { "some targets" };
        problem = problem
            .note(format!("Graph does not report the members of {many}, such as a Configuration Manager collection"));
    }
    for one in missing {
        problem = problem.note(format!("{} cannot be read ({})", one.what.word(), one.reason));
    }
    let permissions: Vec<&str> = missing.iter().filter_map(|one| one.permission.as_deref()).collect();
    problem.help(match permissions.as_slice() {
        [] if missing.is_empty() => {
            "save the plan with `plan --override-limits --out FILE`, and have that file approved".into()
        }
        [] => "plan again, or remove the limit from sspr-policy.yaml".to_string(),
        needed => format!(
            "grant {} to the identity that plans, or remove the limit from sspr-policy.yaml",
            needed.join(" and ")
        ),
    })
}

fn too_many(what: &str, found: usize, name: &str, most: u32) -> Diagnostic {
    let are = if found == 1 { "is" } else { "are" };
    limit(format!("{what} {are} more than `limits: {name}: {most}` allows"))
}

fn limit(message: String) -> Diagnostic {
    Diagnostic::error(Code::LimitExceeded, message).help(
        "review the plan; if it is right, save it with `plan --override-limits --out FILE` and have that file \
         approved, or change the limit in sspr-policy.yaml",
    )
}
