//! The findings of rules for several policies.

mod fights;

use insta::assert_snapshot;

use crate::harness::repository::{Repository, briefly, dedent};

const CONFIGURATION: &str = "\
owner: contoso
default: lab
environments:
  lab: { tenant: sandbox }
";

/// A policy that enables password reset for SSPR Pilot.
const RESET: &str = "\
name: Reset
settings: { Authentication/AllowAadPasswordReset: Allowed }
assignments: { include: [{ group: SSPR Pilot }] }
";

fn repository() -> Repository {
    Repository::lab().with("policies/reset.yaml", RESET)
}

/// The findings for some lines, next to the policy that enables password reset.
fn beside(lines: &str) -> String {
    let policy = format!("name: Beside\n{}", dedent(lines));
    briefly(&repository().with("policies/beside.yaml", &policy))
}

/// The findings for one setting with the same group.
fn setting(setting: &str) -> String {
    beside(&format!("settings: {{ {setting} }}\nassignments: {{ include: [{{ group: SSPR Pilot }}] }}\n"))
}

/// The findings for one registry value.
fn registry(key: &str, value: &str) -> String {
    beside(&format!("registry: {{ '{key}': {{ {value} }} }}\n"))
}

#[test]
fn a_finding_shows_the_line_the_source_and_the_fix() {
    let repository = repository().with(
        "policies/baseline.yaml",
        r"
        name: Baseline
        settings:
          WindowsLogon/DisableLockScreenAppNotifications: enabled
          WindowsLogon/HideFastUserSwitching: 1
        assignments: { include: [{ group: SSPR Pilot }] }
        ",
    );
    assert_snapshot!(repository.run("check"), @r#"
    warning[I01]: lock-screen-notifications-off: app notifications on the lock screen are turned off
     --> policies/baseline.yaml:3:3
      |
    3 |   WindowsLogon/DisableLockScreenAppNotifications: enabled
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ "Reset password" may not appear, or may lead back to the sign-in screen
      |
      = note: reset (policies/reset.yaml:2:13) turns password reset on for the same devices
      = note: source: Microsoft, howto-sspr-windows (2018 to 2026); OpenIntuneBaseline 3.7 enables both, so current Windows may not be affected; confidence medium; `explain I01`
      = help: set WindowsLogon/DisableLockScreenAppNotifications to disabled for these devices, or exclude them

    error[I04]: fast-user-switching-hidden: the entry points for Fast User Switching are hidden
     --> policies/baseline.yaml:4:3
      |
    4 |   WindowsLogon/HideFastUserSwitching: 1
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ "Reset password" is missing, or leads back to the sign-in screen
      |
      = note: reset (policies/reset.yaml:2:13) turns password reset on for the same devices
      = note: source: Microsoft, howto-sspr-windows (2018 to 2026); confidence high; `explain I04`
      = help: set WindowsLogon/HideFastUserSwitching to 0 (visible) for these devices

    1 error (I04), 1 warning in 2 policies
    exit code 1
    "#);
}

#[test]
fn one_rule_covers_a_setting_and_its_registry_value() {
    let system = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System";
    let said = [
        setting("WindowsLogon/DisableLockScreenAppNotifications: enabled"),
        registry(r"HKLM\Software\Policies\Microsoft\Windows\System", "DisableLockScreenAppNotifications: 1"),
        setting("WindowsLogon/HideFastUserSwitching: Enabled (hidden)"),
        registry(system, "HideFastUserSwitching: 1"),
        setting("LocalPoliciesSecurityOptions/InteractiveLogon_DoNotDisplayLastSignedIn: 1"),
        registry(system, "dontdisplaylastusername: 1"),
        setting("ADMX_ControlPanelDisplay/CPL_Personalization_NoLockScreen: enabled"),
        registry(r"HKLM\Software\Policies\Microsoft\Windows\Personalization", "NoLockScreen: { qword: 1 }"),
        setting("SharedPC/KioskModeAUMID: contoso"),
        setting("WindowsLogon/OverrideShellProgram: 1"),
        setting("AssignedAccess/ShellLauncher: <xml/>"),
        setting("User/ADMX_WinLogon/CustomShell: { enabled: kiosk.exe }"),
        registry(r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon", "Shell: kiosk.exe"),
        registry(r"HKCU\Software\Microsoft\Windows\CurrentVersion\Policies\System", "Shell: kiosk.exe"),
        setting("LocalPoliciesSecurityOptions/InteractiveLogon_DoNotRequireCTRLALTDEL: 0"),
        registry(system, "DisableCAD: 0"),
    ];
    assert_snapshot!(said.concat(), @r#"
    beside.yaml:2:13 warning[I01] app notifications on the lock screen are turned off: "Reset password" may not appear, or may lead back to the sign-in screen (set WindowsLogon/DisableLockScreenAppNotifications to disabled for these devices, or exclude them)
    beside.yaml:2:101 warning[I01] app notifications on the lock screen are turned off: "Reset password" may not appear, or may lead back to the sign-in screen (set WindowsLogon/DisableLockScreenAppNotifications to disabled for these devices, or exclude them)
    beside.yaml:2:13 error[I04] the entry points for Fast User Switching are hidden: "Reset password" is missing, or leads back to the sign-in screen (set WindowsLogon/HideFastUserSwitching to 0 (visible) for these devices)
    exit code 1
    beside.yaml:2:104 warning[I04] the entry points for Fast User Switching are hidden: "Reset password" is missing, or leads back to the sign-in screen (set WindowsLogon/HideFastUserSwitching to 0 (visible) for these devices)
    beside.yaml:2:13 error[I05] the last signed-in user is not displayed: "Reset password" is missing, or leads back to the sign-in screen (set LocalPoliciesSecurityOptions/InteractiveLogon_DoNotDisplayLastSignedIn to 0 for these devices)
    exit code 1
    beside.yaml:2:106 warning[I05] the last signed-in user is not displayed: "Reset password" is missing, or leads back to the sign-in screen (set LocalPoliciesSecurityOptions/InteractiveLogon_DoNotDisplayLastSignedIn to 0 for these devices)
    beside.yaml:2:13 error[I06] the lock screen is not displayed: "Reset password" is missing (set ADMX_ControlPanelDisplay/CPL_Personalization_NoLockScreen to disabled for these devices)
    exit code 1
    beside.yaml:2:89 warning[I06] the lock screen is not displayed: "Reset password" is missing (set ADMX_ControlPanelDisplay/CPL_Personalization_NoLockScreen to disabled for these devices)
    beside.yaml:2:13 error[I08] Explorer is replaced by another shell: "Reset password" leads back to the sign-in screen (keep explorer.exe as the shell on these devices, or exclude them from password reset)
    exit code 1
    beside.yaml:2:13 error[I08] Explorer is replaced by another shell: "Reset password" leads back to the sign-in screen (keep explorer.exe as the shell on these devices, or exclude them from password reset)
    exit code 1
    beside.yaml:2:13 error[I08] Explorer is replaced by another shell: "Reset password" leads back to the sign-in screen (keep explorer.exe as the shell on these devices, or exclude them from password reset)
    exit code 1
    beside.yaml:2:13 error[I08] Explorer is replaced by another shell: "Reset password" leads back to the sign-in screen (keep explorer.exe as the shell on these devices, or exclude them from password reset)
    exit code 1
    beside.yaml:2:84 warning[I08] Explorer is replaced by another shell: "Reset password" leads back to the sign-in screen (keep explorer.exe as the shell on these devices, or exclude them from password reset)
    beside.yaml:2:88 warning[I08] Explorer is replaced by another shell: "Reset password" leads back to the sign-in screen (keep explorer.exe as the shell on these devices, or exclude them from password reset)
    beside.yaml:2:13 info[I12] Ctrl+Alt+Del is required at sign-in: "Reset password" leads back to the sign-in screen (set LocalPoliciesSecurityOptions/InteractiveLogon_DoNotRequireCTRLALTDEL to 1 (not required), or set `windows:` to a later release)
    beside.yaml:2:93 info[I12] Ctrl+Alt+Del is required at sign-in: "Reset password" leads back to the sign-in screen (set LocalPoliciesSecurityOptions/InteractiveLogon_DoNotRequireCTRLALTDEL to 1 (not required), or set `windows:` to a later release)
    "#);
}

#[test]
fn the_harmless_value_is_not_a_finding() {
    let system = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System";
    let said = [
        setting("WindowsLogon/DisableLockScreenAppNotifications: disabled"),
        registry(r"HKLM\Software\Policies\Microsoft\Windows\System", "DisableLockScreenAppNotifications: 0"),
        setting("WindowsLogon/HideFastUserSwitching: 0"),
        registry(system, "HideFastUserSwitching: ~"),
        registry(system, "DontDisplayLastUserName: 0"),
        setting("ADMX_ControlPanelDisplay/CPL_Personalization_NoLockScreen: disabled"),
        setting("WindowsLogon/OverrideShellProgram: 0"),
        registry(r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon", "Shell: Explorer.EXE"),
        registry(system, "DisableCAD: 1"),
    ];
    assert_snapshot!(said.concat(), @"");
}

#[test]
fn explorer_is_not_a_custom_shell() {
    assert_snapshot!(setting("User/ADMX_WinLogon/CustomShell: { enabled: explorer.exe }"), @"");
}

#[test]
fn ctrl_alt_del_depends_on_the_oldest_release() {
    let of = |windows: &str| {
        beside(&format!(
            "windows: {windows}\nsettings: {{ LocalPoliciesSecurityOptions/InteractiveLogon_DoNotRequireCTRLALTDEL: 0 }}\n\
             assignments: {{ include: [{{ group: SSPR Pilot }}] }}\n"
        ))
    };
    assert_snapshot!(of("10 1803"), @r#"
    beside.yaml:3:13 error[I12] Ctrl+Alt+Del is required at sign-in: "Reset password" leads back to the sign-in screen (set LocalPoliciesSecurityOptions/InteractiveLogon_DoNotRequireCTRLALTDEL to 1 (not required), or set `windows:` to a later release)
    exit code 1
    "#);
    assert_snapshot!(of("10 1809"), @r#"beside.yaml:3:13 warning[I12] Ctrl+Alt+Del is required at sign-in: "Reset password" leads back to the sign-in screen (set LocalPoliciesSecurityOptions/InteractiveLogon_DoNotRequireCTRLALTDEL to 1 (not required), or set `windows:` to a later release)"#);
    assert_snapshot!(of("10 1909"), @r#"beside.yaml:3:13 info[I12] Ctrl+Alt+Del is required at sign-in: "Reset password" leads back to the sign-in screen (set LocalPoliciesSecurityOptions/InteractiveLogon_DoNotRequireCTRLALTDEL to 1 (not required), or set `windows:` to a later release)"#);
}

#[test]
fn three_together_give_another_finding() {
    let said = beside(
        r#"
        windows: "10 1803"
        settings:
          LocalPoliciesSecurityOptions/InteractiveLogon_DoNotRequireCTRLALTDEL: 0
          WindowsLogon/DisableLockScreenAppNotifications: enabled
        assignments: { include: [{ group: SSPR Pilot }] }
        "#,
    );
    assert_snapshot!(said, @r#"
    beside.yaml:4:3 error[I12] Ctrl+Alt+Del is required at sign-in: "Reset password" leads back to the sign-in screen (set LocalPoliciesSecurityOptions/InteractiveLogon_DoNotRequireCTRLALTDEL to 1 (not required), or set `windows:` to a later release)
    beside.yaml:4:3 warning[I13] Ctrl+Alt+Del is required and lock screen notifications are off: "Reset password" does not work on old releases; Microsoft changed the third part of this combination (change one of the two for these devices)
    beside.yaml:5:3 warning[I01] app notifications on the lock screen are turned off: "Reset password" may not appear, or may lead back to the sign-in screen (set WindowsLogon/DisableLockScreenAppNotifications to disabled for these devices, or exclude them)
    exit code 1
    "#);
    let said = beside(
        r"
        registry:
          HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System: { DisableCAD: 0 }
          HKLM\Software\Policies\Microsoft\Windows\System: { DisableLockScreenAppNotifications: 1 }
        ",
    );
    assert_snapshot!(said, @r#"
    beside.yaml:3:81 info[I12] Ctrl+Alt+Del is required at sign-in: "Reset password" leads back to the sign-in screen (set LocalPoliciesSecurityOptions/InteractiveLogon_DoNotRequireCTRLALTDEL to 1 (not required), or set `windows:` to a later release)
    beside.yaml:3:81 warning[I13] Ctrl+Alt+Del is required and lock screen notifications are off: "Reset password" does not work on old releases; Microsoft changed the third part of this combination (change one of the two for these devices)
    beside.yaml:4:89 warning[I01] app notifications on the lock screen are turned off: "Reset password" may not appear, or may lead back to the sign-in screen (set WindowsLogon/DisableLockScreenAppNotifications to disabled for these devices, or exclude them)
    "#);
}

#[test]
fn disabling_the_feature_is_a_note() {
    let off = |lines: &str| {
        let policy = format!("name: Off\n{lines}\n");
        briefly(&Repository::lab().with("policies/off.yaml", &policy))
    };
    assert_snapshot!(off("settings: { Authentication/AllowAadPasswordReset: Not allowed }"), @r#"off.yaml:2:13 info[R01] password reset at the sign-in screen is turned off: "Reset password" is missing (set Authentication/AllowAadPasswordReset to Allowed, unless you want to turn the feature off)"#);
    assert_snapshot!(off(r"registry: { 'HKLM\SOFTWARE\Policies\Microsoft\AzureADAccount': { AllowPasswordReset: 0 } }"), @r#"off.yaml:2:86 info[R01] password reset at the sign-in screen is turned off: "Reset password" is missing (set Authentication/AllowAadPasswordReset to Allowed, unless you want to turn the feature off)"#);
}

#[test]
fn an_address_without_its_scope_is_a_warning_with_a_fix() {
    let said = setting("./Vendor/MSFT/Policy/Config/Camera/AllowCamera: 1");
    assert_snapshot!(said, @"beside.yaml:2:13 warning[R02] the OMA-URI does not have a scope: some devices ignore this form (write `./Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera`)");
    assert_snapshot!(setting("./Vendor/MSFT/NetworkProxy/AutoDetect: 1"), @"");
}

#[test]
fn the_severity_depends_on_the_overlap_of_assignments() {
    let hidden = |assignments: &str| {
        beside(&format!("settings: {{ WindowsLogon/HideFastUserSwitching: 1 }}\nassignments: {assignments}\n"))
    };
    let certain = hidden("{ include: [{ group: SSPR Pilot }] }");
    assert_snapshot!(certain, @r#"
    beside.yaml:2:13 error[I04] the entry points for Fast User Switching are hidden: "Reset password" is missing, or leads back to the sign-in screen (set WindowsLogon/HideFastUserSwitching to 0 (visible) for these devices)
    exit code 1
    "#);
    let everybody = hidden("{ include: [{ all: devices }] }");
    assert_snapshot!(everybody, @r#"
    beside.yaml:2:13 error[I04] the entry points for Fast User Switching are hidden: "Reset password" is missing, or leads back to the sign-in screen (set WindowsLogon/HideFastUserSwitching to 0 (visible) for these devices)
    exit code 1
    "#);
    let other_group = hidden("{ include: [{ group: Kiosks }] }");
    assert_snapshot!(other_group, @r#"beside.yaml:2:13 warning[I04] the entry points for Fast User Switching are hidden: "Reset password" is missing, or leads back to the sign-in screen (set WindowsLogon/HideFastUserSwitching to 0 (visible) for these devices)"#);
    let filtered = hidden("{ include: [{ group: SSPR Pilot, filter: Windows 11 }] }");
    assert_snapshot!(filtered, @r#"beside.yaml:2:13 warning[I04] the entry points for Fast User Switching are hidden: "Reset password" is missing, or leads back to the sign-in screen (set WindowsLogon/HideFastUserSwitching to 0 (visible) for these devices)"#);
    let excluded = hidden("{ include: [{ all: devices }], exclude: [{ group: SSPR Pilot }] }");
    assert_snapshot!(excluded, @"");
    let nobody = hidden("{ include: [] }");
    assert_snapshot!(nobody, @"");
}

#[test]
fn drafts_retired_policies_and_other_environments_give_no_findings() {
    let hidden = |more: &str| {
        beside(&format!(
            "settings: {{ WindowsLogon/HideFastUserSwitching: 1 }}\nassignments: {{ include: [{{ group: SSPR Pilot }}] }}\n{more}\n"
        ))
    };
    assert_snapshot!(hidden("state: draft"), @"");
    assert_snapshot!(hidden("state: retired"), @"");
    assert_snapshot!(hidden("environments: []"), @"");
}

#[test]
fn a_waiver_accepts_a_finding_until_its_date() {
    let waived = |waive: &str| {
        beside(&format!(
            "settings: {{ WindowsLogon/HideFastUserSwitching: 1 }}\nassignments: {{ include: [{{ group: SSPR Pilot }}] }}\nwaive:\n  - {{ {waive} }}\n"
        ))
    };
    let by_name = waived("rule: fast-user-switching-hidden, reason: tested on 24H2, until: 2099-12-31");
    assert_snapshot!(by_name, @"");
    let by_code = waived("rule: I04, reason: tested on 24H2, until: 2099-12-31");
    assert_snapshot!(by_code, @"");
    let over = waived("rule: I04, reason: tested on 24H2, until: 2020-02-29");
    assert_snapshot!(over, @r#"
    beside.yaml:2:13 error[I04] the entry points for Fast User Switching are hidden: "Reset password" is missing, or leads back to the sign-in screen (set WindowsLogon/HideFastUserSwitching to 0 (visible) for these devices)
    beside.yaml:5:49 warning[SP0418] this waiver expired on 2020-02-29: the finding counts again (fix what the finding reports, or set a new date in `until:`)
    exit code 1
    "#);
    let unknown = waived("rule: fast-user-switching-hiden, reason: tested on 24H2, until: 2099-12-31");
    assert_snapshot!(unknown, @r#"
    beside.yaml:2:13 error[I04] the entry points for Fast User Switching are hidden: "Reset password" is missing, or leads back to the sign-in screen (set WindowsLogon/HideFastUserSwitching to 0 (visible) for these devices)
    beside.yaml:5:13 error[SP0409] no rule is called `fast-user-switching-hiden`: not the name or code of a rule (Did you mean `fast-user-switching-hidden`?)
    exit code 1
    "#);
    let other = waived("rule: I05, reason: tested on 24H2, until: 2099-12-31");
    assert_snapshot!(other, @r#"
    beside.yaml:2:13 error[I04] the entry points for Fast User Switching are hidden: "Reset password" is missing, or leads back to the sign-in screen (set WindowsLogon/HideFastUserSwitching to 0 (visible) for these devices)
    beside.yaml:5:13 info[SP0419] this waiver matches no finding: the finding no longer exists, or appears only in a plan (remove the waiver, unless a plan reports the finding without it)
    exit code 1
    "#);
    let no_day = waived("rule: I04, reason: tested on 24H2, until: 2027-02-30");
    assert_snapshot!(no_day, @"
    beside.yaml:5:49 error[SP0105] `2027-02-30` is not a valid date: expected a date such as 2027-03-31
    exit code 1
    ");
}

// -- R04 --

/// Two policies that set the camera to different values.
fn camera(one: &str, other: &str) -> Repository {
    let policy = |name: &str, value: u8, assignments: &str| {
        format!("name: {name}\nsettings: {{ Camera/AllowCamera: {value} }}\nassignments: {assignments}\n")
    };
    Repository::empty()
        .with("sspr-policy.yaml", CONFIGURATION)
        .with("policies/one.yaml", &policy("One", 0, one))
        .with("policies/other.yaml", &policy("Other", 1, other))
}

#[test]
fn different_values_for_the_same_devices_are_an_error() {
    let pilot = "{ include: [{ group: SSPR Pilot }] }";
    assert_snapshot!(camera(pilot, pilot).run("check"), @r#"
    error[R04]: unequal-values: Camera/AllowCamera has a different value in one (policies/one.yaml:2:13)
     --> policies/other.yaml:2:13
      |
    2 | settings: { Camera/AllowCamera: 1 }
      |             ^^^^^^^^^^^^^^^^^^ both reach the same devices
      |
     ::: policies/one.yaml:2:13
      |
    2 | settings: { Camera/AllowCamera: 0 }
      |             ------------------ the other value
      |
      = note: it is not defined which of the two values a device gets
      = note: source: Microsoft, device-profile-troubleshoot: custom settings that conflict "are applied randomly"
      = help: set it in one policy only, or assign the two policies to different devices

    1 error (R04), 0 warnings in 2 policies
    exit code 1
    "#);
    assert_snapshot!(briefly(&camera("{ include: [{ all: devices }] }", pilot)), @"
    other.yaml:2:13 error[R04] Camera/AllowCamera has a different value in one (policies/one.yaml:2:13): both reach the same devices (set it in one policy only, or assign the two policies to different devices)
    exit code 1
    ");
}

#[test]
fn different_values_for_possibly_the_same_devices_are_a_warning() {
    let pilot = "{ include: [{ group: SSPR Pilot }] }";
    assert_snapshot!(briefly(&camera(pilot, "{ include: [{ group: Kiosks }] }")), @"other.yaml:2:13 warning[R04] Camera/AllowCamera has a different value in one (policies/one.yaml:2:13): both may reach the same devices (set it in one policy only, or assign the two policies to different devices)");
    assert_snapshot!(briefly(&camera(pilot, "{ include: [{ group: SSPR Pilot, filter: Windows 11 }] }")), @"other.yaml:2:13 warning[R04] Camera/AllowCamera has a different value in one (policies/one.yaml:2:13): both may reach the same devices (set it in one policy only, or assign the two policies to different devices)");
}

#[test]
fn different_values_for_different_devices_are_not_a_finding() {
    let pilot = "{ include: [{ group: SSPR Pilot }] }";
    assert_snapshot!(briefly(&camera(pilot, "{ include: [{ all: devices }], exclude: [{ group: SSPR Pilot }] }")), @"");
    let with = "{ include: [{ group: SSPR Pilot, filter: Windows 11 }] }";
    let without = "{ include: [{ group: SSPR Pilot, filter: { exclude: Windows 11 } }] }";
    assert_snapshot!(briefly(&camera(with, without)), @"");
    assert_snapshot!(briefly(&camera(pilot, "{ include: [] }")), @"");
}

#[test]
fn a_setting_and_its_registry_value_can_conflict() {
    let registry = |value: &str| {
        briefly(&repository().with(
            "policies/registry.yaml",
            &format!(
                "name: R\nregistry: {{ 'HKLM\\SOFTWARE\\Policies\\Microsoft\\AzureADAccount': {{ AllowPasswordReset: {value} }} }}\n"
            ),
        ))
    };
    assert_snapshot!(registry("1"), @"");
    assert_snapshot!(registry("0"), @r#"
    registry.yaml:2:86 info[R01] password reset at the sign-in screen is turned off: "Reset password" is missing (set Authentication/AllowAadPasswordReset to Allowed, unless you want to turn the feature off)
    reset.yaml:2:13 warning[R04] Authentication/AllowAadPasswordReset has a different value in registry (policies/registry.yaml:2:86): both may reach the same devices (set it in one policy only, or assign the two policies to different devices)
    "#);
    assert_snapshot!(registry("one"), @"reset.yaml:2:13 warning[R04] Authentication/AllowAadPasswordReset has a different value in registry (policies/registry.yaml:2:86): both may reach the same devices (set it in one policy only, or assign the two policies to different devices)");
    assert_snapshot!(registry("~"), @"reset.yaml:2:13 warning[R04] Authentication/AllowAadPasswordReset has a different value in registry (policies/registry.yaml:2:86): both may reach the same devices (set it in one policy only, or assign the two policies to different devices)");
}

#[test]
fn registry_values_conflict_regardless_of_case() {
    let policy =
        |name: &str, key: &str, value: u8| format!("name: {name}\nregistry: {{ '{key}': {{ Mode: {value} }} }}\n");
    let repository = Repository::empty()
        .with("sspr-policy.yaml", CONFIGURATION)
        .with("policies/one.yaml", &policy("One", r"HKLM\SOFTWARE\Contoso", 1))
        .with("policies/other.yaml", &policy("Other", r"hkey_local_machine\software\contoso", 2));
    assert_snapshot!(repository.run("check"), @r#"
    warning[R04]: unequal-values: HKLM\software\contoso Mode has a different value in one (policies/one.yaml:2:46)
     --> policies/other.yaml:2:60
      |
    2 | registry: { 'hkey_local_machine\software\contoso': { Mode: 2 } }
      |                                                            ^ both may reach the same devices
      |
     ::: policies/one.yaml:2:46
      |
    2 | registry: { 'HKLM\SOFTWARE\Contoso': { Mode: 1 } }
      |                                              - the other value
      |
      = note: it is not defined which of the two values a device gets
      = note: source: Microsoft, device-profile-troubleshoot: custom settings that conflict "are applied randomly"
      = help: set it in one policy only, or assign the two policies to different devices

    0 errors, 1 warning in 2 policies
    "#);
}

#[test]
fn a_conflict_can_be_waived_in_either_policy() {
    let pilot = "{ include: [{ group: SSPR Pilot }] }";
    let waived = format!("{pilot}\nwaive: [{{ rule: unequal-values, reason: being moved, until: 2099-12-31 }}]");
    assert_snapshot!(briefly(&camera(&waived, pilot)), @"");
    assert_snapshot!(briefly(&camera(pilot, &waived)), @"");
}
