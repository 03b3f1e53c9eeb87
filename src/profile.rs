//! The canonical form in which desired and actual are compared.
//!
//! Whatever writes the same thing in two ways is made equal before it gets here: no filter, an empty tag list,
//! the order of settings. What is left is compared as it stands.

mod fingerprint;
mod marker;

pub use fingerprint::{Managed, is_keyed, masked_digest, masked_digest_is, readable_digest};
pub use marker::{Digests, MAX_DESCRIPTION, Marker};

use std::collections::{BTreeMap, BTreeSet};

use crate::setting::{FilterMode, OmaUri, OmaValue, Who};

/// A custom profile.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Its display name.
    pub name: String,
    /// Its description without the marker; none where that is not managed.
    pub description: Option<String>,
    /// Its settings by address.
    pub settings: BTreeMap<OmaUri, Setting>,
    /// Its assignments; none where they are not managed.
    pub assignments: Option<BTreeSet<Assignment>>,
    /// The ids of its scope tags without the default one alone; none where they are not managed.
    pub scope_tags: Option<BTreeSet<String>>,
}

/// The value of a setting.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// As a device gets it.
    pub value: OmaValue,
    /// What to print instead, where a secret is in it.
    pub shown: Option<String>,
}

/// One assignment, by ids.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Assignment {
    /// Whether it excludes.
    pub excluded: bool,
    /// The target.
    pub who: Who,
    /// The filter's mode and id.
    pub filter: Option<(FilterMode, String)>,
}

/// A custom profile as the tenant holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveProfile {
    /// Its id.
    pub id: String,
    /// Whose it is; none for portal-made ones.
    pub marker: Option<Marker>,
    /// What it holds; every optional part is there.
    pub profile: Profile,
    /// Counts up with each change.
    pub version: i64,
    /// When it was last changed, as Graph says it.
    pub modified: String,
    /// Where the values of masked settings can be read, by address.
    pub secret_references: BTreeMap<OmaUri, String>,
    /// What people wrote in the portal beside settings; no policy says it, so it stays as it is.
    pub remarks: BTreeMap<OmaUri, Remark>,
}

/// What stands behind the address of a row that Intune reads from devices instead of writing it. It has no place in a
/// policy, so it differs from every setting.
pub const READ_ONLY: &str = " (read only)";

/// A setting's name, description and file name in the portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The name.
    pub name: String,
    /// The description.
    pub description: Option<String>,
    /// The name of the file that Base64 or XML came from.
    pub file_name: Option<String>,
}

impl LiveProfile {
    /// The settings whose values the tenant did not show.
    pub fn unread(&self) -> impl Iterator<Item = &OmaUri> {
        let masked = |setting: &Setting| matches!(setting.value, OmaValue::Masked(_));
        self.profile.settings.iter().filter(move |(_, setting)| masked(setting)).map(|(uri, _)| uri)
    }

    /// Whether it carries this owner's marker with this key.
    pub fn is_of(&self, owner: &str, key: &str) -> bool {
        self.marker.as_ref().is_some_and(|marker| marker.is(owner, key))
    }

    /// What tells this state of the object from any other that a reader can see.
    pub fn digest(&self) -> String {
        let marker = self.marker.as_ref().map(ToString::to_string).unwrap_or_default();
        format!("{} v{} {marker}", readable_digest(&self.profile), self.version)
    }
}

/// A text with line ends as people mean them, and without space at its end: Intune's portal changes both.
pub fn normal_text(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").trim_end().to_string()
}

/// A setting's value as it is compared and written: a user right is a set of accounts, whose order means nothing
/// (Microsoft, Policy CSP UserRights: names or SIDs, divided by U+F000).
pub fn canonical_value(uri: &OmaUri, value: OmaValue) -> OmaValue {
    match value {
        OmaValue::String(text) if uri.policy_parts().is_some_and(|(area, _)| area == "UserRights") => {
            let accounts = text.split('\u{f000}').map(str::trim).filter(|name| !name.is_empty());
            let accounts: BTreeSet<&str> = accounts.collect();
            OmaValue::String(accounts.into_iter().collect::<Vec<_>>().join("\u{f000}").into())
        }
        other => other,
    }
}

/// The id of the tag that every object has when it has no other.
pub const DEFAULT_TAG: &str = "0";

/// Graph's spellings of "no tags of its own": an empty list, or the default tag alone.
pub fn canonical_tags(ids: impl IntoIterator<Item = String>) -> BTreeSet<String> {
    let tags: BTreeSet<String> = ids.into_iter().collect();
    if tags.len() == 1 && tags.contains(DEFAULT_TAG) { BTreeSet::new() } else { tags }
}

impl Profile {
    /// Which of the optional parts are managed.
    pub fn managed(&self) -> Managed {
        Managed {
            description: self.description.is_some(),
            assignments: self.assignments.is_some(),
            scope_tags: self.scope_tags.is_some(),
        }
    }

    /// The same profile with only these parts.
    #[must_use]
    pub fn restricted(&self, managed: Managed) -> Self {
        let mut profile = self.clone();
        if !managed.description {
            profile.description = None;
        }
        if !managed.assignments {
            profile.assignments = None;
        }
        if !managed.scope_tags {
            profile.scope_tags = None;
        }
        profile
    }

    /// Whether a secret is among its values.
    pub fn has_secret(&self) -> bool {
        self.settings.values().any(|setting| setting.shown.is_some())
    }

    /// Whether Intune masks any of its values.
    pub fn has_masked(&self) -> bool {
        self.settings.values().any(|setting| setting.value.oma_type().is_masked())
    }
}
