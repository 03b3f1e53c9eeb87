//! The part of a plan document about masked values that could not be read.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::document::{ChangeDocument, PlanDocument};
use crate::setting::{Delivery, ObjectKey};

/// A managed profile with masked values that could not be compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unverified {
    /// The key of the policy.
    pub key: String,
    /// How the settings are delivered; `custom` if absent.
    #[serde(default, skip_serializing_if = "Delivery::is_default")]
    pub delivery: Delivery,
    /// The short names of the settings with these values.
    pub settings: Vec<String>,
}

impl Unverified {
    pub fn object(&self) -> ObjectKey {
        ObjectKey { key: self.key.clone(), delivery: self.delivery }
    }
}

/// A profile that is not managed here and has masked values that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ForeignUnverifiedLine {
    /// Its name in Intune.
    pub name: String,
    /// Its ID in Intune.
    pub id: String,
    /// The short names of the settings with these values.
    pub settings: Vec<String>,
}

impl PlanDocument {
    /// The settings of a change whose masked values could not be compared.
    pub fn unverified_in(&self, change: &ChangeDocument) -> &[String] {
        let is_own = |one: &&Unverified| one.key == change.key && one.delivery == change.delivery;
        let own = self.unverified.iter().find(is_own);
        own.map_or(&[], |own| own.settings.as_slice())
    }

    /// The same for profiles that do not change.
    pub fn unverified_alone(&self) -> Vec<&Unverified> {
        let changed: BTreeSet<ObjectKey> = self.changes.iter().map(ChangeDocument::object).collect();
        self.unverified.iter().filter(|one| !changed.contains(&one.object())).collect()
    }

    /// Whether two of the profiles in `foreign_unverified` have this name.
    pub fn is_shared_name(&self, name: &str) -> bool {
        self.foreign_unverified.iter().filter(|profile| profile.name == name).count() > 1
    }
}
