//! Problems and findings in policy files, as data: with a code, a place, help, and a fix if there is one.

mod code;
mod document;
mod words;

pub use code::{About, Code};
pub use document::DiagnosticDocument;
pub use words::{counted, grouped, unseen_difference};

use crate::source::Place;

/// How serious a problem or finding is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know; changes nothing.
    Info,
    /// Probably a mistake; fails with `--strict`.
    Warning,
    /// A mistake: the exit code is 1, and nothing is sent.
    Error,
}

impl Severity {
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One replacement of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// The text to replace.
    pub place: Place,
    pub text: String,
    /// Whether `check --fix` applies it: only one correction is possible.
    pub certain: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId {
    /// `I01`
    pub code: &'static str,
    /// `lock-screen-notifications-off`, as used in waivers.
    pub name: &'static str,
}

/// A problem means that a file cannot be used as it is; a finding comes from a rule and can be waived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Problem(Code),
    /// A match of a rule.
    Finding(RuleId),
}

impl Kind {
    /// `SP0201` or `I01`, for printing and sorting. Code that makes decisions compares the kind itself.
    pub fn code(self) -> &'static str {
        match self {
            Self::Problem(code) => code.number(),
            Self::Finding(rule) => rule.code,
        }
    }

    /// The name of the rule, for printing only; a problem has none.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Problem(_) => None,
            Self::Finding(rule) => Some(rule.name),
        }
    }
}

/// Another place that is part of the cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    pub place: Place,
    /// The text that is shown under the place.
    pub label: String,
}

/// A problem or a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub kind: Kind,
    pub severity: Severity,
    /// What is wrong, in one line without a period at the end.
    pub message: String,
    /// `None` if no line of a file is the cause.
    pub place: Option<Place>,
    /// The text that is shown under the place.
    pub label: String,
    /// Other places that are part of the cause.
    pub related: Vec<Related>,
    /// Further facts, one line each.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
    pub fix: Option<Fix>,
    /// The source of the fact that the diagnostic is based on.
    pub fact: Option<String>,
    /// If more than two conflict, who they are: some of them may accept that.
    pub conflict: Option<Box<Conflict>>,
}

/// Several that set one thing to different values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Whether they certainly reach the same devices.
    pub is_certain: bool,
    /// Whether all of them are judged.
    pub is_own: bool,
    pub parties: Vec<Party>,
}

/// One of several that set one thing to different values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// The name of the setting or the registry value.
    pub name: String,
    /// The policy, the profile or the file.
    pub origin: String,
    pub place: Option<Place>,
    /// Whether it is judged, and not only beside those that are.
    pub is_judged: bool,
    /// Equal numbers are equal values.
    pub content: usize,
    pub oldest_build: Option<u32>,
}

impl Diagnostic {
    fn new(severity: Severity, kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            severity,
            message: message.into(),
            place: None,
            label: String::new(),
            related: Vec::new(),
            notes: Vec::new(),
            help: None,
            fix: None,
            fact: None,
            conflict: None,
        }
    }

    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, Kind::Problem(code), message)
    }

    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, Kind::Problem(code), message)
    }

    pub fn info(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Info, Kind::Problem(code), message)
    }

    pub fn finding(rule: RuleId, severity: Severity, message: impl Into<String>) -> Self {
        Self::new(severity, Kind::Finding(rule), message)
    }

    pub fn is_finding(&self) -> bool {
        matches!(self.kind, Kind::Finding(_))
    }

    pub fn is_finding_of(&self, rule: RuleId) -> bool {
        self.kind == Kind::Finding(rule)
    }

    /// Sets the place and its label.
    #[must_use]
    pub fn at(mut self, place: Place, label: impl Into<String>) -> Self {
        self.place = Some(place);
        self.label = label.into();
        self
    }

    /// Adds another place that is part of the cause.
    #[must_use]
    pub fn and(mut self, place: Place, label: impl Into<String>) -> Self {
        self.related.push(Related { place, label: label.into() });
        self
    }

    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Sets the replacement; `certain` if only one correction is possible.
    #[must_use]
    pub fn fix(mut self, place: Place, text: impl Into<String>, certain: bool) -> Self {
        self.fix = Some(Fix { place, text: text.into(), certain });
        self
    }

    #[must_use]
    pub fn fact(mut self, fact: impl Into<String>) -> Self {
        self.fact = Some(fact.into());
        self
    }
}

/// Sorts diagnostics in the order in which they are shown: those without a place first, then by file, place and code.
pub fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by(|a, b| {
        let (here, there) = (a.place.as_ref().map(Place::order), b.place.as_ref().map(Place::order));
        (here, a.kind.code(), &a.message).cmp(&(there, b.kind.code(), &b.message))
    });
}

pub fn any_error(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|d| d.severity == Severity::Error)
}

/// The name that is most similar to `wanted`, if at most a third of the letters differ. Case is ignored.
pub fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = wanted.to_lowercase();
    let length = wanted.chars().count();
    names
        .into_iter()
        // A name of a very different length cannot be that similar; this saves computing its distance.
        .filter(|name| name.chars().count().abs_diff(length) <= name.chars().count().max(length) / 3)
        .map(|name| (distance(&wanted, &name.to_lowercase()), name))
        .filter(|(distance, name)| *distance <= name.chars().count().max(wanted.chars().count()) / 3)
        .min()
        .map(|(_, name)| name)
}

/// The optimal string alignment distance: an insertion, a deletion, a replacement and a swap of neighbors each count
/// one.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_of_the_pen_finds_its_name() {
        let names = ["settings", "assignments", "scope_tags", "state"];
        assert_eq!(nearest("asignments", names), Some("assignments"));
        assert_eq!(nearest("Setings", names), Some("settings"));
        assert_eq!(nearest("sttae", names), Some("state"));
        assert_eq!(nearest("colour", names), None);
    }
}
