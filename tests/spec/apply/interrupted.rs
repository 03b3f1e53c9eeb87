//! An apply that is interrupted, or runs at the same time as another one.

use std::process::Child;
use std::time::Duration;

use insta::assert_snapshot;
use serde_json::Value;

#[cfg(unix)]
use crate::harness::interrupt;
use crate::harness::{Graph, Ran, Rehearsal, Repository, Served, copy, served, wait_until};

/// A tenant with faults, and a repository for it with some policies.
fn tenant(faults: &str, policies: usize) -> Rehearsal {
    let rehearsal = Rehearsal::new(faults);
    for n in 0..policies {
        rehearsal.repo.policy(
            &format!("p{n:02}"),
            &format!(
                "name: Policy {n}\nsettings:\n  Trial/Number{n}: {{ type: integer, value: {n}, unchecked: trial }}\nassignments: {{ include: [{{ group: SSPR Pilot }}] }}\n"
            ),
        );
    }
    rehearsal
}

/// An apply in the background that has sent some writes.
fn under_way(repo: &Repository, server: &Served, writes: u64) -> Child {
    let apply = repo.applying();
    wait_until("the write", || server.counters()["writes"].as_u64().unwrap() >= writes);
    apply
}

#[cfg(unix)]
#[test]
fn an_interrupt_waits_for_requests_that_were_sent() {
    let Rehearsal { repo, server, tenant: _tenant } = tenant("latency_ms: 40\n", 60);
    let apply = under_way(&repo, &server, 10);
    interrupt(&apply);
    let Ran { out, err, .. } = Ran::from(apply).ends(1);
    assert_snapshot!(err, @"stopping after the requests in flight have finished; press Ctrl+C again to stop at once");
    assert!(out.contains("skipped  stopped before it started"), "{out}");
    let last = out.lines().last().unwrap();
    assert!(last.contains(" done, 0 failed, ") && last.contains(" skipped."), "{last}");
    // Profiles that were begun are complete.
    let made: Vec<Value> = Graph::new(&server.url)
        .profiles()
        .into_iter()
        .filter(|one| one["displayName"].to_string().contains("Policy"))
        .collect();
    assert!(!made.is_empty() && made.len() < 60);
    assert!(made.iter().all(|one| one["assignments"].as_array().unwrap().len() == 1));
    repo.apply().succeeds();
    repo.assert_converged();
}

#[cfg(unix)]
#[test]
fn a_second_interrupt_stops_at_once_and_the_next_apply_repairs_it() {
    let Rehearsal { repo, server, tenant: _tenant } = tenant("latency_ms: 300\n", 30);
    let apply = under_way(&repo, &server, 5);
    interrupt(&apply);
    std::thread::sleep(Duration::from_millis(100));
    interrupt(&apply);
    Ran::from(apply).ends(1);
    repo.apply().succeeds();
    repo.assert_converged();
    assert_eq!(Graph::new(&server.url).names().iter().filter(|name| name.starts_with("Policy")).count(), 30);
}

#[test]
fn a_second_apply_in_the_same_folder_is_refused() {
    let Rehearsal { repo, server, tenant: _tenant } = tenant("latency_ms: 40\n", 30);
    let first = under_way(&repo, &server, 3);
    let said = repo.apply().fails();
    assert!(said.starts_with("error: another apply of contoso to this tenant is running on this machine"), "{said}");
    Ran::from(first).succeeds();
    repo.assert_converged();
}

/// Two clones of one repository.
#[test]
fn a_second_apply_to_the_same_tenant_is_refused() {
    let Rehearsal { repo, server, tenant: _tenant } = tenant("latency_ms: 40\n", 30);
    let clone = Repository::new(&repo.read("sspr-policy.yaml"));
    copy(&repo.path("policies"), &clone.path("policies"));
    let first = under_way(&repo, &server, 3);
    let number = first.id().to_string();
    let said = |ran: Ran| {
        assert_eq!(ran.code, Some(1));
        ran.err
            .replace(&repo.root().canonicalize().unwrap().display().to_string(), "[folder]")
            .replace(&number, "[number]")
    };
    #[cfg(unix)]
    assert_snapshot!(said(clone.apply()), @"
    error: another apply of contoso to this tenant is running on this machine in [folder] (process [number])
    help: wait until it has finished, then run the command again
    ");
    #[cfg(not(unix))]
    assert!(said(clone.apply()).contains("another apply of contoso to this tenant is running on this machine"));
    assert!(said(clone.ran("disown 3f2a")).contains("another apply of contoso"));
    // Another owner has other profiles.
    let other = Repository::new(&served("fabrikam", &server.url, ""));
    other.policy("p00", "name: Fabrikam\nsettings: { Camera/AllowCamera: 1 }\n");
    other.apply().succeeds();
    Ran::from(first).succeeds();
    clone.apply().succeeds();
    clone.assert_converged();
    let names = Graph::new(&server.url).names();
    assert_eq!(names.iter().filter(|name| name.starts_with("Policy")).count(), 30);
}

/// Without a folder of the user, neither the lock nor the journal can be kept.
#[cfg(unix)]
#[test]
fn an_apply_needs_the_state_folder() {
    let Rehearsal { mut repo, server: _server, tenant: _tenant } = tenant("durable: false\n", 1);
    repo.variables.insert("XDG_STATE_HOME".into(), "/dev/null".into());
    assert_snapshot!(repo.apply().fails(), @"
    error: the folder for locks and the journal cannot be used: /dev/null/sspr-policy is not a folder, or is in something that is not a folder; nothing was changed
    help: set XDG_STATE_HOME to a folder of your own, outside the policy repository
    ");
}

/// The first PATCH is throttled for two seconds; meanwhile someone changes the profile in the portal.
#[test]
fn a_retried_write_does_not_overwrite_an_edit() {
    let Rehearsal { repo, server, tenant: _tenant } =
        tenant("throttle: { on: [1], of: PATCH, retry_after: seconds, seconds: 2 }\ndurable: false\n", 1);
    repo.apply().succeeds();
    repo.edit("p00", "value: 0", "value: 7");
    let apply = repo.applying();
    let portal = Graph::new(&server.url);
    wait_until("the throttled write", || server.counters()["faults"]["throttle"] == 1);
    let profile = portal.profile("Policy 0");
    let mut setting = portal.writable(&profile, &profile["omaSettings"][0]);
    setting["value"] = serde_json::json!(99);
    portal.patch(&profile, serde_json::json!({ "omaSettings": [setting] }));
    let out = Ran::from(apply).ends(1).out;
    assert!(out.contains("someone changed the profile in Intune since the plan (then version 1, now 2)"), "{out}");
    assert_eq!(portal.profile("Policy 0")["omaSettings"][0]["value"], 99);
}

/// The connection is cut after the server has created the profile. It is found, and assigned in the same apply.
#[test]
fn a_profile_whose_creation_was_not_answered_is_finished() {
    let Rehearsal { repo, server, tenant: _tenant } = tenant("cut_after: { on: [1] }\ndurable: false\n", 1);
    repo.apply().succeeds();
    assert_eq!(Graph::new(&server.url).profile("Policy 0")["assignments"].as_array().unwrap().len(), 1);
    repo.assert_converged();
}
