//! Digests of what a profile holds.

use std::fmt;

use base64::Engine;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use super::Profile;

/// Which of a profile's optional parts are managed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Managed {
    /// The description.
    pub description: bool,
    /// The assignments.
    pub assignments: bool,
    /// The scope tags.
    pub scope_tags: bool,
}

impl fmt::Display for Managed {
    /// Letters of what is managed: `d`, `a`, `t`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (managed, letter) in [(self.description, "d"), (self.assignments, "a"), (self.scope_tags, "t")] {
            if managed {
                f.write_str(letter)?;
            }
        }
        Ok(())
    }
}

impl Managed {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let managed =
            Self { description: text.contains('d'), assignments: text.contains('a'), scope_tags: text.contains('t') };
        (managed.to_string() == text).then_some(managed)
    }
}

/// 128 bits as 22 letters.
fn short(bytes: &[u8]) -> String {
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&bytes[..16])
}

/// A digest of everything that any reader of the tenant sees: name, plain values, addresses, and the optional
/// parts that are managed.
pub fn readable_digest(profile: &Profile) -> String {
    let settings: Vec<_> = profile
        .settings
        .iter()
        .map(|(uri, setting)| {
            let kind = setting.value.oma_type();
            let value = if kind.is_masked() { String::new() } else { setting.value.canonical() };
            (uri.as_str(), kind.word(), value)
        })
        .collect();
    let assignments: Option<Vec<String>> =
        profile.assignments.as_ref().map(|all| all.iter().map(|one| format!("{one:?}")).collect());
    let everything = (&profile.name, &profile.description, settings, assignments, &profile.scope_tags);
    short(&Sha256::digest(serde_json::to_vec(&everything).unwrap_or_default()))
}

/// A digest of the values that Intune masks; keyed when a secret is among them, and nothing where there is a
/// secret and no key: a plain digest of a secret could be guessed.
pub fn masked_digest(profile: &Profile, key: Option<&[u8]>) -> Option<String> {
    let values: Vec<_> = profile
        .settings
        .iter()
        .filter(|(_, setting)| setting.value.oma_type().is_masked())
        .map(|(uri, setting)| (uri.as_str(), setting.value.oma_type().word(), setting.value.canonical()))
        .collect();
    let text = serde_json::to_vec(&values).unwrap_or_default();
    if !profile.has_secret() {
        return Some(short(&Sha256::digest(text)));
    }
    let mut keyed = Hmac::<Sha256>::new_from_slice(key?).ok()?;
    keyed.update(&text);
    Some(format!("{KEYED}{}", short(&keyed.finalize().into_bytes())))
}

/// What a keyed digest begins with.
const KEYED: &str = "k.";

/// Whether a digest of masked values says that a secret was among them.
pub fn is_keyed(masked: &str) -> bool {
    masked.starts_with(KEYED)
}
