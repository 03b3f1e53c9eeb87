//! Whether password reset at the sign-in screen is turned on.

use super::{Area, Bad, ByBuild, Check, Confidence, Feature, Rule, Way};
use crate::diagnostic::RuleId;
use crate::diagnostic::Severity::Info;

/// Microsoft's page on password reset at the sign-in screen; the years name its editions. If the page contradicts
/// itself or practice, the confidence of the rule is lower, and the rule is not an error.
pub(super) const PAGE: &str = "Microsoft, howto-sspr-windows (2018 to 2026)";

const NODE: &str = "Device/Authentication/AllowAadPasswordReset";
const KEY: &str = r"HKLM\SOFTWARE\Policies\Microsoft\AzureADAccount";
const VALUE: &str = "AllowPasswordReset";

pub(super) static PASSWORD_RESET: Feature = Feature {
    name: "password reset",
    on: &[Way::Node(NODE, Bad::Number(1)), Way::Registry(KEY, VALUE, Bad::Number(1))],
};

pub(super) static RULES: &[&Rule] = &[&SWITCHED_OFF];

static SWITCHED_OFF: Rule = Rule {
    id: RuleId { code: "R01", name: "feature-off" },
    area: Area::Feature,
    title: "password reset at the sign-in screen is turned off",
    symptom: "\"Reset password\" is missing",
    severity: ByBuild::Always(Info),
    confidence: Confidence::High,
    sources: &[PAGE, "Policy CSP, Authentication"],
    remedy: "set Authentication/AllowAadPasswordReset to Allowed, unless you want to turn the feature off",
    check: Check::Values {
        bad: &[Way::Node(NODE, Bad::Number(0)), Way::Registry(KEY, VALUE, Bad::Number(0))],
        feature: None,
    },
};
