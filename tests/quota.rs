//! Intune's published limits: 100 writes and 1,000 requests in a window. The window is scaled down here, from 20 seconds.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod support;

use serde_json::Value;
use support::{Graph, Repo, Served, served};

/// A tenant with Intune's limits in a window of so many milliseconds, and a repository for it.
fn limited(window: &str) -> (tempfile::TempDir, Repo, Served) {
    let (tenant, mut repo) = (tempfile::tempdir().unwrap(), Repo::new(""));
    let faults = format!("quota: {{ writes: 100, requests: 1000, window_ms: {window} }}\ndurable: false\n");
    let server = Served::faulty(tenant.path(), &faults, 1);
    repo.write("sspr-policy.yaml", &served("contoso", &server.url, ""));
    repo.variables.insert("SSPR_POLICY_QUOTA_WINDOW_MS".into(), window.into());
    (tenant, repo, server)
}

fn policies(repo: &Repo, count: usize) {
    for n in 0..count {
        repo.policy(
            &format!("p{n:04}"),
            &format!(
                "name: Policy {n}\nsettings:\n  Trial/Number{n}: {{ type: integer, value: {n}, unchecked: trial }}\nassignments: {{ include: [{{ group: SSPR Pilot }}] }}\n"
            ),
        );
    }
}

#[test]
fn a_thousand_new_profiles_are_applied_without_one_refusal() {
    let (_tenant, repo, server) = limited("400");
    policies(&repo, 1000);
    repo.apply().succeeds();
    let counters: Value = Graph::new(&server.own).get("/sandbox/counters");
    assert_eq!(counters["writes"], 2000);
    assert_eq!((&counters["answers"]["429"], &counters["sub_answers"]["429"]), (&Value::Null, &Value::Null));
    repo.assert_converged();
}

#[test]
fn a_client_that_knows_no_limits_is_told_and_comes_to_the_same_end() {
    let (_tenant, mut repo, server) = limited("3000");
    repo.variables.insert("SSPR_POLICY_QUOTA_WINDOW_MS".into(), "0".into());
    policies(&repo, 120);
    repo.apply().succeeds();
    let counters: Value = Graph::new(&server.own).get("/sandbox/counters");
    assert!(counters["answers"]["429"].as_u64().unwrap() > 0, "{counters:#}");
    repo.assert_converged();
}
