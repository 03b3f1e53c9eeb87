//! The canonical form in which desired and actual are compared.
//!
//! Whatever writes the same thing in two ways is made equal before it gets here: no filter, an empty tag list,
//! the order of settings. What is left is compared as it stands.

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
pub use revision::{Revision, Since};

use std::collections::BTreeSet;

use litemap::LiteMap;

use crate::setting::{Delivery, ObjectKey, OmaUri, OmaValue};

/// What Intune delivers to devices: a name, settings, and whom they reach.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    pub name: String,
    /// Without the marker; nothing where it is not managed.
    pub description: Option<String>,
    pub settings: Settings,
    /// Nothing where they are not managed.
    pub assignments: Option<Assignments>,
    /// The ids of its scope tags without the default one alone; nothing where they are not managed.
    pub scope_tags: Option<BTreeSet<String>>,
}

/// The settings of a profile by address. Sorted slices and not trees: a tenant has many profiles with few rows each.
pub type Settings = LiteMap<Address, Setting>;

/// The value of a setting.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// As a device gets it.
    pub value: OmaValue,
    /// What to print instead, where a secret is in it.
    pub shown: Option<String>,
}

/// A profile as the tenant holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveProfile {
    pub delivery: Delivery,
    pub id: String,
    /// Whose it is; nothing for portal-made ones.
    pub marker: Option<Marker>,
    /// What it holds; every optional part is there.
    pub profile: Profile,
    pub revision: Revision,
    /// When it was last changed, as Graph says it.
    pub modified: String,
    /// Where the values of masked settings can be read, by address.
    pub secret_references: LiteMap<Address, String>,
    /// What people wrote in the portal beside settings; no policy says it, so it stays as it is.
    pub row_texts: LiteMap<Address, RowText>,
}

/// What the portal shows of a row besides its address and value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowText {
    pub name: String,
    pub description: Option<String>,
    /// The name of the file that Base64 or XML came from.
    pub file_name: Option<String>,
}

impl LiveProfile {
    /// The settings whose values the tenant did not show.
    pub fn unread(&self) -> impl Iterator<Item = &Address> {
        let masked = |setting: &Setting| matches!(setting.value, OmaValue::Masked(_));
        self.profile.settings.iter().filter(move |(_, setting)| masked(setting)).map(|(address, _)| address)
    }

    pub fn is_owned_by(&self, owner: &str) -> bool {
        self.marker.as_ref().is_some_and(|marker| marker.owner == owner)
    }

    /// What it is managed as, whoever manages it.
    pub fn managed_as(&self) -> Option<ObjectKey> {
        let marker = self.marker.as_ref()?;
        Some(ObjectKey { key: marker.key.clone(), delivery: self.delivery })
    }

    /// Whether it carries this owner's marker with this key, in this delivery.
    pub fn is_of(&self, owner: &str, object: &ObjectKey) -> bool {
        self.delivery == object.delivery && self.marker.as_ref().is_some_and(|marker| marker.is(owner, &object.key))
    }

    /// What was last applied, as far as its marker says it.
    pub fn last_applied(&self) -> Option<&Digests> {
        match &self.marker.as_ref()?.applied {
            Applied::Known(digests) => Some(digests),
            Applied::Damaged | Applied::Newer(_) => None,
        }
    }

    /// What tells this state of the object from any other that a reader can see.
    pub fn digest(&self) -> String {
        let marker = self.marker.as_ref().map(ToString::to_string).unwrap_or_default();
        format!("{} v{} {marker}", readable_digest(&self.profile), self.revision)
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
        let is_managed = |part: &Part| match part {
            Part::Description => self.description.is_some(),
            Part::Assignments => self.assignments.is_some(),
            Part::ScopeTags => self.scope_tags.is_some(),
        };
        Part::ALL.into_iter().filter(is_managed).collect()
    }

    /// The same profile with only these parts.
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

    /// Whether a node is among its settings.
    pub fn sets(&self, uri: &OmaUri) -> bool {
        self.settings.contains_key(&Address::Node(uri.clone()))
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
