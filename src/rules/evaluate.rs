//! Evaluates all rules on claims.

use std::collections::HashMap;

use super::combination::combination;
use super::conflict::conflicts;
use super::interference::{about_values, switched};
use super::seen::Seen;
use super::value_type::wrong_types;
use super::ways::Ways;
use super::{Check, Feature, RULES, Rule};
use crate::catalogue::Catalogue;
use crate::diagnostic::{Diagnostic, Kind};
use crate::setting::Claim;

/// Findings about the `judged` claims: about each alone, about several of them together, and about what claims in
/// `beside` do to them. Findings about claims in `beside` alone are left out, except for wrong types.
pub fn evaluate<'c>(
    judged: impl IntoIterator<Item = &'c Claim>,
    beside: impl IntoIterator<Item = &'c Claim>,
    catalogue: &Catalogue,
) -> Vec<Diagnostic> {
    evaluate_with(&RULES, judged, beside, catalogue)
}

/// The findings of [`evaluate`] that exist only because of the claims in `beside`. `alone` are those without them.
pub fn evaluate_beside<'c>(
    alone: &[Diagnostic],
    judged: impl IntoIterator<Item = &'c Claim>,
    beside: impl IntoIterator<Item = &'c Claim>,
    catalogue: &Catalogue,
) -> Vec<Diagnostic> {
    let mut known: HashMap<(Kind, &str), Vec<&Diagnostic>> = HashMap::new();
    for finding in alone {
        known.entry((finding.kind, &finding.message)).or_default().push(finding);
    }
    let mut findings = evaluate(judged, beside, catalogue);
    findings.retain(|finding| {
        let same = known.get(&(finding.kind, finding.message.as_str()));
        !same.is_some_and(|same| same.contains(&finding))
    });
    findings
}

pub(super) fn evaluate_with<'c>(
    rules: &[&'static Rule],
    judged: impl IntoIterator<Item = &'c Claim>,
    beside: impl IntoIterator<Item = &'c Claim>,
    catalogue: &Catalogue,
) -> Vec<Diagnostic> {
    let judged = judged.into_iter().map(|claim| Seen { claim, is_judged: true });
    let beside = beside.into_iter().map(|claim| Seen { claim, is_judged: false });
    let all: Vec<Seen<'c>> = judged.chain(beside).collect();
    let features = features(rules);
    let matches = Matches::of(rules, &features, &all);
    let mut findings = Vec::new();
    for rule in rules {
        match &rule.check {
            Check::Values { feature, .. } => {
                let on = feature.map(|feature| matches.turning_on(feature));
                findings.extend(matches.of_rule(rule).iter().filter_map(|seen| match on {
                    None => switched(rule, *seen),
                    Some(on) => about_values(rule, *seen, *feature, on),
                }));
            }
            Check::Together { parts, feature } => {
                let parts: Vec<&[Seen<'_>]> = parts.iter().map(|part| matches.of_rule(part)).collect();
                let on = feature.map_or(&[][..], |feature| matches.turning_on(feature));
                findings.extend(combination(rule, &parts, on));
            }
            Check::Fact(_) | Check::Stated => {}
        }
    }
    let wrong: Vec<Diagnostic> = all.iter().filter_map(|seen| wrong_types(*seen, &features, catalogue)).collect();
    findings.extend(conflicts(all, catalogue));
    findings.extend(wrong);
    findings
}

/// The features that rules check, each once.
fn features(rules: &[&'static Rule]) -> Vec<&'static Feature> {
    let mut features: Vec<&'static Feature> = Vec::new();
    let checked = rules.iter().filter_map(|rule| match &rule.check {
        Check::Values { feature, .. } | Check::Together { feature, .. } => *feature,
        Check::Fact(_) | Check::Stated => None,
    });
    for feature in checked {
        if features.iter().all(|known| known.name != feature.name) {
            features.push(feature);
        }
    }
    features
}

/// The claims that match each rule, and the claims that turn each feature on.
struct Matches<'c> {
    by_rule: HashMap<&'static str, Vec<Seen<'c>>>,
    by_feature: HashMap<&'static str, Vec<Seen<'c>>>,
}

impl<'c> Matches<'c> {
    fn of(rules: &[&'static Rule], features: &[&'static Feature], claims: &[Seen<'c>]) -> Self {
        enum MatchTarget {
            Rule(&'static str),
            Feature(&'static str),
        }
        let (mut ways, mut targets) = (Ways::default(), Vec::new());
        for rule in rules {
            if let Check::Values { bad, .. } = &rule.check {
                ways.add(bad, targets.len());
                targets.push(MatchTarget::Rule(rule.id.code));
            }
        }
        for feature in features {
            ways.add(feature.on, targets.len());
            targets.push(MatchTarget::Feature(feature.name));
        }
        let mut found = Self { by_rule: HashMap::new(), by_feature: HashMap::new() };
        for seen in claims {
            let mut numbers = ways.of(seen.claim);
            numbers.dedup();
            for number in numbers {
                match targets[number] {
                    MatchTarget::Rule(code) => found.by_rule.entry(code).or_default().push(*seen),
                    MatchTarget::Feature(name) => found.by_feature.entry(name).or_default().push(*seen),
                }
            }
        }
        found
    }

    fn of_rule(&self, rule: &Rule) -> &[Seen<'c>] {
        self.by_rule.get(rule.id.code).map_or(&[], Vec::as_slice)
    }

    fn turning_on(&self, feature: &Feature) -> &[Seen<'c>] {
        self.by_feature.get(feature.name).map_or(&[], Vec::as_slice)
    }
}
