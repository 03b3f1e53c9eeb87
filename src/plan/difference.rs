//! The difference between a profile in the tenant and its policy.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::Change;
use crate::profile::{Address, Assignments, LiveProfile, Part, Profile, Setting};
use crate::setting::OmaValue;

/// A value in the tenant, and the one that the policy has.
#[derive(Debug, Clone, PartialEq)]
pub struct BeforeAfter<T> {
    pub before: T,
    pub after: T,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Difference {
    pub name: Option<BeforeAfter<String>>,
    /// Without markers.
    pub description: Option<BeforeAfter<String>>,
    /// Settings, sorted by address.
    pub settings: Vec<SettingChange>,
    pub assignments_added: Assignments,
    pub assignments_removed: Assignments,
    pub scope_tags: Option<BeforeAfter<BTreeSet<String>>>,
    /// Parts that were managed at the last apply and no longer are.
    pub released: Vec<Part>,
}

/// One setting that differs, or may differ.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingChange {
    pub address: Address,
    /// The current setting; `None` if the policy adds it.
    pub before: Option<Setting>,
    /// The wanted setting; `None` if the policy does not have it.
    pub after: Option<Setting>,
}

/// Whether masked values are known to equal the policy's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    /// There are none, or they were read, or nothing changed since the last apply.
    Yes,
    /// Not known: the profile changed since the last apply, and they could not be read.
    No,
    /// The policy's values changed since the last apply.
    Changed,
}

impl Difference {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Compares a profile in the tenant with the wanted one. Masked values count as equal unless `verified` is `Changed`.
pub fn difference(live: &LiveProfile, wanted: &Profile, verified: Verified) -> Difference {
    let actual = &live.profile;
    let mut found = Difference { settings: settings(actual, wanted, verified), ..Difference::default() };
    if actual.name != wanted.name {
        found.name = Some(BeforeAfter { before: actual.name.clone(), after: wanted.name.clone() });
    }
    let text = |profile: &Profile| profile.description.clone().unwrap_or_default();
    if wanted.description.is_some() && text(actual) != text(wanted) {
        found.description = Some(BeforeAfter { before: text(actual), after: text(wanted) });
    }
    let none = Assignments::default();
    if let Some(wanted) = &wanted.assignments {
        let actual = actual.assignments.as_ref().unwrap_or(&none);
        found.assignments_added = wanted.without(actual);
        found.assignments_removed = actual.without(wanted);
    }
    let no_tags = BTreeSet::new();
    if let Some(wanted) = &wanted.scope_tags {
        let actual = actual.scope_tags.as_ref().unwrap_or(&no_tags);
        if actual != wanted {
            found.scope_tags = Some(BeforeAfter { before: actual.clone(), after: wanted.clone() });
        }
    }
    if let Some(last) = live.last_applied() {
        found.released = last.managed.without(wanted.managed()).collect();
    }
    found
}

/// Whether a change writes other masked values than the last apply.
pub(super) fn written_otherwise(live: &LiveProfile, change: &Change) -> Verified {
    let last = live.last_applied();
    match (last.and_then(|last| last.masked.as_ref()), &change.masked_digest) {
        (Some(last), Some(now)) if last == now => Verified::Yes,
        (None, None) if last.is_some() => Verified::No,
        _ => Verified::Changed,
    }
}

fn settings(actual: &Profile, wanted: &Profile, verified: Verified) -> Vec<SettingChange> {
    let mut changes = Vec::new();
    let (mut actual, mut wanted) = (actual.settings.iter().peekable(), wanted.settings.iter().peekable());
    loop {
        let order = match (actual.peek(), wanted.peek()) {
            (Some((before, _)), Some((after, _))) => before.cmp(after),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return changes,
        };
        let before = if order == Ordering::Greater { None } else { actual.next() };
        let after = if order == Ordering::Less { None } else { wanted.next() };
        let is_same = match (before, after) {
            (Some((_, before)), Some((_, after))) => is_same(before, after, verified),
            _ => false,
        };
        if let Some((address, _)) = before.or(after).filter(|_| !is_same) {
            let [before, after] = [before, after].map(|row| row.map(|(_, setting)| setting.clone()));
            changes.push(SettingChange { address: address.clone(), before, after });
        }
    }
}

fn is_same(before: &Setting, after: &Setting, verified: Verified) -> bool {
    match &before.value {
        OmaValue::Masked(kind) => *kind == after.value.oma_type() && verified != Verified::Changed,
        value => *value == after.value,
    }
}
