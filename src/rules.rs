//! What makes password reset at the sign-in screen work or fail: one file an area, each rule whole.
//!
//! Rules look at claims. Whether a claim stands in a policy, in a file or in a profile of a tenant, and whether as a
//! node or as a registry value, makes no difference; who is judged, and what only stands beside, is said by the caller.

mod combination;
mod conflict;
mod evaluate;
mod exclusion;
mod feature;
mod finding;
mod interference;
mod profiles;
mod session;
mod sign_in_screen;
#[cfg(test)]
mod tests;
mod value_type;
mod waive;
mod ways;

pub use evaluate::{evaluate, evaluate_beside};
pub use exclusion::{Exclusion, effective, mixed_exclusions, one_of_each_target};
pub use profiles::{LACKS_SCOPE, WRONG_TYPE};
pub use waive::{AcceptedFinding, Accepts, waive};
pub use ways::{about, explain};

use std::fmt;
use std::sync::LazyLock;

use crate::diagnostic::{RuleId, Severity};

/// One thing that is known to matter.
#[derive(Debug)]
pub struct Rule {
    pub id: RuleId,
    pub area: Area,
    /// What is wrong when it matches, in one line.
    pub title: &'static str,
    /// What people see on the device.
    pub symptom: &'static str,
    pub severity: ByBuild,
    /// How sure it is that this breaks the feature.
    pub confidence: Confidence,
    /// Where the fact comes from, with the years of the editions that say so.
    pub sources: &'static [&'static str],
    /// What to do.
    pub remedy: &'static str,
    pub check: Check,
}

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// Whether the feature is switched on.
    Feature,
    /// Whether profiles bring the setting to devices.
    Profiles,
    /// Whether the sign-in screen offers the link, and stays.
    SignInScreen,
    /// Whether the session works in which the password is reset.
    Session,
}

impl Area {
    /// In the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Feature, Self::Profiles, Self::SignInScreen, Self::Session];

    pub fn title(self) -> &'static str {
        match self {
            Self::Feature => "The feature",
            Self::Profiles => "Profiles",
            Self::SignInScreen => "The sign-in screen",
            Self::Session => "The session in which the password is reset",
        }
    }

    /// Its rules, by code.
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

/// How sure a rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confidence {
    /// Documented, or reported by several people.
    High,
    /// Documented, and contradicted by practice; or reported once.
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

/// How much a rule matters, by the oldest Windows build that a policy is meant for.
#[derive(Debug, Clone, Copy)]
pub enum ByBuild {
    /// The same everywhere.
    Always(Severity),
    /// From each build on; before the first, and where no build is written, the second field.
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

/// What a rule looks at.
#[derive(Debug)]
pub enum Check {
    /// One of these is set to a bad value, where somebody turns the feature on; without a feature, anywhere.
    Values { bad: &'static [Way], feature: Option<&'static Feature> },
    /// Each of these rules matches, all of them for the same devices, where somebody turns the feature on.
    Together { parts: &'static [&'static Rule], feature: Option<&'static Feature> },
    /// Something that is found out elsewhere, in these words: how policies are written, what the tenant, its users and
    /// its devices are like.
    Fact(&'static str),
    /// What no program can see: somebody has to look, and to say so.
    Stated,
}

/// Something that is turned on by settings, and that other settings break.
#[derive(Debug)]
pub struct Feature {
    /// As it stands in a sentence: "nothing here turns … on".
    pub name: &'static str,
    pub on: &'static [Way],
}

/// One way to set something, and what is bad about it.
#[derive(Debug)]
pub enum Way {
    /// A node by its short name with scope: `Device/Area/Name`.
    Node(&'static str, Bad),
    /// A registry value: key and name.
    Registry(&'static str, &'static str, Bad),
}

/// When a value is bad.
#[derive(Debug, Clone, Copy)]
pub enum Bad {
    /// This number.
    Number(i64),
    /// An ADMX-backed policy that is enabled.
    Enabled,
    /// Any text but this one, case aside; of an enabled ADMX-backed policy, no element with this text.
    OtherThan(&'static str),
    /// Anything at all.
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
