//! Whether the sign-in screen shows "Reset password", and selecting it opens the reset.

use super::feature::{PAGE, PASSWORD_RESET};
use super::{Area, Bad, ByBuild, Check, Confidence, Rule, Way};
use crate::diagnostic::RuleId;
use crate::diagnostic::Severity::{Error, Info, Warning};

const SYSTEM: &str = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System";

pub(super) static RULES: &[&Rule] = &[
    &LOCK_SCREEN_NOTIFICATIONS_OFF,
    &FAST_USER_SWITCHING_HIDDEN,
    &LAST_USER_HIDDEN,
    &NO_LOCK_SCREEN,
    &CTRL_ALT_DEL_REQUIRED,
    &THREE_TOGETHER,
];

static LOCK_SCREEN_NOTIFICATIONS_OFF: Rule = Rule {
    id: RuleId { code: "I01", name: "lock-screen-notifications-off" },
    area: Area::SignInScreen,
    title: "app notifications on the lock screen are turned off",
    symptom: "\"Reset password\" may not appear, or may lead back to the sign-in screen",
    severity: ByBuild::Always(Warning),
    confidence: Confidence::Medium,
    sources: &[PAGE, "OpenIntuneBaseline 3.7 enables both, so current Windows may not be affected"],
    remedy: "set WindowsLogon/DisableLockScreenAppNotifications to disabled for these devices, or exclude them",
    check: Check::Values {
        bad: &[
            Way::Node("Device/WindowsLogon/DisableLockScreenAppNotifications", Bad::Enabled),
            Way::Registry(
                r"HKLM\Software\Policies\Microsoft\Windows\System",
                "DisableLockScreenAppNotifications",
                Bad::Number(1),
            ),
        ],
        feature: Some(&PASSWORD_RESET),
    },
};

static FAST_USER_SWITCHING_HIDDEN: Rule = Rule {
    id: RuleId { code: "I04", name: "fast-user-switching-hidden" },
    area: Area::SignInScreen,
    title: "the entry points for Fast User Switching are hidden",
    symptom: "\"Reset password\" is missing, or leads back to the sign-in screen",
    severity: ByBuild::Always(Error),
    confidence: Confidence::High,
    sources: &[PAGE],
    remedy: "set WindowsLogon/HideFastUserSwitching to 0 (visible) for these devices",
    check: Check::Values {
        bad: &[
            Way::Node("Device/WindowsLogon/HideFastUserSwitching", Bad::Number(1)),
            Way::Registry(SYSTEM, "HideFastUserSwitching", Bad::Number(1)),
        ],
        feature: Some(&PASSWORD_RESET),
    },
};

static LAST_USER_HIDDEN: Rule = Rule {
    id: RuleId { code: "I05", name: "last-user-hidden" },
    area: Area::SignInScreen,
    title: "the last signed-in user is not displayed",
    symptom: "\"Reset password\" is missing, or leads back to the sign-in screen",
    severity: ByBuild::Always(Error),
    confidence: Confidence::High,
    sources: &[PAGE],
    remedy: "set LocalPoliciesSecurityOptions/InteractiveLogon_DoNotDisplayLastSignedIn to 0 for these devices",
    check: Check::Values {
        bad: &[
            Way::Node("Device/LocalPoliciesSecurityOptions/InteractiveLogon_DoNotDisplayLastSignedIn", Bad::Number(1)),
            Way::Registry(SYSTEM, "DontDisplayLastUserName", Bad::Number(1)),
        ],
        feature: Some(&PASSWORD_RESET),
    },
};

static NO_LOCK_SCREEN: Rule = Rule {
    id: RuleId { code: "I06", name: "no-lock-screen" },
    area: Area::SignInScreen,
    title: "the lock screen is not displayed",
    symptom: "\"Reset password\" is missing",
    severity: ByBuild::Always(Error),
    confidence: Confidence::High,
    sources: &[PAGE, "azure-docs#11080"],
    remedy: "set ADMX_ControlPanelDisplay/CPL_Personalization_NoLockScreen to disabled for these devices",
    check: Check::Values {
        bad: &[
            Way::Node("Device/ADMX_ControlPanelDisplay/CPL_Personalization_NoLockScreen", Bad::Enabled),
            Way::Registry(r"HKLM\Software\Policies\Microsoft\Windows\Personalization", "NoLockScreen", Bad::Number(1)),
        ],
        feature: Some(&PASSWORD_RESET),
    },
};

static CTRL_ALT_DEL_REQUIRED: Rule = Rule {
    id: RuleId { code: "I12", name: "ctrl-alt-del-required" },
    area: Area::SignInScreen,
    title: "Ctrl+Alt+Del is required at sign-in",
    symptom: "\"Reset password\" leads back to the sign-in screen",
    severity: ByBuild::From(&[(0, Error), (17763, Warning), (18363, Info)], Info),
    confidence: Confidence::Medium,
    sources: &[
        "Microsoft, howto-sspr-windows: any release (2018), before 1809 (2019), before 1909 (2020), any (2021), \
         only together with others up to 1709 (2023)",
    ],
    remedy: "set LocalPoliciesSecurityOptions/InteractiveLogon_DoNotRequireCTRLALTDEL to 1 (not required), \
             or set `windows:` to a later release",
    check: Check::Values {
        bad: &[
            Way::Node("Device/LocalPoliciesSecurityOptions/InteractiveLogon_DoNotRequireCTRLALTDEL", Bad::Number(0)),
            Way::Registry(SYSTEM, "DisableCAD", Bad::Number(0)),
        ],
        feature: Some(&PASSWORD_RESET),
    },
};

static THREE_TOGETHER: Rule = Rule {
    id: RuleId { code: "I13", name: "three-together" },
    area: Area::SignInScreen,
    title: "Ctrl+Alt+Del is required and lock screen notifications are off",
    symptom: "\"Reset password\" does not work on old releases; Microsoft changed the third part of this combination",
    severity: ByBuild::From(&[(0, Warning), (18363, Info)], Warning),
    confidence: Confidence::Low,
    sources: &["Microsoft, howto-sspr-windows: with IsContentDeliveryPolicyEnforced (2019, no such setting exists: \
         azure-docs#50442), edition not Home or Pro (2020), edition Home (2023)"],
    remedy: "change one of the two for these devices",
    check: Check::Together {
        parts: &[&CTRL_ALT_DEL_REQUIRED, &LOCK_SCREEN_NOTIFICATIONS_OFF],
        feature: Some(&PASSWORD_RESET),
    },
};
