//! Policies that are moved, drafts, retired or deleted; and several of them at once.

use super::{LOCK, applied, converges, with};
use crate::harness::{EMBEDDED, Repository};

/// A profile must not be deleted if the same settings would be created again under another key.
#[test]
fn a_moved_file_if_orphans_are_deleted() {
    let repo = with(&EMBEDDED.replace("sandbox }", "sandbox, prune: true }"), &[("lock", LOCK)]);
    repo.rename("lock", "screen/lock");
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment sandbox   tenant sandbox (embedded, not your tenant)   owner contoso

      1 managed profile no longer has a policy file: lock. It is kept.

    error[SP0507]: screen/lock would be created again next to `lock` ("Lock screen")
     --> policies/screen/lock.yaml:1:7
      |
    1 | name: Lock screen
      |       ^^^^^^^^^^^ was this file moved or renamed?
      |
      = help: add `moved_from: [lock]` to keep the profile and not assign its settings twice

    Plan: nothing can be done; 0 unchanged, 7 not managed here; 1 error (SP0507).
    exit 1
    "#);
    let before = repo.portal().profiles();
    assert_eq!(repo.apply().code, Some(1));
    assert_eq!(repo.portal().profiles(), before);
}

#[test]
fn a_file_that_was_moved_and_got_another_name() {
    let repo = applied();
    repo.rename("lock", "screen/lock");
    repo.edit("screen/lock", "name: Lock screen", "name: Lock screen, hidden");
    let before = repo.portal().profiles();
    assert_eq!(repo.apply().code, Some(1), "the same content under another name");
    assert_eq!(repo.portal().profiles(), before);
}

#[test]
fn a_draft_that_is_live() {
    let repo = applied();
    repo.policy("lock", &format!("{LOCK}state: draft\n"));
    insta::assert_snapshot!(repo.plan(), @"
    Environment sandbox   tenant sandbox (embedded, not your tenant)   owner contoso

    error[SP0506]: lock is a draft, but its profile already exists in the tenant ([id])
     --> policies/lock.yaml:1:7
      |
    1 | name: Lock screen
      |       ^^^^^^^^^^^ a draft is not sent to Intune
      |
      = help: write `state: active` to manage the profile, or `state: retired` to delete it

    Plan: nothing can be done; 0 unchanged, 7 not managed here; 1 error (SP0506).
    exit 1
    ");
}

#[test]
fn a_policy_that_excludes_this_environment() {
    let more = "  other: { tenant: contoso.example, auth: { method: token } }\n";
    let repo = with(&format!("{EMBEDDED}{more}"), &[("lock", LOCK)]);
    repo.policy("lock", &format!("{}environments: [other]\n", LOCK.replace("HideLock: Hide", "HideLock: 0")));
    insta::assert_snapshot!(repo.plan(), @"
    Environment sandbox   tenant sandbox (embedded, not your tenant)   owner contoso

      left as they are, because `environments:` excludes this one: lock

    Plan: nothing to do; 0 unchanged, 7 not managed here.
    exit 0
    ");
    let before = repo.portal().profiles();
    repo.apply().succeeds();
    assert_eq!(repo.portal().profiles(), before);
}

#[test]
fn a_policy_that_is_retired() {
    let repo = applied();
    repo.policy("lock", &format!("{LOCK}state: retired\n"));
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment sandbox   tenant sandbox (embedded, not your tenant)   owner contoso

      - lock                         "Lock screen"   retired
          2 settings, 3 targets assigned; devices keep the last values until something else sets them

    warning[SP0510]: lock will be deleted; devices keep its last values
     --> policies/lock.yaml:1:7
      |
    1 | name: Lock screen
      |       ^^^^^^^^^^^
      |
      = note: Start/HideLock stays at 1; the Windows default is 0
      = help: to undo a feature, first set the safe value, apply, and wait until devices have it; then retire the policy

    Reach: -24 devices and -5,200 members (All Staff, SSPR Pilot).
    Plan: 0 to add, 0 to change, 1 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0
    "#);
    converges(&repo);
    assert!(!repo.portal().names().contains(&"Lock screen".to_owned()));
}

#[test]
fn a_policy_that_is_retired_at_the_safe_values() {
    let repo = with(EMBEDDED, &[("lock", &LOCK.replace("HideLock: Hide", "HideLock: 0"))]);
    repo.edit("lock", "name:", "state: retired\nname:");
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment sandbox   tenant sandbox (embedded, not your tenant)   owner contoso

      - lock                         "Lock screen"   retired
          2 settings, 3 targets assigned; devices keep the last values until something else sets them

    Reach: -24 devices and -5,200 members (All Staff, SSPR Pilot).
    Plan: 0 to add, 0 to change, 1 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0
    "#);
}

#[test]
fn a_policy_whose_file_was_deleted() {
    let repo = applied();
    repo.remove("lock");
    insta::assert_snapshot!(repo.plan(), @"
    Environment sandbox   tenant sandbox (embedded, not your tenant)   owner contoso

      1 managed profile no longer has a policy file: lock. It is kept; set `prune: true` on the
        environment to delete it.

    Plan: nothing to do; 0 unchanged, 7 not managed here.
    exit 0
    ");
    repo.write("sspr-policy.yaml", &EMBEDDED.replace("sandbox }", "sandbox, prune: true }"));
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment sandbox   tenant sandbox (embedded, not your tenant)   owner contoso

      - lock                         "Lock screen"   it no longer has a policy file (prune: true)
          2 settings, 3 targets assigned; devices keep the last values until something else sets them

    warning[SP0510]: lock will be deleted; devices keep its last values
     |
     = note: Start/HideLock stays at 1; the Windows default is 0
     = help: to undo a feature, first set the safe value, apply, and wait until devices have it; then retire the policy

    Reach: -24 devices and -5,200 members (All Staff, SSPR Pilot).
    Plan: 0 to add, 0 to change, 1 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0
    "#);
    converges(&repo);
}

#[test]
fn a_target_that_changed_for_several_policies() {
    let targets = |groups: &str| format!("{EMBEDDED}targets:\n  pilot: {{ include: [{groups}] }}\n");
    let policy =
        |name: &str, setting: &str| format!("name: {name}\nsettings: {{ {setting}: 0 }}\nassignments: pilot\n");
    let repo = with(
        &targets("{ group: SSPR Pilot }"),
        &[
            ("camera", &policy("Camera", "Bluetooth/AllowAdvertising")),
            ("lock", &policy("Lock", "Start/HideLock")),
            ("toasts", &policy("Toasts", "AboveLock/AllowToasts")),
        ],
    );
    repo.write("sspr-policy.yaml", &targets("{ group: SSPR Ring 2, filter: Windows 11 corporate }"));
    repo.edit("lock", ": 0", ": 1");
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment sandbox   tenant sandbox (embedded, not your tenant)   owner contoso

      target pilot changed, for 3 profiles
          + assignment  include group SSPR Ring 2 (filter include Windows 11 corporate)   310 devices
          - assignment  include group SSPR Pilot   24 devices

      ~ camera                       "Camera"   you changed the policy
          ~ assignments follow target pilot

      ~ lock                         "Lock"   you changed the policy
          ~ Start/HideLock [device]                            Do not hide (0) → Hide (1)
          ~ assignments follow target pilot

      ~ toasts                       "Toasts"   you changed the policy
          ~ assignments follow target pilot

    Reach: +310 devices at most (SSPR Ring 2), -24 devices (SSPR Pilot).
    Plan: 0 to add, 3 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0
    "#);
    converges(&repo);
}

#[test]
fn a_conflict_with_a_profile_from_the_portal() {
    let repo = Repository::new(EMBEDDED);
    repo.policy(
        "notifications",
        "name: Notifications\nsettings: { WindowsLogon/DisableLockScreenAppNotifications: disabled }\nassignments: { include: [{ group: SSPR Ring 2 }] }\n",
    );
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment sandbox   tenant sandbox (embedded, not your tenant)   owner contoso

      + notifications                "Notifications"
          + WindowsLogon/DisableLockScreenAppNotifications [device]   disabled
          + assignment  include group SSPR Ring 2   310 devices

    warning[R04]: unequal-values: WindowsLogon/DisableLockScreenAppNotifications has a different value in "Portal - Lock screen hardening" (in the tenant)
     --> policies/notifications.yaml:2:13
      |
    2 | settings: { WindowsLogon/DisableLockScreenAppNotifications: disabled }
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ both reach the same devices
      |
      = note: it is not defined which of the two values a device gets
      = note: source: Microsoft, device-profile-troubleshoot: custom settings that conflict "are applied randomly"
      = help: set it in one policy only, or assign the two policies to different devices

    Reach: +310 devices (SSPR Ring 2).
    Scope tags: 1 new profile has none, so it gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0
    "#);
}

#[test]
fn more_changes_than_the_limits_allow() {
    let limits = EMBEDDED.replace("sandbox }", "sandbox, prune: true, limits: { max_deletes: 0 } }");
    let repo = with(&limits, &[("lock", LOCK)]);
    repo.remove("lock");
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment sandbox   tenant sandbox (embedded, not your tenant)   owner contoso

      - lock                         "Lock screen"   it no longer has a policy file (prune: true)
          2 settings, 3 targets assigned; devices keep the last values until something else sets them

    warning[SP0510]: lock will be deleted; devices keep its last values
     |
     = note: Start/HideLock stays at 1; the Windows default is 0
     = help: to undo a feature, first set the safe value, apply, and wait until devices have it; then retire the policy

    error[SP0509]: 1 deletion is more than `limits: max_deletes: 0` allows
     |
     = help: review the plan; if it is right, save it with `plan --override-limits --out FILE` and have that file approved, or change the limit in sspr-policy.yaml

    Reach: -24 devices and -5,200 members (All Staff, SSPR Pilot).
    Plan: 0 to add, 0 to change, 1 to delete; 0 unchanged, 7 not managed here; 1 error (SP0509).
    Nothing was changed.
    exit 1
    "#);
    let before = repo.portal().profiles();
    insta::assert_snapshot!(repo.apply().fails(), @"
    error: 1 error above; nothing was changed
    help: fix the errors above, or accept a finding with `waive:`; limits are in sspr-policy.yaml
    ");
    assert_eq!(repo.portal().profiles(), before);
    repo.ran("plan --override-limits --out plan.json").succeeds();
    repo.ran("apply plan.json").succeeds();
}
