//! OMA-URIs, the addresses of nodes in a device's management tree.

use std::fmt;
use std::sync::Arc;

/// Whether a node configures the device or a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// The device: `./Device/…`.
    Device,
    /// The signed-in user: `./User/…`.
    User,
}

impl Scope {
    /// `device` or `user`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::User => "user",
        }
    }
}

/// A full OMA-URI in its canonical form, such as
/// `./Device/Vendor/MSFT/Policy/Config/Authentication/AllowAadPasswordReset`.
///
/// Copies share the text, because an address is part of the policy, the profile, the tenant, the plan and the claims.
///
/// Windows compares OMA-URIs by case (Microsoft: "custom settings for Windows 10/11 devices in Intune").
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OmaUri(Arc<str>);

/// Why a string is not an OMA-URI.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UriError {
    /// It does not begin with `./`.
    #[error("an OMA-URI must begin with `./Device/` or `./User/`")]
    Start,
    /// It contains a space at an end, a control character or a backslash.
    #[error("an OMA-URI cannot contain {0}")]
    Character(&'static str),
    /// It has two slashes in a row, or one at the end.
    #[error("an OMA-URI cannot have an empty part (two slashes in a row, or one at the end)")]
    EmptyPart,
}

const POLICY: &str = "Vendor/MSFT/Policy/Config/";

impl OmaUri {
    /// Reads a full OMA-URI. `./Vendor/…` becomes `./Device/Vendor/…`, which is the same node in device scope
    /// (Microsoft, Policy CSP); a caller that needs to know this uses [`OmaUri::lacks_scope`].
    ///
    /// # Errors
    /// If the text cannot be an address.
    pub fn parse(text: &str) -> Result<Self, UriError> {
        let rest = text.strip_prefix("./").ok_or(UriError::Start)?;
        if text.contains('\\') {
            return Err(UriError::Character("a backslash; write `/`"));
        }
        if text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace) {
            return Err(UriError::Character("leading or trailing spaces"));
        }
        if text.chars().any(char::is_control) {
            return Err(UriError::Character("control characters"));
        }
        if rest.split('/').any(str::is_empty) {
            return Err(UriError::EmptyPart);
        }
        Ok(Self(match rest.strip_prefix("Vendor/") {
            Some(vendor) => format!("./Device/Vendor/{vendor}").into(),
            None => text.into(),
        }))
    }

    /// Keeps an address exactly as another program wrote it, without checks.
    pub fn verbatim(text: &str) -> Self {
        Self(text.into())
    }

    /// Whether a text names this node if spelling does not count: letter case, slashes, spaces around parts, the scope
    /// `./Device` left out.
    pub fn is_spelled(&self, text: &str) -> bool {
        folded(&self.0) == folded(text)
    }

    /// Whether a string uses the form without a scope.
    pub fn lacks_scope(text: &str) -> bool {
        text.starts_with("./Vendor/")
    }

    /// The address of a Policy CSP setting.
    pub fn policy(scope: Scope, area_and_name: &str) -> Self {
        match scope {
            Scope::Device => Self(format!("./Device/{POLICY}{area_and_name}").into()),
            Scope::User => Self(format!("./User/{POLICY}{area_and_name}").into()),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The scope; nodes outside `./User/` belong to the device.
    pub fn scope(&self) -> Scope {
        if self.0.starts_with("./User/") { Scope::User } else { Scope::Device }
    }

    /// The short name: `Area/Name` for the Policy CSP, otherwise the path below `Vendor/MSFT`.
    pub fn short(&self) -> &str {
        Self::short_of(&self.0)
    }

    /// The short name of an address that is still text.
    pub fn short_of(address: &str) -> &str {
        let rest = address.trim_start_matches("./Device/").trim_start_matches("./User/");
        rest.strip_prefix(POLICY).or_else(|| rest.strip_prefix("Vendor/MSFT/")).unwrap_or(rest)
    }

    /// The area and name of a Policy CSP setting; `None` for other nodes.
    pub fn policy_parts(&self) -> Option<(&str, &str)> {
        let rest = self.0.trim_start_matches("./Device/").trim_start_matches("./User/");
        rest.strip_prefix(POLICY)?.split_once('/')
    }

    /// The address of the node with the same path in this scope; it may not exist.
    #[must_use]
    pub fn in_scope(&self, scope: Scope) -> Self {
        let rest = self.0.strip_prefix("./Device/").or_else(|| self.0.strip_prefix("./User/"));
        match (rest, scope) {
            (Some(rest), Scope::Device) => Self(format!("./Device/{rest}").into()),
            (Some(rest), Scope::User) => Self(format!("./User/{rest}").into()),
            (None, _) => self.clone(),
        }
    }
}

/// What all spellings of an address have in common.
fn folded(text: &str) -> String {
    let text = text.replace('\\', "/").to_lowercase();
    let parts = text.split('/').map(str::trim).filter(|part| !part.is_empty() && *part != ".");
    let parts: Vec<&str> = parts.collect();
    match parts.split_first() {
        Some((&"device", rest)) => rest.join("/"),
        _ => parts.join("/"),
    }
}

impl fmt::Display for OmaUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vendor_path_is_the_device_path() {
        let uri = OmaUri::parse("./Vendor/MSFT/Policy/Config/Authentication/AllowAadPasswordReset").expect("a URI");
        assert_eq!(uri, OmaUri::policy(Scope::Device, "Authentication/AllowAadPasswordReset"));
        assert_eq!(uri.short(), "Authentication/AllowAadPasswordReset");
        assert_eq!(uri.policy_parts(), Some(("Authentication", "AllowAadPasswordReset")));
    }

    #[test]
    fn a_node_has_many_spellings() {
        let uri = OmaUri::policy(Scope::Device, "Autoplay/DisallowAutoplay");
        for text in [
            "./Vendor/MSFT/Policy/Config/AutoPlay/DisallowAutoplay",
            "./device/vendor/msft/policy/config/autoplay/disallowautoplay",
            " .\\Device\\Vendor\\MSFT\\Policy\\Config\\Autoplay \\ DisallowAutoplay/",
            "Vendor/MSFT//Policy/Config/Autoplay/DisallowAutoplay",
        ] {
            assert!(uri.is_spelled(text), "{text}");
        }
        assert!(!uri.is_spelled("./User/Vendor/MSFT/Policy/Config/Autoplay/DisallowAutoplay"));
        assert!(!uri.is_spelled("./Vendor/MSFT/Policy/Config/Autoplay"));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        assert_eq!(OmaUri::parse("Device/Vendor"), Err(UriError::Start));
        assert_eq!(OmaUri::parse("./Device//Vendor"), Err(UriError::EmptyPart));
        assert_eq!(OmaUri::parse("./Device/Vendor "), Err(UriError::Character("leading or trailing spaces")));
        assert_eq!(OmaUri::parse("./Device\\Vendor"), Err(UriError::Character("a backslash; write `/`")));
    }
}
