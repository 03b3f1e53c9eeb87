//! The faults of the sandbox, one family per test: a faults file, requests, and what a client sees.

use insta::assert_snapshot;
use serde_json::{Value, json};
use sspr_policy::sandbox::SandboxOptions;

use crate::harness::trial::{Trial, alone, custom, faulty};
use crate::harness::{CONFIGURATIONS, Repository, Served};

/// Creates profiles one after another, and describes the results.
async fn creations(graph: &Trial, count: usize) -> String {
    let mut lines = Vec::new();
    for number in 1..=count {
        lines.push(graph.say("POST", CONFIGURATIONS, Some(&custom(&format!("Profile {number}")))).await);
    }
    lines.join("\n")
}

#[test]
fn a_quota_applies_to_each_window() {
    alone(async {
        let graph = Trial::new(json!({ "quota": { "writes": 3, "requests": 6, "retry_after": "none" } })).await;
        assert_snapshot!(creations(&graph, 4).await, @"
        201: Profile 1
        201: Profile 2
        201: Profile 3
        429: TooManyRequests Too many requests. Please retry again later.
        ");
        // Reads count too, groups are not part of Intune, and each request of a batch counts.
        assert_snapshot!(graph.batch(&["GET /deviceManagement/deviceConfigurations?$top=1"; 4]).await, @"
        200
        1: 200: [Portal - Lock screen hardening, …]
        2: 200: [Portal - Lock screen hardening, …]
        3: 200: [Portal - Lock screen hardening, …]
        4: 429: TooManyRequests Too many requests. Please retry again later.
        ");
        assert_snapshot!(graph.say("GET", "/v1.0/groups?$top=1", None).await, @"200: [SSPR Pilot, …]");
        assert_snapshot!(graph.counters().await, @r#"
        {
          "requests": 6,
          "batches": 1,
          "sub_requests": 4,
          "writes": 4,
          "answers": {
            "200": 2,
            "201": 3,
            "429": 1
          },
          "sub_answers": {
            "200": 3,
            "429": 1
          },
          "unanswered": 0,
          "most_in_flight": 1,
          "faults": {
            "quota": 2
          }
        }
        "#);
    });
}

#[test]
fn a_scaled_window_does_not_request_long_pauses() {
    alone(async {
        let graph = Trial::new(json!({ "quota": { "requests": 2, "window_ms": 900 } })).await;
        let three = ["GET /deviceManagement/deviceConfigurations?$top=1"; 3];
        let first = graph.batch(&three).await;
        assert_snapshot!(first, @"
        200
        1: 200: [Portal - Lock screen hardening, …]
        2: 200: [Portal - Lock screen hardening, …]
        3: 429, Retry-After: 0: TooManyRequests Too many requests. Please retry again later.
        ");
        tokio::time::sleep(std::time::Duration::from_millis(1000)).await;
        assert_eq!(graph.batch(&three).await, first);
    });
}

#[test]
fn retry_after_has_three_formats() {
    alone(async {
        for (how, pause) in [("seconds", ", Retry-After: 7"), ("date", ", Retry-After: [date] GMT"), ("none", "")] {
            let throttle = json!({ "on": 1, "retry_after": how, "seconds": 7 });
            let graph = Trial::new(json!({ "throttle": throttle })).await;
            let said = graph.say("GET", CONFIGURATIONS, None).await;
            assert_eq!(
                said,
                format!("429{pause}: TooManyRequests Too many requests. Please retry again later."),
                "{how}"
            );
            assert!(graph.say("GET", CONFIGURATIONS, None).await.starts_with("200: "));
        }
    });
}

#[test]
fn servers_fail_in_many_ways() {
    alone(async {
        let faults = json!({
            "broker": { "on": 1 },
            "server_errors": { "on": [2, 3, 4], "page": "json" },
            "html": { "on": [5, 6] },
        });
        let graph = Trial::new(faults).await;
        let mut lines = Vec::new();
        for _ in 0..7 {
            lines.push(graph.say("GET", &format!("{CONFIGURATIONS}?$top=1"), None).await);
        }
        assert_snapshot!(lines.join("\n"), @"
        500: InternalServerError Rate limit reached because of too many requests to query broker. Please retry after sometime.
        503: ServiceUnavailable The service is temporarily unavailable.
        504: UnknownError
        502: BadGateway The gateway got no usable answer.
        502: <head><title>502 Bad Gateway</title></head>
        502: <head><title>502 Bad Gateway</title></head>
        200: [Portal - Lock screen hardening, …]
        ");
    });
}

#[test]
fn a_connection_is_cut_before_or_after_the_work() {
    alone(async {
        let faults = json!({
            "cut_before": { "on": 1, "of": "POST" },
            "cut_after": { "on": 2 },
            "failed_but_done": { "on": 2, "statuses": 504 },
        });
        let graph = Trial::new(faults).await;
        assert_snapshot!(creations(&graph, 4).await, @"
        no answer
        no answer
        504: <head><title>504 Gateway Time-out</title></head>
        201: Profile 4
        ");
        assert_snapshot!(format!("[{}]", graph.names().await.join(", ")), @"[Portal - Lock screen hardening, Portal - Camera, Portal - Windows restrictions, iOS - Corporate restrictions, macOS - Baseline, Portal - Endpoint protection, Update ring - Broad, Profile 2, Profile 3, Profile 4]");
    });
}

#[test]
fn a_body_is_slow_or_truncated() {
    alone(async {
        let graph = Trial::new(json!({ "truncated": { "on": 1 }, "slow_body": { "on": 2, "delay_ms": 50 } })).await;
        let list = format!("{CONFIGURATIONS}?$top=1");
        let mut lines = Vec::new();
        for _ in 0..2 {
            lines.push(graph.say("GET", &list, None).await);
        }
        assert_snapshot!(lines.join("\n"), @"
        200: the body ends early
        200: [Portal - Lock screen hardening, …]
        ");
    });
}

#[test]
fn a_request_is_carried_out_even_if_the_client_hangs_up() {
    alone(async {
        let graph =
            Trial::new(json!({ "late_answers": { "of": "POST", "delay_ms": 60_000 }, "latency_ms": 1000 })).await;
        let body = custom("Impatient");
        let request = graph.send("POST", CONFIGURATIONS, Some(&body));
        let patience = std::time::Duration::from_millis(500);
        assert!(tokio::time::timeout(patience, request).await.is_err(), "nobody answers in time");
        // The request has arrived, and is being handled when the client hangs up.
        for _ in 0..20 {
            if graph.has("Impatient").await {
                return;
            }
        }
        panic!("the write is never made");
    });
}

#[test]
fn requests_in_a_batch_fail_by_themselves() {
    alone(async {
        let faults = json!({
            "sub_request_failures": { "on": [1, 2, 3], "statuses": [429, 503, 504], "seconds": 2 },
            "lost_sub_answers": { "on": 5 },
        });
        let graph = Trial::new(faults).await;
        assert_snapshot!(graph.batch(&["GET /groups?$top=1"; 6]).await, @"
        200
        1: 429, Retry-After: 2: TooManyRequests Too many requests. Please retry again later.
        2: 504: UnknownError
        3: 503, Retry-After: 2: ServiceUnavailable The service is temporarily unavailable.
        4: 200: [SSPR Pilot, …]
        6: 200: [SSPR Pilot, …]
        ");
        assert_snapshot!(graph.counters().await, @r#"
        {
          "requests": 1,
          "batches": 1,
          "sub_requests": 6,
          "writes": 0,
          "answers": {
            "200": 1
          },
          "sub_answers": {
            "200": 3,
            "429": 1,
            "503": 1,
            "504": 1
          },
          "unanswered": 0,
          "most_in_flight": 1,
          "faults": {
            "lost_sub_answers": 1,
            "sub_request_failures": 3
          }
        }
        "#);
    });
}

#[test]
fn many_requests_wait_together() {
    alone(async {
        let graph = Trial::new(json!({ "latency_ms": 1000, "jitter_ms": 50 })).await;
        let list = format!("{CONFIGURATIONS}?$top=1");
        let all = (0..20).map(|_| graph.say("GET", &list, None));
        futures_util::future::join_all(all).await;
        let counters: Value = serde_json::from_str(&graph.counters().await).unwrap();
        assert_eq!((&counters["most_in_flight"], &counters["answers"]), (&json!(20), &json!({ "200": 20 })));
    });
}

#[test]
fn the_same_seed_gives_the_same_faults() {
    alone(async {
        let seen = |seed| async move {
            let faults = json!({ "throttle": 0.2, "server_errors": { "rate": 0.2 }, "cut_before": 0.1, "html": 0.1 });
            let graph = Trial::with(SandboxOptions { random_seed: seed, ..faulty(&faults) }).await;
            let mut lines = Vec::new();
            for _ in 0..30 {
                lines.push(graph.say("GET", &format!("{CONFIGURATIONS}?$top=1"), None).await);
            }
            lines
        };
        let first = seen(1).await;
        assert_eq!(first, seen(1).await);
        assert_ne!(first, seen(2).await);
    });
}

#[test]
fn a_fault_occurs_where_the_file_says() {
    alone(async {
        let strikes = |condition: Value| async move {
            let graph = Trial::new(json!({ "throttle": condition })).await;
            let mut seen = String::new();
            for number in 0..6 {
                let (method, body) = if number % 2 == 0 { ("GET", None) } else { ("POST", Some(custom("P"))) };
                let said = graph.say(method, CONFIGURATIONS, body.as_ref()).await;
                seen.push(match (said.split(": ").next().unwrap(), method) {
                    ("429, Retry-After", _) => 'x',
                    ("200", "GET") | ("201", "POST") => '.',
                    _ => panic!("{said}"),
                });
            }
            seen
        };
        assert_eq!(strikes(json!({ "of": "writes" })).await, ".x.x.x");
        assert_eq!(strikes(json!({ "of": "GET", "on": [1, 3] })).await, "x...x.");
        assert_eq!(strikes(json!({ "first": 2 })).await, "xx....");
        assert_eq!(strikes(json!({ "after": 3, "first": 2 })).await, "...xx.");
        assert_eq!(strikes(json!({ "path": "/assign" })).await, "......");
        assert_eq!(strikes(json!(1)).await, "xxxxxx");
        assert_eq!(strikes(json!(0)).await, "......");
    });
}

#[test]
fn a_faults_file_is_checked() {
    let said = |text: &str| {
        let repository = Repository::empty().with("faults.yaml", text);
        repository.ran("sandbox serve --faults faults.yaml").ends(1).err
    };
    assert_snapshot!(said("latency_ms: 5\nthrotle: 0.1\n"), @"error: faults.yaml:2:1: there is no `throtle`; known here: assign_raises_version, broker, cut_after, cut_before, delete_status, duplicate_pages, durable, expire_tokens_after, expired_tokens_stay, failed_but_done, html, jitter_ms, late_answers, late_pages, latency_ms, list_lag_ms, lost_sub_answers, masking, max_page_size, missing_next_link, missing_object, multi_admin_approval, not_found_after_create_ms, page_size, patch_status, quota, role_scope_tags, server_errors, slow_body, sub_request_failures, throttle, tokens, truncated");
    assert_snapshot!(said("throttle: { rate: 1.5 }\n"), @"error: faults.yaml:1:13: `throttle.rate` is 1.5; expected a rate from 0 to 1");
    assert_snapshot!(said("quota:\n  writes: 100\n  window: 20\n"), @"error: faults.yaml:3:3: there is no `quota.window`; known here: writes, requests, window_ms, retry_after, count_refused");
    assert_snapshot!(said("cut_after: { of: everything }\n"), @r#"error: faults.yaml:1:14: `cut_after.of` is "everything"; expected reads, writes, batches, GET, POST, PATCH, PUT or DELETE"#);
    assert_snapshot!(said("tokens: { reader: [DeviceManagementConfiguration.Read] }\n"), @r#"error: faults.yaml:1:11: `tokens.reader` is "DeviceManagementConfiguration.Read"; expected one of DeviceManagementConfiguration.Read.All, DeviceManagementConfiguration.ReadWrite.All, DeviceManagementManagedDevices.Read.All, DeviceManagementManagedDevices.ReadWrite.All, DeviceManagementRBAC.Read.All, DeviceManagementRBAC.ReadWrite.All, Directory.Read.All, Directory.ReadWrite.All, Group.Read.All, Group.ReadWrite.All, GroupMember.Read.All, GroupMember.ReadWrite.All, Organization.Read.All, Organization.ReadWrite.All"#);
    assert_snapshot!(said("html: { statuses: [301] }\n"), @"error: faults.yaml:1:9: `html.statuses` is [301]; expected 200, or statuses from 400 to 599");
    assert_snapshot!(said("durable: false\ndurable: true\n"), @"error: faults.yaml:2:1: `durable` appears twice");
}

#[test]
fn the_examples_in_the_documentation_work() {
    let manual = include_str!("../../../docs/sandbox.md");
    let examples = manual.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    for example in examples {
        let folder = tempfile::tempdir().unwrap();
        let served = Served::faulty(folder.path(), example, 7);
        assert_eq!(served.counters()["requests"], 0, "{example}");
    }
}
