//! Finds the nodes for the names under `settings:`.

use super::context::Context;
use crate::catalogue::{Catalogue, CatalogueEntry, CspNode, LookupError, Resolved};
use crate::diagnostic::{Code, Diagnostic, Severity, counted};
use crate::policy::Policy;
use crate::rules::LACKS_SCOPE;
use crate::setting::{OmaUri, Scope, UriError};
use crate::source::{Place, Spanned};

/// The maximum number of settings of a folder that a message lists.
const SOME: usize = 4;

/// Finds the node that a name means; reports an error if there is none.
pub(super) fn find<'a>(
    policy: &Policy,
    context: &Context<'a>,
    name: &Spanned<String>,
    unchecked: bool,
    problems: &mut Vec<Diagnostic>,
) -> Option<Resolved<'a>> {
    let place = policy.place(name.span);
    let text = name.value.replace("{TenantId}", context.tenant_id);
    let written = SettingLookup { name, text: &text, policy, context, place: &place };
    let problem = match context.catalogue.resolve(&text) {
        Ok(found) => {
            if found.lacks_scope {
                problems.push(lacks_scope(&place, name, policy));
            }
            match found.node.and_then(|node| written.placeholder_left(node, &found.uri)) {
                Some(problem) if unchecked => {
                    problems.push(Diagnostic { severity: Severity::Warning, ..problem });
                    return Some(found);
                }
                Some(problem) => problem,
                None => return Some(found),
            }
        }
        Err(LookupError::Unknown { uri }) if unchecked => {
            let lacks_scope = OmaUri::lacks_scope(&text);
            return Some(Resolved { uri, node: None, lacks_scope });
        }
        // A full address of the wrong scope has no node. A short name of it is more likely a mistake.
        Err(LookupError::Scope { .. }) if unchecked && text.starts_with("./") => {
            return OmaUri::parse(&text).ok().map(|uri| Resolved { uri, node: None, lacks_scope: false });
        }
        Err(LookupError::Unknown { .. } | LookupError::Malformed(_)) if !context.suggestions.take() => {
            written.unknown_among_many()
        }
        Err(LookupError::Malformed(reason)) => written.malformed(&reason),
        Err(LookupError::Unknown { .. }) => written.unknown(),
        Err(LookupError::Case { right }) => written.other_case(right),
        Err(LookupError::Scope { right, text }) => written.other_scope(right, text),
    };
    problems.push(problem.fact(format!("source: {}", context.catalogue.release)));
    None
}

/// A name as it is in the policy.
struct SettingLookup<'w, 'a> {
    name: &'w Spanned<String>,
    /// The name, with the tenant's ID in place of `{TenantId}`.
    text: &'w str,
    policy: &'w Policy,
    context: &'w Context<'a>,
    place: &'w Place,
}

impl<'a> SettingLookup<'_, 'a> {
    fn catalogue(&self) -> &'a Catalogue {
        self.context.catalogue
    }

    /// A suggestion in the form in which people write it.
    fn back(&self, text: &str) -> String {
        text.replace(self.context.tenant_id, "{TenantId}")
    }

    /// Adds a suggestion to replace the name.
    fn meant(&self, problem: Diagnostic, right: &str, certain: bool) -> Diagnostic {
        let right = self.back(right);
        let fix = quoted_as(self.policy.source.slice(self.name.span), right.clone());
        let help = if certain { format!("write `{right}`") } else { format!("Did you mean `{right}`?") };
        problem.help(help).fix(self.place.clone(), fix, certain)
    }

    fn malformed(&self, reason: &UriError) -> Diagnostic {
        let problem = Diagnostic::error(Code::UnknownSetting, format!("`{}` is not a setting", self.name.value));
        if let Some(tidy) = tidied(self.text) {
            let problem = problem.clone().at(self.place.clone(), reason.to_string());
            match self.catalogue().resolve(&tidy) {
                Ok(_) => return self.meant(problem, &tidy, true),
                Err(LookupError::Case { right } | LookupError::Scope { text: right, .. }) => {
                    return self.meant(problem, &right, false);
                }
                Err(_) => {}
            }
        }
        if let Some(folder) = self.folder() {
            return folder;
        }
        let near = self.catalogue().suggest(&tidied(self.text).unwrap_or_else(|| self.text.to_string()));
        if !self.text.contains('/') {
            let problem = problem.at(self.place.clone(), "a setting's name begins with its area, as `Area/Name`");
            return match near {
                Some(near) => self.meant(problem, &near, false),
                None => self.by_another_name(problem).unwrap_or_else(|problem| {
                    problem.note("full addresses are accepted, too: `./Device/Vendor/MSFT/Policy/Config/Area/Name`")
                }),
            };
        }
        let problem = problem.at(self.place.clone(), reason.to_string());
        match near {
            Some(near) => self.meant(problem, &near, false),
            None => self.by_another_name(problem).unwrap_or_else(|problem| {
                problem.note(
                    "a setting is `Area/Name`, or an OMA-URI such as `./Device/Vendor/MSFT/Policy/Config/Area/Name`",
                )
            }),
        }
    }

    /// After the first unknown names, the catalogue is not searched for more: that takes a moment for each.
    fn unknown_among_many(&self) -> Diagnostic {
        Diagnostic::error(Code::UnknownSetting, "unknown setting")
            .at(self.place.clone(), "this node is not in the catalogue")
            .help("correct the first unknown names, then run `sspr-policy check` again for suggestions")
    }

    fn unknown(&self) -> Diagnostic {
        if let Some(folder) = self.folder() {
            return folder;
        }
        let problem = Diagnostic::error(Code::UnknownSetting, "unknown setting");
        // Spaces around a part are valid, but they make a different address.
        if let Some(tidy) = tidied(self.text).filter(|tidy| self.catalogue().resolve(tidy).is_ok()) {
            let problem = problem.at(self.place.clone(), "the name contains extra spaces");
            return self.meant(problem, &tidy, true);
        }
        let near = self.catalogue().suggest(self.text);
        let problem = problem.at(self.place.clone(), self.not_here(near.as_deref()));
        match near {
            Some(near) => self.meant(problem, &near, false),
            None => self.by_another_name(problem).unwrap_or_else(|problem| {
                problem.help(
                    "to use a node that is not in the catalogue, write `type:`, `raw:` and `unchecked:` with the reason",
                )
            }),
        }
    }

    /// A Group Policy's title, a settings catalog ID or another name that `explain` knows.
    fn by_another_name(&self, problem: Diagnostic) -> Result<Diagnostic, Diagnostic> {
        let found = self.catalogue().named(self.text);
        let Some(first) = found.first() else { return Err(problem) };
        match first.entry {
            CatalogueEntry::Node(node) => Ok(self.meant(problem, &short_of(node, first.scope), false)),
            CatalogueEntry::Policy(_) => {
                let what = "no CSP node is known for this Group Policy: write its registry values under `registry:`";
                Ok(problem.help(format!("{what}; `sspr-policy explain \"{}\"` shows them", self.text)))
            }
        }
    }

    /// Why the name is unknown. If a CSP and an area have the same name, says which of them has the node.
    fn not_here(&self, near: Option<&str>) -> String {
        let forced = self.text.strip_prefix("csp:");
        if let (Some(rest), Some(near)) = (forced, near)
            && let Some((csp, _)) = rest.split_once('/')
            && !near.starts_with("csp:")
            && near.split('/').next() == Some(csp)
        {
            return format!("the {csp} CSP does not have this node, but the {csp} area of the Policy CSP does");
        }
        "this node is not in the catalogue".into()
    }

    /// Reports an area, a CSP or another inner node.
    fn folder(&self) -> Option<Diagnostic> {
        let below = self.catalogue().below(self.text);
        let first = below.first()?;
        // What looks like a profile's name may be a setting whose profile is missing.
        let last = |name: &str| name.rsplit('/').next().unwrap_or_default().to_lowercase();
        let setting = || self.catalogue().suggest(self.text).is_some_and(|near| last(&near) == last(self.text));
        if first.contains('{') && setting() {
            return None;
        }
        let what = counted(below.len(), "setting");
        let mut names: Vec<String> = below.iter().take(SOME).map(|name| format!("`{name}`")).collect();
        if below.len() > SOME {
            names.push("…".into());
        }
        let problem = Diagnostic::error(
            Code::UnknownSetting,
            format!("`{}` is not a setting, but a folder of {what}", self.name.value),
        )
        .at(self.place.clone(), "an inner node does not have a value")
        .note(format!("settings in it: {}", names.join(", ")));
        let area = first.trim_start_matches("csp:").trim_start_matches("User/").split('/').next()?;
        Some(problem.help(format!("use one of its settings: `sspr-policy catalogue search {area}` lists them")))
    }

    fn other_case(&self, right: String) -> Diagnostic {
        let problem = Diagnostic::error(Code::UnknownSetting, "unknown setting: names are case-sensitive")
            .at(self.place.clone(), format!("the correct spelling is `{}`", self.back(&right)));
        let fix = quoted_as(self.policy.source.slice(self.name.span), self.back(&right));
        problem.fix(self.place.clone(), fix, true)
    }

    /// Reports a node of the other scope; it may have a counterpart in this one.
    fn other_scope(&self, right: Scope, text: String) -> Diagnostic {
        let text = self.back(&text);
        let problem = Diagnostic::error(Code::WrongScope, format!("this setting exists for the {} only", right.word()));
        let wrong = if right == Scope::User { Scope::Device } else { Scope::User };
        let node = self.catalogue().resolve(&text).ok().and_then(|found| found.node);
        let twin = node.and_then(|node| self.catalogue().twin(node, wrong));
        let fix = quoted_as(self.policy.source.slice(self.name.span), text.clone());
        let Some(twin) = twin else {
            // A written scope may be intended. Without one, only the existing scope can be meant.
            let scoped = ["User/", "Device/", "./User/", "./Device/"].iter().any(|scope| self.text.starts_with(scope));
            return problem.at(self.place.clone(), format!("write `{text}`")).fix(self.place.clone(), fix, !scoped);
        };
        let name = short_of(twin, wrong);
        problem.at(self.place.clone(), format!("for the {}, the setting is `{name}`", wrong.word())).help(format!(
            "write `{name}` for the {}, or `{text}` for the {}",
            wrong.word(),
            right.word()
        ))
    }

    /// Reports `{ProfileName}` and the like: a placeholder for a name that the administrator chooses.
    fn placeholder_left(&self, node: &CspNode, uri: &OmaUri) -> Option<Diagnostic> {
        let parts = Catalogue::placeholders_of(node, uri);
        let problem = |message: String| Diagnostic::error(Code::PlaceholderLeft, message);
        for (name, written) in parts {
            let left = written == "*" || written.starts_with('{') && written.ends_with('}');
            if left && !is_guid(written) {
                let label = match name {
                    "{TenantId}" => "write `{TenantId}`, or the ID of the tenant".to_string(),
                    _ => format!("replace it with {}", what_it_is(name)),
                };
                return Some(problem(format!("`{written}` is a placeholder for a name")).at(self.place.clone(), label));
            }
            if name == "{TenantId}" && !is_guid(written) && written != self.context.tenant_id {
                let right = self.text.replacen(written, "{TenantId}", 1);
                let problem = problem(format!("`{written}` is not the ID of this tenant"))
                    .at(self.place.clone(), "devices expect the ID of their own tenant here");
                return Some(self.meant(problem, &right, false));
            }
        }
        None
    }
}

/// The name of a node in a policy.
fn short_of(node: &CspNode, scope: Scope) -> String {
    match scope {
        Scope::User => format!("User/{}", node.short()),
        Scope::Device => node.short(),
    }
}

/// `{ProfileName}` → `the profile's name`; `{ProviderID}` → `the provider's ID`.
fn what_it_is(placeholder: &str) -> String {
    let bare = placeholder.trim_matches(['{', '}']);
    if bare == "*" {
        return "a name".into();
    }
    if bare.chars().all(|letter| letter.is_ascii_uppercase()) {
        return format!("the {bare}");
    }
    let end = |suffix: &str| {
        let (stem, rest) = bare.split_at_checked(bare.len().checked_sub(suffix.len())?)?;
        (rest.eq_ignore_ascii_case(suffix) && !stem.is_empty()).then(|| stem.to_string())
    };
    for (suffix, word) in [("Name", "name"), ("GUID", "GUID"), ("UID", "ID"), ("ID", "ID")] {
        if let Some(stem) = end(suffix) {
            return format!("the {}'s {word}", words(&stem));
        }
    }
    format!("the {}", words(bare))
}

/// `FirewallRule` → `firewall rule`
fn words(name: &str) -> String {
    let mut text = String::new();
    let mut before = 'A';
    for letter in name.chars() {
        if letter.is_uppercase() && before.is_lowercase() {
            text.push(' ');
        }
        text.extend(letter.to_lowercase());
        before = letter;
    }
    text
}

fn is_guid(text: &str) -> bool {
    uuid::Uuid::try_parse(text).is_ok()
}

/// Quotes a name in the same way as the original: braces need quotes in a flow map.
fn quoted_as(written: &str, name: String) -> String {
    match written.chars().next() {
        Some(quote @ ('\'' | '"')) if !name.contains(['\'', '"', '\\']) => format!("{quote}{name}{quote}"),
        _ => name,
    }
}

/// The name without extra spaces, with single slashes instead of backslashes or several slashes.
fn tidied(text: &str) -> Option<String> {
    let slashes = text.trim().replace('\\', "/");
    let parts: Vec<&str> = slashes.split('/').map(str::trim).filter(|part| !part.is_empty()).collect();
    let tidy = parts.join("/");
    (tidy != text).then_some(tidy)
}

/// Warns about an address without a scope: the catalogue accepts it, but some devices may not.
fn lacks_scope(place: &Place, written: &str, policy: &Policy) -> Diagnostic {
    let right = written.replacen("./Vendor/", "./Device/Vendor/", 1);
    LACKS_SCOPE
        .finding(policy.oldest_build())
        .at(place.clone(), "some devices ignore this form")
        .help(format!("write `{right}`"))
        .fix(place.clone(), quoted_as(policy.source.slice(place.span), right), true)
}
