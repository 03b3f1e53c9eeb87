//! The cost of a thousand profiles, within Intune's published limits: 100 writes and 1,000 requests in a window of 20
//! seconds, which is scaled down here. Seconds and megabytes are in `benches/README.md`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod harness;

use std::fs;

use harness::{EMBEDDED, Repository, Served, served};
use serde_json::Value;

/// Ten groups; a new sandbox does not have the last three.
const GROUPS: [&str; 10] = [
    "SSPR Pilot",
    "SSPR Ring 2",
    "Kiosks",
    "All Staff",
    "Bob's PCs",
    "\"R&D #1 100% + A/B\"",
    "Größe Ölmühle",
    "Ring 3",
    "Ring 4",
    "Ring 5",
];

/// A sandbox with these groups.
fn tenant() -> Repository {
    let groups = "tenant: sandbox, seed: { groups: [Ring 3, Ring 4, Ring 5] }";
    let tenant = Repository::new(&EMBEDDED.replace("tenant: sandbox", groups));
    tenant.policy("nothing", "name: Nothing\nsettings: { AboveLock/AllowToasts: 0 }\n");
    tenant.ran("plan").succeeds();
    tenant
}

/// Policies with one integer, one string, which Intune masks, and one assignment each.
fn repository(count: usize) -> Repository {
    let repo = Repository::new("");
    for n in 0..count {
        let number = format!("Trial/Number{n}: {{ type: integer, value: {n}, unchecked: trial }}");
        let text = format!("Trial/Text{n}: {{ type: string, value: text {n}, unchecked: trial }}");
        let group = GROUPS[n % GROUPS.len()];
        repo.policy(
            &format!("p{n:04}"),
            &format!(
                "name: Policy {n}\nsettings:\n  {number}\n  {text}\nassignments: {{ include: [{{ group: {group} }}] }}\n"
            ),
        );
    }
    repo
}

/// Serves the tenant for the repository.
fn serve(tenant: &Repository, repo: &Repository, faults: &str) -> Served {
    let server = Served::faulty(tenant.root(), &format!("{faults}durable: false\n"), 1);
    repo.write("sspr-policy.yaml", &served("contoso", &server.url, ""));
    server
}

/// Saves each profile in the portal without changes, so that it is unknown whether its masked value is the same.
fn save_all(tenant: &Repository) {
    // Opening the sandbox merges the log of writes into the state.
    drop(Served::start(tenant.root(), None));
    let mut state: Value = serde_json::from_str(&tenant.read(".sspr-policy/sandbox.json")).unwrap();
    for found in state["deviceConfigurations"].as_array_mut().unwrap() {
        let version = &mut found["profile"]["version"];
        *version = (version.as_i64().unwrap() + 1).into();
    }
    fs::write(tenant.path(".sspr-policy/sandbox.json"), state.to_string()).unwrap();
}

#[test]
fn a_thousand_profiles() {
    let (tenant, mut repo) = (tenant(), repository(1000));
    // Two writes for each new profile, and none too early.
    repo.variables.insert("SSPR_POLICY_QUOTA_WINDOW_MS".into(), "200".into());
    let server = serve(&tenant, &repo, "quota: { writes: 100, requests: 1000, window_ms: 200 }\n");
    repo.apply().succeeds();
    let seen = server.counters();
    assert_eq!(seen["writes"], 2000);
    assert_eq!((&seen["answers"]["429"], &seen["sub_answers"]["429"]), (&Value::Null, &Value::Null));
    drop(server);

    // Nothing to apply: the tenant, ten groups, two pages, their count, and masked values of other profiles.
    repo.variables.insert("SSPR_POLICY_QUOTA_WINDOW_MS".into(), "0".into());
    let server = serve(&tenant, &repo, "");
    repo.assert_converged();
    let seen = server.counters();
    assert!(seen["requests"].as_u64().unwrap() <= 6, "{seen:#}");
    drop(server);

    // All masked values have to be read.
    save_all(&tenant);
    let server = serve(&tenant, &repo, "");
    repo.assert_converged();
    let seen = server.counters();
    assert!(seen["requests"].as_u64().unwrap() <= 60, "{seen:#}");
    assert!(seen["sub_requests"].as_u64().unwrap() >= 1000, "{seen:#}");
}

#[test]
fn a_client_without_pacing_is_throttled_and_ends_with_the_same_result() {
    let (tenant, repo) = (tenant(), repository(120));
    let server = serve(&tenant, &repo, "quota: { writes: 100, requests: 1000, window_ms: 3000 }\n");
    repo.apply().succeeds();
    let seen = server.counters();
    assert!(seen["answers"]["429"].as_u64().unwrap() > 0, "{seen:#}");
    repo.assert_converged();
}
