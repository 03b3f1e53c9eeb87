//! Finds the node that a written name means.

mod suggest;

use super::node::is_placeholder;
use super::{Catalogue, CspNode};
use crate::setting::{OmaUri, Scope, UriError};

/// What a written name means.
#[derive(Debug, Clone)]
pub struct Resolved<'a> {
    /// The address, in the catalogue's spelling.
    pub uri: OmaUri,
    /// The node; `None` if the catalogue does not contain the address.
    pub node: Option<&'a CspNode>,
    /// The name begins with `./Vendor/…`, and devices reject this node without a scope.
    pub lacks_scope: bool,
}

/// Why a written name does not name a node of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LookupError {
    /// The text is not an address.
    Malformed(UriError),
    /// The node is not in the catalogue; [`Catalogue::suggest`] finds similar names.
    Unknown {
        /// The address that the name would have.
        uri: OmaUri,
    },
    /// The node has a different spelling; Windows compares case-sensitively.
    Case {
        /// The correct spelling.
        right: String,
    },
    /// The node exists in the other scope only.
    Scope {
        /// The scope in which it exists.
        right: Scope,
        /// The correct spelling.
        text: String,
    },
}

/// A written name, parsed.
struct ParsedName {
    uri: OmaUri,
    form: NameForm,
}

/// The form of a written name, so that a suggestion can have the same form.
#[derive(Clone, Copy, PartialEq)]
enum NameForm {
    Full,
    Vendor,
    Short,
    Scoped(Scope),
    Csp,
}

impl NameForm {
    fn write(self, uri: &OmaUri) -> String {
        match self {
            Self::Full | Self::Vendor => uri.to_string(),
            Self::Short => uri.short().to_string(),
            Self::Scoped(Scope::Device) => format!("Device/{}", uri.short()),
            Self::Scoped(Scope::User) => format!("User/{}", uri.short()),
            // `csp:` is for nodes outside the Policy CSP.
            Self::Csp if uri.policy_parts().is_some() => uri.short().to_string(),
            Self::Csp => format!("csp:{}", uri.short()),
        }
    }
}

impl Catalogue {
    /// Finds the node that a written name means: a full address, `Area/Name` (the Policy CSP first, then a CSP with
    /// that name), `csp:Name/…`, or one of the last two after `User/` or `Device/`.
    ///
    /// # Errors
    /// What is wrong with the name, and what was probably meant.
    pub fn resolve(&self, text: &str) -> Result<Resolved<'_>, LookupError> {
        let candidates = addresses(text).map_err(LookupError::Malformed)?;
        for written in &candidates {
            if let Some(node) = self.node(&written.uri) {
                let lacks_scope = written.form == NameForm::Vendor && !node.vendor_root;
                if other_case(text).is_some() {
                    return Err(LookupError::Case { right: respell(node, &written.uri).to_string() });
                }
                return Ok(Resolved { uri: written.uri.clone(), node: Some(node), lacks_scope });
            }
        }
        Err(self.explain(&candidates))
    }

    /// The shortest name that means exactly this address.
    pub fn name_of(&self, uri: &OmaUri) -> String {
        let short = uri.short();
        let candidates = match uri.scope() {
            Scope::Device => [short.to_string(), format!("csp:{short}")],
            Scope::User => [format!("User/{short}"), format!("csp:User/{short}")],
        };
        let right = |name: &&String| self.resolve(name).is_ok_and(|found| found.uri == *uri);
        candidates.iter().find(right).cloned().unwrap_or_else(|| uri.to_string())
    }

    /// The placeholders in a node's address, each with its value in a concrete address.
    pub fn placeholders_of<'n>(node: &'n CspNode, uri: &'n OmaUri) -> Vec<(&'n str, &'n str)> {
        let pairs = node.uri.split('/').zip(uri.as_str().split('/'));
        pairs.filter(|(own, _)| is_placeholder(own)).collect()
    }

    fn explain(&self, candidates: &[ParsedName]) -> LookupError {
        let near = candidates.iter().find_map(|written| {
            let mut nodes = self.nearly(&written.uri);
            let node = nodes.next()?;
            // If the two scopes have separate nodes, prefer the one in the written scope.
            let own = nodes.find(|other| other.scope.has(written.uri.scope()));
            Some((written, own.filter(|_| !node.scope.has(written.uri.scope())).unwrap_or(node)))
        });
        if let Some((written, node)) = near {
            let scope = written.uri.scope();
            if node.scope.has(scope) {
                return LookupError::Case { right: written.form.write(&respell(node, &written.uri)) };
            }
            let right = if scope == Scope::User { Scope::Device } else { Scope::User };
            let address = respell(node, &written.uri.in_scope(right));
            let form = if written.form == NameForm::Full { NameForm::Full } else { NameForm::Scoped(right) };
            return LookupError::Scope { right, text: form.write(&address) };
        }
        LookupError::Unknown { uri: candidates[0].uri.clone() }
    }
}

/// The node's own spelling, with the written values of its placeholders.
fn respell(node: &CspNode, written: &OmaUri) -> OmaUri {
    let scope = written.scope();
    let right = node.address(scope);
    let parts: Vec<&str> = right
        .as_str()
        .split('/')
        .zip(written.as_str().split('/'))
        .map(|(right, written)| if is_placeholder(right) { written } else { right })
        .collect();
    OmaUri::parse(&parts.join("/")).unwrap_or(right)
}

/// `./device/…`: the scope in the wrong case, and what follows it.
fn other_case(text: &str) -> Option<(&'static str, &str)> {
    ["./Device/", "./User/", "./Vendor/"].into_iter().find_map(|scope| {
        let (start, rest) = text.split_at_checked(scope.len())?;
        (start != scope && start.eq_ignore_ascii_case(scope)).then_some((scope, rest))
    })
}

/// The addresses that a string may mean, the most likely first; never empty.
fn addresses(text: &str) -> Result<Vec<ParsedName>, UriError> {
    if let Some((scope, rest)) = other_case(text) {
        // Windows is case-sensitive, so the lookup fails and names the correct spelling.
        return Ok(vec![ParsedName { uri: OmaUri::parse(&format!("{scope}{rest}"))?, form: NameForm::Full }]);
    }
    if text.starts_with("./") {
        let form = if OmaUri::lacks_scope(text) { NameForm::Vendor } else { NameForm::Full };
        return Ok(vec![ParsedName { uri: OmaUri::parse(text)?, form }]);
    }
    let (rest, forced) = match text.strip_prefix("csp:") {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    let (rest, scope, scoped) = match rest.split_once('/') {
        Some(("User", rest)) => (rest, Scope::User, true),
        Some(("Device", rest)) => (rest, Scope::Device, true),
        _ => (rest, Scope::Device, false),
    };
    if !rest.contains('/') {
        return Err(UriError::Start);
    }
    let word = if scope == Scope::User { "User" } else { "Device" };
    let csp = OmaUri::parse(&format!("./{word}/Vendor/MSFT/{rest}"))?;
    let form = match (forced, scoped) {
        (true, _) => NameForm::Csp,
        (false, true) => NameForm::Scoped(scope),
        (false, false) => NameForm::Short,
    };
    let csp = ParsedName { uri: csp, form };
    Ok(if forced { vec![csp] } else { vec![ParsedName { uri: OmaUri::policy(scope, rest), form }, csp] })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(text: &str) -> Result<String, LookupError> {
        Catalogue::embedded().resolve(text).map(|found| found.uri.to_string())
    }

    #[test]
    fn a_setting_is_found_by_each_of_its_forms() {
        let full = "./Device/Vendor/MSFT/Policy/Config/Authentication/AllowAadPasswordReset";
        for text in ["Authentication/AllowAadPasswordReset", "Device/Authentication/AllowAadPasswordReset", full] {
            assert_eq!(resolve(text).as_deref(), Ok(full));
        }
        assert_eq!(
            resolve("User/Experience/AllowWindowsSpotlight").as_deref(),
            Ok("./User/Vendor/MSFT/Policy/Config/Experience/AllowWindowsSpotlight")
        );
        let tenant = "PassportForWork/8f6d0000-0000-0000-0000-000000000000/Policies/EnablePinRecovery";
        assert_eq!(resolve(tenant), Ok(format!("./Device/Vendor/MSFT/{tenant}")));
    }

    #[test]
    fn a_vendor_path_is_a_mistake_except_where_windows_has_it() {
        let found = |text| Catalogue::embedded().resolve(text).expect("a node").lacks_scope;
        assert!(found("./Vendor/MSFT/Policy/Config/Authentication/AllowAadPasswordReset"));
        assert!(!found("./Vendor/MSFT/NetworkProxy/ProxySettingsPerUser"));
    }

    #[test]
    fn an_unknown_name_gets_a_suggestion() {
        let suggest = |text| Catalogue::embedded().suggest(text);
        let right = Some("WindowsLogon/HideFastUserSwitching".to_string());
        assert_eq!(suggest("WindowsLogon/HideFastUserSwitchin"), right);
        assert_eq!(suggest("csp:WindowsLogon/HideFastUserSwitchin"), right);
        assert_eq!(suggest("Nothing/LikeThis"), None);
        assert_eq!(
            resolve("windowslogon/hidefastuserswitching"),
            Err(LookupError::Case { right: "WindowsLogon/HideFastUserSwitching".into() })
        );
        assert_eq!(
            resolve("Experience/AllowWindowsSpotlight"),
            Err(LookupError::Scope { right: Scope::User, text: "User/Experience/AllowWindowsSpotlight".into() })
        );
        assert!(matches!(resolve("Nothing/LikeThis"), Err(LookupError::Unknown { .. })));
    }
}
