//! Waivers: findings that policies accept.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;

use super::unequal::without;
use super::{RULES, rule};
use crate::diagnostic::{Code, Diagnostic, Kind, Party, nearest};
use crate::source::Placed;

/// A finding that a policy accepts.
#[derive(Debug, Clone)]
pub struct AcceptedFinding {
    /// The rule's name or code.
    pub rule: Placed<String>,
    /// The last day on which it is accepted, such as 2027-03-31.
    pub until: Placed<String>,
}

/// The waivers of a policy.
pub struct Accepts<'p> {
    pub waivers: &'p [AcceptedFinding],
    /// The paths of the policy's files.
    pub files: &'p [String],
    /// Whether the policy is sent. Only then is an unused waiver reported.
    pub is_sent: bool,
}

/// Removes the findings that their policies accept, and adds problems about waivers that have expired, name no rule, or
/// match no finding.
pub fn waive(findings: Vec<Diagnostic>, policies: &[Accepts<'_>], today: Date) -> Vec<Diagnostic> {
    let mut by_path: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, policy) in policies.iter().enumerate().filter(|(_, policy)| !policy.waivers.is_empty()) {
        policy.files.iter().for_each(|path| by_path.entry(path).or_default().push(at));
    }
    let mut used: BTreeSet<(usize, usize)> = BTreeSet::new();
    let mut remaining: Vec<Diagnostic> = Vec::new();
    for mut finding in findings {
        if finding.conflict.is_some() {
            // Each policy accepts its own part; the others may still conflict.
            let waived = |party: &Party| {
                let path = party.place.as_ref().map(|place| place.source.path.as_str());
                first_waiver(policies, path.and_then(|path| by_path.get(path)).into_iter().flatten(), &finding, today)
            };
            let parties = finding.conflict.iter().flat_map(|conflict| &conflict.parties);
            let accepting: Vec<(usize, usize)> = parties.filter_map(waived).collect();
            if !accepting.is_empty() {
                let left = without(&finding, |party| waived(party).is_some());
                used.extend(accepting);
                match left {
                    Some(left) => finding = left,
                    None => continue,
                }
            }
        }
        let places = finding.place.iter().chain(finding.related.iter().map(|related| &related.place));
        let mut concerned: Vec<usize> =
            places.filter_map(|place| by_path.get(place.source.path.as_str())).flatten().copied().collect();
        concerned.sort_unstable();
        match first_waiver(policies, &concerned, &finding, today) {
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

/// The first waiver of these policies that accepts a finding: the policy's number, and the waiver's.
fn first_waiver<'p>(
    policies: &[Accepts<'_>],
    concerned: impl IntoIterator<Item = &'p usize>,
    finding: &Diagnostic,
    today: Date,
) -> Option<(usize, usize)> {
    concerned.into_iter().find_map(|policy| {
        let waivers = policies[*policy].waivers;
        let at = waivers.iter().position(|waiver| accepts(waiver, finding) && !is_over(waiver, today))?;
        Some((*policy, at))
    })
}

impl Accepts<'_> {
    /// The problem with a waiver itself, if there is one.
    fn complaint(&self, waiver: &AcceptedFinding, is_used: bool, today: Date) -> Option<Diagnostic> {
        let place = waiver.rule.place.clone();
        let is_problem = Code::of_number(&waiver.rule.value).is_some_and(Code::is_waivable);
        if rule(&waiver.rule.value).is_none() && !is_problem {
            let mut problem =
                Diagnostic::error(Code::UnknownRule, format!("no rule is called `{}`", waiver.rule.value))
                    .at(place.clone(), "not the name or code of a rule");
            if let Some(near) = nearest(&waiver.rule.value, RULES.iter().map(|rule| rule.id.name)) {
                problem = problem.help(format!("Did you mean `{near}`?")).fix(place, near, false);
            }
            return Some(problem);
        }
        if is_over(waiver, today) {
            return Some(
                Diagnostic::warning(Code::ExpiredWaiver, format!("this waiver expired on {}", waiver.until.value))
                    .at(waiver.until.place.clone(), "the finding counts again")
                    .help("fix what the finding reports, or set a new date in `until:`"),
            );
        }
        (!is_used && self.is_sent).then(|| {
            Diagnostic::info(Code::UnusedWaiver, "this waiver matches no finding")
                .at(place, "the finding no longer exists, or appears only in a plan")
                .help("remove the waiver, unless a plan reports the finding without it")
        })
    }
}

fn accepts(waiver: &AcceptedFinding, finding: &Diagnostic) -> bool {
    match finding.kind {
        Kind::Finding(rule) => waiver.rule.value.eq_ignore_ascii_case(rule.code) || waiver.rule.value == rule.name,
        Kind::Problem(code) => code.is_waivable() && Code::of_number(&waiver.rule.value) == Some(code),
    }
}

/// The problems of plans that a policy accepts on a day.
pub fn accepted_problems(waivers: &[AcceptedFinding], today: Date) -> Vec<Code> {
    let current = waivers.iter().filter(|waiver| !is_over(waiver, today));
    current.filter_map(|waiver| Code::of_number(&waiver.rule.value)).filter(|code| code.is_waivable()).collect()
}

fn is_over(waiver: &AcceptedFinding, today: Date) -> bool {
    waiver.until.value.parse::<Date>().is_ok_and(|until| until < today)
}
