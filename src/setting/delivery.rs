//! How Intune gets a profile.

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
    /// Whether a document may leave it out.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// What tells an object of ours from all others of the same owner: while a policy moves from one delivery to another,
/// both objects have its key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ObjectKey {
    /// The policy's key.
    pub key: String,
    pub delivery: Delivery,
}

/// As people name it: the policy's key.
impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.key)
    }
}
