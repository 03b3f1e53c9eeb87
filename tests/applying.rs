//! An apply while it runs: interrupted, beside another one, and where a second administrator has to approve.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod support;

use std::process::{Child, Stdio};
use std::time::Duration;

use insta::assert_snapshot;
use serde_json::Value;
use support::{Graph, Repo, Served, normal, program, served};
use tempfile::TempDir;

/// A tenant with faults, and a repository for it with some policies.
fn tenant(faults: &str, policies: usize) -> (TempDir, Repo, Served) {
    let (tenant, repo) = (tempfile::tempdir().unwrap(), Repo::new(""));
    let server = Served::faulty(tenant.path(), faults, 1);
    repo.write("sspr-policy.yaml", &served("contoso", &server.url, ""));
    for n in 0..policies {
        repo.policy(
            &format!("p{n:02}"),
            &format!(
                "name: Policy {n}\nsettings:\n  Trial/Number{n}: {{ type: integer, value: {n}, unchecked: trial }}\nassignments: {{ include: [{{ group: SSPR Pilot }}] }}\n"
            ),
        );
    }
    (tenant, repo, server)
}

fn counters(server: &Served) -> Value {
    Graph::new(&server.own).get("/sandbox/counters")
}

/// An apply in the background that has sent some writes.
fn under_way(repo: &Repo, server: &Served, writes: u64) -> Child {
    let mut command = repo.command(&["apply", "--auto-approve"]);
    #[allow(clippy::zombie_processes, reason = "whoever gets it waits for it")]
    let apply = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    for _ in 0..2_000 {
        if counters(server)["writes"].as_u64().unwrap() >= writes {
            return apply;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("the apply sends nothing");
}

/// Ctrl+C, as a terminal sends it.
#[cfg(unix)]
fn interrupt(apply: &Child) {
    let sent = std::process::Command::new("kill").args(["-INT", &apply.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[cfg(unix)]
#[test]
fn an_interrupt_lets_what_is_in_flight_come_to_its_end() {
    let (_tenant, repo, server) = tenant("latency_ms: 40\n", 60);
    let apply = under_way(&repo, &server, 10);
    interrupt(&apply);
    let ended = apply.wait_with_output().unwrap();
    let (out, err) = (String::from_utf8(ended.stdout).unwrap(), String::from_utf8(ended.stderr).unwrap());
    assert_eq!(ended.status.code(), Some(1), "{out}{err}");
    assert_snapshot!(err, @"stopping: what is in flight is finished first; once more, and it is left as it is");
    assert!(out.contains("left     stopped before it began"), "{out}");
    let last = out.lines().last().unwrap();
    assert!(last.contains(" done, 0 failed, ") && last.contains(" left."), "{last}");
    // What was begun is whole.
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
fn a_second_interrupt_lets_go_and_the_next_apply_mends_it() {
    let (_tenant, repo, server) = tenant("latency_ms: 300\n", 30);
    let apply = under_way(&repo, &server, 5);
    interrupt(&apply);
    std::thread::sleep(Duration::from_millis(100));
    interrupt(&apply);
    let ended = apply.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(1));
    repo.apply().succeeds();
    repo.assert_converged();
    assert_eq!(Graph::new(&server.url).names().iter().filter(|name| name.starts_with("Policy")).count(), 30);
}

#[test]
fn a_second_apply_in_the_same_folder_is_refused() {
    let (_tenant, repo, server) = tenant("latency_ms: 40\n", 30);
    let first = under_way(&repo, &server, 3);
    let second = repo.apply();
    assert_eq!(second.code, Some(1));
    assert_snapshot!(second.err, @"
    error: another apply runs in this folder
    help: wait until it has ended, and run again
    ");
    assert!(first.wait_with_output().unwrap().status.success());
    repo.assert_converged();
}

/// `sspr-policy sandbox approve --all`, as another administrator would in Intune.
fn approve(tenant: &TempDir, decision: &str) {
    let mut command = std::process::Command::new(program());
    command.arg("--dir").arg(tenant.path()).args(["sandbox", decision, "--all"]);
    assert!(command.output().unwrap().status.success());
}

#[test]
fn where_a_second_administrator_has_to_approve() {
    let (tenant, repo, server) = tenant("multi_admin_approval: true\n", 1);
    let first = repo.run(&["apply", "--auto-approve", "--justification", "CHG-1042"]);
    assert_eq!(first.code, Some(1));
    assert_snapshot!(normal(&first.out), @r#"
    Environment rehearsal   tenant sandbox (embedded, not your tenant)   owner contoso

      + p00                          "Policy 0"
          + Trial/Number0 [device]                             0
          + assignment  include group SSPR Pilot   24 devices

    Reach: +24 devices (SSPR Pilot).
    Scope tags: 1 new profile names none, and gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 as written, 7 not ours.
      + p00                          waiting  for approval; its code: [id]

    0 done, 0 failed, 1 waiting for approval.
    Another administrator approves in Intune, Tenant administration > Multi Admin Approval, within three days; then run the same `sspr-policy apply` again in this folder: .sspr-policy/ holds the codes.
    "#);
    assert_snapshot!(normal(&repo.apply().out).lines().skip(10).collect::<Vec<_>>().join("\n"), @"

    0 done, 0 failed, 1 waiting for approval.
    Another administrator approves in Intune, Tenant administration > Multi Admin Approval, within three days; then run the same `sspr-policy apply` again in this folder: .sspr-policy/ holds the codes.
    ");
    approve(&tenant, "approve");
    // The profile is there now; its assignment is a write of its own.
    assert!(normal(&repo.apply().out).contains("1 waiting for approval"));
    assert_eq!(Graph::new(&server.url).profile("Policy 0")["assignments"], serde_json::json!([]));
    approve(&tenant, "approve");
    repo.apply().succeeds();
    repo.assert_converged();
    assert!(!repo.path().join(".sspr-policy/journal.json").exists());
}

#[test]
fn an_approval_is_found_again_on_another_machine() {
    let (tenant, repo, _server) = tenant("multi_admin_approval: true\n", 1);
    for _ in 0..2 {
        assert_eq!(repo.apply().code, Some(1));
        approve(&tenant, "approve");
        // A pipeline's next run begins in an empty folder.
        std::fs::remove_dir_all(repo.path().join(".sspr-policy")).unwrap();
    }
    repo.apply().succeeds();
    repo.assert_converged();
}

#[test]
fn what_was_rejected_is_asked_for_again() {
    let (tenant, repo, _server) = tenant("multi_admin_approval: true\n", 1);
    assert_eq!(repo.apply().code, Some(1));
    approve(&tenant, "reject");
    let rejected = repo.apply();
    assert!(rejected.out.contains("was rejected; the next apply asks for approval again"), "{}", rejected.out);
    assert!(repo.apply().out.contains("1 waiting for approval"));
}

#[test]
fn a_saved_plan_goes_on_after_each_approval() {
    let (tenant, repo, _server) = tenant("multi_admin_approval: true\n", 1);
    repo.run(&["plan", "--out", "plan.json"]).succeeds();
    for _ in 0..2 {
        assert!(repo.run(&["apply", "plan.json"]).out.contains("1 waiting for approval"));
        approve(&tenant, "approve");
    }
    repo.run(&["apply", "plan.json"]).succeeds();
    repo.assert_converged();
}

/// A policy gives a setting to another one, whose change is refused: the giver's cannot be done either.
#[test]
fn what_waits_for_something_that_is_refused_is_left() {
    let tenant = tempfile::tempdir().unwrap();
    let repo = Repo::new("");
    let moving = "  Trial/Moving: { type: integer, value: 1, unchecked: trial }\n";
    let policy = |name: &str, more: &str| {
        format!("name: {name}\nsettings:\n  Trial/{name}: {{ type: integer, value: 1, unchecked: trial }}\n{more}")
    };
    let connect = |faults: &str| {
        let server = Served::faulty(tenant.path(), faults, 1);
        repo.write("sspr-policy.yaml", &served("contoso", &server.url, ""));
        server
    };
    let server = connect("durable: false\n");
    repo.policy("giver", &policy("Giver", moving));
    repo.policy("taker", &policy("Taker", ""));
    repo.apply().succeeds();
    drop(server);
    repo.policy("giver", &policy("Giver", ""));
    repo.policy("taker", &policy("Taker", moving));
    let _server = connect("multi_admin_approval: true\n");
    let ran = repo.apply();
    assert_eq!(ran.code, Some(1));
    let said: Vec<&str> = ran.out.lines().filter(|line| line.contains("left") || line.contains("done, ")).collect();
    assert_snapshot!(said.join("\n"), @"
      ~ giver                        left     taker has to be done first: a setting moves there
    0 done, 0 failed, 1 waiting for approval, 1 left. Run `sspr-policy apply` again when the cause is gone; what is done will not be done twice.
    ");
}

/// The first PATCH is throttled for two seconds; meanwhile somebody changes the profile in the portal.
#[test]
fn what_somebody_changes_before_a_write_is_sent_again_is_not_written_over() {
    let (_tenant, repo, server) =
        tenant("throttle: { on: [1], of: PATCH, retry_after: seconds, seconds: 2 }\ndurable: false\n", 1);
    repo.apply().succeeds();
    repo.edit("p00", "value: 0", "value: 7");
    let mut command = repo.command(&["apply", "--auto-approve"]);
    let apply = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let portal = Graph::new(&server.url);
    for _ in 0..500 {
        if counters(&server)["faults"]["throttle"] == 1 {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let profile = portal.profile("Policy 0");
    let setting = portal.writable(&profile, &profile["omaSettings"][0]);
    let mut setting = setting.clone();
    setting["value"] = serde_json::json!(99);
    let body = serde_json::json!({ "@odata.type": profile["@odata.type"], "omaSettings": [setting] });
    let path = format!("/beta/deviceManagement/deviceConfigurations/{}", profile["id"].as_str().unwrap());
    portal.send("PATCH", &path, Some(&body));
    let ended = apply.wait_with_output().unwrap();
    let out = String::from_utf8(ended.stdout).unwrap();
    assert_eq!(ended.status.code(), Some(1), "{out}");
    assert!(out.contains("it was changed in the tenant since the plan (then version 1, now 2)"), "{out}");
    assert_eq!(portal.profile("Policy 0")["omaSettings"][0]["value"], 99);
}

/// The connection is cut after the server has made the profile: it is found, and assigned in the same apply.
#[test]
fn a_profile_whose_creation_was_not_answered_is_finished() {
    let (_tenant, repo, server) = tenant("cut_after: { on: [1] }\ndurable: false\n", 1);
    repo.apply().succeeds();
    assert_eq!(Graph::new(&server.url).profile("Policy 0")["assignments"].as_array().unwrap().len(), 1);
    repo.assert_converged();
}
