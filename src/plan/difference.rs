//! What differs between an object and what it should be.

use std::collections::BTreeSet;

use super::Change;
use crate::profile::{Assignment, LiveProfile, Profile, Setting};
use crate::setting::{OmaUri, OmaValue};

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
    pub assignments_added: BTreeSet<Assignment>,
    /// Assignments that go.
    pub assignments_removed: BTreeSet<Assignment>,
    /// Old and new scope tags.
    pub scope_tags: Option<(BTreeSet<String>, BTreeSet<String>)>,
    /// Parts that were managed when last applied and are no longer: `description`, `assignments`, `scope_tags`.
    pub released: Vec<&'static str>,
}

/// One setting that differs, or may.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingChange {
    /// The address.
    pub uri: OmaUri,
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
    let none = BTreeSet::new();
    if let Some(wanted) = &wanted.assignments {
        let actual = actual.assignments.as_ref().unwrap_or(&none);
        found.assignments_added = wanted.difference(actual).cloned().collect();
        found.assignments_removed = actual.difference(wanted).cloned().collect();
    }
    let no_tags = BTreeSet::new();
    if let Some(wanted) = &wanted.scope_tags {
        let actual = actual.scope_tags.as_ref().unwrap_or(&no_tags);
        if actual != wanted {
            found.scope_tags = Some((actual.clone(), wanted.clone()));
        }
    }
    if let Some(last) = live.marker.as_ref().and_then(|marker| marker.digests.as_ref()) {
        let now = wanted.managed();
        let parts = [
            ("description", last.managed.description && !now.description),
            ("assignments", last.managed.assignments && !now.assignments),
            ("scope_tags", last.managed.scope_tags && !now.scope_tags),
        ];
        found.released = parts.into_iter().filter(|(_, released)| *released).map(|(part, _)| part).collect();
    }
    found
}

/// Whether a change writes masked values otherwise than they were last applied.
pub(super) fn written_otherwise(live: &LiveProfile, change: &Change) -> Verified {
    let last = live.marker.as_ref().and_then(|marker| marker.digests.as_ref());
    match (last.and_then(|last| last.masked.as_ref()), &change.masked_digest) {
        (Some(last), Some(now)) if last == now => Verified::Yes,
        (None, None) if last.is_some() => Verified::No,
        _ => Verified::Changed,
    }
}

fn settings(actual: &Profile, wanted: &Profile, verified: Verified) -> Vec<SettingChange> {
    let addresses: BTreeSet<&OmaUri> = actual.settings.keys().chain(wanted.settings.keys()).collect();
    let changed = addresses.into_iter().filter_map(|uri| {
        let (before, after) = (actual.settings.get(uri), wanted.settings.get(uri));
        let same = match (before, after) {
            (Some(before), Some(after)) => match &before.value {
                OmaValue::Masked(kind) => *kind == after.value.oma_type() && verified != Verified::Changed,
                value => *value == after.value,
            },
            _ => false,
        };
        (!same).then(|| SettingChange { uri: uri.clone(), before: before.cloned(), after: after.cloned() })
    });
    changed.collect()
}
