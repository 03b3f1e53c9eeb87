//! Who sets one thing to different values: one finding for all of them, whatever their number.

use std::collections::{BTreeMap, HashMap};

use super::conflict::{ClaimOfContent, Overlaps};
use super::seen::Seen;
use super::unequal::UnequalValues;
use crate::diagnostic::{Diagnostic, Party};
use crate::setting::{Overlap, Subject};

/// How two claims that set different contents can meet on a device. Each kind has its own finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Meeting {
    /// Whether they certainly share devices.
    pub is_certain: bool,
    /// Whether both are judged. Otherwise one is a profile or a file beside the judged ones.
    pub is_own: bool,
}

impl Meeting {
    const ALL: [Self; 4] = [
        Self { is_certain: true, is_own: true },
        Self { is_certain: true, is_own: false },
        Self { is_certain: false, is_own: true },
        Self { is_certain: false, is_own: false },
    ];
}

/// Claims with the same audience, by content.
struct SameAudience<'c> {
    example: Seen<'c>,
    by_content: Vec<(usize, Vec<usize>)>,
}

/// The claims of one group, as far as they are looked through.
struct Group<'c> {
    members: Vec<ClaimOfContent<'c>>,
    audiences: Vec<SameAudience<'c>>,
    /// In the group of a registry value, nodes are not compared with each other: the group of their node does that.
    with_nodes: bool,
}

/// The findings about a group: for each kind of meeting, everybody who takes part. Every claim looks for one partner only, so
/// the time grows with the number of claims, and not with the number of pairs.
pub(super) fn fights<'c>(
    members: Vec<ClaimOfContent<'c>>,
    with_nodes: bool,
    overlaps: &mut Overlaps<'c>,
) -> Vec<Diagnostic> {
    if members.iter().all(|(_, content)| *content == 0) {
        return Vec::new();
    }
    let group = Group::of(members, with_nodes, overlaps);
    let mut findings = Vec::new();
    for meeting in Meeting::ALL {
        let mut circles = Circles::of(group.members.len());
        for at in 0..group.members.len() {
            if let Some(partner) = group.partner(at, meeting, overlaps) {
                circles.join(at, partner);
            }
        }
        for circle in circles.of_several() {
            let parties = circle.into_iter().map(|at| group.party(at)).collect();
            findings.push(UnequalValues { meeting, parties }.finding());
        }
    }
    findings
}

impl<'c> Group<'c> {
    fn of(members: Vec<ClaimOfContent<'c>>, with_nodes: bool, overlaps: &mut Overlaps<'c>) -> Self {
        let mut audiences: Vec<SameAudience<'c>> = Vec::new();
        let mut places: HashMap<(usize, bool), usize> = HashMap::new();
        let mut contents: HashMap<(usize, usize), usize> = HashMap::new();
        for (at, (seen, content)) in members.iter().enumerate() {
            let audience = (overlaps.number(seen.claim.audience.as_deref()), seen.is_judged);
            let place = *places.entry(audience).or_insert_with(|| {
                audiences.push(SameAudience { example: *seen, by_content: Vec::new() });
                audiences.len() - 1
            });
            let by_content = &mut audiences[place].by_content;
            let number = *contents.entry((place, *content)).or_insert_with(|| {
                by_content.push((*content, Vec::new()));
                by_content.len() - 1
            });
            by_content[number].1.push(at);
        }
        Self { members, audiences, with_nodes }
    }

    /// The first claim that this one meets in this way.
    fn partner(&self, at: usize, meeting: Meeting, overlaps: &mut Overlaps<'c>) -> Option<usize> {
        let (mine, content) = self.members[at];
        for other in &self.audiences {
            let is_own = mine.is_judged && other.example.is_judged;
            let is_beside = !mine.is_judged && !other.example.is_judged;
            let overlap = overlaps.of(mine.claim, other.example.claim);
            if is_beside
                || is_own != meeting.is_own
                || overlap == Overlap::Not
                || (overlap == Overlap::Certainly) != meeting.is_certain
            {
                continue;
            }
            let different = other.by_content.iter().filter(|(other, _)| *other != content);
            if let Some(partner) = different.flat_map(|(_, all)| all).find(|one| self.can_meet(at, **one)) {
                return Some(*partner);
            }
        }
        None
    }

    fn can_meet(&self, one: usize, other: usize) -> bool {
        let (one, other) = (self.members[one].0.claim, self.members[other].0.claim);
        let are_nodes = matches!((&one.subject, &other.subject), (Subject::Node(..), Subject::Node(..)));
        (self.with_nodes || !are_nodes) && !one.origin.is_same(&other.origin)
    }

    fn party(&self, at: usize) -> Party {
        let (seen, content) = self.members[at];
        Party {
            name: seen.claim.subject.knob().to_string(),
            origin: seen.claim.origin.to_string(),
            place: seen.claim.origin.place().cloned(),
            is_judged: seen.is_judged,
            content,
            oldest_build: seen.claim.oldest_build,
        }
    }
}

/// Which members belong together (a union-find).
struct Circles(Vec<usize>);

impl Circles {
    fn of(members: usize) -> Self {
        Self((0..members).collect())
    }

    fn root(&mut self, mut at: usize) -> usize {
        while self.0[at] != at {
            self.0[at] = self.0[self.0[at]];
            at = self.0[at];
        }
        at
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        self.0[one.max(other)] = one.min(other);
    }

    /// The circles of more than one member, in the order of their first members.
    fn of_several(mut self) -> Vec<Vec<usize>> {
        let mut circles = BTreeMap::<usize, Vec<usize>>::new();
        for at in 0..self.0.len() {
            circles.entry(self.root(at)).or_default().push(at);
        }
        circles.into_values().filter(|circle| circle.len() > 1).collect()
    }
}
