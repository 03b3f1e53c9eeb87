//! Profiles that are not managed here do not change by a byte, and owners do not affect each other.

use serde_json::{Value, json};

use crate::harness::{Graph, Repository, Served, integer, normal, served, text};

const PRUNE: &str = "    prune: true\n";

const CAMERA: &str = "\
name: Cameras
settings: { Camera/AllowCamera: Allowed }
assignments: { include: [{ group: SSPR Pilot }] }
";
const RESET: &str = "\
name: Password reset
settings: { Authentication/AllowAadPasswordReset: Allowed }
assignments: { include: [{ all: devices }], exclude: [{ group: Kiosks }] }
";
/// The same node as in a profile from the portal, with another value.
const NOTIFICATIONS: &str = "\
name: Notifications
settings: { WindowsLogon/DisableLockScreenAppNotifications: disabled }
assignments: { include: [{ group: SSPR Ring 2 }] }
";

fn owner(owner: &str, server: &Served) -> Repository {
    Repository::new(&served(owner, &server.url, PRUNE))
}

/// Everything in the tenant except this owner's profiles.
fn not_of(graph: &Graph, owner: &str) -> Vec<Value> {
    let marker = format!("Managed by sspr-policy, do not edit: {owner} ");
    graph.profiles().into_iter().filter(|profile| !text(&profile["description"]).contains(&marker)).collect()
}

#[test]
fn no_change_affects_profiles_from_the_portal() {
    let folder = tempfile::tempdir().unwrap();
    let server = Served::start(folder.path(), None);
    let graph = Graph::new(&server.url);
    // Descriptions that are almost markers, and one with our name elsewhere in it.
    for (name, description) in [
        ("Almost 1", "Managed by sspr-policy, do not edit:"),
        ("Almost 2", "Managed by sspr-policy, do not edit: contoso"),
        ("Almost 3", "managed by sspr-policy, do not edit: contoso camera [1 p=d.x m=y v=1]"),
        ("Almost 4", "Managed by sspr-policy, do not edit: contoso-2 camera [1 p=d.x m=y v=1]"),
    ] {
        graph.create(name, &json!(description), &[integer("Camera/AllowCamera", 0)]);
    }
    let before = not_of(&graph, "contoso");
    assert_eq!(before.len(), 7 + 4);
    let untouched = || assert_eq!(json!(not_of(&graph, "contoso")), json!(before));

    let repo = owner("contoso", &server);
    for (key, policy) in [("camera", CAMERA), ("reset", RESET), ("notifications", NOTIFICATIONS)] {
        repo.policy(key, policy);
    }
    repo.apply().succeeds();
    untouched();
    repo.edit("camera", "Allowed", "Not allowed");
    repo.edit("reset", "all: devices", "group: All Staff");
    repo.edit("notifications", "name: Notifications", "name: Lock screen\nstate: retired");
    repo.apply().succeeds();
    untouched();
    repo.remove("camera");
    repo.remove("reset");
    repo.apply().succeeds();
    untouched();
    assert_eq!(graph.profiles().len(), before.len(), "all of ours are gone");
}

#[test]
fn a_profile_without_our_marker_is_not_managed() {
    let folder = tempfile::tempdir().unwrap();
    let server = Served::start(folder.path(), None);
    let graph = Graph::new(&server.url);
    let before = graph.profiles();
    let repo = owner("contoso", &server);
    repo.policy("camera", &CAMERA.replace("name: Cameras", "name: Portal - Camera"));
    let ran = repo.apply();
    assert_eq!(ran.code, Some(1));
    insta::assert_snapshot!(normal(&ran.out).replace(&text(&graph.profile("Portal - Camera")["id"]), "[id]"), @r#"
    Environment rehearsal   tenant sandbox (embedded, not your tenant)   owner contoso

    warning[R04]: unequal-values: Camera/AllowCamera has a different value in "Portal - Camera" (in the tenant)
     --> policies/camera.yaml:2:13
      |
    2 | settings: { Camera/AllowCamera: Allowed }
      |             ^^^^^^^^^^^^^^^^^^ both may reach the same devices
      |
      = note: it is not defined which of the two values a device gets
      = note: source: Microsoft, device-profile-troubleshoot: custom settings that conflict "are applied randomly"
      = help: set it in one policy only, or assign the two policies to different devices

    error[SP0517]: the tenant already has a profile "Portal - Camera" that is not managed here
     --> policies/camera.yaml:1:7
      |
    1 | name: Portal - Camera
      |       ^^^^^^^^^^^^^^^ a second profile with this name would be created
      |
      = note: its ID: [id]
      = help: take it over with `adopt: { rehearsal: [id] }`, or choose another name

    Plan: nothing can be done; 0 unchanged, 7 not managed here; 1 error (SP0517).
    "#);
    assert_eq!(graph.profiles(), before);
}

#[test]
fn two_owners_can_use_the_same_keys() {
    let folder = tempfile::tempdir().unwrap();
    let server = Served::start(folder.path(), None);
    let graph = Graph::new(&server.url);
    let (ours, theirs) = (owner("contoso", &server), owner("contoso-branch", &server));
    for repo in [&ours, &theirs] {
        repo.policy("camera", CAMERA);
        repo.policy("notifications", NOTIFICATIONS);
    }
    // Names are not unique: a managed profile may have the same name as another one, even one with another owner's
    // marker.
    ours.apply().succeeds();
    theirs.apply().succeeds();
    assert_eq!(graph.names().iter().filter(|name| *name == "Cameras").count(), 2);
    ours.assert_converged();
    theirs.assert_converged();

    let of_theirs = not_of(&graph, "contoso");
    ours.edit("camera", "Allowed", "Not allowed");
    ours.remove("notifications");
    ours.apply().succeeds();
    assert_eq!(json!(not_of(&graph, "contoso")), json!(of_theirs));
    theirs.assert_converged();
    ours.remove("camera");
    ours.apply().succeeds();
    assert_eq!(json!(graph.profiles()), json!(of_theirs));
}

#[test]
fn disown_removes_only_the_marker() {
    let folder = tempfile::tempdir().unwrap();
    let server = Served::start(folder.path(), None);
    let graph = Graph::new(&server.url);
    let repo = owner("contoso", &server);
    repo.policy("camera", &format!("{CAMERA}description: |\n  Two\n  lines.\n"));
    repo.apply().succeeds();
    let before = graph.profile("Cameras");
    let ran = repo.ran(&["disown", before["id"].as_str().unwrap()]).succeeds();
    insta::assert_snapshot!(normal(&ran.out), @r#""Cameras" ([id]) is no longer managed as camera of contoso; nothing else was changed"#);
    let after = graph.profile("Cameras");
    assert_eq!(after["description"], "Two\nlines.");
    assert_eq!((&after["omaSettings"], &after["assignments"]), (&before["omaSettings"], &before["assignments"]));
    assert!(
        repo.ran(&["disown", before["id"].as_str().unwrap()])
            .fails()
            .contains("is not managed by sspr-policy: it has no marker")
    );
}

/// `disown` waits as long as the tenant requests, and checks whether a write that "failed" was carried out.
#[test]
fn disown_survives_faults() {
    for fault in [
        "throttle: { on: [1], of: PATCH, retry_after: none }",
        "failed_but_done: { on: [1], of: PATCH }",
        "cut_before: { on: [1], of: PATCH }",
        "cut_after: { on: [1], of: PATCH }",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let server = Served::faulty(folder.path(), "durable: false\n", 1);
        let repo = owner("contoso", &server);
        repo.policy("camera", CAMERA);
        repo.apply().succeeds();
        drop(server);
        let server = Served::faulty(folder.path(), &format!("{fault}\n"), 1);
        repo.write("sspr-policy.yaml", &served("contoso", &server.url, PRUNE));
        let graph = Graph::new(&server.url);
        let id = text(&graph.profile("Cameras")["id"]);
        let ran = repo.ran(&["disown", &id]).succeeds();
        assert!(ran.out.contains("is no longer managed as camera of contoso"), "{fault}: {}", ran.out);
        assert_eq!(graph.profile("Cameras")["description"], "", "{fault}");
    }
}
