//! The state on disk: it survives, only one process can open it at a time, and a torn write is ignored.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use sspr_policy::sandbox::{Hold, HoldWhen, Sandbox, SandboxOptions, SeedNames};

use super::{create, group, path, profile, setting, to_group};
use crate::harness::CONFIGURATIONS;
use crate::harness::trial::{Trial, alone, custom, names, trial};

#[test]
fn the_state_survives() {
    trial(async |mut graph| {
        let made = create(&graph, "Kept", json!([setting("String", "S", "s")])).await;
        let gone = create(&graph, "Deleted", json!([])).await;
        let pilot = to_group("groupAssignmentTarget", &group(&graph, "SSPR Pilot").await);
        let body = json!({ "assignments": [pilot] });
        graph.post(&format!("{}/assign", path(&made)), &body).await;
        graph.done("DELETE", &path(&gone), None).await;
        let assignments = format!("{}/assignments", path(&made));
        let before = (graph.get(CONFIGURATIONS).await, graph.get(&assignments).await);
        let seed = SeedNames {
            groups: vec!["Kiosks".into(), "New".into()],
            scope_tags: vec!["Lab".into()],
            ..SeedNames::default()
        };
        for _ in 0..2 {
            graph.stop().await;
            graph.open(SandboxOptions { seed: seed.clone(), ..SandboxOptions::default() }).await;
        }
        let after = (graph.get(CONFIGURATIONS).await, graph.get(&assignments).await);
        assert_eq!((&before.0["value"], &before.1["value"]), (&after.0["value"], &after.1["value"]));
        let groups = names(&graph.get("/v1.0/groups").await);
        assert_eq!(groups.iter().filter(|name| *name == "Kiosks" || *name == "New").count(), 2);
        assert_eq!(graph.get("/beta/deviceManagement/roleScopeTags/3").await["displayName"], "Lab");
    });
}

#[test]
fn the_state_defines_how_the_tenant_behaves() {
    trial(async |mut graph| {
        graph.stop().await;
        let state = graph.state().join("sandbox.json");
        let mut json: Value = serde_json::from_slice(&fs::read(&state).unwrap()).unwrap();
        json["behaviour"] = json!({
            "page_size": 2,
            "max_page_size": 3,
            "assign_raises_version": true,
            "delete_status": 200,
            "patch_status": 204,
        });
        fs::write(&state, json.to_string()).unwrap();
        graph.open(SandboxOptions::default()).await;
        let made = create(&graph, "Behaves", json!([])).await;
        let body = profile("Behaves", json!([]));
        assert_eq!(graph.ask("PATCH", &path(&made), Some(&body)).await, (204, Value::Null));
        graph.post(&format!("{}/assign", path(&made)), &json!({ "assignments": [] })).await;
        assert_eq!(graph.get(&path(&made)).await["version"], 3);
        assert_eq!(graph.ask("DELETE", &path(&made), None).await, (200, Value::Null));
        assert_eq!(names(&graph.get(CONFIGURATIONS).await).len(), 2);
        assert_eq!(names(&graph.get(&format!("{CONFIGURATIONS}?$top=50")).await).len(), 3);
    });
}

#[test]
fn one_process_at_a_time() {
    trial(async |mut graph| {
        let folder = graph.state();
        for refused in [Sandbox::open(&folder, SandboxOptions::default()).map(|_| ()), Sandbox::reset(&folder)] {
            assert!(refused.unwrap_err().to_string().starts_with("another sspr-policy is using this sandbox"));
        }
        create(&graph, "Forgotten", json!([])).await;
        graph.stop().await;
        Sandbox::reset(&folder).unwrap();
        Sandbox::reset(&folder).unwrap();
        graph.open(SandboxOptions::default()).await;
        assert_eq!(graph.names().await.len(), 7);
    });
}

/// The error when opening a state whose files `break_it` changed; checks that nothing is overwritten.
async fn broken(break_it: impl FnOnce(&Path)) -> String {
    let mut graph = Trial::new(json!({})).await;
    create(&graph, "One", json!([])).await;
    create(&graph, "Two", json!([])).await;
    graph.stop().await;
    let folder = graph.state();
    break_it(&folder);
    let files = || ["sandbox.json", "sandbox.log"].map(|name| fs::read(folder.join(name)).ok());
    let before = files();
    let error = Sandbox::open(&folder, SandboxOptions::default()).unwrap_err().to_string();
    assert_eq!(files(), before);
    error.replace(&folder.display().to_string(), "")
}

#[test]
fn a_broken_state_is_an_error_and_is_not_changed() {
    alone(async {
        let error = broken(|folder| fs::write(folder.join("sandbox.json"), "{\n  \"version\" 1 }").unwrap()).await;
        assert_eq!(
            error,
            "the sandbox's state /sandbox.json cannot be read: expected `:` at line 2 column 13; it was not changed. \
             Run `sspr-policy sandbox reset` to return it to its initial state"
        );
        let edit = |file: &'static str, from: &'static str, to: &'static str| {
            move |folder: &Path| {
                let path = folder.join(file);
                let text = fs::read_to_string(&path).unwrap();
                assert!(text.contains(from), "{text}");
                fs::write(path, text.replacen(from, to, 1)).unwrap();
            }
        };
        let newer = broken(edit("sandbox.json", "\"version\": 1", "\"version\": 2")).await;
        assert!(newer.contains("written by a newer sspr-policy (format 2; this version reads up to 1)"), "{newer}");
        let knob = broken(edit("sandbox.json", "\"page_size\": 100", "\"page_size\": 0")).await;
        assert!(knob.contains("`behaviour.page_size` is not a number from 1"), "{knob}");
        let garbage = broken(edit("sandbox.log", "{\"write\":8", "garbage{")).await;
        assert!(garbage.contains("sandbox.log cannot be read: line 1: expected value"), "{garbage}");
        let hole = broken(edit("sandbox.log", "{\"write\":8", "{\"write\":18")).await;
        assert!(hole.contains("write 8 is missing"), "{hole}");
        let alone = broken(|folder| fs::remove_file(folder.join("sandbox.json")).unwrap()).await;
        assert!(alone.contains("there is no sandbox.json next to it"), "{alone}");
    });
}

#[test]
fn a_torn_last_write_is_ignored() {
    trial(async |mut graph| {
        create(&graph, "Whole", json!([])).await;
        create(&graph, "Torn", json!([])).await;
        graph.stop().await;
        let log = graph.state().join("sandbox.log");
        let bytes = fs::read(&log).unwrap();
        fs::write(&log, &bytes[..bytes.len() - 20]).unwrap();
        graph.open(SandboxOptions::default()).await;
        assert_eq!((graph.has("Whole").await, graph.has("Torn").await), (true, false));
    });
}

#[test]
fn a_log_that_is_already_in_the_snapshot_is_skipped() {
    trial(async |mut graph| {
        create(&graph, "Once", json!([])).await;
        graph.stop().await;
        let log = graph.state().join("sandbox.log");
        let bytes = fs::read(&log).unwrap();
        graph.open(SandboxOptions::default()).await;
        graph.stop().await;
        // As if killed after writing the new snapshot and before emptying the log.
        fs::write(&log, bytes).unwrap();
        graph.open(SandboxOptions::default()).await;
        assert_eq!(graph.names().await.len(), 8);
    });
}

#[test]
fn a_held_write_is_never_answered() {
    alone(async {
        for (when, there) in [(HoldWhen::Before, false), (HoldWhen::After, true)] {
            let hold = Some(Hold { write: 2, when });
            let mut graph = Trial::with(SandboxOptions { hold, ..SandboxOptions::default() }).await;
            create(&graph, "First", json!([])).await;
            // It is refused, so it does not count.
            assert_eq!(graph.ask("POST", CONFIGURATIONS, Some(&custom(""))).await.0, 400);
            let request = graph.request("POST", CONFIGURATIONS).json(&profile("Held", json!([])));
            let held = request.timeout(Duration::from_millis(300)).send().await;
            assert!(held.unwrap_err().is_timeout());
            graph.running.as_mut().unwrap().held().await;
            create(&graph, "Third", json!([])).await;
            graph.stop().await;
            graph.open(SandboxOptions::default()).await;
            assert_eq!((graph.has("First").await, graph.has("Third").await), (true, true));
            assert_eq!(graph.has("Held").await, there, "{when:?}");
        }
    });
}
