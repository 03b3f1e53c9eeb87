//! Settings that break a feature where it is turned on.

use super::evaluate::Seen;
use super::finding::at_most;
use super::{Feature, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::setting::{Claim, Overlap};

/// A finding that matters wherever it is: of what is judged only.
pub(super) fn switched(rule: &Rule, seen: Seen<'_>) -> Option<Diagnostic> {
    seen.is_judged.then(|| rule.finding_about(seen))
}

/// A finding that matters where a feature is turned on: as grave as the rule where that is certain.
pub(super) fn about_values(
    rule: &Rule,
    seen: Seen<'_>,
    feature: Option<&Feature>,
    on: &[Seen<'_>],
) -> Option<Diagnostic> {
    let finding = rule.finding_about(seen);
    if on.is_empty() {
        let name = feature.map_or("it", |feature| feature.name);
        let note = format!("nothing here turns {name} on; this matters only on devices where it is on");
        return seen.is_judged.then(|| at_most(finding, Severity::Warning).note(note));
    }
    let (overlap, switch) = nearest_switch(seen, on)?;
    let is_certain = overlap == Overlap::Certainly;
    // What stands beside is no error of those who are judged.
    let finding = if is_certain && seen.is_judged { finding } else { at_most(finding, Severity::Warning) };
    let how = if is_certain { "get" } else { "may get" };
    let name = feature.map_or("it", |feature| feature.name);
    let finding = finding.note(format!("the same devices {how} {name} from {}", switch.origin));
    match switch.origin.place() {
        // The place at which such a finding can be accepted.
        Some(place) if !seen.is_judged => Some(finding.at(place.clone(), "")),
        _ => Some(finding),
    }
}

/// The nearest of the claims that turn the feature on, and how far it shares devices; nothing where all of them exclude
/// this one.
pub(super) fn nearest_switch<'c>(seen: Seen<'_>, on: &[Seen<'c>]) -> Option<(Overlap, &'c Claim)> {
    on.iter()
        // What those beside do to each other is no matter of ours.
        .filter(|switch| seen.is_judged || switch.is_judged)
        .map(|switch| (seen.claim.overlap(switch.claim), switch.claim))
        .filter(|(overlap, _)| *overlap != Overlap::Not)
        .max_by_key(|(overlap, _)| *overlap)
}
