//! The state on disk: it survives, only one process can open it at a time, and a torn write is ignored.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use sspr_policy::sandbox::{Hold, HoldWhen, Sandbox, SandboxOptions, SeedNames};

use super::{CONFIGURATIONS, Trial, alone, names, path, profile, setting, to_group, trial};

#[test]
fn the_state_survives() {
    trial!(|graph| {
        let made = graph.create("Kept", json!([setting("String", "S", "s")])).await;
        let gone = graph.create("Deleted", json!([])).await;
        let pilot = to_group("groupAssignmentTarget", &graph.group("SSPR Pilot").await);
        let body = json!({ "assignments": [pilot] });
        graph.send("POST", &format!("{}/assign", path(&made)), Some(&body)).await;
        graph.send("DELETE", &path(&gone), None).await;
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
    trial!(|graph| {
        graph.stop().await;
        let state = graph.folder.path().join("sandbox.json");
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
        let made = graph.create("Behaves", json!([])).await;
        let body = profile("Behaves", json!([]));
        assert_eq!(graph.send("PATCH", &path(&made), Some(&body)).await, (204, Value::Null));
        graph.send("POST", &format!("{}/assign", path(&made)), Some(&json!({ "assignments": [] }))).await;
        assert_eq!(graph.get(&path(&made)).await["version"], 3);
        assert_eq!(graph.send("DELETE", &path(&made), None).await, (200, Value::Null));
        assert_eq!(names(&graph.get(CONFIGURATIONS).await).len(), 2);
        assert_eq!(names(&graph.get(&format!("{CONFIGURATIONS}?$top=50")).await).len(), 3);
    });
}

#[test]
fn one_process_at_a_time() {
    trial!(|graph| {
        let folder = graph.folder.path().to_owned();
        for refused in [Sandbox::open(&folder, SandboxOptions::default()).map(|_| ()), Sandbox::reset(&folder)] {
            assert!(refused.unwrap_err().to_string().starts_with("another sspr-policy is using this sandbox"));
        }
        graph.create("Forgotten", json!([])).await;
        graph.stop().await;
        Sandbox::reset(&folder).unwrap();
        Sandbox::reset(&folder).unwrap();
        graph.open(SandboxOptions::default()).await;
        assert_eq!(graph.names().await.len(), 7);
    });
}

/// The error when opening a state whose files `break_it` changed; checks that nothing is overwritten.
async fn broken(break_it: impl FnOnce(&Path)) -> String {
    let mut graph = Trial::new(SandboxOptions::default()).await;
    graph.create("One", json!([])).await;
    graph.create("Two", json!([])).await;
    graph.stop().await;
    let folder = graph.folder.path();
    break_it(folder);
    let files = || ["sandbox.json", "sandbox.log"].map(|name| fs::read(folder.join(name)).ok());
    let before = files();
    let error = Sandbox::open(folder, SandboxOptions::default()).unwrap_err().to_string();
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
    trial!(|graph| {
        graph.create("Whole", json!([])).await;
        graph.create("Torn", json!([])).await;
        graph.stop().await;
        let log = graph.folder.path().join("sandbox.log");
        let bytes = fs::read(&log).unwrap();
        fs::write(&log, &bytes[..bytes.len() - 20]).unwrap();
        graph.open(SandboxOptions::default()).await;
        let names = graph.names().await;
        assert_eq!((names.contains("Whole"), names.contains("Torn")), (true, false));
    });
}

#[test]
fn a_log_that_is_already_in_the_snapshot_is_skipped() {
    trial!(|graph| {
        graph.create("Once", json!([])).await;
        graph.stop().await;
        let log = graph.folder.path().join("sandbox.log");
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
            let mut graph = Trial::new(SandboxOptions { hold, ..SandboxOptions::default() }).await;
            graph.create("First", json!([])).await;
            // It is refused, so it does not count.
            graph.send("POST", CONFIGURATIONS, Some(&profile("", json!([])))).await;
            let request = graph.request("POST", CONFIGURATIONS).json(&profile("Held", json!([])));
            let held = request.timeout(Duration::from_millis(300)).send().await;
            assert!(held.unwrap_err().is_timeout());
            graph.running.as_mut().unwrap().held().await;
            graph.create("Third", json!([])).await;
            graph.stop().await;
            graph.open(SandboxOptions::default()).await;
            let names = graph.names().await;
            assert!(names.contains("First") && names.contains("Third"));
            assert_eq!(names.contains("Held"), there, "{when:?}");
        }
    });
}
