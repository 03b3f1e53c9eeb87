//! Accepted findings.

use jiff::civil::Date;

use super::{RULES, rule};
use crate::compile::{AcceptedFinding, Compiled};
use crate::diagnostic::{Code, Diagnostic, Kind, Place, nearest};

/// Takes out the findings that their policies accept, and complains of waivers that are over, that name no rule, or
/// that nothing answers to.
pub fn waive(findings: Vec<Diagnostic>, policies: &[Compiled<'_>], today: Date) -> Vec<Diagnostic> {
    let mut used: Vec<(&str, usize)> = Vec::new();
    let mut left: Vec<Diagnostic> = Vec::new();
    for finding in findings {
        let places: Vec<&Place> = finding.place.iter().chain(finding.related.iter().map(|(place, _)| place)).collect();
        let takes_part = |policy: &&Compiled<'_>| places.iter().any(|place| policy.is_at(place));
        let waived = policies.iter().filter(takes_part).find_map(|policy| {
            let at = policy.waivers.iter().position(|waiver| names(waiver, &finding) && !is_over(waiver, today))?;
            Some((policy.key.as_str(), at))
        });
        match waived {
            Some(waiver) => used.push(waiver),
            None => left.push(finding),
        }
    }
    for policy in policies {
        for (at, waiver) in policy.waivers.iter().enumerate() {
            let place = waiver.rule.place.clone();
            if rule(&waiver.rule.value).is_none() {
                let mut problem =
                    Diagnostic::error(Code::UnknownRule, format!("there is no rule `{}`", waiver.rule.value))
                        .at(place.clone(), "neither a rule's name nor its code");
                if let Some(near) = nearest(&waiver.rule.value, RULES.iter().map(|rule| rule.name)) {
                    problem = problem.help(format!("did you mean `{near}`")).fix(place, near, false);
                }
                left.push(problem);
            } else if is_over(waiver, today) {
                left.push(
                    Diagnostic::warning(Code::ExpiredWaiver, format!("this waiver ended on {}", waiver.until.value))
                        .at(waiver.until.place.clone(), "findings count again")
                        .help("mend the finding, or decide anew until when it is accepted"),
                );
            } else if !used.contains(&(policy.key.as_str(), at))
                && policy.state == crate::policy::State::Active
                && !policy.held
            {
                left.push(
                    Diagnostic::info(Code::UnusedWaiver, "nothing here answers to this waiver")
                        .at(place, "the finding is gone, or it is about a profile in a tenant")
                        .help("take it out, unless a plan shows the finding without it"),
                );
            }
        }
    }
    left
}

fn names(waiver: &AcceptedFinding, finding: &Diagnostic) -> bool {
    let Kind::Finding(rule) = finding.kind else { return false };
    waiver.rule.value.eq_ignore_ascii_case(rule.code) || waiver.rule.value == rule.name
}

fn is_over(waiver: &AcceptedFinding, today: Date) -> bool {
    waiver.until.value.parse::<Date>().is_ok_and(|until| until < today)
}
