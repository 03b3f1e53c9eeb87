//! What the plan shows if policies and tenant differ by more than one edit; single edits are in `edits`.

mod lifecycle;
mod portal;

use serde_json::{Value, json};

use crate::harness::{EMBEDDED, Repository};

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
fn applied() -> Repository {
    with(EMBEDDED, &[("lock", LOCK)])
}

fn with(configuration: &str, policies: &[(&str, &str)]) -> Repository {
    let repo = Repository::new(configuration);
    for (key, policy) in policies {
        repo.policy(key, policy);
    }
    repo.apply().succeeds();
    repo.assert_converged();
    repo
}

/// Applies the policies, and checks that nothing is left to change.
fn converges(repo: &Repository) {
    repo.apply().succeeds();
    repo.assert_converged();
}

/// Changes the settings of a profile in the form in which they can be sent back.
fn settings(repo: &Repository, change: impl FnOnce(&mut Vec<Value>)) {
    let portal = repo.portal();
    let profile = portal.profile("Lock screen");
    let mut settings: Vec<Value> =
        profile["omaSettings"].as_array().unwrap().iter().map(|one| portal.writable(&profile, one)).collect();
    change(&mut settings);
    portal.patch(&profile, json!({ "omaSettings": settings }));
}
