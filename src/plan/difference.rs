//! What differs between an object and what it should be.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::Change;
use crate::profile::{Address, Assignments, LiveProfile, Part, Profile, Setting};
use crate::setting::OmaValue;

/// What differs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Difference {
    /// Old and new name.
    pub name: Option<(String, String)>,
    /// Old and new description, without markers.
    pub description: Option<(String, String)>,
    /// Settings, sorted by address.
    pub settings: Vec<SettingChange>,
    /// Assignments that come.
    pub assignments_added: Assignments,
    /// Assignments that go.
    pub assignments_removed: Assignments,
    /// Old and new scope tags.
    pub scope_tags: Option<(BTreeSet<String>, BTreeSet<String>)>,
    /// Parts that were managed when last applied and are no longer.
    pub released: Vec<Part>,
}

/// One setting that differs, or may.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingChange {
    pub address: Address,
    /// What is there.
    pub before: Option<Setting>,
    /// What should be there.
    pub after: Option<Setting>,
}

/// Whether masked values are known to be as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    /// There are none, or they were read, or nothing changed since they were last applied.
    Yes,
    /// The object changed since, and they could not be read.
    No,
    /// They were written otherwise since they were last applied.
    Changed,
}

impl Difference {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Compares an object with what it should be. Masked values are equal unless `verified` says that they were
/// written otherwise.
pub fn difference(live: &LiveProfile, wanted: &Profile, verified: Verified) -> Difference {
    let actual = &live.profile;
    let mut found = Difference { settings: settings(actual, wanted, verified), ..Difference::default() };
    if actual.name != wanted.name {
        found.name = Some((actual.name.clone(), wanted.name.clone()));
    }
    let text = |profile: &Profile| profile.description.clone().unwrap_or_default();
    if wanted.description.is_some() && text(actual) != text(wanted) {
        found.description = Some((text(actual), text(wanted)));
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
            found.scope_tags = Some((actual.clone(), wanted.clone()));
        }
    }
    if let Some(last) = live.last_applied() {
        found.released = last.managed.without(wanted.managed()).collect();
    }
    found
}

/// Whether a change writes masked values otherwise than they were last applied.
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
