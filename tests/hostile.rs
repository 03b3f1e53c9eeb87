//! A tenant in which many requests fail. The result must be correct, or exit code 1 with the reason; never a wrong
//! plan, a lost assignment, or a duplicate.
//!
//! `cargo test` tries one seed; `.ci/run` tries 200 with the release build: `SSPR_POLICY_TEST_SEEDS=200
//! SSPR_POLICY_TEST_PROGRAM=target/release/sspr-policy cargo test --test hostile`.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on should stop, and one that takes long says what it did"
)]

mod harness;

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use harness::{EMBEDDED, Ran, Repository, Served, Start, copy, served, text};
use serde_json::{Value, json};

/// 5 % of all requests are throttled, 5 % get a server error, and 2 % lose the connection, half of them after the
/// server has carried out the request.
const ROUGH: &str = "\
throttle: { rate: 0.05, retry_after: seconds, seconds: 0 }
server_errors: 0.04
failed_but_done: { rate: 0.02, of: writes }
cut_before: 0.01
cut_after: { rate: 0.02, of: writes }
durable: false
";

/// The same rates, and incomplete lists, batches without some answers, and truncated bodies.
const LYING: &str = "\
throttle: { rate: 0.05, retry_after: none }
broker: 0.02
server_errors: { rate: 0.05, page: html }
cut_before: 0.01
cut_after: 0.01
truncated: 0.01
html: 0.01
sub_request_failures: 0.05
lost_sub_answers: 0.02
missing_object: 0.05
missing_next_link: 0.05
duplicate_pages: 0.05
late_pages: { rate: 0.05, delay_ms: 5 }
page_size: 50
max_page_size: 100
assign_raises_version: true
patch_status: 204
delete_status: 200
durable: false
";

/// The same rates, lists that show writes late, and new objects that are not found at first.
const LATE: &str = "\
throttle: { rate: 0.05, retry_after: date, seconds: 0 }
server_errors: 0.05
cut_before: 0.01
cut_after: { rate: 0.02, of: writes }
list_lag_ms: 300
not_found_after_create_ms: 200
durable: false
";

/// No faults.
const QUIET: &str = "durable: false\n";

const WORLDS: [&str; 4] = [ROUGH, ROUGH, LYING, LATE];
/// The maximum number of failed applies.
const APPLIES: usize = 12;

/// 200 profiles before. After it, 150 of them are kept or changed, 50 are deleted, and 50 are new.
fn policies(repo: &Repository, after: bool) {
    let range = if after { 50..250 } else { 0..200 };
    for n in range {
        let changed = after && n < 200;
        let number = if changed && n % 3 == 0 { n % 900 + 1 } else { n % 900 };
        let word = if changed && n % 4 == 0 { "after" } else { "before" };
        let group = if changed && n % 5 == 0 { "SSPR Ring 2" } else { "SSPR Pilot" };
        let name = if changed && n % 7 == 0 { format!("Renamed {n}") } else { format!("Policy {n}") };
        repo.policy(
            &format!("p{n:03}"),
            &format!(
                "name: {name}\nsettings:\n  Trial/Number{n}: {{ type: integer, value: {number}, unchecked: trial }}\n  Trial/Text{n}: {{ type: string, value: {word}, unchecked: trial }}\nassignments:\n  include: [{{ group: {group} }}]\n  exclude: [{{ group: Kiosks }}]\n",
            ),
        );
    }
}

/// The tenant and the repository before the change, and the correct result of it.
struct Change {
    start: Start,
    plan: Value,
    wanted: Vec<Value>,
}

impl Change {
    fn new() -> Change {
        let (tenant, repo) = (tempfile::tempdir().unwrap(), Repository::new(EMBEDDED));
        policies(&repo, false);
        repo.apply().succeeds();
        copy(&repo.path(".sspr-policy"), &tenant.path().join(".sspr-policy"));
        fs::remove_dir_all(repo.path(".sspr-policy")).unwrap();
        fs::remove_dir_all(repo.path("policies")).unwrap();
        policies(&repo, true);
        let start = Start { tenant, repo };
        let Start { tenant, repo } = start.again();
        let server = connect(&repo, tenant.path(), QUIET, 0);
        let plan = plan(&repo).unwrap();
        repo.apply().succeeds();
        drop(server);
        Change { start, plan, wanted: state(tenant.path()) }
    }
}

fn connect(repo: &Repository, tenant: &Path, faults: &str, seed: u64) -> Served {
    let server = Served::faulty(tenant, faults, seed);
    repo.write("sspr-policy.yaml", &served("contoso", &server.url, "    prune: true\n"));
    server
}

/// The plan, or why there is none.
fn plan(repo: &Repository) -> Result<Value, Ran> {
    let ran = repo.ran("plan --output-format json");
    match ran.code {
        Some(0) => {
            let mut plan: Value = serde_json::from_str(&ran.out).unwrap();
            // The number of a group's members is an estimate, and the plan says so.
            for change in plan["changes"].as_array_mut().unwrap() {
                for line in change["assignments"].as_array_mut().unwrap() {
                    line.as_object_mut().unwrap().remove("members");
                }
            }
            Ok(json!({ "changes": plan["changes"], "orphans": plan["orphans"], "summary": plan["summary"] }))
        }
        _ => Err(ran),
    }
}

/// The managed profiles on disk, without what is new in each run, and all other profiles.
fn state(tenant: &Path) -> Vec<Value> {
    // Opening the sandbox merges the log of writes into the state.
    drop(Served::start(tenant, None));
    let state: Value = serde_json::from_slice(&fs::read(tenant.join(".sspr-policy/sandbox.json")).unwrap()).unwrap();
    let mut all: Vec<Value> = state["deviceConfigurations"].as_array().unwrap().iter().map(bare).collect();
    all.sort_by_key(ToString::to_string);
    all
}

fn bare(found: &Value) -> Value {
    let profile = &found["profile"];
    let description = text(&profile["description"]);
    let ours = description.contains(": contoso ");
    let setting = |one: &Value| json!([one["omaUri"], one["@odata.type"], one["value"]]);
    let settings: Option<Vec<Value>> = profile["omaSettings"].as_array().map(|all| all.iter().map(setting).collect());
    let mut targets: Vec<String> =
        found["assignments"].as_array().unwrap().iter().map(|one| one["target"].to_string()).collect();
    targets.sort();
    let version = if ours { Value::Null } else { profile["version"].clone() };
    let description = description.rsplit_once(" v=").map_or(description.as_str(), |(before, _)| before);
    json!([profile["displayName"], description, settings, targets, profile["roleScopeTagIds"], version])
}

/// Tests one tenant with one seed; returns the number of applies.
fn survive(change: &Change, seed: u64) -> usize {
    let Start { tenant, mut repo } = change.start.again();
    repo.variables.insert("SSPR_POLICY_QUOTA_WINDOW_MS".into(), "200".into());
    repo.variables.insert("SSPR_POLICY_PATIENCE_SECONDS".into(), "3".into());
    let world = usize::try_from(seed).unwrap() % WORLDS.len();
    let faults = format!(
        "{}quota: {{ writes: 100, requests: 1000, window_ms: 200 }}
",
        WORLDS[world]
    );
    let server = connect(&repo, tenant.path(), &faults, seed);
    match plan(&repo) {
        Ok(plan) => assert_eq!(format!("{plan:#}"), format!("{:#}", change.plan), "seed {seed}: a wrong plan"),
        Err(ran) => assert!(gives_error(&ran), "seed {seed}: {}", ran.printed()),
    }
    let mut applies = 1;
    loop {
        let ran = repo.apply();
        if ran.code == Some(0) {
            break;
        }
        let reason = if has_begun(&ran) { counts_failures(&ran) } else { gives_error(&ran) };
        assert!(reason, "seed {seed}: {}", ran.printed());
        assert!(applies < APPLIES, "seed {seed}: no end: {}", ran.printed());
        applies += 1;
    }
    drop(server);
    assert_eq!(state(tenant.path()), change.wanted, "seed {seed}: a wrong tenant");
    let _server = connect(&repo, tenant.path(), QUIET, seed);
    repo.assert_converged();
    applies
}

/// Whether it ended with exit code 1 and the reason why nothing was done.
fn gives_error(ran: &Ran) -> bool {
    ran.code == Some(1) && ran.err.lines().any(|line| line.starts_with("error: "))
}

/// Whether an apply has carried out changes, or tried to.
fn has_begun(ran: &Ran) -> bool {
    ran.out.contains(" done, ")
}

/// Whether it ended with exit code 1, and each change that it counts as failed has a line with the reason.
fn counts_failures(ran: &Ran) -> bool {
    let reasons = ran.out.lines().filter(|line| line.contains(" failed   ")).count();
    ran.code == Some(1) && reasons > 0 && ran.out.contains(&format!(" done, {reasons} failed"))
}

#[test]
fn faults_never_lead_to_a_wrong_tenant() {
    let seeds: u64 = std::env::var("SSPR_POLICY_TEST_SEEDS").ok().map_or(1, |text| text.parse().unwrap());
    let change = Change::new();
    let (next, applies) = (AtomicU64::new(1), AtomicUsize::new(0));
    let worker = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed > seeds {
                break;
            }
            applies.fetch_add(survive(&change, seed), Ordering::Relaxed);
        }
    };
    // Most of the time is spent waiting.
    std::thread::scope(|scope| (0..8).for_each(|_| drop(scope.spawn(worker))));
    println!("{seeds} tenants, {} applies", applies.into_inner());
}
