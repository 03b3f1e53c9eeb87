//! What a rule says when it matches.

use super::Rule;
use super::seen::Seen;
use crate::diagnostic::{Diagnostic, Severity};

impl Rule {
    /// What it says, for policies that are meant for a build of Windows: the one way in which a finding comes about.
    pub fn finding(&self, build: Option<u32>) -> Diagnostic {
        let severity = self.severity.severity(build);
        let (sources, confidence) = (self.sources.join("; "), self.confidence.word());
        Diagnostic::finding(self.id, severity, self.title)
            .help(self.remedy)
            .fact(format!("source: {sources}; confidence {confidence}; `explain {}`", self.id.code))
    }

    /// What it says of a claim: at its place where it is judged; else the claim is named.
    pub(super) fn finding_about(&self, seen: Seen<'_>) -> Diagnostic {
        let claim = seen.claim;
        let mut finding = self.finding(claim.oldest_build);
        match claim.origin.place() {
            Some(place) if seen.is_judged => finding.at(place.clone(), self.symptom),
            _ => {
                finding.message = format!("{}: {} sets {}", self.title, claim.origin, claim.subject.knob());
                finding.note(self.symptom)
            }
        }
    }
}

/// No graver than this.
pub(super) fn at_most(finding: Diagnostic, most: Severity) -> Diagnostic {
    Diagnostic { severity: finding.severity.min(most), ..finding }
}
