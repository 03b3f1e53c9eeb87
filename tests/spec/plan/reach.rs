//! Whom a plan reaches: how many, what is not known, and what is too much.

mod counts;
mod exclusions;
mod limits;

use crate::harness::{EMBEDDED, Ran, Repo, normal};

/// A repository with one policy for these targets, which are the lines below `assignments:`.
fn repository(configuration: &str, assignments: &str) -> Repo {
    let repo = Repo::new(configuration);
    assign(&repo, assignments);
    repo
}

fn assign(repo: &Repo, assignments: &str) {
    repo.policy("lock", &format!("name: Lock\nsettings: {{ Start/HideLock: Hide }}\nassignments:\n{assignments}"));
}

fn limited(limits: &str) -> String {
    EMBEDDED.replace("sandbox }", &format!("sandbox, limits: {{ {limits} }} }}"))
}

/// The last lines of a plan: whom it reaches, and what it is.
fn summary(ran: &Ran) -> String {
    let lines = normal(&ran.out);
    let from = lines.find("\nReach").or(lines.find("\nLimits")).unwrap_or(0);
    lines[from..].trim_start().to_owned()
}
