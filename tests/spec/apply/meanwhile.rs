//! What happens in a tenant while an apply writes: people edit, servers are late, answers are lost.

use std::io::{BufRead, BufReader};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::harness::between::{Asked, Then};
use crate::harness::{Graph, Ran, Rehearsal, normal};
#[cfg(unix)]
use crate::harness::{interrupt, wait_until};

fn scene(faults: &str) -> Rehearsal {
    Rehearsal::new(&format!("durable: false\n{faults}"))
}

/// Edits the profile in the portal right after the first request of this kind was carried out.
fn edit_after(
    scene: &Rehearsal,
    method: &'static str,
    path: &'static str,
    edit: Edit,
) -> impl FnMut(&Asked) -> Then + Send + use<> {
    let url = scene.server.url.clone();
    let mut waits = true;
    move |asked| {
        if !asked.is(method, path) || !std::mem::take(&mut waits) {
            return Then::Pass;
        }
        let url = url.clone();
        Then::After(Box::new(move || edit(&Graph::new(&url))))
    }
}

type Edit = fn(&Graph);

const CREATION: &str = "/deviceConfigurations";
const ASSIGNMENT: &str = "/assign";

fn policy(settings: &str, group: &str) -> String {
    format!("name: Policy\nsettings:\n{settings}assignments: {{ include: [{{ group: {group} }}] }}\n")
}

/// A value that everyone can read.
fn plain(number: u32) -> String {
    format!("  Trial/Number: {{ type: integer, value: {number}, unchecked: trial }}\n")
}

/// The same with a value that Intune masks.
fn with_text(text: &str) -> String {
    format!("{}  Trial/Text: {{ type: string, raw: {text}, unchecked: trial }}\n", plain(0))
}

fn rows(portal: &Graph, change: impl Fn(&mut Value)) {
    let profile = portal.profile("Policy");
    let mut rows: Vec<Value> = profile["omaSettings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let mut writable = portal.writable(&profile, row);
            writable["value"] = portal.plain(&profile, row);
            writable
        })
        .collect();
    rows.iter_mut().for_each(change);
    portal.patch(&profile, json!({ "omaSettings": rows }));
}

fn masked(portal: &Graph) {
    rows(portal, |row| {
        if row["omaUri"].to_string().contains("Text") {
            row["value"] = json!("somebody's");
        }
    });
}

fn row_names(portal: &Graph) {
    rows(portal, |row| row["displayName"] = json!("Somebody's name"));
}

fn description(portal: &Graph) {
    let profile = portal.profile("Policy");
    let text = format!("Somebody's text.\n\n{}", profile["description"].as_str().unwrap());
    portal.patch(&profile, json!({ "description": text }));
}

fn no_marker(portal: &Graph) {
    portal.patch(&portal.profile("Policy"), json!({ "description": "Somebody's own." }));
}

fn name(portal: &Graph) {
    portal.patch(&portal.profile("Policy"), json!({ "displayName": "Somebody's" }));
}

/// The message about the change.
fn said(ran: &Ran) -> String {
    let after_the_plan = ran.out.lines().skip_while(|line| !line.starts_with("Plan:"));
    let ended = after_the_plan.skip(1).take_while(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    normal(&format!("{ended}\nexit {}", ran.code.unwrap()))
}

/// The plain value of the string, its name, and the description without the marker.
fn held(portal: &Graph) -> String {
    let profile = portal.profile("Policy");
    let row = profile["omaSettings"].as_array().unwrap().last().unwrap();
    let description = profile["description"].as_str().unwrap().split("Managed by").next().unwrap().trim();
    format!("{} | {} | {description}", portal.plain(&profile, row), row["displayName"])
}

#[test]
fn an_edit_after_our_last_write_is_kept() {
    let edits: [(Edit, &str); 4] = [
        (masked, r#""somebody's" | "Trial/Text" | "#),
        (row_names, r#""ours" | "Somebody's name" | "#),
        (description, r#""ours" | "Trial/Text" | Somebody's text."#),
        (no_marker, r#""ours" | "Trial/Text" | Somebody's own."#),
    ];
    for (edit, stays) in edits {
        let scene = scene("");
        scene.repo.policy("p", &policy(&with_text("ours"), "SSPR Pilot"));
        let ran = scene.apply_between(edit_after(&scene, "POST", ASSIGNMENT, edit));
        assert_eq!(held(&scene.portal()), stays);
        insta::allow_duplicates! {
            assert_snapshot!(said(&ran), @"
              + p                            failed   someone changed the profile during the apply (version 1 after apply's last write, now 2): plan again
            exit 1
            ");
        }
    }
}

#[test]
fn a_removed_marker_is_not_a_success() {
    let scene = scene("");
    scene.repo.policy("p", &policy(&plain(0), "SSPR Pilot"));
    let ran = scene.apply_between(edit_after(&scene, "POST", ASSIGNMENT, no_marker));
    assert_snapshot!(said(&ran), @"
      + p                            failed   someone changed the profile during the apply (version 1 after apply's last write, now 2): plan again
    exit 1
    ");
}

#[test]
fn a_masked_edit_between_our_writes_is_kept() {
    let scene = scene("");
    scene.repo.policy("p", &policy(&with_text("ours"), "SSPR Pilot"));
    let created = scene.apply_between(edit_after(&scene, "POST", CREATION, masked));
    assert_snapshot!(said(&created), @"
      + p                            failed   someone changed the profile during the apply (version 1 after apply's last write, now 2); the rest was not written: plan again
    exit 1
    ");
    assert_eq!(held(&scene.portal()), r#""somebody's" | "Trial/Text" | "#);
    // Devices leave the assignments before the content changes.
    scene.apply_between(|_| Then::Pass).succeeds();
    scene.repo.policy("p", &policy(&with_text("newer").replace("0,", "7,"), "SSPR Ring 2"));
    let changed = scene.apply_between(edit_after(&scene, "POST", ASSIGNMENT, masked));
    assert_snapshot!(said(&changed), @"
      ~ p                            failed   someone changed the profile during the apply (version 3 after apply's last write, now 4); the rest was not written: plan again
    exit 1
    ");
    assert_eq!(held(&scene.portal()), r#""somebody's" | "Trial/Text" | "#);
    scene.apply_between(|_| Then::Pass).succeeds();
    assert_eq!(held(&scene.portal()), r#""newer" | "Trial/Text" | "#);
}

/// The marker is corrected after the assignment, and text that someone added in the meantime is kept.
#[test]
fn unmanaged_properties_are_kept_if_assignments_raise_the_version() {
    let scene = scene("assign_raises_version: true\n");
    scene.repo.policy("p", &policy(&with_text("ours"), "SSPR Pilot"));
    scene.repo.apply().succeeds();
    description(&scene.portal());
    row_names(&scene.portal());
    scene.repo.policy("p", &policy(&with_text("newer"), "SSPR Ring 2"));
    scene.repo.apply().succeeds();
    assert_eq!(held(&scene.portal()), r#""newer" | "Somebody's name" | Somebody's text."#);
    scene.repo.assert_converged();
}

#[test]
fn text_added_between_our_writes_is_kept() {
    let scene = scene("");
    scene.repo.policy("p", &policy(&plain(0), "SSPR Pilot"));
    scene.repo.apply().succeeds();
    scene.repo.edit("p", "value: 0", "value: 7");
    scene.repo.edit("p", "SSPR Pilot", "SSPR Ring 2");
    scene.apply_between(edit_after(&scene, "POST", ASSIGNMENT, row_names)).succeeds();
    assert_eq!(held(&scene.portal()), r#"7 | "Somebody's name" | "#);
}

/// The lists show the profile, but it is not found by its ID yet.
#[test]
fn a_deletion_needs_both_witnesses() {
    let scene = scene("not_found_after_create_ms: 5000\n");
    let profile = format!("name: Policy\nsettings:\n{}", plain(0));
    scene.repo.policy("p", &profile);
    scene.repo.apply().succeeds();
    scene.repo.policy("p", &format!("{profile}state: retired\n"));
    assert_snapshot!(said(&scene.repo.apply()), @"
      - p                            failed   the tenant's lists show the profile, but Graph does not find its ID, so it could not be deleted: run again in a few minutes
    exit 1
    ");
    let mut patient = scene.repo.command("apply --auto-approve");
    Ran::of(patient.env("SSPR_POLICY_PATIENCE_SECONDS", "30")).succeeds();
    assert!(!scene.portal().names().contains(&"Policy".to_owned()));
}

/// The server reports a failure, and carries out the write between the check and the next attempt.
#[test]
fn a_late_write_is_recognized_as_ours() {
    let scene = scene("");
    scene.repo.policy("p", &policy(&plain(0), "SSPR Pilot"));
    scene.repo.apply().succeeds();
    scene.repo.edit("p", "value: 0", "value: 7");
    let (url, mut late, mut first) = (scene.server.url.clone(), None, true);
    let ran = scene.apply_between(move |asked| {
        if asked.method == "PATCH" && std::mem::take(&mut first) {
            late = Some((asked.path.clone(), asked.body.clone()));
            return Then::refused(504);
        }
        let Some((path, body)) = late.take_if(|_| asked.is_look()) else { return Then::Pass };
        let url = url.clone();
        Then::After(Box::new(move || drop(Graph::new(&url).send("PATCH", &path, Some(&body)))))
    });
    assert_snapshot!(said(&ran), @"
      ~ p                            changed  [id]
    exit 0
    ");
    scene.through(&scene.server.url);
    scene.repo.assert_converged();
}

#[test]
fn a_write_without_effect_is_not_a_success() {
    let scene = scene("");
    scene.repo.policy("p", &policy(&with_text("ours"), "SSPR Pilot"));
    scene.repo.apply().succeeds();
    scene.repo.edit("p", "raw: ours", "raw: newer");
    let ran = scene.apply_between(|asked| match asked.method.as_str() {
        "PATCH" => Then::refused(200),
        _ => Then::Pass,
    });
    assert_snapshot!(said(&ran), @"
      ~ p                            failed   it was written, but the tenant shows something else: plan again to see what
    exit 1
    ");
    assert_eq!(held(&scene.portal()), r#""ours" | "Trial/Text" | "#);
}

#[test]
fn a_profile_that_is_too_new_is_assigned_later() {
    for status in [404, 409] {
        let mut scene = scene("");
        scene.repo.variables.insert("SSPR_POLICY_PATIENCE_SECONDS".into(), "30".into());
        scene.repo.policy("p", &policy(&with_text("ours"), "SSPR Pilot"));
        let mut refused = 0;
        scene
            .apply_between(move |asked| {
                refused += u32::from(asked.is("POST", ASSIGNMENT));
                if asked.is("POST", ASSIGNMENT) && refused <= 2 { Then::refused(status) } else { Then::Pass }
            })
            .succeeds();
        assert_eq!(scene.portal().profile("Policy")["assignments"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn every_timeout_is_valid() {
    let mut scene = scene("");
    scene.repo.variables.insert("SSPR_POLICY_PATIENCE_SECONDS".into(), u64::MAX.to_string());
    scene.repo.policy("p", &policy(&with_text("ours"), "SSPR Pilot"));
    scene.repo.apply().succeeds();
}

/// `apply` does not wait for a state that can never become the written one.
#[test]
fn a_visible_edit_ends_the_wait() {
    for edit in [name as Edit, no_marker] {
        for request in [CREATION, ASSIGNMENT] {
            let mut scene = scene("");
            scene.repo.variables.insert("SSPR_POLICY_PATIENCE_SECONDS".into(), "600".into());
            scene.repo.policy("p", &policy(&plain(0), "SSPR Pilot"));
            let ran = scene.apply_between(edit_after(&scene, "POST", request, edit));
            assert!(said(&ran).contains("failed   someone changed the profile during the apply"), "{}", said(&ran));
        }
    }
}

/// More profiles than are processed at once: none of them waits until another one is listed.
#[test]
fn profiles_that_wait_for_lists_do_not_block_others() {
    let mut scene = scene("list_lag_ms: 6000\n");
    scene.repo.variables.insert("SSPR_POLICY_PATIENCE_SECONDS".into(), "50".into());
    for n in 0..25 {
        let text = policy(&plain(0), "SSPR Pilot").replace("Policy", &format!("Policy {n}"));
        scene.repo.policy(&format!("p{n:02}"), &text.replace("Number", &format!("Number{n}")));
    }
    let mut apply = scene.repo.applying();
    let mut lines = BufReader::new(apply.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.contains(" added ")));
    // Each profile is created and assigned, although the lists have shown only the first of them.
    assert_eq!(scene.server.counters()["writes"], 50);
    assert_eq!(lines.filter(|line| line.contains(" added ")).count(), 24);
    let ran = Ran::from(apply).succeeds();
    let waits: Vec<&str> = ran.err.lines().filter(|line| line.contains("waiting")).collect();
    assert_snapshot!(waits.join("\n"), @"waiting until the tenant and its lists show what was written, up to 50s for each profile");
}

/// An apply that is interrupted as soon as its first PATCH gets this answer.
#[cfg(unix)]
fn interrupted(status: u16, done: bool) -> (Rehearsal, String) {
    let scene = scene("");
    scene.repo.policy("p", &policy(&plain(0), "SSPR Pilot"));
    scene.repo.apply().succeeds();
    scene.repo.edit("p", "value: 0", "value: 7");
    let answered = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&answered);
    let _between = scene.between(move |asked| {
        if asked.method != "PATCH" {
            return Then::Pass;
        }
        seen.store(true, Ordering::SeqCst);
        Then::Answered { status, pause: Some(250), done }
    });
    let apply = scene.repo.applying();
    wait_until("the answer", || answered.load(Ordering::SeqCst));
    interrupt(&apply);
    let said = said(&Ran::from(apply));
    (scene, said)
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_a_pause() {
    let (scene, said) = interrupted(429, false);
    assert_snapshot!(said, @"
      ~ p                            skipped  stopped before it started
    exit 1
    ");
    assert_eq!(scene.portal().profile("Policy")["version"], 1);
}

#[cfg(unix)]
#[test]
fn an_interrupted_write_is_reported_as_unknown() {
    let (scene, said) = interrupted(504, true);
    assert_snapshot!(said, @"
      ~ p                            skipped  stopped: its write got no usable answer, so it may have been carried out
    exit 1
    ");
    assert_eq!(scene.portal().profile("Policy")["version"], 2);
}
