//! Which rules match which claims.

use super::{Bad, Claim, Condition, Origin, RULES, Rule, Subject, Way, rule};
use crate::catalogue::{Catalogue, read_payload};
use crate::diagnostic::{Diagnostic, Severity};
use crate::setting::{OmaUri, OmaValue, Overlap, RegistryAction, RegistryKey, RegistryLocation};

/// Findings of all rules that look at values, and of conflicts.
pub fn evaluate(claims: &[Claim], catalogue: &Catalogue) -> Vec<Diagnostic> {
    let matches: Vec<(&Rule, Vec<&Claim>)> = RULES.iter().map(|rule| (rule, matching(rule, claims))).collect();
    let enabling = enabling(claims);
    let mut findings = Vec::new();
    for (rule, matched) in &matches {
        match &rule.condition {
            Condition::Any(_) if rule.code == "R01" => {
                findings.extend(matched.iter().filter_map(|claim| switched_off(rule, claim)));
            }
            Condition::Any(_) => {
                findings.extend(matched.iter().filter_map(|claim| interference(rule, claim, &enabling)));
            }
            Condition::All(codes) => findings.extend(combination(rule, codes, &matches, &enabling)),
            Condition::Elsewhere => {}
        }
    }
    findings.extend(super::conflicts(claims, catalogue));
    findings.extend(wrong_types(claims, catalogue));
    findings
}

/// The findings that are there only because of the tenant's other profiles; those between files are `check`'s.
pub fn evaluate_beside(ours: &[Claim], tenant: &[Claim], catalogue: &Catalogue) -> Vec<Diagnostic> {
    let alone = evaluate(ours, catalogue);
    let together: Vec<Claim> = ours.iter().chain(tenant).cloned().collect();
    let mut findings = evaluate(&together, catalogue);
    findings.retain(|finding| !alone.contains(finding));
    findings
}

/// The claims that switch the feature on.
fn enabling(claims: &[Claim]) -> Vec<&Claim> {
    let on = [
        Way::Node("Device/Authentication/AllowAadPasswordReset", Bad::Number(1)),
        Way::Registry(r"HKLM\SOFTWARE\Policies\Microsoft\AzureADAccount", "AllowPasswordReset", Bad::Number(1)),
    ];
    claims.iter().filter(|claim| on.iter().any(|way| matches(way, &claim.subject))).collect()
}

fn matching<'a>(rule: &Rule, claims: &'a [Claim]) -> Vec<&'a Claim> {
    match &rule.condition {
        Condition::Any(ways) => {
            claims.iter().filter(|claim| ways.iter().any(|way| matches(way, &claim.subject))).collect()
        }
        _ => Vec::new(),
    }
}

/// The nearest of the enabling claims, and how far it shares devices; nothing where all of them exclude this one.
fn nearest_switch<'a>(claim: &Claim, enabling: &[&'a Claim]) -> Option<(Overlap, &'a Claim)> {
    enabling
        .iter()
        // What others do to each other is no matter of ours.
        .filter(|switch| !(claim.origin.is_foreign() && switch.origin.is_foreign()))
        .map(|switch| (shared(claim, switch), *switch))
        .filter(|(overlap, _)| *overlap != Overlap::Not)
        .max_by_key(|(overlap, _)| *overlap)
}

/// Two claims of one policy reach the same devices, whoever they are.
fn shared(one: &Claim, other: &Claim) -> Overlap {
    match (&one.origin, &other.origin) {
        (Origin::Policy(mine, _), Origin::Policy(theirs, _)) if mine == theirs => Overlap::Certainly,
        _ => one.reach.overlap(&other.reach),
    }
}

fn interference(rule: &'static Rule, claim: &Claim, enabling: &[&Claim]) -> Option<Diagnostic> {
    let severity = rule.severity.severity(claim.oldest_build);
    if enabling.is_empty() && claim.origin.is_foreign() {
        return None;
    }
    let possible = severity.min(Severity::Warning);
    if enabling.is_empty() {
        let note = "nothing here turns password reset on; it matters where that happens";
        return Some(finding(rule, claim, possible).note(note));
    }
    let (overlap, switch) = nearest_switch(claim, enabling)?;
    let whom = switch.origin.shown();
    // Somebody else's profile is no error of ours: it must not stop an apply.
    let ours = matches!(claim.origin, Origin::Policy(..));
    let mut found = match overlap {
        Overlap::Certainly if ours => finding(rule, claim, severity),
        _ => finding(rule, claim, possible),
    };
    let how = if overlap == Overlap::Certainly { "get" } else { "may get" };
    found = found.note(format!("the same devices {how} password reset from {whom}"));
    match &switch.origin {
        // The place at which such a finding can be accepted.
        Origin::Policy(_, place) if !ours => Some(found.at(place.clone(), "")),
        _ => Some(found),
    }
}

fn switched_off(rule: &'static Rule, claim: &Claim) -> Option<Diagnostic> {
    // Nobody wants to hear that a tenant's other profiles say nothing about the feature.
    matches!(claim.origin, Origin::Policy(..)).then(|| finding(rule, claim, rule.severity.severity(None)))
}

fn combination(
    rule: &'static Rule,
    codes: &[&str],
    matches: &[(&Rule, Vec<&Claim>)],
    enabling: &[&Claim],
) -> Option<Diagnostic> {
    let of = |code: &str| matches.iter().find(|(rule, _)| rule.code == code).map_or(&[][..], |(_, claims)| claims);
    let [first, second] = codes else { return None };
    for one in of(first) {
        for other in of(second) {
            let switch = nearest_switch(one, enabling);
            if shared(one, other) == Overlap::Not || switch.is_none() && !enabling.is_empty() {
                continue;
            }
            let severity = rule.severity.severity(one.oldest_build.or(other.oldest_build));
            let mut diagnostic =
                finding(rule, one, severity).note(format!("the other part is set by {}", other.origin.shown()));
            if let Origin::Policy(_, place) = &other.origin {
                diagnostic = diagnostic.and(place.clone(), "and this");
            }
            return Some(diagnostic);
        }
    }
    None
}

fn finding(rule: &'static Rule, claim: &Claim, severity: Severity) -> Diagnostic {
    let mut diagnostic = Diagnostic::finding(rule.id(), severity, rule.title);
    match &claim.origin {
        Origin::Policy(_, place) => diagnostic = diagnostic.at(place.clone(), rule.symptom),
        foreign => {
            let what = subject_name(&claim.subject);
            diagnostic.message = format!("{}: {} sets {what}", rule.title, foreign.shown());
            diagnostic = diagnostic.note(rule.symptom);
        }
    }
    diagnostic.help(rule.remedy).fact(format!(
        "source: {}; confidence {}; `explain {}`",
        rule.sources.join("; "),
        rule.confidence.word(),
        rule.code
    ))
}

/// What a subject is called in messages.
pub(super) fn subject_name(subject: &Subject) -> String {
    match subject {
        Subject::Node(uri, _) => uri.short().to_string(),
        Subject::Registry(place, _) => place.to_string(),
    }
}

fn matches(way: &Way, subject: &Subject) -> bool {
    match (way, subject) {
        (Way::Node(name, bad), Subject::Node(uri, value)) => same_node(name, uri) && bad.holds_for(value),
        (Way::Registry(key, name, bad), Subject::Registry(place, action)) => {
            let wanted = RegistryKey::parse(key).map(|key| RegistryLocation { key, name: (*name).to_string() });
            wanted.is_ok_and(|wanted| wanted == *place) && bad.holds_for_registry(action)
        }
        _ => false,
    }
}

/// `Device/Area/Name` against an address.
fn same_node(name: &str, uri: &OmaUri) -> bool {
    let Some((scope, short)) = name.split_once('/') else { return false };
    scope.eq_ignore_ascii_case(uri.scope().word()) && uri.short() == short
}

impl Bad {
    fn holds_for(self, value: &OmaValue) -> bool {
        match self {
            Self::Number(number) => value.canonical() == number.to_string(),
            Self::Enabled => read_payload(&value.canonical()).is_ok_and(|payload| payload.enabled),
            Self::OtherThan(_) if matches!(value, OmaValue::Masked(_)) => false,
            Self::OtherThan(good) => match read_payload(&value.canonical()) {
                Ok(payload) => payload.enabled && !payload.data.iter().any(|(_, text)| text.eq_ignore_ascii_case(good)),
                Err(_) => !value.canonical().eq_ignore_ascii_case(good),
            },
            Self::Set => !matches!(value, OmaValue::Masked(_)),
        }
    }

    fn holds_for_registry(self, action: &RegistryAction) -> bool {
        let RegistryAction::Set(data) = action else { return false };
        match self {
            Self::Number(number) => data.number() == u64::try_from(number).ok(),
            Self::Enabled => data.number() == Some(1),
            Self::OtherThan(good) => !data.to_string().eq_ignore_ascii_case(good),
            Self::Set => true,
        }
    }
}

/// R03: another profile of the tenant sets a node with a value of another type.
fn wrong_types(claims: &[Claim], catalogue: &Catalogue) -> Vec<Diagnostic> {
    let Some(rule) = rule("R03") else { return Vec::new() };
    let wrong = claims.iter().filter_map(|claim| {
        let Subject::Node(uri, value) = &claim.subject else { return None };
        if !claim.origin.is_foreign() {
            return None;
        }
        let expected = catalogue.node(uri)?.format.oma_type()?;
        let found = value.oma_type();
        // Intune's portal sends XML nodes as text, too.
        let text = |kind: crate::setting::OmaType| kind.is_masked();
        if expected == found || text(expected) && text(found) {
            return None;
        }
        let message = format!(
            "{}: {} sets {} as {}, not {}",
            rule.title,
            claim.origin.shown(),
            uri.short(),
            found.word(),
            expected.word()
        );
        let switch = uri.short() == "Authentication/AllowAadPasswordReset";
        let severity = if switch { Severity::Warning } else { Severity::Info };
        Some(Diagnostic::finding(rule.id(), severity, message).help(rule.remedy))
    });
    wrong.collect()
}

/// The rules that look at a node.
pub fn explain(uri: &OmaUri) -> Vec<&'static Rule> {
    about(Some(uri), &[])
}

/// The rules that look at a node, or at one of these registry values.
pub fn about(uri: Option<&OmaUri>, places: &[RegistryLocation]) -> Vec<&'static Rule> {
    let there = |key: &str, name: &str| {
        let key = RegistryKey::parse(key).ok();
        places.iter().any(|place| Some(&place.key) == key.as_ref() && place.name.eq_ignore_ascii_case(name))
    };
    let matters = |way: &Way| match way {
        Way::Node(name, _) => uri.is_some_and(|uri| same_node(name, uri)),
        Way::Registry(key, name, _) => there(key, name),
    };
    RULES.iter().filter(|rule| matches!(&rule.condition, Condition::Any(ways) if ways.iter().any(matters))).collect()
}
