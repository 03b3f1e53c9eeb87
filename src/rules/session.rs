//! Whether the session in which the password is reset works: it is the session of a temporary user, `defaultuser1`.

use super::feature::{PAGE, PASSWORD_RESET};
use super::{Area, Bad, ByBuild, Check, Confidence, Rule, Way};
use crate::diagnostic::RuleId;
use crate::diagnostic::Severity::Error;

pub(super) static RULES: &[&Rule] = &[&SHELL_REPLACED];

static SHELL_REPLACED: Rule = Rule {
    id: RuleId { code: "I08", name: "shell-replaced" },
    area: Area::Session,
    title: "Explorer is replaced by another shell",
    symptom: "\"Reset password\" leads back to the sign-in screen",
    severity: ByBuild::Always(Error),
    confidence: Confidence::High,
    sources: &[PAGE],
    remedy: "keep explorer.exe as the shell on these devices, or exclude them from password reset",
    check: Check::Values {
        bad: &[
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
        ],
        feature: Some(&PASSWORD_RESET),
    },
};
