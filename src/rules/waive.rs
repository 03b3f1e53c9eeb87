//! Accepted findings.

use jiff::civil::Date;

use super::{RULES, rule};
use crate::compile::Compiled;
use crate::diagnostic::{Code, Diagnostic, Kind, nearest};
use crate::policy::Waiver;

/// Takes out the findings that their policies accept, and complains of waivers that are over, that name no rule, or
/// that nothing answers to.
pub fn waive(findings: Vec<Diagnostic>, policies: &[Compiled<'_>], today: Date) -> Vec<Diagnostic> {
    let mut used: Vec<(&str, usize)> = Vec::new();
    let mut left: Vec<Diagnostic> = Vec::new();
    for finding in findings {
        let places = finding.place.iter().chain(finding.related.iter().map(|(place, _)| place));
        let paths: Vec<&str> = places.map(|place| place.source.path.as_str()).collect();
        let waived = policies.iter().filter(|policy| paths.contains(&policy.source.path.as_str())).find_map(|policy| {
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
            let place = policy.place(waiver.rule.span);
            if rule(&waiver.rule).is_none() {
                let mut problem =
                    Diagnostic::error(Code::UnknownRule, format!("there is no rule `{}`", waiver.rule.value))
                        .at(place.clone(), "neither a rule's name nor its code");
                if let Some(near) = nearest(&waiver.rule, RULES.iter().map(|rule| rule.name)) {
                    problem = problem.help(format!("did you mean `{near}`")).fix(place, near, false);
                }
                left.push(problem);
            } else if is_over(waiver, today) {
                left.push(
                    Diagnostic::warning(Code::ExpiredWaiver, format!("this waiver ended on {}", waiver.until.value))
                        .at(policy.place(waiver.until.span), "findings count again")
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

fn names(waiver: &Waiver, finding: &Diagnostic) -> bool {
    let Kind::Finding(rule) = finding.kind else { return false };
    waiver.rule.eq_ignore_ascii_case(rule.code) || waiver.rule.value == rule.name
}

fn is_over(waiver: &Waiver, today: Date) -> bool {
    waiver.until.parse::<Date>().is_ok_and(|until| until < today)
}
