//! R04: unequal values of one knob for overlapping audiences.

use std::collections::BTreeMap;

use super::evaluate::subject_name;
use super::{Claim, Origin, Subject, rule};
use crate::catalogue::Catalogue;
use crate::diagnostic::{Diagnostic, Severity};
use crate::setting::{OmaUri, OmaValue, Overlap, RegistryAction, RegistryLocation};

/// Two policies, or a policy and another profile, that set one node or one registry value to unequal contents:
/// an error when they certainly reach the same devices, a warning when they may, nothing when they cannot.
pub fn conflicts(claims: &[Claim], catalogue: &Catalogue) -> Vec<Diagnostic> {
    let mut by_node: BTreeMap<&OmaUri, Vec<(&Claim, String)>> = BTreeMap::new();
    let mut by_place: BTreeMap<RegistryLocation, Vec<(&Claim, String)>> = BTreeMap::new();
    for claim in claims {
        match &claim.subject {
            Subject::Node(_, OmaValue::Masked(_)) => {}
            Subject::Node(uri, value) => by_node.entry(uri).or_default().push((claim, value.canonical())),
            Subject::Registry(place, action) => {
                by_place.entry(place.clone()).or_default().push((claim, content(action)));
            }
        }
    }
    // A node meets a registry value along its exact registry form, and only where somebody sets that value.
    let nodes = if by_place.is_empty() { &[][..] } else { claims };
    for claim in nodes {
        let Subject::Node(uri, value) = &claim.subject else { continue };
        let writes = catalogue.node(uri).and_then(|node| node.registry_writes(uri.scope(), value).ok());
        for (place, action) in writes.into_iter().flatten() {
            if let Some(here) = by_place.get_mut(&place) {
                here.push((claim, content(&action)));
            }
        }
    }
    let mut findings: Vec<Diagnostic> = by_node.into_values().flat_map(|group| unequal(&group, false)).collect();
    findings.extend(by_place.into_values().flat_map(|group| unequal(&group, true)));
    findings
}

fn content(action: &RegistryAction) -> String {
    match action {
        RegistryAction::Delete => "(deleted)".into(),
        RegistryAction::Set(data) => format!("{} {data}", data.type_name()),
    }
}

/// Compares one representative of each content and audience with each other.
fn unequal(group: &[(&Claim, String)], registry: bool) -> Vec<Diagnostic> {
    let mut kinds: Vec<(&Claim, &str)> = Vec::new();
    for (claim, content) in group {
        let known = kinds.iter().any(|(other, same)| {
            same == content && other.reach == claim.reach && is_tenant(other) == is_tenant(claim) && !registry
        });
        if !known {
            kinds.push((claim, content));
        }
    }
    let mut findings = Vec::new();
    for (at, (later, content)) in kinds.iter().enumerate() {
        for (earlier, other) in &kinds[..at] {
            if content == other || is_tenant(later) && is_tenant(earlier) || same_policy(later, earlier) {
                continue;
            }
            // Two nodes meet in `by_node`; here at least one of them is a registry value.
            if registry && matches!((&later.subject, &earlier.subject), (Subject::Node(..), Subject::Node(..))) {
                continue;
            }
            match later.reach.overlap(&earlier.reach) {
                Overlap::Not => {}
                overlap => findings.extend(finding(later, earlier, overlap)),
            }
        }
    }
    findings
}

fn is_tenant(claim: &Claim) -> bool {
    claim.origin.is_foreign()
}

fn same_policy(one: &Claim, other: &Claim) -> bool {
    matches!((&one.origin, &other.origin), (Origin::Policy(mine, _), Origin::Policy(theirs, _)) if mine == theirs)
}

fn finding(later: &Claim, earlier: &Claim, overlap: Overlap) -> Option<Diagnostic> {
    let rule = rule("R04")?;
    // The file's place comes first; the tenant has none.
    let (here, there) = if is_tenant(later) { (earlier, later) } else { (later, earlier) };
    let certain = overlap == Overlap::Certainly && !is_tenant(there);
    let (severity, how) = match overlap {
        Overlap::Certainly => ("the same devices", "reach"),
        _ => ("the same devices", "may reach"),
    };
    let severity_word = if certain { Severity::Error } else { Severity::Warning };
    let name = subject_name(&here.subject);
    let message = format!("{name} has another value in {}", there.origin.shown());
    let mut diagnostic = Diagnostic::finding(rule.id(), severity_word, message);
    if let Origin::Policy(_, place) = &here.origin {
        diagnostic = diagnostic.at(place.clone(), format!("both {how} {severity}"));
    }
    if let Origin::Policy(_, place) = &there.origin {
        diagnostic = diagnostic.and(place.clone(), "the other value");
    }
    Some(diagnostic.note(rule.symptom).help(rule.remedy).fact(format!("source: {}", rule.sources.join("; "))))
}
