//! What is wrong in people's files, as data: coded, placed, with help and a fix where there is one.

mod code;
mod words;

pub use code::{About, Code};
pub use words::{counted, grouped};

use crate::source::Place;

/// How much it matters.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Probably not what is wanted; fails with `--strict`.
    Warning,
    /// Wrong: exit code 1, nothing is sent.
    Error,
}

impl Severity {
    /// The word that is printed.
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
    /// What is replaced.
    pub place: Place,
    /// By what.
    pub text: String,
    /// Whether `check --fix` may do it unasked: the meaning is certain.
    pub certain: bool,
}

/// Which rule a finding is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId {
    /// `I01`
    pub code: &'static str,
    /// `lock-screen-notifications-off`, as waivers name it.
    pub name: &'static str,
}

/// A problem keeps something from being done as written; a finding is what a rule says, and can be waived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Something is wrong as written.
    Problem(Code),
    /// A rule matches.
    Finding(RuleId),
}

impl Kind {
    /// `SP0201` or `I01`: for printing and sorting, never for deciding.
    pub fn code(self) -> &'static str {
        match self {
            Self::Problem(code) => code.number(),
            Self::Finding(rule) => rule.code,
        }
    }

    /// A rule's name: for printing, never for deciding.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Problem(_) => None,
            Self::Finding(rule) => Some(rule.name),
        }
    }
}

/// Something wrong in people's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Whether it is a problem or a finding, and which.
    pub kind: Kind,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong, in one line without a full stop.
    pub message: String,
    /// Where.
    pub place: Option<Place>,
    /// What is said under the place.
    pub label: String,
    /// Other places that take part.
    pub related: Vec<(Place, String)>,
    /// More facts, a line each.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
    /// The text that would be right.
    pub fix: Option<Fix>,
    /// Where the fact comes from.
    pub fact: Option<String>,
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
        }
    }

    /// An error.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, Kind::Problem(code), message)
    }

    /// A warning.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, Kind::Problem(code), message)
    }

    /// Something worth knowing.
    pub fn info(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Info, Kind::Problem(code), message)
    }

    /// What a rule says.
    pub fn finding(rule: RuleId, severity: Severity, message: impl Into<String>) -> Self {
        Self::new(severity, Kind::Finding(rule), message)
    }

    /// Whether a rule says it.
    pub fn is_finding(&self) -> bool {
        matches!(self.kind, Kind::Finding(_))
    }

    /// Whether this rule says it.
    pub fn is_finding_of(&self, rule: RuleId) -> bool {
        self.kind == Kind::Finding(rule)
    }

    /// With its place, and what is said there.
    #[must_use]
    pub fn at(mut self, place: Place, label: impl Into<String>) -> Self {
        self.place = Some(place);
        self.label = label.into();
        self
    }

    /// With one more place that takes part.
    #[must_use]
    pub fn and(mut self, place: Place, label: impl Into<String>) -> Self {
        self.related.push((place, label.into()));
        self
    }

    /// With one more fact.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// With what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With the text that would be right; `certain` when no other could be meant.
    #[must_use]
    pub fn fix(mut self, place: Place, text: impl Into<String>, certain: bool) -> Self {
        self.fix = Some(Fix { place, text: text.into(), certain });
        self
    }

    /// With the source of the fact.
    #[must_use]
    pub fn fact(mut self, fact: impl Into<String>) -> Self {
        self.fact = Some(fact.into());
        self
    }
}

/// Puts diagnostics in the order in which they are shown: file, place, code; the placeless first.
pub fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by(|a, b| {
        let (here, there) = (a.place.as_ref().map(Place::order), b.place.as_ref().map(Place::order));
        (here, a.kind.code(), &a.message).cmp(&(there, b.kind.code(), &b.message))
    });
}

/// Whether any of them is an error.
pub fn any_error(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|d| d.severity == Severity::Error)
}

/// The nearest of some names, if near enough to be meant: at most a third of the letters differ, case aside.
pub fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = wanted.to_lowercase();
    let length = wanted.chars().count();
    names
        .into_iter()
        // Names of quite another length are further away than that.
        .filter(|name| name.chars().count().abs_diff(length) <= name.chars().count().max(length) / 3)
        .map(|name| (distance(&wanted, &name.to_lowercase()), name))
        .filter(|(distance, name)| *distance <= name.chars().count().max(wanted.chars().count()) / 3)
        .min()
        .map(|(_, name)| name)
}

/// Optimal string alignment: insertions, deletions, replacements and swapped neighbors, one each.
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
