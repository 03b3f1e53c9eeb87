//! Creates the findings of rules.

use super::Rule;
use super::seen::Seen;
use crate::diagnostic::{Diagnostic, Severity};

impl Rule {
    /// Creates a finding for policies whose oldest build of Windows is `build`. Every finding is created here.
    pub fn finding(&self, build: Option<u32>) -> Diagnostic {
        let severity = self.severity.severity(build);
        let (sources, confidence) = (self.sources.join("; "), self.confidence.word());
        Diagnostic::finding(self.id, severity, self.title)
            .help(self.remedy)
            .fact(format!("source: {sources}; confidence {confidence}; `explain {}`", self.id.code))
    }

    /// Creates a finding about a claim, at its place if it is judged; otherwise the message names the claim.
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

/// Limits the severity of a finding.
pub fn at_most(finding: Diagnostic, most: Severity) -> Diagnostic {
    Diagnostic { severity: finding.severity.min(most), ..finding }
}
