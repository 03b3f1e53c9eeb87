//! R04: different values of the same setting for overlapping audiences.

use std::collections::{BTreeMap, HashMap};

use super::fight::fights;
use super::seen::Seen;
use crate::catalogue::Catalogue;
use crate::diagnostic::Diagnostic;
use crate::setting::{
    Audience, Claim, Knob, OmaValue, Overlap, RegistryAction, RegistryChange, RegistryLocation, Subject,
};

/// Finds two policies, or a policy and another profile, that set the same node or registry value to different contents:
/// an error if they certainly reach the same devices, a warning if they may, and no finding if they cannot.
pub(super) fn conflicts(mut all: Vec<Seen<'_>>, catalogue: &Catalogue) -> Vec<Diagnostic> {
    let is_masked = |seen: &Seen<'_>| matches!(seen.claim.subject, Subject::Node(_, OmaValue::Masked(_)));
    // A sorted list takes much less memory than a list for each knob, because most knobs have one claim.
    all.retain(|seen| !is_masked(seen));
    all.sort_by_key(|seen| seen.claim.subject.knob());
    let sorted = all;
    let groups = || sorted.chunk_by(|one, other| one.claim.subject.knob() == other.claim.subject.knob());
    let mut overlaps = Overlaps::default();
    let mut findings = Vec::new();
    for group in groups().filter(|group| !matches!(group[0].claim.subject.knob(), Knob::Value(_))) {
        let contents = contents(group.iter().map(|seen| (*seen, &seen.claim.subject)), Subject::sets_same_value);
        findings.extend(fights(contents, true, &mut overlaps));
    }
    let by_value = with_nodes(&sorted, catalogue);
    for group in by_value.into_values() {
        let contents = contents(group.iter().map(|(seen, action)| (*seen, action)), PartialEq::eq);
        findings.extend(fights(contents, false, &mut overlaps));
    }
    findings
}

/// What claims do to each registry value that a claim names. Includes nodes, by their exact registry forms.
fn with_nodes<'c>(
    sorted: &[Seen<'c>],
    catalogue: &Catalogue,
) -> BTreeMap<&'c RegistryLocation, Vec<(Seen<'c>, RegistryAction)>> {
    let mut by_value: BTreeMap<&RegistryLocation, Vec<(Seen<'c>, RegistryAction)>> = BTreeMap::new();
    for seen in sorted {
        if let Subject::Registry(change) = &seen.claim.subject
            && let RegistryChange::Value(location, action) = &**change
        {
            by_value.entry(location).or_default().push((*seen, action.clone()));
        }
    }
    if by_value.is_empty() {
        return by_value;
    }
    for seen in sorted {
        let Subject::Node(uri, value) = &seen.claim.subject else { continue };
        let writes = catalogue.node(uri).and_then(|node| node.registry_writes(uri.scope(), value).ok());
        for (place, action) in writes.into_iter().flatten() {
            if let Some(here) = by_value.get_mut(&place) {
                here.push((*seen, action));
            }
        }
    }
    by_value
}

/// A claim, and the number of its content in its group.
pub(super) type ClaimOfContent<'c> = (Seen<'c>, usize);

/// Numbers the different contents of a group.
fn contents<'c, 'v, T: 'v>(
    group: impl Iterator<Item = (Seen<'c>, &'v T)>,
    same: impl Fn(&T, &T) -> bool,
) -> Vec<ClaimOfContent<'c>> {
    let mut known: Vec<&T> = Vec::new();
    let number = |(seen, content): (Seen<'c>, &'v T)| {
        let number = known.iter().position(|other| same(other, content)).unwrap_or_else(|| {
            known.push(content);
            known.len() - 1
        });
        (seen, number)
    };
    group.map(number).collect()
}

/// How far audiences overlap. Each pair is computed once, because many claims share few audiences.
#[derive(Default)]
pub(super) struct Overlaps<'c> {
    numbers: HashMap<*const Audience, usize>,
    known: HashMap<Option<&'c Audience>, usize>,
    pairs: HashMap<(usize, usize), Overlap>,
}

impl<'c> Overlaps<'c> {
    pub fn number(&mut self, audience: Option<&'c Audience>) -> usize {
        let address = audience.map_or(std::ptr::null(), std::ptr::from_ref);
        if let Some(number) = self.numbers.get(&address) {
            return *number;
        }
        let next = self.known.len();
        let number = *self.known.entry(audience).or_insert(next);
        self.numbers.insert(address, number);
        number
    }

    pub fn of(&mut self, one: &'c Claim, other: &'c Claim) -> Overlap {
        let (one, other) = (one.audience.as_deref(), other.audience.as_deref());
        let pair = (self.number(one), self.number(other));
        *self.pairs.entry(pair).or_insert_with(|| Audience::overlap_of(one, other))
    }
}
