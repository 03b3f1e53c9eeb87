//! The reach of a plan: the number of devices and users, what is unknown, and limits.

mod counts;
mod exclusions;
mod limits;

use crate::harness::{EMBEDDED, Ran, Repository, normal};

/// A repository with one policy with these targets, which are the lines below `assignments:`.
fn repository(configuration: &str, assignments: &str) -> Repository {
    let repo = Repository::new(configuration);
    assign(&repo, assignments);
    repo
}

fn assign(repo: &Repository, assignments: &str) {
    repo.policy("lock", &format!("name: Lock\nsettings: {{ Start/HideLock: Hide }}\nassignments:\n{assignments}"));
}

fn limited(limits: &str) -> String {
    EMBEDDED.replace("sandbox }", &format!("sandbox, limits: {{ {limits} }} }}"))
}

/// The last lines of a plan: the reach and the summary.
fn summary(ran: &Ran) -> String {
    let lines = normal(&ran.out);
    let from = lines.find("\nReach").or(lines.find("\nLimits")).unwrap_or(0);
    lines[from..].trim_start().to_owned()
}
