//! `explain`: a setting by any of its names, a rule, a target, on one screen.
#![allow(clippy::unwrap_used)]

mod repository;

use insta::assert_snapshot;
use repository::Repository;

fn explain(what: &str) -> String {
    Repository::empty().run_with(&["explain", what])
}

#[test]
fn a_setting_on_one_screen() {
    assert_snapshot!(explain("WindowsLogon/DisableLockScreenAppNotifications"), @r"
    Turn off app notifications on the lock screen                        WindowsLogon/DisableLockScreenAppNotifications

      OMA-URI      ./Device/Vendor/MSFT/Policy/Config/WindowsLogon/DisableLockScreenAppNotifications   (device, ADMX-backed)
      Type         string
      Values       enabled, disabled
      Registry     HKLM\Software\Policies\Microsoft\Windows\System DisableLockScreenAppNotifications
      Group Policy Computer > Administrative Templates > System > Logon > Turn off app notifications on the lock screen  (Logon.admx)
      Catalog id   device_vendor_msft_policy_config_windowslogon_disablelockscreenappnotifications
      Windows      from 10.0.15063 on; Pro, Enterprise, Education, SE, LTSC, IoTEnterprise, IoTEnterpriseLTSC
      Conflicts    the last write wins
      Source       DDF February 2026

      I01 lock-screen-notifications-off: app notifications on the lock screen are turned off (confidence medium)

      To copy
        settings:
          WindowsLogon/DisableLockScreenAppNotifications: disabled     # enabled | disabled
    ");
}

#[test]
fn every_name_of_a_setting_is_understood() {
    let screen = explain("WindowsLogon/DisableLockScreenAppNotifications");
    for name in [
        "./Device/Vendor/MSFT/Policy/Config/WindowsLogon/DisableLockScreenAppNotifications",
        "./Vendor/MSFT/Policy/Config/WindowsLogon/DisableLockScreenAppNotifications",
        "Device/WindowsLogon/DisableLockScreenAppNotifications",
        "windowslogon/disablelockscreenappnotifications",
        "User/WindowsLogon/DisableLockScreenAppNotifications",
        "DisableLockScreenAppNotifications",
        "device_vendor_msft_policy_config_windowslogon_disablelockscreenappnotifications",
        "Turn off app notifications on the lock screen",
        "Computer > Administrative Templates > System > Logon > Turn off app notifications on the lock screen",
        r"HKLM\Software\Policies\Microsoft\Windows\System DisableLockScreenAppNotifications",
        r"HKLM\Software\Policies\Microsoft\Windows\System\DisableLockScreenAppNotifications",
        r"hkey_local_machine\software\policies\microsoft\windows\system disablelockscreenappnotifications",
    ] {
        assert_eq!(explain(name), screen, "{name}");
    }
    assert_eq!(Repository::empty().run("explain Turn off app notifications on the lock screen"), screen);
}

#[test]
fn choices_are_listed_and_the_example_is_one_of_them() {
    assert_snapshot!(explain("Authentication/AllowAadPasswordReset"), @r"
    Authentication/AllowAadPasswordReset

      OMA-URI      ./Device/Vendor/MSFT/Policy/Config/Authentication/AllowAadPasswordReset   (device)
      Type         integer
      Values       Not allowed (0), Allowed (1)
      Default      0
      Registry     HKLM\SOFTWARE\Policies\Microsoft\AzureADAccount AllowPasswordReset
      Group Policy none
      Catalog id   device_vendor_msft_policy_config_authentication_allowaadpasswordreset
      Windows      from 10.0.16299 on; Pro, Enterprise, Education, SE, LTSC, Multi-session, IoTEnterprise, IoTEnterpriseLTSC, WNC
      Conflicts    the lowest value wins
      Source       DDF February 2026

      R01 feature-off: password reset at the sign-in screen is switched off (confidence high)

      To copy
        settings:
          Authentication/AllowAadPasswordReset: Not allowed     # Not allowed (0), Allowed (1)
    ");
    assert_snapshot!(explain("User/Experience/AllowWindowsSpotlight"), @r"
    Turn off all Windows spotlight features                              Experience/AllowWindowsSpotlight

      OMA-URI      ./User/Vendor/MSFT/Policy/Config/Experience/AllowWindowsSpotlight   (user)
      Type         integer
      Values       Not allowed (0), Allowed (1)
      Default      1
      Registry     HKCU\Software\Policies\Microsoft\Windows\CloudContent DisableWindowsSpotlightFeatures
      Group Policy User > Administrative Templates > Windows Components > Cloud Content > Turn off all Windows spotlight features  (CloudContent.admx)
      Catalog id   user_vendor_msft_policy_config_experience_allowwindowsspotlight
      Windows      from 10.0.14393 on; Enterprise, Education, LTSC, IoTEnterprise, IoTEnterpriseLTSC
      Conflicts    the lowest value wins
      Source       DDF February 2026

      To copy
        settings:
          User/Experience/AllowWindowsSpotlight: Allowed     # Not allowed (0), Allowed (1)
    ");
}

#[test]
fn an_admx_backed_policy_lists_its_elements() {
    assert_snapshot!(explain("ADMX_ControlPanelDisplay/CPL_Personalization_ForceDefaultLockScreen"), @r"
    Force a specific default lock screen and logon image                 ADMX_ControlPanelDisplay/CPL_Personalization_ForceDefaultLockScreen

      OMA-URI      ./Device/Vendor/MSFT/Policy/Config/ADMX_ControlPanelDisplay/CPL_Personalization_ForceDefaultLockScreen   (device, ADMX-backed)
      Type         string
      Values       enabled, disabled
      Registry     HKLM\Software\Policies\Microsoft\Windows\Personalization LockScreenImage
      Group Policy Computer > Administrative Templates > Control Panel > Personalization > Force a specific default lock screen and logon image  (ControlPanelDisplay.admx)
      Catalog id   device_vendor_msft_policy_config_admx_controlpaneldisplay_cpl_personalization_forcedefaultlockscreen
      Windows      from 10.0.19041.1202 on; Pro, Enterprise, Education, SE, LTSC, Multi-session, IoTEnterprise, IoTEnterpriseLTSC, HoloLens
      Conflicts    the last write wins
      Source       DDF February 2026

      To copy
        settings:
          ADMX_ControlPanelDisplay/CPL_Personalization_ForceDefaultLockScreen:
            enabled:                  # or: disabled
              LockScreenImage: text
              LockScreenOverlaysDisabled: true
    ");
}

#[test]
fn a_name_of_several_settings_lists_them() {
    assert_snapshot!(explain("Shell"), @r"
    Custom User Interface                                                ADMX_WinLogon/CustomShell

      OMA-URI      ./User/Vendor/MSFT/Policy/Config/ADMX_WinLogon/CustomShell   (user, ADMX-backed)
      Type         string
      Values       enabled, disabled
      Registry     HKCU\Software\Microsoft\Windows\CurrentVersion\Policies\System Shell
      Group Policy User > Administrative Templates > System > Custom User Interface  (WinLogon.admx)
      Catalog id   user_vendor_msft_policy_config_admx_winlogon_customshell
      Windows      from 10.0.19041.1202 on; Pro, Enterprise, Education, SE, LTSC, Multi-session, IoTEnterprise, IoTEnterpriseLTSC, HoloLens
      Conflicts    the last write wins
      Source       DDF February 2026

      I08 shell-replaced: Explorer is replaced by another shell (confidence high)

      To copy
        settings:
          User/ADMX_WinLogon/CustomShell:
            enabled:                  # or: disabled
              CustomShellInst: text
    ");
    assert_snapshot!(explain("UsePassportForWork"), @"
    PassportForWork/{TenantId}/Policies/UsePassportForWork

      OMA-URI      ./Device/Vendor/MSFT/PassportForWork/{TenantId}/Policies/UsePassportForWork   (device; there is one for the other scope, too)
      Type         boolean
      Values       Disabled (false), Enabled (true)
      Default      True
      Registry     no registry value is known that sets the same
      Group Policy none
      Windows      from 10.0.10586 on; Home, Pro, Enterprise, Education, SE, LTSC, Multi-session, IoTEnterprise, IoTEnterpriseLTSC, HoloLens, WNC
      Source       DDF February 2026

      To copy
        settings:
          PassportForWork/{TenantId}/Policies/UsePassportForWork: Enabled     # Disabled (false), Enabled (true)
    ");
}

#[test]
fn a_rule_by_its_name_or_its_code() {
    assert_snapshot!(explain("I04"), @r#"
    I04 fast-user-switching-hidden

      the entry points for Fast User Switching are hidden

      Symptom      "Reset password" is missing, or the screen returns to the sign-in
      Confidence   high
      Looks at     WindowsLogon/HideFastUserSwitching = 1
      Looks at     HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System HideFastUserSwitching = 1
      Remedy       set WindowsLogon/HideFastUserSwitching to 0 (visible) for these devices
      Source       Microsoft, howto-sspr-windows (2018 to 2026)

      To accept it, in the policy
        waive:
          - { rule: fast-user-switching-hidden, reason: "…", until: 2027-12-31 }
    "#);
    assert_eq!(explain("fast-user-switching-hidden"), explain("i04"));
    assert_snapshot!(explain("I13"), @r#"
    I13 three-together

      Ctrl+Alt+Del is required and lock screen notifications are off

      Symptom      "Reset password" does not work on old releases; the third part of this combination changed
      Confidence   low
      Looks at     I12 and I01
      Remedy       change one of the two for these devices
      Source       Microsoft, howto-sspr-windows: with IsContentDeliveryPolicyEnforced (2019, no such setting exists: azure-docs#50442), edition not Home or Pro (2020), edition Home (2023)

      To accept it, in the policy
        waive:
          - { rule: three-together, reason: "…", until: 2027-12-31 }
    "#);
    assert_snapshot!(explain("R04"), @r#"
    R04 unequal-values

      two policies set one node to unequal values

      Symptom      which of the two a device gets is not defined
      Confidence   high
      Remedy       set it in one policy, or let the audiences exclude each other
      Source       Microsoft, device-profile-troubleshoot: custom settings that conflict "are applied randomly"

      To accept it, in the policy
        waive:
          - { rule: unequal-values, reason: "…", until: 2027-12-31 }
    "#);
}

#[test]
fn a_target_of_the_repository() {
    let repository = Repository::empty()
        .with(
            "sspr-policy.yaml",
            r"
            owner: contoso
            default: lab
            targets:
              pilot: { include: [{ group: SSPR Pilot, filter: Windows 11 }], exclude: [{ group: Kiosks }] }
            environments:
              lab: { tenant: sandbox, targets: { pilot: { include: [{ all: users }, { id: 3f2a }] } } }
            ",
        )
        .with("policies/a.yaml", "name: A\nsettings: { Camera/AllowCamera: 1 }\nassignments: pilot\n");
    assert_snapshot!(repository.run("explain pilot"), @"
    target pilot (everywhere)
      include group SSPR Pilot, only what matches the filter Windows 11
      exclude group Kiosks
    target pilot (lab)
      include all users
      include group 3f2a
      used by a
    ");
}

#[test]
fn what_is_not_known_is_said_with_what_was_perhaps_meant() {
    assert_snapshot!(explain("WindowsLogon/HideFastUserSwitchin"), @"
    error: nothing is known by the name `WindowsLogon/HideFastUserSwitchin`
    help: did you mean `WindowsLogon/HideFastUserSwitching`
    exit code 1
    ");
    assert_snapshot!(explain("lock-screen-notification-off"), @"
    error: nothing is known by the name `lock-screen-notification-off`
    help: did you mean `lock-screen-notifications-off`
    exit code 1
    ");
    assert_snapshot!(explain("Something else"), @"
    error: nothing is known by the name `Something else`
    help: a setting is `Area/Name`, an OMA-URI, a registry value or a Group Policy; this version knows the settings that its own policies and rules need
    exit code 1
    ");
    assert_snapshot!(explain("SP0201"), @"
    error: not yet: error codes
    help: each message says itself what is wrong and what to do
    exit code 1
    ");
    assert_snapshot!(Repository::empty().run("explain"), @"
    error: the following required arguments were not provided:
      <WHAT>...

    Usage: sspr-policy explain <WHAT>...

    For more information, try '--help'.
    exit code 1
    ");
}

/// What `explain` offers to copy is a policy that `check` takes, for every setting of the catalogue that can be set.
#[test]
fn what_is_offered_to_copy_passes_check() {
    let mut wrong = String::new();
    for node in sspr_policy::catalogue::Catalogue::embedded().nodes().filter(|node| node.is_settable()) {
        let name = &node.uri;
        let screen = explain(name);
        let Some((_, copy)) = screen.split_once("  To copy\n") else {
            wrong.push_str(&format!("{name}: {screen}\n"));
            continue;
        };
        let said = repository::check(&format!("\n    name: Copy\n{copy}"));
        if !said.lines().any(|line| line.starts_with("0 errors")) {
            wrong.push_str(&format!("{name}:\n{copy}{said}\n"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
