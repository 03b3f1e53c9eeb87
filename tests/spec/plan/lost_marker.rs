//! Profiles whose marker someone removed in the portal: no second profile is created.

use serde_json::{Value, json};

use crate::harness::{EMBEDDED, Repository, normal, text};

const RESET: &str = "\
name: Password reset
settings:
  Authentication/AllowAadPasswordReset: Allowed
  AboveLock/AllowToasts: Not allowed
assignments: { include: [{ group: SSPR Pilot }] }
";

/// A repository whose only profile got another name and another description in the portal.
fn edited_in_the_portal() -> Repository {
    let repo = Repository::new(EMBEDDED);
    repo.policy("reset", RESET);
    repo.apply().succeeds();
    let portal = repo.portal();
    portal.patch(
        &portal.profile("Password reset"),
        json!({ "displayName": "SSPR for the pilot", "description": "Ask Anna before you change it." }),
    );
    drop(portal);
    repo
}

#[test]
fn a_profile_that_lost_its_marker_is_not_created_again() {
    let repo = edited_in_the_portal();
    let before = repo.portal().profiles();
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment sandbox   tenant sandbox (embedded, not your tenant)   owner contoso

    error[SP0527]: the profile "SSPR for the pilot" already sets everything that reset sets, and is not managed
     --> policies/reset.yaml:1:7
      |
    1 | name: Password reset
      |       ^^^^^^^^^^^^^^ a second profile with the same settings would be created, perhaps for the same devices
      |
      = note: its ID: [id]; if it is this policy's profile, someone removed the marker from its description
      = help: take it over with `adopt: { sandbox: [id] }`, or accept both with `waive:` and `rule: SP0527`

    warning[I01]: lock-screen-notifications-off: app notifications on the lock screen are turned off: "Portal - Lock screen hardening" (in the tenant) sets WindowsLogon/DisableLockScreenAppNotifications
     --> policies/reset.yaml:3:3
      |
    3 |   Authentication/AllowAadPasswordReset: Allowed
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = note: "Reset password" may not appear, or may lead back to the sign-in screen
      = note: reset (policies/reset.yaml:3:3) may turn password reset on for the same devices
      = note: source: Microsoft, howto-sspr-windows (2018 to 2026); OpenIntuneBaseline 3.7 enables both, so current Windows may not be affected; confidence medium; `explain I01`
      = help: set WindowsLogon/DisableLockScreenAppNotifications to disabled for these devices, or exclude them

    Plan: nothing can be done; 0 unchanged, 8 not managed here; 1 error.
    exit 1
    "#);
    assert_eq!(repo.apply().code, Some(1));
    assert_eq!(repo.portal().profiles(), before);
    let id = text(&repo.portal().profile("SSPR for the pilot")["id"]);
    repo.policy("reset", &format!("{RESET}adopt: {{ sandbox: {id} }}\n"));
    repo.apply().succeeds();
    repo.assert_converged();
    assert_eq!(repo.portal().profiles().len(), before.len());
}

#[test]
fn both_profiles_can_be_accepted() {
    let repo = edited_in_the_portal();
    let waived = |until: &str| format!("{RESET}waive: [{{ rule: SP0527, reason: both are wanted, until: {until} }}]\n");
    repo.policy("reset", &waived("2020-01-01"));
    let expired = repo.plan();
    assert!(expired.contains("SP0527") && expired.contains("this waiver expired"), "{expired}");
    repo.policy("reset", &waived("2999-12-31"));
    repo.ran("check").succeeds();
    repo.apply().succeeds();
    repo.assert_converged();
    let names = repo.portal().names();
    assert!(names.contains(&"Password reset".into()) && names.contains(&"SSPR for the pilot".into()), "{names:?}");
}

#[test]
fn a_profile_with_the_same_name_can_be_accepted() {
    let repo = Repository::new(EMBEDDED);
    let camera = "name: Portal - Camera\nsettings: { Start/HideLock: 0 }\nassignments: { include: [] }\n";
    repo.policy("camera", camera);
    assert!(repo.plan().contains("error[SP0517]"));
    repo.policy("camera", &format!("{camera}waive: [{{ rule: sp0517, reason: both, until: 2999-12-31 }}]\n"));
    repo.apply().succeeds();
    repo.assert_converged();
    assert_eq!(repo.portal().names().iter().filter(|name| *name == "Portal - Camera").count(), 2);
}

/// What a plan says if the profile that lost its marker was changed like this, too.
fn said(change: impl FnOnce(&crate::harness::Portal, &Value)) -> String {
    let repo = edited_in_the_portal();
    let portal = repo.portal();
    change(&portal, &portal.profile("SSPR for the pilot"));
    drop(portal);
    let plan = repo.plan();
    normal(&plan)
        .lines()
        .filter(|line| line.contains("error") || line.contains("to add"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn a_profile_that_reaches_nobody_or_sets_less_is_another_one() {
    let target = |kind: &str, id: &str| json!({ "@odata.type": format!("#microsoft.graph.{kind}"), "groupId": id });
    let unassigned = said(|portal, profile| portal.assign(profile, &[]));
    let everybody_else = said(|portal, profile| {
        let all = json!({ "@odata.type": "#microsoft.graph.allDevicesAssignmentTarget" });
        portal.assign(profile, &[all, target("exclusionGroupAssignmentTarget", &portal.group("SSPR Pilot"))]);
    });
    let less = said(|portal, profile| {
        let rows = vec![portal.writable(profile, &profile["omaSettings"][0])];
        portal.patch(profile, json!({ "omaSettings": rows }));
    });
    let another_group = said(|portal, profile| {
        portal.assign(profile, &[target("groupAssignmentTarget", &portal.group("SSPR Ring 2"))]);
    });
    insta::assert_snapshot!([unassigned, everybody_else, less, another_group].join("\n--\n"), @r#"
    Plan: 1 to add, 0 to change, 0 to delete; 0 unchanged, 8 not managed here.
    --
    Plan: 1 to add, 0 to change, 0 to delete; 0 unchanged, 8 not managed here.
    --
    Plan: 1 to add, 0 to change, 0 to delete; 0 unchanged, 8 not managed here.
    --
    error[SP0527]: the profile "SSPR for the pilot" already sets everything that reset sets, and is not managed
    Plan: nothing can be done; 0 unchanged, 8 not managed here; 1 error.
    "#);
}
