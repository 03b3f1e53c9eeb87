//! Accepted findings.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::civil::Date;

use super::{RULES, rule};
use crate::diagnostic::{Code, Diagnostic, Kind, nearest};
use crate::policy::Waiver;
use crate::source::{Place, Source, Span};

/// A policy as far as it accepts findings.
pub struct Accepts<'p> {
    pub waivers: &'p [Waiver],
    pub source: &'p Arc<Source>,
    /// Whether it is sent: then what no finding answers to is told.
    pub is_sent: bool,
}

/// Takes out the findings that their policies accept, and complains of waivers that are over, that name no rule, or
/// that nothing answers to.
pub fn waive(findings: Vec<Diagnostic>, policies: &[Accepts<'_>], today: Date) -> Vec<Diagnostic> {
    let mut by_path: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, policy) in policies.iter().enumerate().filter(|(_, policy)| !policy.waivers.is_empty()) {
        by_path.entry(&policy.source.path).or_default().push(at);
    }
    let mut used: BTreeSet<(usize, usize)> = BTreeSet::new();
    let mut remaining: Vec<Diagnostic> = Vec::new();
    for finding in findings {
        let places = finding.place.iter().chain(finding.related.iter().map(|(place, _)| place));
        let mut concerned: Vec<usize> =
            places.filter_map(|place| by_path.get(place.source.path.as_str())).flatten().copied().collect();
        concerned.sort_unstable();
        let waiver = concerned.into_iter().find_map(|policy| {
            let waivers = policies[policy].waivers;
            let at = waivers.iter().position(|waiver| accepts(waiver, &finding) && !is_over(waiver, today))?;
            Some((policy, at))
        });
        match waiver {
            Some(waiver) => drop(used.insert(waiver)),
            None => remaining.push(finding),
        }
    }
    for (number, policy) in policies.iter().enumerate() {
        for (at, waiver) in policy.waivers.iter().enumerate() {
            remaining.extend(policy.complaint(waiver, used.contains(&(number, at)), today));
        }
    }
    remaining
}

impl Accepts<'_> {
    fn place(&self, span: Span) -> Place {
        Place::new(self.source, span)
    }

    /// What is wrong with a waiver itself.
    fn complaint(&self, waiver: &Waiver, is_used: bool, today: Date) -> Option<Diagnostic> {
        let place = self.place(waiver.rule.span);
        if rule(&waiver.rule).is_none() {
            let mut problem = Diagnostic::error(Code::UnknownRule, format!("there is no rule `{}`", waiver.rule.value))
                .at(place.clone(), "neither a rule's name nor its code");
            if let Some(near) = nearest(&waiver.rule, RULES.iter().map(|rule| rule.id.name)) {
                problem = problem.help(format!("did you mean `{near}`")).fix(place, near, false);
            }
            return Some(problem);
        }
        if is_over(waiver, today) {
            return Some(
                Diagnostic::warning(Code::ExpiredWaiver, format!("this waiver ended on {}", waiver.until.value))
                    .at(self.place(waiver.until.span), "findings count again")
                    .help("mend the finding, or decide anew until when it is accepted"),
            );
        }
        (!is_used && self.is_sent).then(|| {
            Diagnostic::info(Code::UnusedWaiver, "nothing here answers to this waiver")
                .at(place, "the finding is gone, or it is about a profile in a tenant")
                .help("take it out, unless a plan shows the finding without it")
        })
    }
}

fn accepts(waiver: &Waiver, finding: &Diagnostic) -> bool {
    let Kind::Finding(rule) = finding.kind else { return false };
    waiver.rule.eq_ignore_ascii_case(rule.code) || waiver.rule.value == rule.name
}

fn is_over(waiver: &Waiver, today: Date) -> bool {
    waiver.until.parse::<Date>().is_ok_and(|until| until < today)
}
