//! A single edit of a policy.

use super::{applied, applied_through_proxy, carried_out, listed};

/// An edit of the policy: its plan and requests. Applies it, and checks that nothing is left to change.
fn edited(old: &str, new: &str) -> String {
    let repo = applied();
    repo.edit("lock", old, new);
    carried_out(&repo)
}

#[test]
fn the_first_of_three_values() {
    insta::assert_snapshot!(edited("AboveLock: Allowed", "AboveLock: Not allowed"), @r#"
      ~ lock                         "Lock screen"   you changed the policy
          ~ AboveLock/AllowCortanaAboveLock [device]           Allowed (1) → Not allowed (0)

    Reach: 24 devices as before (SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0

    PATCH …/[id]
      displayName "Lock screen"
      description "" and the marker
      Integer AboveLock/AllowCortanaAboveLock = 0
      Integer Start/HideLock = 1
      String WindowsLogon/DontDisplayNetworkSelectionUI = "<enabled/>"
    "#);
}

#[test]
fn a_masked_value() {
    insta::assert_snapshot!(edited("UI: enabled", "UI: disabled"), @r#"
      ~ lock                         "Lock screen"   you changed the policy
          ~ WindowsLogon/DontDisplayNetworkSelectionUI [device]   enabled → disabled

    Reach: 24 devices as before (SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0

    PATCH …/[id]
      displayName "Lock screen"
      description "" and the marker
      Integer AboveLock/AllowCortanaAboveLock = 1
      Integer Start/HideLock = 1
      String WindowsLogon/DontDisplayNetworkSelectionUI = "<disabled/>"
    "#);
}

#[test]
fn a_setting_that_is_added() {
    insta::assert_snapshot!(edited("  Start/HideLock: Hide\n", "  Start/HideLock: Hide\n  Camera/AllowCamera: Allowed\n"), @r#"
      ~ lock                         "Lock screen"   you changed the policy
          + Camera/AllowCamera [device]                        Allowed (1)

    Reach: 24 devices as before (SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0

    PATCH …/[id]
      displayName "Lock screen"
      description "" and the marker
      Integer AboveLock/AllowCortanaAboveLock = 1
      Integer Camera/AllowCamera = 1
      Integer Start/HideLock = 1
      String WindowsLogon/DontDisplayNetworkSelectionUI = "<enabled/>"
    "#);
}

#[test]
fn a_setting_that_is_removed() {
    insta::assert_snapshot!(edited("  Start/HideLock: Hide\n", ""), @r#"
      ~ lock                         "Lock screen"   you changed the policy
          - Start/HideLock [device]                            Hide (1)

    Reach: 24 devices as before (SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0

    PATCH …/[id]
      displayName "Lock screen"
      description "" and the marker
      Integer AboveLock/AllowCortanaAboveLock = 1
      String WindowsLogon/DontDisplayNetworkSelectionUI = "<enabled/>"
    "#);
}

#[test]
fn settings_in_another_order() {
    let repo = applied();
    repo.edit("lock", "  Start/HideLock: Hide\n", "");
    repo.edit("lock", "settings:\n", "settings:\n  Start/HideLock: Hide\n");
    repo.assert_converged();
    let (ran, sent) = applied_through_proxy(&repo);
    assert_eq!((listed(&repo), ran.code, sent), (vec![], Some(0), vec![]));
}

#[test]
fn an_assignment_that_is_removed() {
    insta::assert_snapshot!(edited("  exclude:\n    - group: Kiosks\n", ""), @r#"
      ~ lock                         "Lock screen"   you changed the policy
          - assignment  exclude group Kiosks   ! its members will now get this profile: 12 devices

    Reach: 12 devices no longer excluded (Kiosks), 24 devices as before (SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0

    PATCH …/[id]
      displayName "Lock screen"
      description "" and the marker
      Integer AboveLock/AllowCortanaAboveLock = 1
      Integer Start/HideLock = 1
      String WindowsLogon/DontDisplayNetworkSelectionUI = "<enabled/>"
    POST …/[id]/assign
      include SSPR Pilot
    "#);
}

#[test]
fn an_assignment_that_changes_its_group() {
    insta::assert_snapshot!(edited("SSPR Pilot", "SSPR Ring 2"), @r#"
      ~ lock                         "Lock screen"   you changed the policy
          + assignment  include group SSPR Ring 2   310 devices
          - assignment  include group SSPR Pilot   24 devices

    Reach: +310 devices (SSPR Ring 2), -24 devices (SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0

    PATCH …/[id]
      displayName "Lock screen"
      description "" and the marker
      Integer AboveLock/AllowCortanaAboveLock = 1
      Integer Start/HideLock = 1
      String WindowsLogon/DontDisplayNetworkSelectionUI = "<enabled/>"
    POST …/[id]/assign
      include SSPR Ring 2
      exclude Kiosks
    "#);
}

/// Devices leave the assignments before the new value is written, and join them afterwards.
#[test]
fn an_assignment_and_a_value() {
    let repo = applied();
    repo.edit("lock", "SSPR Pilot", "SSPR Ring 2");
    repo.edit("lock", "HideLock: Hide", "HideLock: do not hide");
    insta::assert_snapshot!(carried_out(&repo), @r#"
      ~ lock                         "Lock screen"   you changed the policy
          ~ Start/HideLock [device]                            Hide (1) → Do not hide (0)
          + assignment  include group SSPR Ring 2   310 devices
          - assignment  include group SSPR Pilot   24 devices

    Reach: +310 devices (SSPR Ring 2), -24 devices (SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0

    POST …/[id]/assign
      exclude Kiosks
    PATCH …/[id]
      displayName "Lock screen"
      description "" and the marker
      Integer AboveLock/AllowCortanaAboveLock = 1
      Integer Start/HideLock = 0
      String WindowsLogon/DontDisplayNetworkSelectionUI = "<enabled/>"
    POST …/[id]/assign
      include SSPR Ring 2
      exclude Kiosks
    "#);
}

#[test]
fn another_name() {
    let repo = applied();
    let before = repo.portal().profile("Lock screen");
    repo.edit("lock", "name: Lock screen", "name: Lock screen, hidden");
    insta::assert_snapshot!(carried_out(&repo), @r#"
      ~ lock                         "Lock screen, hidden"   you changed the policy
          ~ name   "Lock screen" → "Lock screen, hidden"

    Reach: 24 devices as before (SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0

    PATCH …/[id]
      displayName "Lock screen, hidden"
      description "" and the marker
      Integer AboveLock/AllowCortanaAboveLock = 1
      Integer Start/HideLock = 1
      String WindowsLogon/DontDisplayNetworkSelectionUI = "<enabled/>"
    "#);
    assert_eq!(repo.portal().profile("Lock screen, hidden")["id"], before["id"]);
}

#[test]
fn another_filter() {
    let repo = applied();
    repo.edit("lock", "- group: SSPR Pilot", "- { group: SSPR Pilot, filter: Windows 11 corporate }");
    repo.apply().succeeds();
    repo.edit("lock", "filter: Windows 11 corporate", "filter: { exclude: Kiosk hardware }");
    insta::assert_snapshot!(carried_out(&repo), @r#"
      ~ lock                         "Lock screen"   you changed the policy
          + assignment  include group SSPR Pilot (filter exclude Kiosk hardware)   24 devices
          - assignment  include group SSPR Pilot (filter include Windows 11 corporate)   24 devices

    Reach: 24 devices at most under another filter (SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0

    PATCH …/[id]
      displayName "Lock screen"
      description "" and the marker
      Integer AboveLock/AllowCortanaAboveLock = 1
      Integer Start/HideLock = 1
      String WindowsLogon/DontDisplayNetworkSelectionUI = "<enabled/>"
    POST …/[id]/assign
      include SSPR Pilot with a filter that excludes
      exclude Kiosks
    "#);
}

#[test]
fn a_scope_tag() {
    insta::assert_snapshot!(edited("assignments:", "scope_tags: [Service Desk]\nassignments:"), @r#"
      ~ lock                         "Lock screen"   you changed the policy
          ~ scope_tags   "Default" → "Service Desk"
          ~ scope_tags: managed from now on

    Reach: 24 devices as before (SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0

    PATCH …/[id]
      displayName "Lock screen"
      description "" and the marker
      Integer AboveLock/AllowCortanaAboveLock = 1
      Integer Start/HideLock = 1
      String WindowsLogon/DontDisplayNetworkSelectionUI = "<enabled/>"
      roleScopeTagIds ["1"]
    "#);
}

#[test]
fn a_group_with_a_quote_in_its_name() {
    insta::assert_snapshot!(edited("SSPR Pilot", "Bob's PCs"), @r#"
      ~ lock                         "Lock screen"   you changed the policy
          + assignment  include group Bob's PCs   3 devices
          - assignment  include group SSPR Pilot   24 devices

    Reach: +3 devices (Bob's PCs), -24 devices (SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0

    PATCH …/[id]
      displayName "Lock screen"
      description "" and the marker
      Integer AboveLock/AllowCortanaAboveLock = 1
      Integer Start/HideLock = 1
      String WindowsLogon/DontDisplayNetworkSelectionUI = "<enabled/>"
    POST …/[id]/assign
      include Bob's PCs
      exclude Kiosks
    "#);
}

/// More wrong names are in `plan::names`.
#[test]
fn a_group_that_does_not_exist() {
    let repo = applied();
    repo.edit("lock", "SSPR Pilot", "SSPR Pilots");
    let before = repo.portal().profiles();
    let said = repo.ran("plan").fails();
    insta::assert_snapshot!(said, @"
    error[SP0501]: the tenant has no group `SSPR Pilots`
     --> policies/lock.yaml:8:14
      |
    8 |     - group: SSPR Pilots
      |              ^^^^^^^^^^^ not found in the tenant
      |
      = note: candidates: SSPR Pilot, SSPR Ring 2
      = help: Did you mean `SSPR Pilot`?
    error: 1 error in the files; nothing was done
    ");
    let (ran, sent) = applied_through_proxy(&repo);
    assert_eq!((ran.fails(), sent), (said, vec![]));
    assert_eq!(repo.portal().profiles(), before);
}
