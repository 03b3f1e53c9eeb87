//! Ownership: each object belongs to one policy, and objects without a clear owner are not changed.

use serde_json::json;

use crate::harness::{EMBEDDED, Repository, integer, text};

const POLICY: &str =
    "name: NAME\nsettings: { Start/HideLock: Hide }\nassignments: { include: [{ group: All Staff }] }\n";

fn policy(name: &str, more: &str) -> String {
    format!("{}{more}", POLICY.replace("NAME", name))
}

fn prunes() -> String {
    EMBEDDED.replace("sandbox }", "sandbox, prune: true }")
}

/// An apply that ends with 1 and does not change any profile.
fn changes_nothing(repo: &Repository) -> String {
    let before = repo.portal().profiles();
    let plan = repo.plan();
    assert_eq!(repo.apply().code, Some(1), "{plan}");
    assert_eq!(repo.portal().profiles(), before);
    plan
}

/// The lines of a plan with errors.
fn errors(plan: &str) -> Vec<&str> {
    plan.lines().filter(|line| line.starts_with("error")).collect()
}

#[test]
fn a_policy_that_was_never_applied_cannot_be_retired() {
    for (state, code) in [("retired", 1), ("draft", 0)] {
        let repo = Repository::new(&prunes());
        let id = text(&repo.portal().profile("Portal - Camera")["id"]);
        repo.policy("camera", &policy("Camera", &format!("state: {state}\nadopt: {{ sandbox: {id} }}\n")));
        let before = repo.portal().profiles();
        assert_eq!(repo.apply().code, Some(code), "{state}");
        assert_eq!(repo.portal().profiles(), before, "{state}");
    }
}

#[test]
fn a_former_key_must_not_be_in_use() {
    let repo = Repository::new(&prunes());
    repo.policy("a", &policy("A", ""));
    repo.apply().succeeds();
    repo.policy("b", &policy("B", "moved_from: [a]\n"));
    assert_eq!(errors(&changes_nothing(&repo)), ["error[SP0508]: `a` is still the key of a policy"]);
}

#[test]
fn two_policies_cannot_have_the_same_former_key() {
    let repo = Repository::new(&prunes());
    repo.policy("a", &policy("A", ""));
    repo.apply().succeeds();
    repo.remove("a");
    repo.policy("b", &policy("B", "moved_from: [a]\n"));
    repo.policy("c", &policy("C", "moved_from: [a]\n"));
    let plan = changes_nothing(&repo);
    assert!(errors(&plan)[0].starts_with("error[SP0508]: c and b claim the same profile"), "{plan}");
}

#[test]
fn two_policies_cannot_adopt_the_same_profile() {
    let repo = Repository::new(&prunes());
    let id = text(&repo.portal().profile("Portal - Camera")["id"]);
    for name in ["b", "c"] {
        repo.policy(name, &policy(name, &format!("adopt: {{ sandbox: {id} }}\n")));
    }
    let plan = changes_nothing(&repo);
    assert!(errors(&plan)[0].starts_with("error[SP0508]: c and b claim the same profile"), "{plan}");
}

#[test]
fn a_former_key_of_several_profiles_is_not_unique() {
    let repo = Repository::new(&prunes());
    repo.policy("a", &policy("A", ""));
    repo.apply().succeeds();
    let portal = repo.portal();
    portal.duplicate(&portal.profile("A"), "A (copy)");
    drop(portal);
    repo.remove("a");
    repo.policy("b", &policy("B", "moved_from: [a]\n"));
    let plan = changes_nothing(&repo);
    assert_eq!(
        errors(&plan),
        ["error[SP0504]: 2 profiles have the key `a`", "error[SP0508]: several profiles have the key `a`"]
    );
}

#[test]
fn a_plan_for_some_keys_is_applied_for_them() {
    let repo = Repository::new(EMBEDDED);
    repo.policy("a", &policy("A", ""));
    repo.policy("b", &policy("B", ""));
    let file = repo.path("plan.json").display().to_string();
    repo.ran(&["plan", "--only", "a", "--out", &file]).succeeds();
    repo.ran(&["apply", &file]).succeeds();
    let names = repo.portal().names();
    assert!(names.contains(&"A".to_string()) && !names.contains(&"B".to_string()), "{names:?}");
}

#[test]
fn one_group_by_name_and_by_id_is_one_target() {
    let repo = Repository::new(EMBEDDED);
    let id = repo.portal().group("All Staff");
    let assignments = format!("assignments: {{ include: [{{ group: All Staff }}], exclude: [{{ id: {id} }}] }}\n");
    repo.policy("a", &format!("name: A\nsettings: {{ Start/HideLock: Hide }}\n{assignments}"));
    let stderr = repo.ran("plan").fails();
    assert!(stderr.contains("error[SP0406]") && stderr.contains("are the same target"), "{stderr}");
}

#[test]
fn a_damaged_marker_is_repaired() {
    let repo = Repository::new(EMBEDDED);
    repo.policy("a", &policy("A", ""));
    repo.apply().succeeds();
    let portal = repo.portal();
    portal
        .patch(&portal.profile("A"), json!({ "description": "Managed by sspr-policy, do not edit: contoso a [1 p=" }));
    drop(portal);
    assert!(repo.planned().contains("its marker was damaged and will be written again"));
    repo.apply().succeeds();
    repo.assert_converged();
}

#[test]
fn what_is_managed_from_now_on_is_remembered() {
    let repo = Repository::new(EMBEDDED);
    repo.policy("a", "name: A\nsettings: { Start/HideLock: Hide }\n");
    repo.apply().succeeds();
    repo.policy("a", "name: A\nsettings: { Start/HideLock: Hide }\nassignments: { include: [] }\n");
    assert!(repo.planned().contains("~ assignments: managed from now on"));
    repo.apply().succeeds();
    repo.assert_converged();
    repo.policy("a", "name: A\nsettings: { Start/HideLock: Hide }\n");
    assert!(repo.planned().contains("~ assignments: no longer managed, stays as it is: nothing"));
}

#[test]
fn a_portal_made_profile_that_is_adopted_keeps_its_id() {
    let repo = Repository::new(EMBEDDED);
    let made = repo.portal().create("By hand", &json!("Old text"), &[integer("Start/HideLock", 0)]);
    let id = text(&made["id"]);
    repo.policy("a", &policy("A", &format!("adopt: {{ sandbox: {id} }}\n")));
    repo.apply().succeeds();
    assert_eq!(text(&repo.portal().profile("A")["id"]), id);
    repo.assert_converged();
}

const RESET: &str = "name: Reset\nsettings: { Authentication/AllowAadPasswordReset: Allowed }\n\
                     assignments: { include: [{ all: devices }] }\n";

/// Policies do not define them, so an apply keeps them.
#[test]
fn names_and_descriptions_of_rows_are_kept() {
    let repo = Repository::new(EMBEDDED);
    let mut row = integer("Start/HideLock", 0);
    row["displayName"] = json!("Lock in the user tile");
    row["description"] = json!("0 = shown. Ask Facilities.");
    let id = text(&repo.portal().create("Made in the portal", &json!(null), &[row])["id"]);
    repo.policy("a", &policy("Adopted", &format!("adopt: {{ sandbox: {id} }}\n")));
    repo.apply().succeeds();
    let profile = repo.portal().profile("Adopted");
    let row = &profile["omaSettings"][0];
    assert_eq!(
        (&row["displayName"], &row["description"], &row["value"]),
        (&json!("Lock in the user tile"), &json!("0 = shown. Ask Facilities."), &json!(1))
    );
    repo.assert_converged();
}

#[test]
fn the_file_name_of_a_value_is_kept() {
    let repo = Repository::new(EMBEDDED);
    let uri = "./Device/Vendor/MSFT/WiFi/Profile/Guest/WlanXml";
    let row = json!({ "@odata.type": "#microsoft.graph.omaSettingStringXml", "displayName": "WiFi/Profile/Guest/WlanXml",
        "omaUri": uri, "value": "PGIvPg==", "fileName": "guest.xml" });
    let id = text(&repo.portal().create("Made in the portal", &json!(null), &[row])["id"]);
    let setting = "settings: { WiFi/Profile/Guest/WlanXml: { type: xml, raw: <c/> } }";
    repo.policy("a", &format!("name: Adopted\n{setting}\nadopt: {{ sandbox: {id} }}\n"));
    repo.apply().succeeds();
    assert_eq!(repo.portal().profile("Adopted")["omaSettings"][0]["fileName"], "guest.xml");
    repo.assert_converged();
}

#[test]
fn somebody_elses_profile_is_a_warning_and_can_be_accepted() {
    let repo = Repository::new(EMBEDDED);
    let portal = repo.portal();
    let theirs = portal.create("Theirs", &json!(""), &[integer("WindowsLogon/HideFastUserSwitching", 1)]);
    portal.assign(&theirs, &[json!({ "@odata.type": "#microsoft.graph.allDevicesAssignmentTarget" })]);
    drop(portal);
    repo.policy("reset", RESET);
    let said = repo.apply().succeeds().out;
    assert!(said.contains("warning[I04]") && said.contains("policies/reset.yaml:2:13"), "{said}");
    repo.policy("reset", &format!("{RESET}waive: [{{ rule: I04, reason: tested, until: 2099-01-01 }}]\n"));
    assert!(!repo.planned().contains("I04"));
}

/// Three policies with two settings each, some of which move.
fn three(repo: &Repository, settings: [&str; 3]) {
    for (key, settings) in ["a", "b", "c"].iter().zip(settings) {
        repo.policy(key, &format!("name: {key}\nsettings: {{ {settings} }}\nassignments: {{ include: [] }}\n"));
    }
}

#[test]
fn a_change_that_waits_for_an_exchange_follows_it() {
    let repo = Repository::new(EMBEDDED);
    let (w, x) = ("Start/HideLock: Hide", "Start/HideSwitchAccount: Hide");
    let (y, z) = ("AboveLock/AllowToasts: Allowed", "Camera/AllowCamera: Allowed");
    three(&repo, [&format!("{w}, {x}"), y, z]);
    repo.apply().succeeds();
    three(&repo, [w, &format!("{z}, {x}"), y]);
    let plan = repo.planned();
    assert!(plan.contains("SP0511]: b swaps settings"), "{plan}");
    let requests = repo.ran("plan --requests").succeeds().out;
    let order: Vec<&str> = requests.lines().filter(|line| line.starts_with("# ")).collect();
    assert_eq!(order, ["# b", "# a", "# c"], "a loses what b gains, and takes no part in the exchange of b and c");
    repo.apply().succeeds();
    repo.assert_converged();
}

#[test]
fn a_setting_is_kept_if_its_new_policy_is_blocked() {
    let repo = Repository::new(EMBEDDED);
    let (w, x) = ("Start/HideLock: Hide", "Start/HideSwitchAccount: Hide");
    three(&repo, [&format!("{w}, {x}"), "Camera/AllowCamera: Allowed", "AboveLock/AllowToasts: Allowed"]);
    repo.apply().succeeds();
    let moved = format!("Camera/AllowCamera: Allowed, {x}");
    three(&repo, [w, &moved, "AboveLock/AllowToasts: Allowed"]);
    let ran = repo.ran("plan --only a");
    assert_eq!(ran.code, Some(1));
    assert!(ran.out.contains("error[SP0512]: a waits for b"), "{}", ran.out);
    let portal = repo.portal();
    portal.duplicate(&portal.profile("b"), "b (copy)");
    drop(portal);
    let plan = changes_nothing(&repo);
    assert!(errors(&plan).contains(&"error[SP0512]: a waits for b"), "{plan}");
}

/// An apply was interrupted: the new policy has the setting, but is not assigned yet.
#[test]
fn a_moved_setting_is_removed_only_after_devices_get_it_elsewhere() {
    let repo = Repository::new(EMBEDDED);
    let write = |key: &str, settings: &str| {
        let to = "assignments: { include: [{ group: SSPR Pilot }] }";
        repo.policy(key, &format!("name: {key}\nsettings: {{ {settings} }}\n{to}\n"));
    };
    let (w, x) = ("Start/HideLock: Hide", "Start/HideSwitchAccount: Hide");
    write("giver", &format!("{w}, {x}"));
    write("home", x);
    repo.apply().succeeds();
    let portal = repo.portal();
    portal.assign(&portal.profile("home"), &[]);
    drop(portal);
    write("giver", w);
    let requests = repo.ran("plan --requests").succeeds().out;
    let order: Vec<&str> = requests.lines().filter(|line| line.starts_with("# ")).collect();
    assert_eq!(order, ["# home", "# giver"]);
    let ran = repo.ran("apply --auto-approve --only giver");
    assert_eq!(ran.code, Some(1));
    assert!(ran.out.contains("error[SP0512]: giver waits for home"), "{}", ran.out);
    repo.apply().succeeds();
    repo.assert_converged();
}
