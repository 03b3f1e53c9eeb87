//! What makes password reset at the sign-in screen work or fail. Rules are data; evaluation is code.
//!
//! Rules look at [`Claim`]s: somebody sets something for somebody. Whether a claim stands in a file, in another
//! profile of the tenant, as a node or as a registry value makes no difference.

mod claims;
mod conflict;
mod evaluate;
mod interference;
mod mixed;
mod waive;

pub use claims::{claims, of_policy};
pub use conflict::conflicts;
pub use evaluate::{about, evaluate, evaluate_beside, explain};
pub use interference::RULES;
pub use mixed::{effective, mixed_exclusions, said_once};
pub use waive::waive;

use std::sync::Arc;

use crate::diagnostic::{Place, RuleId, Severity};
use crate::setting::{Audience, OmaUri, OmaValue, Overlap, RegistryAction, RegistryLocation};

/// Somebody sets something for somebody.
#[derive(Debug, Clone)]
pub struct Claim {
    /// What is set.
    pub subject: Subject,
    /// Whom it reaches.
    pub reach: Reach,
    /// Who says so.
    pub origin: Origin,
    /// The oldest Windows build that it is meant for.
    pub oldest_build: Option<u32>,
}

/// What is set, by the name that was written.
#[derive(Debug, Clone, PartialEq)]
pub enum Subject {
    /// A node of the management tree.
    Node(OmaUri, OmaValue),
    /// A registry value.
    Registry(RegistryLocation, RegistryAction),
}

/// Whom a claim reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// An assignment; all claims of a policy share it.
    Known(Arc<Audience>),
    /// Wherever somebody imports a file, or assigns in the portal.
    Unknown,
}

impl Reach {
    /// How far two claims share devices.
    pub fn overlap(&self, other: &Self) -> Overlap {
        match (self, other) {
            (Self::Known(mine), Self::Known(theirs)) => mine.overlap(theirs),
            (Self::Known(one), _) | (_, Self::Known(one)) if one.include.is_empty() => Overlap::Not,
            _ => Overlap::Possibly,
        }
    }
}

/// Who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A policy: its key and the place of the setting's name.
    Policy(String, Place),
    /// Another profile of the tenant: its name and id.
    Tenant(String, String),
    /// A settings catalog policy of the tenant: its name and id.
    Catalog(String, String),
}

impl Origin {
    /// What people call it.
    pub fn shown(&self) -> String {
        match self {
            Self::Policy(key, place) => format!("{key} ({place})"),
            Self::Tenant(name, _) => format!("\"{name}\" (in the tenant)"),
            Self::Catalog(name, _) => format!("\"{name}\" (settings catalog, in the tenant)"),
        }
    }

    /// Whether it is in the tenant, and no policy of ours.
    pub fn is_foreign(&self) -> bool {
        !matches!(self, Self::Policy(..))
    }
}

/// One thing that is known to matter.
#[derive(Debug)]
pub struct Rule {
    /// Its code, which also anchors its documentation.
    pub code: &'static str,
    /// Its name, for waivers and searches.
    pub name: &'static str,
    /// What is wrong when it matches, in one line.
    pub title: &'static str,
    /// What people see on the device.
    pub symptom: &'static str,
    /// How sure it is that this breaks the feature.
    pub confidence: Confidence,
    /// How much it matters.
    pub severity: ByBuild,
    /// What it looks at.
    pub condition: Condition,
    /// What to do.
    pub remedy: &'static str,
    /// Where the fact comes from, with the years of the editions that say so.
    pub sources: &'static [&'static str],
}

impl Rule {
    /// What findings name it by.
    pub fn id(&self) -> RuleId {
        RuleId { code: self.code, name: self.name }
    }
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
    /// The word for it.
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
    /// The severity for a build.
    pub fn severity(self, build: Option<u32>) -> Severity {
        match self {
            Self::Always(severity) => severity,
            Self::From(steps, otherwise) => build
                .and_then(|build| steps.iter().rev().find(|(from, _)| build >= *from))
                .map_or(otherwise, |(_, severity)| *severity),
        }
    }
}

/// What a rule looks at.
#[derive(Debug)]
pub enum Condition {
    /// One of these is set to a bad value.
    Any(&'static [Way]),
    /// All of these rules match for the same devices.
    All(&'static [&'static str]),
    /// Looked at while names are resolved or policies are compared; the rule says what, not how.
    Elsewhere,
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

/// A rule by its code or name.
pub fn rule(wanted: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.code.eq_ignore_ascii_case(wanted) || rule.name == wanted)
}

impl std::fmt::Display for Bad {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => write!(f, "= {number}"),
            Self::Enabled => f.write_str("enabled"),
            Self::OtherThan(good) => write!(f, "other than {good}"),
            Self::Set => f.write_str("set to anything"),
        }
    }
}
