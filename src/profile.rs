//! Profiles in the canonical form in which policies and the tenant are compared.
//!
//! Different spellings of the same content are made equal before: no filter, an empty list of tags, the order of
//! settings. The rest is compared exactly.

mod address;
mod assignments;
mod fingerprint;
mod marker;
mod part;
mod revision;

pub use address::Address;
pub use assignments::{Assignment, Assignments};
pub use fingerprint::{is_keyed, masked_digest, masked_digest_is, readable_digest};
pub use marker::{Applied, Digests, MAX_DESCRIPTION, Marker};
pub use part::{Managed, Part};
pub use revision::Revision;

use std::collections::BTreeSet;
use std::sync::Arc;

use litemap::LiteMap;

use crate::setting::{Delivery, ObjectKey, OmaUri, OmaValue};

/// A profile in canonical form: a name, settings and assignments.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    pub name: String,
    /// Without the marker; `None` if it is not managed.
    pub description: Option<String>,
    /// Shared with the policy that it comes from.
    pub settings: Arc<Settings>,
    /// `None` if they are not managed.
    pub assignments: Option<Assignments>,
    /// The ids of its scope tags; empty if it only has the default tag, and `None` if they are not managed.
    pub scope_tags: Option<BTreeSet<String>>,
}

/// The settings of a profile by address. A sorted slice instead of a tree, because a tenant has many profiles with few
/// rows each.
pub type Settings = LiteMap<Address, Setting>;

#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// The value that devices get.
    pub value: OmaValue,
    /// The text to print instead, if the value contains a secret.
    pub shown: Option<Box<str>>,
}

/// Settings of one profile whose values are masked.
#[derive(Debug, Clone)]
pub struct MaskedSettings {
    pub profile_id: String,
    pub addresses: Vec<Address>,
}

/// A profile in the tenant.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveProfile {
    pub delivery: Delivery,
    pub id: String,
    /// Its owner and key; `None` if it is not managed.
    pub marker: Option<Marker>,
    /// Its content; every optional part is `Some`, unless only the name could be read.
    pub profile: Profile,
    pub revision: Revision,
    /// When it was last changed, in Graph's format.
    pub modified: String,
    /// The references with which masked values can be read, by address.
    pub secret_references: LiteMap<Address, Box<str>>,
    /// Names and descriptions of rows from the portal. A policy cannot have them, so they stay as they are.
    pub row_texts: LiteMap<Address, RowText>,
}

/// The texts of a row besides its address and value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowText {
    pub name: String,
    pub description: Option<String>,
    /// The name of the file from which Base64 or XML was uploaded.
    pub file_name: Option<String>,
}

impl LiveProfile {
    /// The settings whose values are masked.
    pub fn unread(&self) -> impl Iterator<Item = &Address> {
        let masked = |setting: &Setting| matches!(setting.value, OmaValue::Masked(_));
        self.profile.settings.iter().filter(move |(_, setting)| masked(setting)).map(|(address, _)| address)
    }

    pub fn is_owned_by(&self, owner: &str) -> bool {
        self.marker.as_ref().is_some_and(|marker| marker.owner == owner)
    }

    /// The key and delivery in its marker, of any owner.
    pub fn managed_as(&self) -> Option<ObjectKey> {
        let marker = self.marker.as_ref()?;
        Some(ObjectKey { key: marker.key.clone(), delivery: self.delivery })
    }

    /// Whether it has this owner's marker with this key and delivery.
    pub fn is_of(&self, owner: &str, object: &ObjectKey) -> bool {
        self.delivery == object.delivery && self.marker.as_ref().is_some_and(|marker| marker.is(owner, &object.key))
    }

    /// The digests of the last apply, if its marker has them.
    pub fn last_applied(&self) -> Option<&Digests> {
        match &self.marker.as_ref()?.applied {
            Applied::Known(digests) => Some(digests),
            Applied::Damaged | Applied::Newer(_) => None,
        }
    }

    /// A string that differs between any two states of the profile that a reader can distinguish.
    pub fn digest(&self) -> String {
        let marker = self.marker.as_ref().map(ToString::to_string).unwrap_or_default();
        format!("{} v{} {marker}", readable_digest(&self.profile), self.revision)
    }
}

/// Normalizes line ends and removes trailing whitespace, because Intune's portal changes both.
pub fn normal_text(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").trim_end().to_string()
}

/// The form of a value for comparing and writing. A user right is a set of accounts without an order (Microsoft, Policy
/// CSP UserRights: names or SIDs, separated by U+F000).
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

/// The id of the scope tag that every profile without another tag has.
pub const DEFAULT_TAG: &str = "0";

/// Graph returns an empty list or only the default tag if there are no other tags; both become an empty set.
pub fn canonical_tags(ids: impl IntoIterator<Item = String>) -> BTreeSet<String> {
    let tags: BTreeSet<String> = ids.into_iter().collect();
    if tags.len() == 1 && tags.contains(DEFAULT_TAG) { BTreeSet::new() } else { tags }
}

impl Profile {
    /// Which of the optional parts are managed.
    pub fn managed(&self) -> Managed {
        let is_managed = |part: &Part| match part {
            Part::Description => self.description.is_some(),
            Part::Assignments => self.assignments.is_some(),
            Part::ScopeTags => self.scope_tags.is_some(),
        };
        Part::ALL.into_iter().filter(is_managed).collect()
    }

    /// A copy of the profile with only these optional parts.
    #[must_use]
    pub fn restricted(&self, managed: Managed) -> Self {
        let mut profile = self.clone();
        for part in Part::ALL.into_iter().filter(|part| !managed.has(*part)) {
            match part {
                Part::Description => profile.description = None,
                Part::Assignments => profile.assignments = None,
                Part::ScopeTags => profile.scope_tags = None,
            }
        }
        profile
    }

    pub fn sets(&self, uri: &OmaUri) -> bool {
        self.settings.contains_key(&Address::Node(uri.clone()))
    }

    pub fn has_secret(&self) -> bool {
        self.settings.values().any(|setting| setting.shown.is_some())
    }

    pub fn has_masked(&self) -> bool {
        self.settings.values().any(|setting| setting.value.oma_type().is_masked())
    }
}
