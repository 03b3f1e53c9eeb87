//! R03: a value of another type than its node's.

use super::WRONG_TYPE;
use super::evaluate::Seen;
use super::feature::PASSWORD_RESET;
use super::ways::is_at;
use crate::catalogue::Catalogue;
use crate::diagnostic::{Diagnostic, Severity};
use crate::setting::{Origin, Subject};

/// What a profile or a file sets with another type. Policies are looked at when they are compiled, where `type:`
/// stands.
pub(super) fn wrong_types(seen: Seen<'_>, catalogue: &Catalogue) -> Option<Diagnostic> {
    let Subject::Node(uri, value) = &seen.claim.subject else { return None };
    if matches!(seen.claim.origin, Origin::Policy { .. }) {
        return None;
    }
    let expected = catalogue.node(uri)?.format.oma_type()?;
    let found = value.oma_type();
    // Intune's portal sends XML nodes as text, too.
    if expected == found || expected.is_masked() && found.is_masked() {
        return None;
    }
    let rule = &WRONG_TYPE;
    let mut finding = rule.finding(seen.claim.oldest_build);
    finding.message = format!(
        "{}: {} sets {} as {}, not {}",
        rule.title,
        seen.claim.origin,
        uri.short(),
        found.word(),
        expected.word()
    );
    finding.fact = None;
    if let Some(place) = seen.claim.origin.place().filter(|_| seen.is_judged) {
        finding = finding.at(place.clone(), rule.symptom);
    }
    // Somebody else's mistake matters here as far as it keeps the feature away.
    let turns_on = || PASSWORD_RESET.on.iter().any(|way| is_at(way, uri));
    if !seen.is_judged {
        finding.severity = if turns_on() { Severity::Warning } else { Severity::Info };
    }
    Some(finding)
}
