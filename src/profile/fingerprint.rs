//! Digests of a profile's content.
//!
//! Digests are stored in the markers of real tenants and in saved plans. Their input is therefore written out field by
//! field: renaming a type, or changing how it is printed, must not change them. `tests.rs` has one complete digest of
//! each kind.

use base64::Engine;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use super::{Assignment, Profile};
use crate::setting::{FilterMode, Who};

/// 128 bits as 22 characters.
fn short(bytes: &[u8]) -> String {
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&bytes[..16])
}

/// A digest of everything that any reader of the tenant can see: the name, plain values, addresses, and the optional
/// parts that are managed.
pub fn readable_digest(profile: &Profile) -> String {
    let settings = profile.settings.iter().map(|(address, setting)| {
        let kind = setting.value.oma_type();
        let value = if kind.is_masked() { String::new() } else { setting.value.canonical() };
        (address.to_string(), kind.word(), value)
    });
    let settings: Vec<_> = settings.collect();
    let assignments: Option<Vec<String>> = profile.assignments.as_ref().map(|all| all.iter().map(assignment).collect());
    let everything = (&profile.name, &profile.description, settings, assignments, &profile.scope_tags);
    short(&Sha256::digest(serde_json::to_vec(&everything).unwrap_or_default()))
}

/// `Assignment { excluded: false, who: Group("…"), filter: Some((Include, "…")) }`.
fn assignment(one: &Assignment) -> String {
    let who = match &one.who {
        Who::AllDevices => "AllDevices".to_string(),
        Who::AllUsers => "AllUsers".to_string(),
        Who::Group(id) => format!("Group({})", quoted(id)),
        Who::Other(target) => format!("Other({})", quoted(target)),
    };
    let filter = match &one.filter {
        None => "None".to_string(),
        Some((FilterMode::Include, id)) => format!("Some((Include, {}))", quoted(id)),
        Some((FilterMode::Exclude, id)) => format!("Some((Exclude, {}))", quoted(id)),
    };
    format!("Assignment {{ excluded: {}, who: {who}, filter: {filter} }}", one.excluded)
}

/// In quotes, with the ASCII characters escaped like in a Rust string literal, except for apostrophes. Others stay as they
/// are: which of them Rust escapes depends on the version of Unicode that it knows.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for letter in text.chars() {
        if letter == '\'' || !letter.is_ascii() { quoted.push(letter) } else { quoted.extend(letter.escape_debug()) }
    }
    quoted.push('"');
    quoted
}

/// The prefix of keyed digests. It shows that there was a secret among the values.
const KEYED: &str = "k.";

/// A digest of the values that Intune masks. It is keyed if there is a secret among them, because a secret could be
/// guessed from a plain digest; `None` if there is a secret but no key.
pub fn masked_digest(profile: &Profile, key: Option<&[u8]>) -> Option<String> {
    if profile.has_secret() { keyed(profile, key?) } else { Some(short(&Sha256::digest(masked_text(profile)))) }
}

/// Whether values from a tenant have this digest.
pub fn masked_digest_is(profile: &Profile, digest: &str, key: Option<&[u8]>) -> bool {
    if is_keyed(digest) {
        return key.and_then(|key| keyed(profile, key)).as_deref() == Some(digest);
    }
    short(&Sha256::digest(masked_text(profile))) == digest
}

/// Whether there was a secret among the values of a digest.
pub fn is_keyed(digest: &str) -> bool {
    digest.starts_with(KEYED)
}

fn masked_text(profile: &Profile) -> Vec<u8> {
    let masked = profile.settings.iter().filter(|(_, setting)| setting.value.oma_type().is_masked());
    let values = masked
        .map(|(address, setting)| (address.to_string(), setting.value.oma_type().word(), setting.value.canonical()));
    serde_json::to_vec(&values.collect::<Vec<_>>()).unwrap_or_default()
}

fn keyed(profile: &Profile, key: &[u8]) -> Option<String> {
    let mut hash = Hmac::<Sha256>::new_from_slice(key).ok()?;
    hash.update(&masked_text(profile));
    Some(format!("{KEYED}{}", short(&hash.finalize().into_bytes())))
}

#[cfg(test)]
mod tests;
