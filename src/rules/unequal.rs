//! What R04 says: who sets one thing to different values.

use super::fight::Meeting;
use super::finding::at_most;
use super::profiles::UNEQUAL_VALUES;
use crate::diagnostic::{Conflict, Diagnostic, Party, Severity, counted};

/// As many parties are shown; the others are counted.
const MOST_SHOWN: usize = 10;

/// Several that set one thing to different values.
pub(super) struct UnequalValues {
    pub meeting: Meeting,
    pub parties: Vec<Party>,
}

impl UnequalValues {
    /// The finding at the first judged claim, because there people can fix or accept it.
    pub fn finding(self) -> Diagnostic {
        let Self { meeting, mut parties } = self;
        // The last is where the finding was before there was a third.
        match parties.as_mut_slice() {
            [one, other] if other.is_judged => std::mem::swap(one, other),
            all => all.sort_by_key(|party| !party.is_judged),
        }
        let rule = &UNEQUAL_VALUES;
        let mut finding = rule.finding(parties.first().and_then(|party| party.oldest_build));
        if !meeting.is_certain || !meeting.is_own {
            finding = at_most(finding, Severity::Warning);
        }
        finding.fact = Some(format!("source: {}", rule.sources.join("; ")));
        let is_certain = meeting.is_certain;
        let conflict = Conflict { is_certain, is_own: meeting.is_own, parties };
        tell(finding, conflict).note(rule.symptom)
    }
}

/// The finding without the parties that accept it; `None` if those that are left agree.
pub(super) fn without(finding: &Diagnostic, accepts: impl Fn(&Party) -> bool) -> Option<Diagnostic> {
    let Conflict { is_certain, is_own, parties } = &**finding.conflict.as_ref()?;
    let parties: Vec<Party> = parties.iter().filter(|party| !accepts(party)).cloned().collect();
    let has_own = parties.iter().any(|party| party.is_judged);
    let differ = parties.iter().any(|party| party.content != parties[0].content);
    let meeting = Meeting { is_certain: *is_certain, is_own: *is_own };
    (differ && has_own).then(|| UnequalValues { meeting, parties }.finding())
}

/// Says who takes part.
fn tell(mut finding: Diagnostic, conflict: Conflict) -> Diagnostic {
    let Conflict { is_certain, parties, .. } = &conflict;
    let how = if *is_certain { "reach" } else { "may reach" };
    let Some((here, others)) = parties.split_first() else { return finding };
    let name = &here.name;
    let label = match others {
        [_] => format!("both {how} the same devices"),
        _ => format!("all of them {how} the same devices"),
    };
    let placed = |message: String, finding: Diagnostic| match &here.place {
        Some(place) => Diagnostic { message, ..finding }.at(place.clone(), label.as_str()),
        None => Diagnostic { message, ..finding }.note(label.as_str()),
    };
    finding = match (others, &here.place) {
        ([there], Some(_)) => placed(format!("{name} has a different value in {}", there.origin), finding),
        ([there], None) => {
            placed(format!("{name} has a different value in {} than in {}", there.origin, here.origin), finding)
        }
        _ => placed(format!("{name} has {} in {}", values(parties), whose(parties)), finding),
    };
    for party in others.iter().take(MOST_SHOWN - 1) {
        let label = match party.content == here.content {
            true => "the same value as the first",
            false if others.len() == 1 => "the other value",
            false => "another value",
        };
        finding = match &party.place {
            Some(place) => finding.and(place.clone(), label),
            // In the message already, if there are only two.
            None if others.len() == 1 => finding,
            None => finding.note(format!("{} has {label}", party.origin)),
        };
    }
    if parties.len() > MOST_SHOWN {
        finding = finding.note(format!("and {} more", parties.len() - MOST_SHOWN));
    }
    if others.len() > 1 {
        finding.conflict = Some(Box::new(conflict));
    }
    finding
}

/// `3 different values`
fn values(parties: &[Party]) -> String {
    let mut contents: Vec<usize> = parties.iter().map(|party| party.content).collect();
    contents.sort_unstable();
    contents.dedup();
    format!("{} different values", contents.len())
}

/// `3 policies and 12 other profiles`
fn whose(parties: &[Party]) -> String {
    let own = parties.iter().filter(|party| party.is_judged && party.place.is_some()).count();
    match (own, parties.len() - own) {
        (own, 0) => counted(own, "policy"),
        (0, others) => counted(others, "profile"),
        (own, others) => format!("{} and {}", counted(own, "policy"), counted(others, "other profile")),
    }
}
