//! Servers that are slow, busy or wrong: what the client sends again, and when it gives up with a reason.
//!
//! Faults occur at fixed requests (docs/sandbox.md), so each test has the same result in each run. Many random faults
//! at once are in `tests/hostile.rs`; contradictory pages are in `client::pages`.

use insta::assert_snapshot;
use regex::Regex;
use serde_json::json;

use crate::harness::{Ran, Rehearsal, Repository, normal, served, text};

/// It needs a group, a filter, the list of profiles, their count, and a count of members.
const LOCK: &str = "\
name: Lock screen
settings:
  Start/HideLock: Hide
  WindowsLogon/DontDisplayNetworkSelectionUI: enabled
assignments:
  include: [{ group: SSPR Pilot, filter: Windows 11 corporate }]
";

/// A tenant, a repository for it, and a policy that is not applied yet.
fn faulty(faults: &str) -> Rehearsal {
    let mut rehearsal = Rehearsal::new(faults);
    rehearsal.repo.policy("lock", LOCK);
    rehearsal.repo.variables.insert("SSPR_POLICY_TOKEN".into(), "of-the-morning".into());
    rehearsal
}

/// A plan that succeeds in spite of faults, without the messages about them.
fn planned(rehearsal: &Rehearsal) -> String {
    normal(&rehearsal.repo.ran("plan").succeeds().out)
}

/// The pauses before requests were sent again. The first pause that no server requested is a little over ten
/// milliseconds here.
fn pauses(ran: &Ran) -> Vec<String> {
    let pause = Regex::new(r"sending again .*pause=(\S+)").unwrap();
    let own = Regex::new(r"^1\d(\.\d+)?ms$").unwrap();
    pause.captures_iter(&ran.err).map(|found| own.replace(&found[1], "own").into_owned()).collect()
}

/// The plan without faults.
fn right_plan() -> String {
    planned(&faulty(""))
}

#[test]
fn a_token_from_the_environment_cannot_be_renewed() {
    // All requests have arrived before the first one is refused, which ends the plan. The names are refused first.
    let profiles_later = "late_answers: { path: deviceConfigurations, delay_ms: 1000 }\n";
    let tenant =
        faulty(&format!("expire_tokens_after: 1\nexpired_tokens_stay: true\nlatency_ms: 500\n{profiles_later}"));
    assert_snapshot!(tenant.repo.ran("plan").fails(), @"
    error: POST /v1.0/$batch returned 401 InvalidAuthenticationToken: Lifetime validation failed, the token is expired. (request-id [id])
    help: the access token is missing or no longer valid: if it comes from SSPR_POLICY_TOKEN, get a new one; `sspr-policy doctor` shows who is signed in
    ");
    // The name of the tenant is read first; then names, profiles and their count at once. None of them is read again.
    assert_eq!(tenant.counters()["requests"], 4);
}

#[test]
fn a_token_that_expires_during_an_apply() {
    // The token expires after so many requests that the profile is created, but its assignment is refused.
    let ended = |requests| {
        let tenant = faulty(&format!("expire_tokens_after: {requests}\nexpired_tokens_stay: true\n"));
        let ran = tenant.repo.apply();
        (tenant, ran)
    };
    let (tenant, ran) = (8..30).map(ended).find(|(_, ran)| ran.out.contains("/assign returned 401")).unwrap();
    assert_eq!(ran.code, Some(1));
    assert_snapshot!(normal(&format!("{}{}", ran.out, ran.err)), @r#"
    Environment rehearsal   tenant sandbox (embedded, not your tenant)   owner contoso

      + lock                         "Lock screen"
          + Start/HideLock [device]                            Hide (1)
          + WindowsLogon/DontDisplayNetworkSelectionUI [device]   enabled
          + assignment  include group SSPR Pilot (filter include Windows 11 corporate)   24 devices

    Reach: +24 devices at most (SSPR Pilot).
    Scope tags: 1 new profile has none, so it gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 unchanged, 7 not managed here.
      + lock                         failed   POST /beta/deviceManagement/deviceConfigurations/[id]/assign returned 401 InvalidAuthenticationToken: Lifetime validation failed, the token is expired. (request-id [id])
          = help: the access token is missing or no longer valid: if it comes from SSPR_POLICY_TOKEN, get a new one; `sspr-policy doctor` shows who is signed in

    0 done, 1 failed. Fix the cause and run `sspr-policy apply` again; it continues with what is missing.
    "#);
    assert_eq!(tenant.portal().profile("Lock screen")["assignments"], json!([]));
    let tenant = tenant.again("");
    tenant.repo.apply().succeeds();
    tenant.repo.assert_converged();
    assert_eq!(tenant.portal().profile("Lock screen")["assignments"].as_array().unwrap().len(), 1);
}

/// The client tries six times if a server fails, and twelve times if it is busy.
#[test]
fn a_500_from_the_query_broker_is_throttling() {
    let tenant = faulty("broker: { first: 8, path: assignmentFilters }\n");
    assert_eq!(planned(&tenant), right_plan());
    assert_eq!(tenant.counters()["faults"], json!({ "broker": 8 }));

    let tenant = faulty("server_errors: { statuses: 500, page: json, first: 8, path: organization }\n");
    assert_snapshot!(tenant.repo.ran("plan").fails(), @"error: GET /v1.0/organization returned 500 InternalServerError: An error has occurred. (request-id [id])");
    assert_eq!(tenant.counters()["faults"], json!({ "server_errors": 6 }));
}

/// It was not carried out, so even a creation may be sent again.
#[test]
fn the_query_broker_is_too_busy_for_writes() {
    let tenant = faulty("broker: { first: 8, of: writes }\n");
    tenant.repo.apply().succeeds();
    tenant.repo.assert_converged();
    let counters = tenant.counters();
    assert_eq!((&counters["writes"], &counters["faults"]), (&json!(10), &json!({ "broker": 8 })));
    assert_eq!(tenant.portal().names().iter().filter(|name| *name == "Lock screen").count(), 1);
}

#[test]
fn only_failed_requests_of_a_batch_are_sent_again() {
    let groups = ["SSPR Pilot", "SSPR Ring 2", "Kiosks", "All Staff", "Bob's PCs"];
    let all = |tenant: &Rehearsal| {
        for (number, group) in groups.iter().enumerate() {
            let policy = format!(
                "name: Policy {number}\nsettings: {{ AboveLock/AllowToasts: 0 }}\nassignments: {{ include: [{{ group: {group} }}] }}\n"
            );
            tenant.repo.policy(&format!("p{number}"), &policy);
        }
        tenant.repo.remove("lock");
        tenant.repo.ran("plan -v").succeeds()
    };
    let quiet = faulty("");
    let right = all(&quiet);
    let faults = "sub_request_failures: { on: [2, 5], statuses: 429, seconds: 1, path: groups }\n";
    let tenant = faulty(faults);
    let ran = all(&tenant);
    assert_eq!(normal(&ran.out), normal(&right.out));
    let (before, after) = (quiet.counters(), tenant.counters());
    let more = |name: &str| after[name].as_u64().unwrap() - before[name].as_u64().unwrap();
    assert_eq!((more("requests"), more("batches"), more("sub_requests")), (1, 1, 2));
    assert_eq!(after["sub_answers"]["429"], 2);
    // One pause for both, the longest that they request.
    assert_eq!(pauses(&ran), ["1s"]);
}

/// A plan and an apply that are throttled with this pause, and make exactly this pause.
fn throttled(asked: &str, pause: &str) {
    let is_asked = |pauses: &[String]| pauses.iter().all(|one| Regex::new(pause).unwrap().is_match(one));
    // A batch, and one request in a batch.
    let tenant = faulty(&format!("throttle: {{ on: [2, 4], {asked} }}\n"));
    let ran = tenant.repo.ran("plan -v").succeeds();
    let made = pauses(&ran);
    assert!(made.len() == 2 && is_asked(&made), "{made:?}");
    assert_eq!(normal(&ran.out), right_plan());
    // A creation, and an assignment.
    let tenant = faulty(&format!("throttle: {{ on: [1, 3], of: writes, {asked} }}\n"));
    let ran = tenant.repo.apply_with("-v").succeeds();
    let made = pauses(&ran);
    assert!(made.len() == 2 && is_asked(&made), "{made:?}");
    assert_eq!(tenant.counters()["writes"], 4);
    tenant.repo.assert_converged();
}

#[test]
fn throttling_with_a_pause_in_seconds() {
    throttled("retry_after: seconds, seconds: 1", "^1s$");
}

/// In whole seconds by the server's clock. A request in a batch has no `Date`, so the client's clock is used.
#[test]
fn throttling_with_a_date() {
    throttled("retry_after: date, seconds: 2", r"^([123](\.\d+)?s|\d{3}(\.\d+)?ms)$");
}

#[test]
fn throttling_without_a_pause() {
    throttled("retry_after: none", "^own$");
}

/// An hour is too long to wait for a plan.
#[test]
fn a_pause_of_an_hour_is_too_long() {
    let tenant = faulty("throttle: { path: organization, seconds: 3600 }\n");
    assert_snapshot!(tenant.repo.ran("plan").fails(), @"
    error: GET /v1.0/organization returned 429 TooManyRequests: Too many requests. Please retry again later. (request-id [id])
    help: the tenant has reached its request limit, perhaps because of other programs: run again later
    ");
}

#[test]
fn a_plan_survives_slow_late_and_truncated_answers() {
    let right = right_plan();
    for faults in [
        "slow_body: { delay_ms: 300 }",
        "late_answers: { delay_ms: 300 }",
        "truncated: { on: [1, 3, 5, 7] }",
        "html: { on: [1, 3, 5, 7], statuses: 200 }",
        "html: { on: [1, 3, 5, 7], statuses: [502, 503] }",
        "server_errors: { on: [1, 3, 5, 7], page: html }",
        "cut_before: { on: [1, 3, 5, 7] }",
    ] {
        let tenant = faulty(faults);
        assert_eq!(planned(&tenant), right, "{faults}");
        let struck: u64 = tenant.counters()["faults"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
        assert!(struck >= 4, "{faults}: {struck}");
    }
}

#[test]
fn a_plan_fails_with_a_reason() {
    let mut said = String::new();
    for faults in [
        "truncated: { path: assignmentFilters }",
        "html: { statuses: 200, path: assignmentFilters }",
        "html: { statuses: 503, path: assignmentFilters }",
        "cut_before: { path: assignmentFilters }",
        "throttle: { path: assignmentFilters, retry_after: none }",
    ] {
        let ran = faulty(faults).repo.ran("plan");
        assert_eq!(ran.out, "");
        said.push_str(&format!("{faults}\n{}\n", ran.fails()));
    }
    // Each system has its own message for a connection that ended.
    let said = Regex::new(r"no answer: .* \(client").unwrap().replace_all(&said, "no answer: [reason] (client");
    let said = Regex::new(r"again in \d+ms").unwrap().replace_all(&said, "again in [pause]");
    assert_snapshot!(said, @"
    truncated: { path: assignmentFilters }
    sending again in [pause]: GET /beta/deviceManagement/assignmentFilters?$select=id,displayName&$count=true got no answer: [reason] (client-request-id [id])
    sending again in [pause]: GET /beta/deviceManagement/assignmentFilters?$select=id,displayName&$count=true got no answer: [reason] (client-request-id [id])
    sending again in [pause]: GET /beta/deviceManagement/assignmentFilters?$select=id,displayName&$count=true got no answer: [reason] (client-request-id [id])
    error: GET /beta/deviceManagement/assignmentFilters?$select=id,displayName&$count=true got no answer: [reason] (client-request-id [id])
    help: check that this machine can reach the server; HTTPS_PROXY and NO_PROXY set the proxy

    html: { statuses: 200, path: assignmentFilters }
    error: the answer to /beta/deviceManagement/assignmentFilters?$select=id,displayName&$count=true cannot be used: it is not JSON (request-id [id])
    help: run again; if it fails again, something else may answer in Graph's place: run `sspr-policy doctor`

    html: { statuses: 503, path: assignmentFilters }
    error: GET /beta/deviceManagement/assignmentFilters?$select=id,displayName&$count=true returned 503: no reason was given (request-id [id])

    cut_before: { path: assignmentFilters }
    sending again in [pause]: GET /beta/deviceManagement/assignmentFilters?$select=id,displayName&$count=true got no answer: [reason] (client-request-id [id])
    sending again in [pause]: GET /beta/deviceManagement/assignmentFilters?$select=id,displayName&$count=true got no answer: [reason] (client-request-id [id])
    sending again in [pause]: GET /beta/deviceManagement/assignmentFilters?$select=id,displayName&$count=true got no answer: [reason] (client-request-id [id])
    error: GET /beta/deviceManagement/assignmentFilters?$select=id,displayName&$count=true got no answer: [reason] (client-request-id [id])
    help: check that this machine can reach the server; HTTPS_PROXY and NO_PROXY set the proxy

    throttle: { path: assignmentFilters, retry_after: none }
    error: GET /beta/deviceManagement/assignmentFilters?$select=id,displayName&$count=true returned 429 TooManyRequests: Too many requests. Please retry again later. (request-id [id])
    help: the tenant has reached its request limit, perhaps because of other programs: run again later
    ");
}

/// The write was carried out but its answer was lost, so the client looks for the object instead of creating another
/// one.
#[test]
fn a_creation_whose_answer_was_cut_is_found() {
    for faults in [
        "truncated: { on: 1, of: writes }",
        "cut_after: { on: 1, of: POST }",
        "failed_but_done: { on: 1, of: POST, statuses: 504 }",
    ] {
        let tenant = faulty(faults);
        tenant.repo.apply().succeeds();
        tenant.repo.assert_converged();
        let counters = tenant.counters();
        assert_eq!((&counters["writes"], counters["faults"].as_object().unwrap().len()), (&json!(2), 1), "{faults}");
        assert_eq!(tenant.portal().names().iter().filter(|name| *name == "Lock screen").count(), 1);
    }
}

/// Reads of several objects share a batch; a failed one does not affect the others.
#[test]
fn an_object_that_cannot_be_read_does_not_stop_the_others() {
    let tenant = faulty("durable: false\n");
    tenant.repo.remove("lock");
    for key in ["one", "two", "three"] {
        tenant.repo.policy(key, &LOCK.replace("Lock screen", key).replace("Start/HideLock: Hide", "Start/HideLock: 1"));
    }
    tenant.repo.apply().succeeds();
    let id = text(&tenant.portal().profile("one")["id"]);
    for key in ["one", "two", "three"] {
        tenant.repo.edit(key, "Start/HideLock: 1", "Start/HideLock: 0");
    }
    let tenant = tenant.again(&format!("sub_request_failures: {{ rate: 1.0, path: {id} }}\n"));
    let ran = tenant.repo.apply();
    assert_eq!(ran.code, Some(1), "{}{}", ran.out, ran.err);
    let lines = ran.out.lines().filter(|line| line.contains("failed") || line.contains("changed  "));
    assert_snapshot!(normal(&lines.collect::<Vec<_>>().join("\n")), @"
      ~ one                          failed   GET /deviceManagement/deviceConfigurations/[id]?$expand=assignments returned 503 ServiceUnavailable: The service is temporarily unavailable. (request-id [id])
      ~ three                        changed  [id]
      ~ two                          changed  [id]
    2 done, 1 failed. Fix the cause and run `sspr-policy apply` again; it continues with what is missing.
    ");
}

/// Another repository's profile has the same name, and a page contains only one profile.
#[test]
fn profiles_with_one_name_may_need_more_than_a_page() {
    let tenant = faulty("max_page_size: 1\ndurable: false\n");
    let other = Repository::new(&served("fabrikam", &tenant.server.url, ""));
    other.policy("lock", LOCK);
    other.apply().succeeds();
    tenant.repo.apply().succeeds();
    tenant.repo.assert_converged();
}
