//! Finds settings that break a feature on devices where it is turned on.

use super::finding::at_most;
use super::seen::Seen;
use super::{Feature, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::setting::{Claim, Overlap};

/// The finding of a rule that does not depend on a feature; only about judged claims.
pub(super) fn switched(rule: &Rule, seen: Seen<'_>) -> Option<Diagnostic> {
    seen.is_judged.then(|| rule.finding_about(seen))
}

/// The finding of a rule that depends on a feature. It has the rule's severity only if the feature is certainly turned
/// on on the same devices.
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
    // A claim that is not judged is not an error of the judged ones.
    let finding = if is_certain && seen.is_judged { finding } else { at_most(finding, Severity::Warning) };
    let turns = if is_certain { "turns" } else { "may turn" };
    let name = feature.map_or("it", |feature| feature.name);
    let finding = finding.note(format!("{} {turns} {name} on for the same devices", switch.origin));
    match switch.origin.place() {
        // The place where people can accept such a finding.
        Some(place) if !seen.is_judged => Some(finding.at(place.clone(), "").help(elsewhere(rule, seen))),
        _ => Some(finding),
    }
}

/// What to do about a profile that no policy here describes. Setting the harmless value here as well would only conflict with it.
fn elsewhere(rule: &Rule, seen: Seen<'_>) -> String {
    format!(
        "change {} in Intune, take it over with `sspr-policy import`, or accept the finding in this policy: \
         `waive: [{{ rule: {}, reason: …, until: YYYY-MM-DD }}]`",
        seen.claim.origin, rule.id.code
    )
}

/// The claim that turns the feature on and overlaps most with this one, and how far; `None` if none of them shares
/// devices with it.
pub(super) fn nearest_switch<'c>(seen: Seen<'_>, on: &[Seen<'c>]) -> Option<(Overlap, &'c Claim)> {
    on.iter()
        // Two claims that are not judged do not matter here.
        .filter(|switch| seen.is_judged || switch.is_judged)
        .map(|switch| (seen.claim.overlap(switch.claim), switch.claim))
        .filter(|(overlap, _)| *overlap != Overlap::Not)
        .max_by_key(|(overlap, _)| *overlap)
}
