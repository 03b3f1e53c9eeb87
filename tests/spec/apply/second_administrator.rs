//! An apply for which a second administrator has to approve each write (Multi Admin Approval).

use insta::assert_snapshot;
use tempfile::TempDir;

use crate::harness::graph::client;
use crate::harness::proxy::{Proxy, REAL};
use crate::harness::{Graph, Ran, Rehearsal, Repository, TENANT, command, normal, served, text};

const APPROVALS: &str = "multi_admin_approval: true\n";
const POLICY: &str = "\
name: Policy 0
settings:
  Trial/Number0: { type: integer, value: 0, unchecked: trial }
assignments: { include: [{ group: SSPR Pilot }] }
";

/// A tenant with faults, and a repository for it with a policy.
fn tenant(faults: &str) -> Rehearsal {
    let rehearsal = Rehearsal::new(faults);
    rehearsal.repo.policy("p00", POLICY);
    rehearsal
}

/// The same, without approvals until the policy is applied.
fn applied(policy: &str) -> Rehearsal {
    let rehearsal = tenant("durable: false\n");
    rehearsal.repo.policy("p00", policy);
    rehearsal.repo.apply().succeeds();
    rehearsal.again(APPROVALS)
}

/// Checks that it waits for approval and that nothing failed.
#[track_caller]
fn waits(ran: Ran) -> Ran {
    ran.ends(3)
}

/// The lines with the results of changes, with their help.
fn outcomes(ran: &Ran) -> String {
    let about = |line: &&str| ["failed   ", "waiting  ", "= help", "done, "].iter().any(|what| line.contains(what));
    normal(&ran.out.lines().filter(about).collect::<Vec<_>>().join("\n"))
}

/// Deletes the local state, as in the next run of a pipeline.
fn forget(repo: &Repository) {
    std::fs::remove_dir_all(repo.path(".sspr-policy")).unwrap();
}

/// `sspr-policy sandbox approve --all`, as another administrator does in Intune.
fn approve(tenant: &TempDir, decision: &str) {
    Ran::of(command(tenant.path()).args(["sandbox", decision, "--all"])).succeeds();
}

#[test]
fn a_second_administrator_has_to_approve() {
    let Rehearsal { repo, server, tenant } = tenant(APPROVALS);
    let first = waits(repo.ran("apply --auto-approve --justification CHG-1042"));
    assert_snapshot!(normal(&first.out), @r#"
    Environment rehearsal   tenant sandbox (embedded, not your tenant)   owner contoso

      + p00                          "Policy 0"
          + Trial/Number0 [device]                             0
          + assignment  include group SSPR Pilot   24 devices

    Reach: +24 devices (SSPR Pilot).
    Scope tags: 1 new profile has none, so it gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 unchanged, 7 not managed here.
      + p00                          waiting  for approval, code [id]

    0 done, 0 failed, 1 waiting for approval.
    Another administrator has to approve in Intune, Tenant administration > Multi Admin Approval, within three days. Then run the same `sspr-policy apply` again.
    "#);
    assert_snapshot!(normal(&waits(repo.apply()).out).lines().skip(9).collect::<Vec<_>>().join("\n"), @"
      + p00                          waiting  for approval, code [id]

    0 done, 0 failed, 1 waiting for approval.
    Another administrator has to approve in Intune, Tenant administration > Multi Admin Approval, within three days. Then run the same `sspr-policy apply` again.
    ");
    approve(&tenant, "approve");
    // The profile exists now; its assignment is a separate write.
    assert!(waits(repo.apply()).out.contains("1 waiting for approval"));
    assert_eq!(Graph::new(&server.url).profile("Policy 0")["assignments"], serde_json::json!([]));
    let plan = repo.planned();
    assert!(plan.contains("not assigned: an apply was interrupted, or someone removed the assignments"), "{plan}");
    approve(&tenant, "approve");
    repo.apply().succeeds();
    repo.assert_converged();
    assert!(!repo.path(".sspr-policy/journal.json").exists());
}

#[test]
fn an_approval_is_found_again_on_another_machine() {
    let Rehearsal { repo, server: _server, tenant } = tenant(APPROVALS);
    for run in 1..3 {
        // The justification of a pipeline names its run.
        waits(repo.apply_with(&["--justification", &format!("run {run}")]));
        approve(&tenant, "approve");
        forget(&repo);
    }
    repo.apply().succeeds();
    repo.assert_converged();
}

#[test]
fn a_rejected_change_is_requested_again() {
    let Rehearsal { repo, server: _server, tenant } = tenant(APPROVALS);
    waits(repo.apply());
    approve(&tenant, "reject");
    let rejected = repo.apply();
    assert_eq!(rejected.code, Some(1));
    assert!(rejected.out.contains("was rejected; the next apply asks for approval again"), "{}", rejected.out);
    assert!(waits(repo.apply()).out.contains("1 waiting for approval"));
}

#[test]
fn a_saved_plan_continues_after_each_approval() {
    let Rehearsal { repo, server: _server, tenant } = tenant(APPROVALS);
    repo.ran("plan --out plan.json").succeeds();
    for _ in 0..2 {
        assert!(waits(repo.ran("apply plan.json")).out.contains("1 waiting for approval"));
        approve(&tenant, "approve");
    }
    repo.ran("apply plan.json").succeeds();
    repo.assert_converged();
}

/// A setting moves to another policy whose change is rejected, so the first policy must keep it.
#[test]
fn a_change_is_skipped_if_it_depends_on_a_refused_one() {
    let quiet = Rehearsal::new("durable: false\n");
    let moving = "  Trial/Moving: { type: integer, value: 1, unchecked: trial }\n";
    let policy = |name: &str, more: &str| {
        format!("name: {name}\nsettings:\n  Trial/{name}: {{ type: integer, value: 1, unchecked: trial }}\n{more}")
    };
    quiet.repo.policy("giver", &policy("Giver", moving));
    quiet.repo.policy("taker", &policy("Taker", ""));
    quiet.repo.apply().succeeds();
    let guarded = quiet.again(APPROVALS);
    guarded.repo.policy("giver", &policy("Giver", ""));
    guarded.repo.policy("taker", &policy("Taker", moving));
    let ran = waits(guarded.repo.apply());
    let said: Vec<&str> = ran.out.lines().filter(|line| line.contains("left") || line.contains("done, ")).collect();
    assert_snapshot!(said.join("\n"), @"0 done, 0 failed, 1 waiting for approval, 1 skipped. Fix the cause and run `sspr-policy apply` again; it continues with what is missing.");
}

/// Whether approved or not, a request for an earlier version blocks the next one.
#[test]
fn a_policy_that_was_edited_after_the_approval_request() {
    let Rehearsal { repo, server: _server, tenant } = applied(POLICY);
    repo.edit("p00", "value: 0", "value: 1");
    waits(repo.apply_with("--justification CHG-1042"));
    repo.edit("p00", "value: 1", "value: 2");
    let ran = repo.apply();
    assert_eq!(ran.code, Some(1));
    assert_snapshot!(outcomes(&ran), @r#"
      ~ p00                          failed   the request for approval [id] is still pending for an earlier version of this policy ("CHG-1042")
          = help: have it rejected or canceled in Intune (Tenant administration > Multi Admin Approval), and run again; or have it approved, and apply that version
    0 done, 1 failed. Fix the cause and run `sspr-policy apply` again; it continues with what is missing.
    "#);
    approve(&tenant, "approve");
    forget(&repo);
    let ran = repo.apply();
    assert_eq!(ran.code, Some(1));
    assert_snapshot!(outcomes(&ran), @r#"
      ~ p00                          failed   the request for approval [id] was approved for an earlier version of this policy ("CHG-1042")
          = help: apply that version; or have the request canceled in Intune (Tenant administration > Multi Admin Approval), and run again
    0 done, 1 failed. Fix the cause and run `sspr-policy apply` again; it continues with what is missing.
    "#);
    // Apply the earlier version first, and then this one.
    repo.edit("p00", "value: 2", "value: 1");
    repo.apply().succeeds();
    repo.edit("p00", "value: 1", "value: 2");
    waits(repo.apply());
    approve(&tenant, "approve");
    repo.apply().succeeds();
    repo.assert_converged();
}

#[test]
fn a_rejected_request_does_not_block_the_next() {
    let Rehearsal { repo, server: _server, tenant } = applied(POLICY);
    repo.edit("p00", "value: 0", "value: 1");
    waits(repo.apply());
    repo.edit("p00", "value: 1", "value: 2");
    approve(&tenant, "reject");
    waits(repo.apply());
    approve(&tenant, "approve");
    repo.apply().succeeds();
    repo.assert_converged();
}

/// Someone requested a change of the managed profile with another program.
#[test]
fn a_request_from_another_program_blocks_ours() {
    let Rehearsal { repo, server, tenant: _tenant } = applied(POLICY);
    let url = format!("{}/beta/deviceManagement/deviceConfigurations/", server.url);
    let id = text(&Graph::new(&server.url).profile("Policy 0")["id"]);
    let body = r##"{ "@odata.type": "#microsoft.graph.windows10CustomConfiguration", "displayName": "P" }"##;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let asked = client().patch(url + &id).body(body);
    let asked =
        asked.header("content-type", "application/json").header("x-msft-approval-justification", "YnkgaGFuZA==");
    assert_eq!(runtime.block_on(async { asked.send().await.unwrap().status() }), 412);
    repo.edit("p00", "value: 0", "value: 1");
    let ran = repo.apply();
    assert_eq!(ran.code, Some(1));
    assert_snapshot!(outcomes(&ran), @"
      ~ p00                          failed   PATCH /beta/deviceManagement/deviceConfigurations/[id] returned 409 Conflict: An active Approval Request already exists for this entity (request-id [id])
          = help: another change to this profile waits for approval or was approved: have it completed or canceled in Intune (Tenant administration > Multi Admin Approval)
    0 done, 1 failed. Fix the cause and run `sspr-policy apply` again; it continues with what is missing.
    ");
}

/// The assignment raises the version that the marker contains, which alone does not need another approval.
#[test]
fn a_profile_with_a_masked_value_needs_two_approvals() {
    let Rehearsal { repo, server: _server, tenant } = tenant(&format!("{APPROVALS}assign_raises_version: true\n"));
    repo.policy("p00", &POLICY.replace("type: integer, value: 0", "type: string, value: zero"));
    for _ in 0..2 {
        waits(repo.apply());
        approve(&tenant, "approve");
    }
    repo.apply().succeeds();
    repo.assert_converged();
    repo.apply().succeeds();
    // The marker no longer confirms the value, so it is written again before the assignment changes.
    repo.edit("p00", "SSPR Pilot", "All Staff");
    for _ in 0..2 {
        waits(repo.apply());
        approve(&tenant, "approve");
    }
    repo.apply().succeeds();
    repo.assert_converged();
    repo.edit("p00", "value: zero", "value: one");
    waits(repo.apply());
    approve(&tenant, "approve");
    repo.apply().succeeds();
    repo.assert_converged();
}

/// The approval is for the first request. Without a fingerprint key, a changed secret cannot be detected.
#[test]
fn a_secret_that_changed_after_the_approval_request() {
    let secret = "type: string, value: \"${env:SECRET}\"";
    let said = |more: &str, code: i32| {
        let Rehearsal { mut repo, server, tenant } = tenant(APPROVALS);
        let proxy = Proxy::start(&server.url, REAL, &[]);
        repo.write("sspr-policy.yaml", &served("contoso", &proxy.url, more).replace(TENANT, REAL));
        repo.policy("p00", &POLICY.replace("type: integer, value: 0", secret));
        repo.variables.insert("SECRET".into(), "hunter2-first".into());
        repo.variables.insert("KEY".into(), "hunter2-key".into());
        waits(repo.apply());
        approve(&tenant, "approve");
        repo.variables.insert("SECRET".into(), "hunter2-second".into());
        let ran = repo.apply();
        assert_eq!(ran.code, Some(code), "{}{}", ran.out, ran.err);
        format!("{}\n", outcomes(&ran).replace(&proxy.url, ""))
    };
    assert_snapshot!(said("", 1), @"
      + p00                          failed   POST /beta/deviceManagement/deviceConfigurations returned 400 BadRequest: The approval request [id] is for another request: method, URL and body have to be the same. (request-id [id])
          = help: a secret may have changed since the approval: have the request canceled in Intune (Tenant administration > Multi Admin Approval), and run again
    0 done, 1 failed. Fix the cause and run `sspr-policy apply` again; it continues with what is missing.
    ");
    assert_snapshot!(said("    fingerprint_key: ${env:KEY}\n", 3), @"
      + p00                          waiting  for approval, code [id]
    0 done, 0 failed, 1 waiting for approval.
    ");
}

#[test]
fn disown_waits_for_approval() {
    let Rehearsal { repo, server, tenant } = applied(POLICY);
    let id = text(&Graph::new(&server.url).profile("Policy 0")["id"]);
    let ran = waits(repo.ran(&["disown", &id, "--justification", "CHG-1043"]));
    assert_snapshot!(normal(&ran.out), @r#"
    "Policy 0" ([id]) waits for approval, code [id]
    Another administrator has to approve in Intune, Tenant administration > Multi Admin Approval, within three days. Then run the same `sspr-policy disown` again.
    "#);
    forget(&repo);
    approve(&tenant, "approve");
    let ran = repo.ran(&["disown", &id]).succeeds();
    assert_snapshot!(normal(&ran.out), @r#""Policy 0" ([id]) is no longer managed as p00 of contoso; nothing else was changed"#);
    let profile = Graph::new(&server.url).profile("Policy 0");
    assert_eq!((text(&profile["description"]), profile["assignments"].as_array().unwrap().len()), (String::new(), 1));
}
