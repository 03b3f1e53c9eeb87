//! Keys and owners, which together identify a profile that this program manages.

use crate::source::is_device;

/// The longest key, in characters.
const MAX_KEY: usize = 128;
/// The longest owner, in characters: marker, owner and key together have at most 300.
const MAX_OWNER: usize = 60;

/// Checks that a string can be used as a key.
///
/// # Errors
/// The reason, in one line.
pub fn check_key(key: &str) -> Result<(), String> {
    if key.is_empty() || key.len() > MAX_KEY {
        return Err(format!("a key must have 1 to {MAX_KEY} characters"));
    }
    if let Some(other) = key.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '.' | '_' | '-' | '/')) {
        return Err(format!("a key can contain only a-z, 0-9, `.`, `_`, `-` and `/`, not `{other}`"));
    }
    if key.split('/').any(|part| part.is_empty() || part == "." || part == "..") {
        return Err("no part of a key can be empty, `.` or `..`".into());
    }
    // Exports name files after keys.
    if let Some(part) = key.split('/').find(|part| part.ends_with('.') || is_device(part)) {
        return Err(format!("Windows cannot store a file named `{part}`"));
    }
    Ok(())
}

/// Checks that a string can be used as an owner.
///
/// # Errors
/// The reason, in one line.
pub fn check_owner(owner: &str) -> Result<(), String> {
    if owner.is_empty() || owner.len() > MAX_OWNER {
        return Err(format!("an owner must have 1 to {MAX_OWNER} characters"));
    }
    match owner.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '.' | '_' | '-')) {
        Some(other) => Err(format!("an owner can contain only a-z, 0-9, `.`, `_` and `-`, not `{other}`")),
        None => Ok(()),
    }
}

/// The key of a file, from its path under `policies/` with forward slashes: capitals become small, and blanks `-`. `None` if
/// the path cannot be a key.
pub fn key_of_path(path: &str) -> Option<String> {
    let key = path.strip_suffix(".yaml").or_else(|| path.strip_suffix(".yml"))?;
    let key = key.to_ascii_lowercase().replace(' ', "-");
    check_key(&key).ok().map(|()| key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_key_if_possible() {
        assert_eq!(key_of_path("sspr/lock-screen-reset.yaml").as_deref(), Some("sspr/lock-screen-reset"));
        assert_eq!(key_of_path("SSPR/Lock screen.yaml").as_deref(), Some("sspr/lock-screen"));
        assert_eq!(key_of_path("größe.yaml"), None);
        assert_eq!(key_of_path(&format!("{}.yaml", "a".repeat(129))), None);
    }
}
