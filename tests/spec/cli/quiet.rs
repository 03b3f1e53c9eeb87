//! `--quiet`: only errors and the summary are printed.

use insta::assert_snapshot;

use crate::harness::{EMBEDDED, Repository};

const LOCK: &str = "name: Lock screen\nsettings: { Start/HideLock: Hide }\nassignments: { include: [] }\n";
/// The tenant has a profile of this name that is not managed.
const TAKEN: &str = "name: Portal - Camera\nsettings: { Camera/AllowCamera: Allowed }\nassignments: { include: [] }\n";
const WARNED: &str = "name: Toasts\nsettings: { WindowsLogon/DisableLockScreenAppNotifications: enabled }\nassignments: { include: [] }\n";

fn with(policies: &[(&str, &str)]) -> Repository {
    let repo = Repository::new(EMBEDDED);
    policies.iter().for_each(|(key, text)| repo.policy(key, text));
    repo
}

#[test]
fn a_quiet_plan_is_its_errors_and_its_summary() {
    let repo = with(&[("lock", LOCK), ("camera", TAKEN), ("toasts", WARNED)]);
    assert_snapshot!(repo.run("plan -q"), @r#"
    error[SP0517]: the tenant already has a profile "Portal - Camera" that is not managed here
     --> policies/camera.yaml:1:7
      |
    1 | name: Portal - Camera
      |       ^^^^^^^^^^^^^^^ a second profile with this name would be created
      |
      = note: its ID: ab745b66-09b5-4dfd-8246-86ebcc084a7f
      = help: take it over with `adopt: { sandbox: ab745b66-09b5-4dfd-8246-86ebcc084a7f }`, or choose another name

    Plan: 2 to add, 0 to change, 0 to delete; 0 unchanged, 7 not managed here; 1 error (SP0517).
    exit code 1
    "#);
    assert_eq!(repo.ran("plan -q --out plan.json").out, repo.ran("plan -q").out);
    assert_snapshot!(repo.run("show -q plan.json"), @r#"
    error[SP0517]: the tenant already has a profile "Portal - Camera" that is not managed here
    --> policies/camera.yaml:1:7
     = note: a second profile with this name would be created
     = note: its ID: ab745b66-09b5-4dfd-8246-86ebcc084a7f
     = help: take it over with `adopt: { sandbox: ab745b66-09b5-4dfd-8246-86ebcc084a7f }`, or choose another name

    Plan: 2 to add, 0 to change, 0 to delete; 0 unchanged, 7 not managed here; 1 error (SP0517).
    "#);
    assert_snapshot!(repo.run("check -q"), @"0 errors, 1 warning in 3 policies");
    assert_snapshot!(repo.run("check -q --strict"), @r#"
    warning[I01]: lock-screen-notifications-off: app notifications on the lock screen are turned off
     --> policies/toasts.yaml:2:13
      |
    2 | settings: { WindowsLogon/DisableLockScreenAppNotifications: enabled }
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ "Reset password" may not appear, or may lead back to the sign-in screen
      |
      = note: nothing here turns password reset on; this matters only on devices where it is on
      = note: source: Microsoft, howto-sspr-windows (2018 to 2026); OpenIntuneBaseline 3.7 enables both, so current Windows may not be affected; confidence medium; `explain I01`
      = help: set WindowsLogon/DisableLockScreenAppNotifications to disabled for these devices, or exclude them

    0 errors, 1 warning in 3 policies
    exit code 1
    "#);
}

/// A document is for programs, so it is always complete.
#[test]
fn a_quiet_document_is_complete() {
    let repo = with(&[("lock", LOCK)]);
    for format in ["json", "markdown"] {
        let plan = format!("plan --output-format {format}");
        assert_eq!(repo.succeeds(&format!("{plan} -q")), repo.succeeds(&plan));
    }
}

#[test]
fn a_quiet_apply_is_its_errors_and_its_summary() {
    let repo = with(&[("lock", LOCK), ("camera", TAKEN)]);
    assert_snapshot!(repo.run("apply -q --auto-approve"), @r#"
    error[SP0517]: the tenant already has a profile "Portal - Camera" that is not managed here
     --> policies/camera.yaml:1:7
      |
    1 | name: Portal - Camera
      |       ^^^^^^^^^^^^^^^ a second profile with this name would be created
      |
      = note: its ID: ab745b66-09b5-4dfd-8246-86ebcc084a7f
      = help: take it over with `adopt: { sandbox: ab745b66-09b5-4dfd-8246-86ebcc084a7f }`, or choose another name

    Plan: 1 to add, 0 to change, 0 to delete; 0 unchanged, 7 not managed here; 1 error (SP0517).

    1 done, 0 failed.
    exit code 1
    "#);
    repo.remove("camera");
    repo.edit("lock", "Hide }", "Do not hide }");
    assert_snapshot!(repo.run("apply -q --auto-approve"), @"
    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.

    1 done, 0 failed.
    ");
}
