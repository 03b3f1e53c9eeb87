//! What the plan says when policies and tenant differ in other ways than by one edit, which are in `edits`.

mod lifecycle;
mod portal;

use serde_json::{Value, json};

use crate::harness::{EMBEDDED, Repo};

const LOCK: &str = "\
name: Lock screen
settings:
  AboveLock/AllowCortanaAboveLock: Allowed
  Start/HideLock: Hide
assignments:
  include:
    - group: SSPR Pilot
    - group: All Staff
  exclude:
    - group: Kiosks
";

/// A repository with one policy, which was applied.
fn applied() -> Repo {
    with(EMBEDDED, &[("lock", LOCK)])
}

fn with(configuration: &str, policies: &[(&str, &str)]) -> Repo {
    let repo = Repo::new(configuration);
    for (key, policy) in policies {
        repo.policy(key, policy);
    }
    repo.apply().succeeds();
    repo.assert_converged();
    repo
}

/// The same repository, brought to the written state: then nothing is left.
fn converges(repo: &Repo) {
    repo.apply().succeeds();
    repo.assert_converged();
}

/// The settings of a profile as they may be sent back, with changes.
fn settings(repo: &Repo, change: impl FnOnce(&mut Vec<Value>)) {
    let portal = repo.portal();
    let profile = portal.profile("Lock screen");
    let mut settings: Vec<Value> =
        profile["omaSettings"].as_array().unwrap().iter().map(|one| portal.writable(&profile, one)).collect();
    change(&mut settings);
    portal.patch(&profile, json!({ "omaSettings": settings }));
}
