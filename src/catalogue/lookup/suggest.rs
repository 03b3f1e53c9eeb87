//! Guesses which node an unknown name means. It uses addresses only and parses nodes one by one, if at all.

use std::borrow::Cow;

use super::{NameForm, ParsedName, addresses, respell};
use crate::catalogue::node::{is_placeholder, same_path};
use crate::catalogue::{Catalogue, CspNode, below_scope};
use crate::diagnostic::nearest;
use crate::setting::{OmaUri, Scope};

impl Catalogue {
    /// The nearest name of any kind to an unknown one: of a node, its last part, a Group Policy title, or one of `others`.
    pub fn suggest_any<'a>(&'a self, unknown: &str, others: impl Iterator<Item = &'a str>) -> Option<String> {
        let titles = self.entries().filter_map(|entry| entry.group_policy().map(|policy| policy.title.as_str()));
        let last = self.uris().filter_map(|uri| uri.rsplit('/').next());
        let names = others.chain(self.uris().map(OmaUri::short_of)).chain(last).chain(titles);
        self.suggest(unknown).or_else(|| nearest(unknown, names).map(String::from))
    }

    /// The nearest name to an unknown one, in the same form. The values of placeholders are kept.
    pub fn suggest(&self, text: &str) -> Option<String> {
        if !text.contains('/') {
            return self.only_named(text).map(|node| NameForm::Short.of(node));
        }
        let candidates = addresses(text).ok()?;
        let first = candidates.first()?;
        let near = self.moved(first.uri.short()).or_else(|| self.misspelt(&candidates))?;
        let node = self.nodes.find(near).and_then(|at| self.nodes.get(at))?;
        let scope = if node.scope.has(first.uri.scope()) { first.uri.scope() } else { node.first_scope() };
        let form = match first.form {
            NameForm::Short if scope == Scope::User => NameForm::Scoped(Scope::User),
            form => form,
        };
        let same_length = |written: &&ParsedName| parts(written.uri.as_str()) == parts(&node.uri);
        let address = match candidates.iter().find(same_length) {
            Some(written) => respell(node, &written.uri.in_scope(scope)),
            None => node.address(scope),
        };
        Some(form.write(&address))
    }

    /// The correct name in the wrong area: the only node with this name, or the one with the nearest path.
    fn moved(&self, wanted: &str) -> Option<&str> {
        let elsewhere = self.ending_in(last(wanted));
        // Parts may be missing, most often the value of a placeholder.
        let longer: Vec<&str> = elsewhere.iter().copied().filter(|uri| leaves_out(uri, wanted)).collect();
        if let Some(only) = only(&elsewhere).or_else(|| only(&longer)) {
            return Some(only);
        }
        let short = nearest(wanted, elsewhere.iter().map(|uri| OmaUri::short_of(uri)))?;
        elsewhere.into_iter().find(|uri| OmaUri::short_of(uri) == short)
    }

    /// The addresses that end in this name, ignoring case.
    fn ending_in(&self, name: &str) -> Vec<&str> {
        self.uris().filter(|uri| last(uri).eq_ignore_ascii_case(name)).collect()
    }

    /// A typing error anywhere in the path; the name itself must be similar, too.
    fn misspelt(&self, candidates: &[ParsedName]) -> Option<&str> {
        candidates.iter().find_map(|written| {
            let named = |uri: &&str| nearest(last(written.uri.as_str()), [last(uri)]).is_some();
            let filled = self.uris().filter(named).map(|uri| (filled(uri, &written.uri), uri));
            let filled: Vec<(Cow<'_, str>, &str)> = filled.collect();
            let short = nearest(written.uri.short(), filled.iter().map(|(text, _)| OmaUri::short_of(text)))?;
            filled.iter().find(|(text, _)| OmaUri::short_of(text) == short).map(|(_, uri)| *uri)
        })
    }

    /// The only node with this name in any area.
    fn only_named(&self, name: &str) -> Option<&CspNode> {
        let only = only(&self.ending_in(name))?;
        self.nodes.find(only).and_then(|at| self.nodes.get(at))
    }

    /// The short names of the nodes in a folder: an area, a CSP, or an address that is not a setting itself. Empty if
    /// there is no such folder. Ignores case.
    pub fn below(&self, text: &str) -> Vec<&str> {
        let text = text.trim_end_matches('/');
        let paths = match text.strip_prefix("./") {
            Some(path) => vec![below_scope_in_any_case(path).to_string()],
            None => {
                let bare = text.strip_prefix("csp:").unwrap_or(text);
                let bare = bare.strip_prefix("User/").or_else(|| bare.strip_prefix("Device/")).unwrap_or(bare);
                let roots = ["Vendor/MSFT/Policy/Config", "Vendor/MSFT"];
                let forced = usize::from(text.starts_with("csp:"));
                roots[forced..].iter().map(|root| format!("{root}/{bare}")).collect()
            }
        };
        let inside = |path: &str, uri: &str| {
            let uri = below_scope(uri).trim_start_matches("./");
            let depth = parts(path);
            let folder = uri.match_indices('/').nth(depth - 1).map(|(at, _)| &uri[..at]);
            folder.is_some_and(|folder| same_path(folder, path, str::eq_ignore_ascii_case))
        };
        let found = paths.iter().map(|path| self.uris().filter(|uri| inside(path, uri)).map(OmaUri::short_of));
        let mut names = found.map(Iterator::collect::<Vec<_>>).find(|names| !names.is_empty()).unwrap_or_default();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The counterpart in a pair `…_1` and `…_2`, which Microsoft made from the user's and the computer's half of one
    /// Group Policy.
    pub fn twin(&self, node: &CspNode, scope: Scope) -> Option<&CspNode> {
        let (stem, other) = match node.uri.strip_suffix("_1") {
            Some(stem) => (stem, "_2"),
            None => (node.uri.strip_suffix("_2")?, "_1"),
        };
        let uri = OmaUri::parse(&format!("{stem}{other}")).ok()?.in_scope(scope);
        self.node(&uri)
    }
}

impl NameForm {
    /// The name of a node in this form.
    fn of(self, node: &CspNode) -> String {
        let scope = node.first_scope();
        let form = if scope == Scope::User { Self::Scoped(scope) } else { self };
        form.write(&node.address(scope))
    }
}

/// The first of several addresses, if all are the same node in different scopes.
fn only<'u>(uris: &[&'u str]) -> Option<&'u str> {
    let first = uris.first()?;
    uris.iter().all(|uri| OmaUri::short_of(uri) == OmaUri::short_of(first)).then_some(*first)
}

/// Whether a name is an address with some parts missing.
fn leaves_out(uri: &str, name: &str) -> bool {
    let mut parts = OmaUri::short_of(uri).split('/');
    name.split('/').all(|wanted| parts.any(|part| part.eq_ignore_ascii_case(wanted)))
}

fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or_default()
}

fn parts(path: &str) -> usize {
    path.split('/').count()
}

fn below_scope_in_any_case(path: &str) -> &str {
    let (scope, rest) = path.split_once('/').unwrap_or((path, ""));
    if ["device", "user"].iter().any(|known| scope.eq_ignore_ascii_case(known)) { rest } else { path }
}

/// The address of a node with the written values of its placeholders, if both have the same number of parts.
fn filled<'n>(uri: &'n str, written: &OmaUri) -> Cow<'n, str> {
    if !uri.split('/').any(is_placeholder) || parts(uri) != parts(written.as_str()) {
        return Cow::Borrowed(uri);
    }
    let pairs = uri.split('/').zip(written.as_str().split('/'));
    let filled: Vec<&str> = pairs.map(|(own, other)| if is_placeholder(own) { other } else { own }).collect();
    Cow::Owned(filled.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suggest(text: &str) -> String {
        Catalogue::embedded().suggest(text).unwrap_or_else(|| "nothing".into())
    }

    #[test]
    fn a_typing_error_in_name_area_or_path() {
        assert_eq!(suggest("WindowsLogon/HideFastUserSwitchin"), "WindowsLogon/HideFastUserSwitching");
        assert_eq!(suggest("WindowLogon/HideFastUserSwitchin"), "WindowsLogon/HideFastUserSwitching");
        assert_eq!(suggest("Logon/HideFastUserSwitching"), "WindowsLogon/HideFastUserSwitching");
        assert_eq!(
            suggest("./Device/Vendor/MSFT/Polices/Config/Authentication/AllowAadPasswordReset"),
            "./Device/Vendor/MSFT/Policy/Config/Authentication/AllowAadPasswordReset"
        );
        assert_eq!(suggest("HideFastUserSwitching"), "WindowsLogon/HideFastUserSwitching");
        assert_eq!(suggest("AllowWindowsSpotlight"), "User/Experience/AllowWindowsSpotlight");
        assert_eq!(suggest("csp:WindowsLogon/HideFastUserSwitchin"), "WindowsLogon/HideFastUserSwitching");
        assert_eq!(suggest("Nothing/LikeThis"), "nothing");
    }

    #[test]
    fn values_of_placeholders_are_kept() {
        assert_eq!(
            suggest("./Device/Vendor/MSFT/VPNv2/Contoso/AlwaysOnn"),
            "./Device/Vendor/MSFT/VPNv2/Contoso/AlwaysOn"
        );
        assert_eq!(suggest("VPNv2/Contoso VPN/RememberCredential"), "VPNv2/Contoso VPN/RememberCredentials");
        assert_eq!(suggest("VPNv2/AlwaysOn"), "VPNv2/{ProfileName}/AlwaysOn");
    }

    #[test]
    fn a_folder_lists_its_settings() {
        let below = |text: &str| Catalogue::embedded().below(text);
        assert!(below("WindowsLogon").contains(&"WindowsLogon/HideFastUserSwitching"));
        assert!(
            below("./device/Vendor/MSFT/Policy/Config/windowslogon/").contains(&"WindowsLogon/HideFastUserSwitching")
        );
        assert!(below("Defender").iter().all(|name| name.matches('/').count() == 1));
        assert!(below("csp:Defender").contains(&"Defender/Configuration/TamperProtection"));
        assert!(below("VPNv2/Contoso").contains(&"VPNv2/{ProfileName}/AlwaysOn"));
        assert_eq!(below("WindowsLogon/HideFastUserSwitching"), Vec::<&str>::new());
        assert_eq!(below("Nothing"), Vec::<&str>::new());
    }
}
