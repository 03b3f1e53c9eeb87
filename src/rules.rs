//! The rules: what makes password reset at the sign-in screen work or fail. Each area has one file.
//!
//! Rules check claims, which may come from a policy, a file or a profile in a tenant, as a node or as a registry value.
//! The caller says which claims are judged, and which only provide context.

mod combination;
mod conflict;
mod evaluate;
mod exclusion;
mod feature;
mod fight;
mod finding;
mod interference;
mod profiles;
mod seen;
mod session;
mod sign_in_screen;
#[cfg(test)]
mod tests;
mod unequal;
mod value_type;
mod waive;
mod ways;

pub use evaluate::{evaluate, evaluate_beside};
pub use exclusion::{Exclusion, effective, mixed_exclusions, one_of_each_target};
pub use finding::at_most;
pub use profiles::{LACKS_SCOPE, WRONG_TYPE};
pub use waive::{AcceptedFinding, Accepts, accepted_problems, waive};
pub use ways::{about, explain};

use std::fmt;
use std::sync::LazyLock;

use crate::diagnostic::{RuleId, Severity};

/// A known cause of problems.
#[derive(Debug)]
pub struct Rule {
    pub id: RuleId,
    pub area: Area,
    /// What is wrong when it matches, in one line.
    pub title: &'static str,
    /// What users see on the device.
    pub symptom: &'static str,
    pub severity: ByBuild,
    /// How certain it is that this breaks the feature.
    pub confidence: Confidence,
    /// The sources of the fact, with the years of their editions.
    pub sources: &'static [&'static str],
    /// What to do.
    pub remedy: &'static str,
    pub check: Check,
}

/// The area of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// Whether the feature is turned on.
    Feature,
    /// Whether devices get the setting from profiles.
    Profiles,
    /// Whether the sign-in screen shows "Reset password", and selecting it opens the reset.
    SignInScreen,
    /// Whether the session in which the password is reset works.
    Session,
}

impl Area {
    /// All areas, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Feature, Self::Profiles, Self::SignInScreen, Self::Session];

    pub fn title(self) -> &'static str {
        match self {
            Self::Feature => "The feature",
            Self::Profiles => "Profiles",
            Self::SignInScreen => "The sign-in screen",
            Self::Session => "The session in which the password is reset",
        }
    }

    /// The rules of the area, by code.
    pub fn rules(self) -> &'static [&'static Rule] {
        match self {
            Self::Feature => feature::RULES,
            Self::Profiles => profiles::RULES,
            Self::SignInScreen => sign_in_screen::RULES,
            Self::Session => session::RULES,
        }
    }
}

/// All rules, by code.
pub static RULES: LazyLock<Vec<&'static Rule>> = LazyLock::new(|| {
    let mut rules: Vec<&'static Rule> = Area::ALL.iter().flat_map(|area| area.rules()).copied().collect();
    rules.sort_by_key(|rule| rule.id);
    rules
});

/// A rule by its code or name.
pub fn rule(wanted: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id.code.eq_ignore_ascii_case(wanted) || rule.id.name == wanted)
}

/// How certain a rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confidence {
    /// Documented, or reported by several people.
    High,
    /// Documented, but contradicted by practice; or reported once.
    Medium,
    /// Sources disagree.
    Low,
}

impl Confidence {
    pub fn word(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

/// The severity of a rule, by the oldest Windows build that a policy is for.
#[derive(Debug, Clone, Copy)]
pub enum ByBuild {
    /// The same for every build.
    Always(Severity),
    /// The severity from each build on. The second field is for older builds, and for policies without `windows:`.
    From(&'static [(u32, Severity)], Severity),
}

impl ByBuild {
    pub fn severity(self, build: Option<u32>) -> Severity {
        match self {
            Self::Always(severity) => severity,
            Self::From(steps, otherwise) => build
                .and_then(|build| steps.iter().rev().find(|(from, _)| build >= *from))
                .map_or(otherwise, |(_, severity)| *severity),
        }
    }
}

/// `error before build 17763, warning before build 18363, then info`
impl fmt::Display for ByBuild {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (steps, otherwise) = match self {
            Self::Always(severity) => return f.write_str(severity.word()),
            Self::From(steps, otherwise) => (steps, otherwise),
        };
        for (at, (_, severity)) in steps.iter().enumerate() {
            match steps.get(at + 1) {
                Some((next, _)) => write!(f, "{} before build {next}, ", severity.word())?,
                None => write!(f, "then {}", severity.word())?,
            }
        }
        write!(f, "; {} without `windows:`", otherwise.word())
    }
}

/// What a rule checks.
#[derive(Debug)]
pub enum Check {
    /// One of these is set to a bad value on devices where the feature is turned on; without a feature, on any devices.
    Values { bad: &'static [Way], feature: Option<&'static Feature> },
    /// All of these rules match on the same devices, and the feature is turned on there.
    Together { parts: &'static [&'static Rule], feature: Option<&'static Feature> },
    /// Another part of the program checks it; the text says what: how policies are written, or a property of the
    /// tenant, its users or its devices.
    Fact(&'static str),
    /// A program cannot see it, so a person has to check.
    Stated,
}

/// A feature that some settings turn on, and that other settings break.
#[derive(Debug)]
pub struct Feature {
    /// The name, as in "nothing here turns … on".
    pub name: &'static str,
    pub on: &'static [Way],
}

/// One way to set something, and which value of it is bad.
#[derive(Debug)]
pub enum Way {
    /// A node, by its short name with scope: `Device/Area/Name`.
    Node(&'static str, Bad),
    /// A registry value: key and name.
    Registry(&'static str, &'static str, Bad),
}

/// When a value is bad.
#[derive(Debug, Clone, Copy)]
pub enum Bad {
    Number(i64),
    /// It enables an ADMX-backed policy.
    Enabled,
    /// It is any other text, ignoring case; an enabled ADMX-backed policy has no element with this text.
    OtherThan(&'static str),
    /// Any value is bad.
    Set,
}

/// `WindowsLogon/HideFastUserSwitching = 1`
impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node(name, bad) => write!(f, "{} {bad}", name.trim_start_matches("Device/")),
            Self::Registry(key, name, bad) => write!(f, "{key} {name} {bad}"),
        }
    }
}

impl fmt::Display for Bad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "= {number}"),
            Self::Enabled => f.write_str("enabled"),
            Self::OtherThan(good) => write!(f, "other than {good}"),
            Self::Set => f.write_str("set to anything"),
        }
    }
}
