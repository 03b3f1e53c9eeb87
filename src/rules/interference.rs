//! The rules that Microsoft's page on password reset at the sign-in screen has named since 2018.
//!
//! "howto-sspr-windows" is that page; a year says which edition. Where the page contradicts itself or practice, the
//! confidence says so, and no such rule is an error.

use super::{Bad, ByBuild, Condition, Confidence, Rule, Way};
use crate::diagnostic::Severity::{Error, Info, Warning};

const SYSTEM: &str = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System";
const PAGE: &str = "Microsoft, howto-sspr-windows (2018 to 2026)";

/// All rules, by code.
pub static RULES: &[Rule] = &[
    Rule {
        code: "I01",
        name: "lock-screen-notifications-off",
        title: "app notifications on the lock screen are turned off",
        symptom: "\"Reset password\" may not appear, or the screen returns to the sign-in",
        confidence: Confidence::Medium,
        severity: ByBuild::Always(Warning),
        condition: Condition::Any(&[
            Way::Node("Device/WindowsLogon/DisableLockScreenAppNotifications", Bad::Enabled),
            Way::Registry(
                r"HKLM\Software\Policies\Microsoft\Windows\System",
                "DisableLockScreenAppNotifications",
                Bad::Number(1),
            ),
        ]),
        remedy: "set WindowsLogon/DisableLockScreenAppNotifications to disabled for these devices, or exclude them",
        sources: &[PAGE, "OpenIntuneBaseline 3.7 enables both: probably not absolute on current Windows"],
    },
    Rule {
        code: "I04",
        name: "fast-user-switching-hidden",
        title: "the entry points for Fast User Switching are hidden",
        symptom: "\"Reset password\" is missing, or the screen returns to the sign-in",
        confidence: Confidence::High,
        severity: ByBuild::Always(Error),
        condition: Condition::Any(&[
            Way::Node("Device/WindowsLogon/HideFastUserSwitching", Bad::Number(1)),
            Way::Registry(SYSTEM, "HideFastUserSwitching", Bad::Number(1)),
        ]),
        remedy: "set WindowsLogon/HideFastUserSwitching to 0 (visible) for these devices",
        sources: &[PAGE],
    },
    Rule {
        code: "I05",
        name: "last-user-hidden",
        title: "the last signed-in user is not displayed",
        symptom: "\"Reset password\" is missing, or the screen returns to the sign-in",
        confidence: Confidence::High,
        severity: ByBuild::Always(Error),
        condition: Condition::Any(&[
            Way::Node("Device/LocalPoliciesSecurityOptions/InteractiveLogon_DoNotDisplayLastSignedIn", Bad::Number(1)),
            Way::Registry(SYSTEM, "DontDisplayLastUserName", Bad::Number(1)),
        ]),
        remedy: "set LocalPoliciesSecurityOptions/InteractiveLogon_DoNotDisplayLastSignedIn to 0 for these devices",
        sources: &[PAGE],
    },
    Rule {
        code: "I06",
        name: "no-lock-screen",
        title: "the lock screen is not displayed",
        symptom: "\"Reset password\" is missing",
        confidence: Confidence::High,
        severity: ByBuild::Always(Error),
        condition: Condition::Any(&[
            Way::Node("Device/ADMX_ControlPanelDisplay/CPL_Personalization_NoLockScreen", Bad::Enabled),
            Way::Registry(r"HKLM\Software\Policies\Microsoft\Windows\Personalization", "NoLockScreen", Bad::Number(1)),
        ]),
        remedy: "set ADMX_ControlPanelDisplay/CPL_Personalization_NoLockScreen to disabled for these devices",
        sources: &[PAGE, "azure-docs#11080"],
    },
    Rule {
        code: "I08",
        name: "shell-replaced",
        title: "Explorer is replaced by another shell",
        symptom: "the screen returns to the sign-in after \"Reset password\"",
        confidence: Confidence::High,
        severity: ByBuild::Always(Error),
        condition: Condition::Any(&[
            Way::Node("Device/AssignedAccess/ShellLauncher", Bad::Set),
            Way::Node("Device/AssignedAccess/KioskModeApp", Bad::Set),
            Way::Node("Device/SharedPC/KioskModeAUMID", Bad::Set),
            Way::Node("Device/WindowsLogon/OverrideShellProgram", Bad::Number(1)),
            Way::Node("User/ADMX_WinLogon/CustomShell", Bad::OtherThan("explorer.exe")),
            Way::Registry(
                r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon",
                "Shell",
                Bad::OtherThan("explorer.exe"),
            ),
            Way::Registry(
                r"HKCU\Software\Microsoft\Windows\CurrentVersion\Policies\System",
                "Shell",
                Bad::OtherThan("explorer.exe"),
            ),
        ]),
        remedy: "keep explorer.exe as the shell on these devices, or exclude them from password reset",
        sources: &[PAGE],
    },
    Rule {
        code: "I12",
        name: "ctrl-alt-del-required",
        title: "Ctrl+Alt+Del is required at sign-in",
        symptom: "the screen returns to the sign-in after \"Reset password\"",
        confidence: Confidence::Medium,
        severity: ByBuild::From(&[(0, Error), (17763, Warning), (18363, Info)], Info),
        condition: Condition::Any(&[
            Way::Node("Device/LocalPoliciesSecurityOptions/InteractiveLogon_DoNotRequireCTRLALTDEL", Bad::Number(0)),
            Way::Registry(SYSTEM, "DisableCAD", Bad::Number(0)),
        ]),
        remedy: "set LocalPoliciesSecurityOptions/InteractiveLogon_DoNotRequireCTRLALTDEL to 1 (not required), \
                 or say in `windows:` that only later releases matter",
        sources: &[
            "Microsoft, howto-sspr-windows: any release (2018), before 1809 (2019), before 1909 (2020), any (2021), \
             only together with others up to 1709 (2023)",
        ],
    },
    Rule {
        code: "I13",
        name: "three-together",
        title: "Ctrl+Alt+Del is required and lock screen notifications are off",
        symptom: "\"Reset password\" does not work on old releases; the third part of this combination changed",
        confidence: Confidence::Low,
        severity: ByBuild::From(&[(0, Warning), (18363, Info)], Warning),
        condition: Condition::All(&["I12", "I01"]),
        remedy: "change one of the two for these devices",
        sources: &[
            "Microsoft, howto-sspr-windows: with IsContentDeliveryPolicyEnforced (2019, no such setting exists: \
             azure-docs#50442), edition not Home or Pro (2020), edition Home (2023)",
        ],
    },
    Rule {
        code: "R01",
        name: "feature-off",
        title: "password reset at the sign-in screen is switched off",
        symptom: "\"Reset password\" is missing",
        confidence: Confidence::High,
        severity: ByBuild::Always(Info),
        condition: Condition::Any(&[
            Way::Node("Device/Authentication/AllowAadPasswordReset", Bad::Number(0)),
            Way::Registry(r"HKLM\SOFTWARE\Policies\Microsoft\AzureADAccount", "AllowPasswordReset", Bad::Number(0)),
        ]),
        remedy: "set Authentication/AllowAadPasswordReset to Allowed, unless the feature is being taken back",
        sources: &[PAGE, "Policy CSP, Authentication"],
    },
    Rule {
        code: "R02",
        name: "device-scope-missing",
        title: "an OMA-URI without its scope",
        symptom: "the setting is reported as failed, or never arrives",
        confidence: Confidence::High,
        severity: ByBuild::Always(Warning),
        condition: Condition::Elsewhere,
        remedy: "write `./Device/Vendor/…` instead of `./Vendor/…`",
        sources: &["azure-docs#87720", "azure-docs#87726", "azure-docs PR#87750 (2022)"],
    },
    Rule {
        code: "R03",
        name: "wrong-type",
        title: "the value has another type than its node",
        symptom: "devices report an error for the setting",
        confidence: Confidence::High,
        severity: ByBuild::Always(Error),
        condition: Condition::Elsewhere,
        remedy: "use the node's own type: Authentication/AllowAadPasswordReset is an Integer",
        sources: &["Policy CSP, Authentication", PAGE],
    },
    Rule {
        code: "R04",
        name: "unequal-values",
        title: "two policies set one node to unequal values",
        symptom: "which of the two a device gets is not defined",
        confidence: Confidence::High,
        severity: ByBuild::Always(Error),
        condition: Condition::Elsewhere,
        remedy: "set it in one policy, or let the audiences exclude each other",
        sources: &["Microsoft, device-profile-troubleshoot: custom settings that conflict \"are applied randomly\""],
    },
    Rule {
        code: "R05",
        name: "mixed-exclusion",
        title: "devices are excluded from users, or users from devices",
        symptom: "the exclusion has no effect: everybody who is included gets the profile",
        confidence: Confidence::High,
        severity: ByBuild::Always(Warning),
        condition: Condition::Elsewhere,
        remedy: "exclude a group of the same kind as the included ones, or use an assignment filter",
        sources: &[
            "Microsoft, device-profile-assign, \"Exclude groups from a policy assignment\": Intune does not evaluate \
             user-to-device group relationships",
        ],
    },
];
