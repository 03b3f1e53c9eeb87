//! Whether devices get the setting from profiles: how it is written, and who gets it.

use super::feature::PAGE;
use super::{Area, ByBuild, Check, Confidence, Rule};
use crate::diagnostic::RuleId;
use crate::diagnostic::Severity::{Error, Warning};

pub(super) static RULES: &[&Rule] = &[&LACKS_SCOPE, &WRONG_TYPE, &UNEQUAL_VALUES, &MIXED_EXCLUSION];

/// Two users reported in 2022 that devices ignore the form without a scope, and Microsoft changed its page.
pub static LACKS_SCOPE: Rule = Rule {
    id: RuleId { code: "R02", name: "device-scope-missing" },
    area: Area::Profiles,
    title: "the OMA-URI does not have a scope",
    symptom: "Intune reports an error for the setting, or devices do not get it",
    severity: ByBuild::Always(Warning),
    confidence: Confidence::High,
    sources: &["azure-docs#87720", "azure-docs#87726", "azure-docs PR#87750 (2022)"],
    remedy: "write `./Device/Vendor/…` instead of `./Vendor/…`",
    check: Check::Fact("how an OMA-URI is written"),
};

pub static WRONG_TYPE: Rule = Rule {
    id: RuleId { code: "R03", name: "wrong-type" },
    area: Area::Profiles,
    title: "the type of the value differs from the type of the node",
    symptom: "devices report an error for the setting",
    severity: ByBuild::Always(Error),
    confidence: Confidence::High,
    sources: &["Policy CSP, Authentication", PAGE],
    remedy: "use the node's own type",
    check: Check::Fact("the type of a value and the type of its node"),
};

pub(super) static UNEQUAL_VALUES: Rule = Rule {
    id: RuleId { code: "R04", name: "unequal-values" },
    area: Area::Profiles,
    title: "two policies set the same node to different values",
    symptom: "it is not defined which of the two values a device gets",
    severity: ByBuild::Always(Error),
    confidence: Confidence::High,
    sources: &["Microsoft, device-profile-troubleshoot: custom settings that conflict \"are applied randomly\""],
    remedy: "set it in one policy only, or assign the two policies to different devices",
    check: Check::Fact("what several policies and profiles set, and who gets them"),
};

pub(super) static MIXED_EXCLUSION: Rule = Rule {
    id: RuleId { code: "R05", name: "mixed-exclusion" },
    area: Area::Profiles,
    title: "devices are excluded from included users, or users from included devices",
    symptom: "the exclusion has no effect: everyone who is included gets the profile",
    severity: ByBuild::Always(Warning),
    confidence: Confidence::High,
    sources: &[
        "Microsoft, device-profile-assign, \"Exclude groups from a policy assignment\": Intune does not evaluate \
         user-to-device group relationships",
    ],
    remedy: "exclude a group of the same kind as the included groups, or use an assignment filter",
    check: Check::Fact("the members of the included and excluded groups"),
};
