//! Finds settings that are only a problem in combination.

use super::Rule;
use super::interference::nearest_switch;
use super::seen::Seen;
use crate::diagnostic::Diagnostic;
use crate::setting::Overlap;

/// The finding about the first claims, one for each part, that the same device may get while the feature is turned on.
pub(super) fn combination(rule: &Rule, parts: &[&[Seen<'_>]], on: &[Seen<'_>]) -> Option<Diagnostic> {
    let mut chosen = Vec::new();
    if !choose(parts, on, &mut chosen) {
        return None;
    }
    let (first, others) = chosen.split_first()?;
    let build = chosen.iter().find_map(|seen| seen.claim.oldest_build);
    let mut finding = rule.finding_about(*first);
    finding.severity = rule.severity.severity(build);
    for other in others {
        finding = finding.note(format!("another part is set by {}", other.claim.origin));
        if let Some(place) = other.claim.origin.place() {
            finding = finding.and(place.clone(), "and this");
        }
    }
    Some(finding)
}

/// Chooses a claim of the next part that shares devices with all chosen claims, then of each part after it.
fn choose<'c>(parts: &[&[Seen<'c>]], on: &[Seen<'_>], chosen: &mut Vec<Seen<'c>>) -> bool {
    let Some((part, rest)) = parts.split_first() else {
        return chosen.iter().any(|seen| seen.is_judged) || !on.is_empty();
    };
    for seen in *part {
        let fits = match chosen.is_empty() {
            true => on.is_empty() || nearest_switch(*seen, on).is_some(),
            false => chosen.iter().all(|other| other.claim.overlap(seen.claim) != Overlap::Not),
        };
        if !fits {
            continue;
        }
        chosen.push(*seen);
        if choose(rest, on, chosen) {
            return true;
        }
        chosen.pop();
    }
    false
}
