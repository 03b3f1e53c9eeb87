//! R03: the type of a value differs from the type of its node.

use super::finding::at_most;
use super::seen::Seen;
use super::ways::is_at;
use super::{Feature, WRONG_TYPE};
use crate::catalogue::Catalogue;
use crate::diagnostic::{Diagnostic, Severity};
use crate::setting::{Origin, Subject};

/// The finding about a value in a profile or a file. Policies are checked when they are compiled, because only there
/// the place of `type:` is known.
pub(super) fn wrong_types(seen: Seen<'_>, features: &[&Feature], catalogue: &Catalogue) -> Option<Diagnostic> {
    let Subject::Node(uri, value) = &seen.claim.subject else { return None };
    if matches!(seen.claim.origin, Origin::Policy { .. }) {
        return None;
    }
    let expected = catalogue.node(uri)?.format.oma_type()?;
    let found = value.oma_type();
    // Intune's portal may send XML nodes as text.
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
    // A mistake in someone else's profile matters here only if it keeps devices from getting a feature.
    let turns_on = || features.iter().flat_map(|feature| feature.on).any(|way| is_at(way, uri));
    if !seen.is_judged {
        finding = at_most(finding, if turns_on() { Severity::Warning } else { Severity::Info });
    }
    Some(finding)
}
