//! How a policy is delivered to Intune.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The kind of object that carries a profile to Intune.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Delivery {
    /// A custom profile with OMA-URI settings.
    #[default]
    Custom,
}

impl Delivery {
    /// Whether a document may omit it.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Identifies a managed object among those of the same owner. The key alone is not enough: while a policy moves from
/// one delivery to another, both objects have its key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ObjectKey {
    /// The policy's key.
    pub key: String,
    pub delivery: Delivery,
}

/// The policy's key, as people use it; with another delivery than the usual one, also that.
impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.delivery {
            Delivery::Custom => f.write_str(&self.key),
        }
    }
}
