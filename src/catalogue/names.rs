//! Finds a setting by any of its names: in a portal, the Group Policy editor, a template or the registry.

use super::{Catalogue, CspNode, GroupPolicy, LookupError, OnlyPolicy, RegistryForm};
use crate::setting::{OmaUri, RegistryKey, RegistryLocation, Scope};

/// What a name can mean.
#[derive(Debug, Clone, Copy)]
pub enum CatalogueEntry<'a> {
    Node(&'a CspNode),
    /// A Group Policy without a node.
    Policy(&'a OnlyPolicy),
}

/// A match, in the scope that the name means.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    pub entry: CatalogueEntry<'a>,
    /// The scope that the name states. Without one: the device if it exists there, else the user.
    pub scope: Scope,
}

impl<'a> CatalogueEntry<'a> {
    pub fn group_policy(self) -> Option<&'a GroupPolicy> {
        match self {
            Self::Node(node) => node.group_policy.as_ref(),
            Self::Policy(policy) => Some(&policy.group_policy),
        }
    }

    pub fn registry(self) -> Option<&'a RegistryForm> {
        match self {
            Self::Node(node) => node.registry.as_ref(),
            Self::Policy(policy) => policy.registry.as_ref(),
        }
    }

    /// Whether it exists in this scope.
    pub fn has(self, scope: Scope) -> bool {
        match self {
            Self::Node(node) => node.scope.has(scope),
            Self::Policy(policy) => match policy.group_policy.class.as_str() {
                "User" => scope == Scope::User,
                "Both" => true,
                _ => scope == Scope::Device,
            },
        }
    }

    /// The words of the scopes in which it exists.
    pub fn scope_words(self) -> Vec<&'static str> {
        [Scope::Device, Scope::User].into_iter().filter(|scope| self.has(*scope)).map(Scope::word).collect()
    }

    fn first_scope(self) -> Scope {
        if self.has(Scope::Device) { Scope::Device } else { Scope::User }
    }
}

impl Catalogue {
    /// Everything that a name can mean: an address, a short name or its last part, a title or full path of Group
    /// Policy, a name in an ADMX file or a security template, a settings catalog ID, a registry value or key. Several
    /// policies may have the same title.
    pub fn named(&self, what: &str) -> Vec<Found<'_>> {
        let what = what.trim();
        if what.is_empty() {
            return Vec::new();
        }
        match self.resolve(what) {
            Ok(found) => {
                let node = found.node.into_iter();
                return node
                    .map(|node| Found { entry: CatalogueEntry::Node(node), scope: found.uri.scope() })
                    .collect();
            }
            Err(LookupError::Case { right } | LookupError::Scope { text: right, .. }) if right != what => {
                return self.named(&right);
            }
            Err(_) => {}
        }
        let wanted = NameQuery::read(what);
        let found: Vec<Found<'_>> = self.entries().filter_map(|entry| wanted.in_entry(entry)).collect();
        // A full path does not mean a registry value that happens to have the same name.
        let by_path: Vec<Found<'_>> = found.iter().filter(|found| wanted.is_path_of(found.entry)).copied().collect();
        if wanted.side.is_some() && !by_path.is_empty() { by_path } else { found }
    }

    /// All nodes, and then the Group Policies without a node.
    pub fn entries(&self) -> impl Iterator<Item = CatalogueEntry<'_>> {
        self.nodes().map(CatalogueEntry::Node).chain(self.only_policies().map(CatalogueEntry::Policy))
    }
}

/// A name, parsed in every way that it can be meant.
struct NameQuery<'w> {
    lower: String,
    /// The parts of a path, without those that all paths share.
    path: String,
    /// `Computer` or `User` at the beginning of a path.
    side: Option<Scope>,
    key: Option<RegistryKey>,
    places: Vec<RegistryLocation>,
    what: &'w str,
}

impl<'w> NameQuery<'w> {
    fn read(what: &'w str) -> Self {
        let (side, path) = folder(what);
        let ends = what.char_indices().filter(|(_, c)| matches!(c, ' ' | '\\' | '!')).map(|(at, _)| at);
        let place = |at: usize| {
            let key = RegistryKey::parse(what[..at].trim_end()).ok()?;
            Some(RegistryLocation { key, name: what[at + 1..].trim().to_string() })
        };
        let places = ends.filter_map(place).collect();
        Self { lower: what.to_lowercase(), path, side, key: RegistryKey::parse(what).ok(), places, what }
    }

    fn in_entry<'a>(&self, entry: CatalogueEntry<'a>) -> Option<Found<'a>> {
        let mut scopes = [Scope::Device, Scope::User].into_iter().filter(|scope| entry.has(*scope));
        if !self.places.is_empty() {
            return scopes.find(|scope| self.at_registry(entry, *scope)).map(|scope| Found { entry, scope });
        }
        if let Some(scope) = scopes.find(|scope| self.is_catalogue_id(entry, *scope)) {
            return Some(Found { entry, scope });
        }
        if self.is_path_of(entry) {
            return Some(Found { entry, scope: self.side.unwrap_or(entry.first_scope()) });
        }
        let value = || {
            let form = entry.registry()?;
            form.locations(entry.first_scope()).iter().find(|place| self.is(&place.name)).map(|_| ())
        };
        (self.is_name_of(entry) || value().is_some()).then(|| Found { entry, scope: entry.first_scope() })
    }

    fn is(&self, name: &str) -> bool {
        // The empty name is the default value of a key.
        !name.is_empty() && name.eq_ignore_ascii_case(self.what)
    }

    fn is_name_of(&self, entry: CatalogueEntry<'_>) -> bool {
        let own = match entry {
            CatalogueEntry::Node(node) => self.is(node.name()),
            CatalogueEntry::Policy(policy) => self.is(&policy.policy),
        };
        let policy = |policy: &GroupPolicy| {
            let file = || policy.file.as_ref().is_some_and(|file| self.is(&format!("{file}/{}", policy.name)));
            self.is(&policy.title) || self.is(&policy.name) || in_template(policy).any(|name| self.is(name)) || file()
        };
        own || entry.group_policy().is_some_and(policy)
    }

    fn is_path_of(&self, entry: CatalogueEntry<'_>) -> bool {
        let Some(policy) = entry.group_policy().filter(|policy| !policy.title.is_empty()) else { return false };
        self.side.is_none_or(|side| entry.has(side))
            && (self.path == folder(&policy.title).1
                || self.path == folder(&format!("{} > {}", policy.path, policy.title)).1)
    }

    fn is_catalogue_id(&self, entry: CatalogueEntry<'_>, scope: Scope) -> bool {
        match entry {
            CatalogueEntry::Node(node) => self.lower.contains('_') && catalogue_id(&node.address(scope)) == self.lower,
            CatalogueEntry::Policy(_) => false,
        }
    }

    fn at_registry(&self, entry: CatalogueEntry<'_>, scope: Scope) -> bool {
        let Some(form) = entry.registry() else { return false };
        let places = form.locations(scope);
        // A list has its own key, and no value name.
        let only_key = || places.is_empty() && self.key.is_some() && form.key(scope) == self.key;
        places.iter().any(|place| self.places.contains(place)) || only_key()
    }
}

/// Its names in a security template, such as `SeInteractiveLogonRight`, and the name alone if it is a registry value.
pub(super) fn in_template(policy: &GroupPolicy) -> impl Iterator<Item = &str> {
    let name = policy.template.as_deref().and_then(|template| template.split_once("] ")).map(|(_, name)| name);
    name.into_iter().flat_map(|name| [Some(name), name.rsplit_once('\\').map(|(_, last)| last)]).flatten()
}

/// The settings catalog ID of a setting: its address in lower case with underscores.
pub fn catalogue_id(uri: &OmaUri) -> String {
    uri.as_str().trim_start_matches("./").replace('/', "_").to_lowercase()
}

/// The scope at the beginning of a path, and the other parts in lower case, separated by ` > `. Accepts the separators
/// of the editor, of Microsoft's documentation and of people. Titles can contain slashes, so all separators become the
/// same.
fn folder(path: &str) -> (Option<Scope>, String) {
    let lower = path.to_lowercase();
    let mut parts: Vec<&str> = lower.split(['>', '\\', '/']).map(str::trim).filter(|part| !part.is_empty()).collect();
    let side = match parts.first() {
        Some(&("computer" | "computer configuration")) if parts.len() > 1 => Some(Scope::Device),
        Some(&("user" | "user configuration")) if parts.len() > 1 => Some(Scope::User),
        _ => None,
    };
    if side.is_some() {
        parts.remove(0);
    }
    // All paths begin with these parts, and people often leave them out.
    for common in ["policies", "administrative templates", "windows settings", "security settings"] {
        if parts.len() > 1 && parts.first() == Some(&common) {
            parts.remove(0);
        }
    }
    (side, parts.join(" > "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(what: &str) -> Vec<String> {
        let found = Catalogue::embedded().named(what);
        let name = |found: &Found<'_>| match found.entry {
            CatalogueEntry::Node(node) => format!("{} {}", found.scope.word(), node.short()),
            CatalogueEntry::Policy(policy) => format!("{} ({})", found.scope.word(), policy.policy),
        };
        found.iter().map(name).collect()
    }

    #[test]
    fn every_common_form_of_a_path_is_understood() {
        let title = "Turn off app notifications on the lock screen";
        for path in [
            format!("Computer > System > Logon > {title}"),
            format!("Computer Configuration\\Administrative Templates\\System\\Logon\\{title}"),
            format!("Computer Configuration/Policies/Administrative Templates/System/Logon/{title}"),
            format!("system > logon > {}", title.to_uppercase()),
            title.to_string(),
        ] {
            assert_eq!(names(&path), ["device WindowsLogon/DisableLockScreenAppNotifications"], "{path}");
        }
    }

    #[test]
    fn the_written_scope_is_used() {
        let path = "Windows Components > Internet Explorer > Turn on menu bar by default";
        assert_eq!(names(&format!("User > {path}")), ["user (inetres.admx/AlwaysShowMenu)"]);
        assert_eq!(names(&format!("Computer > {path}")), ["device (inetres.admx/AlwaysShowMenu)"]);
    }

    #[test]
    fn names_in_security_templates_find_settings() {
        assert_eq!(names("SeInteractiveLogonRight"), ["device UserRights/AllowLocalLogOn"]);
        let banner = "device LocalPoliciesSecurityOptions/InteractiveLogon_MessageTextForUsersAttemptingToLogOn";
        assert_eq!(names("legalnoticetext"), [banner]);
    }
}
