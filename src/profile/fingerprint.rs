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

/// What keyed digests begin with: a marker that has one says that there was a secret among the values.
const KEYED: &str = "k.";

/// A digest of the values that Intune masks; keyed when a secret is among them, and nothing where there is a
/// secret and no key: a plain digest of a secret could be guessed.
pub fn masked_digest(profile: &Profile, key: Option<&[u8]>) -> Option<String> {
    if profile.has_secret() { keyed(profile, key?) } else { Some(short(&Sha256::digest(masked_text(profile)))) }
}

/// Whether values that were read from a tenant are the ones of a digest.
pub fn masked_digest_is(profile: &Profile, digest: &str, key: Option<&[u8]>) -> bool {
    if is_keyed(digest) {
        return key.and_then(|key| keyed(profile, key)).as_deref() == Some(digest);
    }
    short(&Sha256::digest(masked_text(profile))) == digest
}

/// Whether a secret was among the values of a digest.
pub fn is_keyed(digest: &str) -> bool {
    digest.starts_with(KEYED)
}

fn masked_text(profile: &Profile) -> Vec<u8> {
    let values: Vec<_> = profile
        .settings
        .iter()
        .filter(|(_, setting)| setting.value.oma_type().is_masked())
        .map(|(uri, setting)| (uri.as_str(), setting.value.oma_type().word(), setting.value.canonical()))
        .collect();
    serde_json::to_vec(&values).unwrap_or_default()
}

fn keyed(profile: &Profile, key: &[u8]) -> Option<String> {
    let mut hash = Hmac::<Sha256>::new_from_slice(key).ok()?;
    hash.update(&masked_text(profile));
    Some(format!("{KEYED}{}", short(&hash.finalize().into_bytes())))
}
