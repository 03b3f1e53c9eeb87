//! Explains a node.

use super::registry::registry_lines;
use super::screen::Screen;
use super::used;
use crate::catalogue::{Allowed, Catalogue, CspNode, Dependency, Edition, EnumValue, Scopes, catalogue_id};
use crate::policy::WindowsRelease;
use crate::report::setting_block;
use crate::repository::Repository;
use crate::rules::{self, Rule};
use crate::setting::{OmaUri, RegistryLocation, Scope};

/// The screen for a node: everything that is known about it, and a block to copy.
pub(super) fn setting_text(
    node: &CspNode,
    scope: Scope,
    catalogue: &Catalogue,
    repository: Option<&Repository>,
) -> String {
    let uri = node.address(scope);
    let title = node.group_policy.as_ref().map_or("", |policy| policy.title.as_str());
    let name = catalogue.name_of(&uri);
    let mut screen = Screen::titled(title, &name);
    names(&mut screen, node, &uri, scope);
    screen.line("Type", node.format.oma_type().map_or("none; it cannot be set", |kind| kind.word()));
    screen.lines("Values", &values(node));
    screen.line("Default", node.default.as_deref().unwrap_or_default());
    screen.lines("Needs", &node.depends.iter().map(dependency).collect::<Vec<_>>());
    screen.line("Access", &access(node));
    match &node.registry {
        Some(form) => screen.lines("Registry", &registry_lines(form, scope)),
        None => screen.line("Registry", "no registry value is known for this setting"),
    }
    screen.line("Windows", &windows(node));
    screen.line("Editions", &editions(node));
    screen.line("Deprecated", &node.deprecated.as_deref().map_or(String::new(), deprecated));
    screen.line("Restart", restart(node));
    screen.line("Conflicts", &conflict(node));
    screen.line("Note", node.note.as_deref().unwrap_or_default());
    let older = node.source.as_ref().map(|source| format!("{source}; {} no longer has it", catalogue.release));
    screen.line("Source", older.as_deref().unwrap_or(&catalogue.release));
    rules_lines(&mut screen, Some(&uri), &node.registry_places(scope));
    used_lines(&mut screen, repository.map_or(Vec::new(), |repository| used::by_node(repository, node, scope)));
    if node.is_settable() {
        screen.block("To copy", &format!("    settings:\n{}", setting_block(node, &uri, &name)));
    } else {
        screen.block("This node cannot be set: it is read-only or a command.", "");
    }
    screen.text()
}

fn names(screen: &mut Screen, node: &CspNode, uri: &OmaUri, scope: Scope) {
    let backed = if node.allowed == Allowed::Admx { ", ADMX-backed" } else { "" };
    let both = if node.scope == Scopes::Both { "; also exists in the other scope" } else { "" };
    let what = format!("({}{backed}{both})", uri.scope().word());
    let beside = format!("{uri}   {what}");
    if beside.len() <= 85 {
        screen.lines("OMA-URI", &[beside]);
    } else {
        screen.lines("OMA-URI", &[uri.to_string(), what]);
    }
    if uri.policy_parts().is_some() {
        screen.line("Catalog ID", &catalogue_id(uri));
    }
    let Some(policy) = &node.group_policy else {
        screen.line("Group Policy", "none");
        return;
    };
    if policy.title.is_empty() {
        screen.line("Group Policy", "named here, but no known template defines it");
    } else {
        screen.line("Group Policy", &policy.full_path(scope));
    }
    let file = policy.file.as_ref().map_or(String::new(), |file| format!(" ({file})"));
    if policy.template.is_none() {
        screen.line("ADMX name", &format!("{}{file}", policy.name));
    }
    screen.line("Template", policy.template.as_deref().unwrap_or_default());
}

/// The values in one line if they are short, otherwise one per line.
fn values(node: &CspNode) -> Vec<String> {
    let one = |text: &str| vec![text.to_string()];
    match &node.allowed {
        Allowed::Enum(all) | Allowed::Flags(all) => {
            let mut lines = all.iter().map(EnumValue::shown).collect::<Vec<_>>();
            if lines.join(", ").len() <= 84 {
                lines = vec![lines.join(", ")];
            }
            if matches!(node.allowed, Allowed::Flags(_)) {
                lines.insert(0, "a sum of these, or a list of their names:".into());
            }
            lines
        }
        Allowed::Range([low, high]) => vec![format!("{low} to {high}")],
        Allowed::Regex(pattern) => vec![format!("text that matches {pattern}")],
        Allowed::Admx => one("enabled, disabled"),
        Allowed::Xml => one("an XML document"),
        Allowed::Json => one("a JSON document"),
        Allowed::Sddl => one("a security descriptor"),
        Allowed::Any => match node.list.as_deref() {
            Some("\u{f000}") => one("a list (separated by U+F000)"),
            Some(separator) => vec![format!("a list (separated by `{separator}`)")],
            None => Vec::new(),
        },
    }
}

fn dependency(on: &Dependency) -> String {
    // Microsoft lists some without their scope.
    let uri = OmaUri::parse(&on.uri).unwrap_or_else(|_| OmaUri::verbatim(&on.uri));
    let name = uri.short();
    match (on.not, on.values.as_str()) {
        (false, "") => format!("{name} to be set"),
        (false, values) => format!("{name} = {values}"),
        (true, "") => format!("{name} not to be set"),
        (true, values) => format!("{name} not to be {values}"),
    }
}

/// The access types; empty for the combination that most nodes have.
fn access(node: &CspNode) -> String {
    let usual = node.access.len() == 4 && "ADGR".chars().all(|letter| node.access.contains(letter));
    let words = [('A', "add"), ('D', "delete"), ('G', "get"), ('R', "replace"), ('E', "execute"), ('C', "copy")];
    let words: Vec<&str> =
        words.iter().filter(|(letter, _)| node.access.contains(*letter)).map(|(_, word)| *word).collect();
    if usual { String::new() } else { format!("{} only", words.join(", ")) }
}

/// `10.0.19041.1202` → `10 2004 (19041.1202)`.
fn release(build: &str) -> String {
    let number = build.strip_prefix("10.0.").unwrap_or(build);
    let major = number.split('.').next().and_then(|major| major.parse().ok());
    match major.and_then(|build| WindowsRelease { build, edition: None }.name()) {
        Some(name) => format!("{name} ({number})"),
        None => format!("build {number}"),
    }
}

fn windows(node: &CspNode) -> String {
    let preview = "preview builds only, according to Microsoft's file, which is often outdated";
    let revised = |build: &&String| build.matches('.').count() > 2;
    let (with_update, whole): (Vec<&String>, Vec<&String>) = node.builds.iter().partition(revised);
    let list = |builds: &[&String]| builds.iter().map(|build| release(build)).collect::<Vec<_>>().join(", ");
    let known = match (whole.as_slice(), with_update.as_slice()) {
        ([], []) => String::new(),
        ([], updates) => format!("with updates: {}; and later releases", list(updates)),
        (whole, []) => format!("{} and later", list(whole)),
        (whole, updates) => format!("{} and later; with updates: {}", list(whole), list(updates)),
    };
    match (node.insider, known.is_empty()) {
        (true, true) => preview.into(),
        (true, false) => format!("{known}; {preview}"),
        (false, true) => "not known".into(),
        (false, false) => known,
    }
}

fn editions(node: &CspNode) -> String {
    let names: Vec<&str> = node.editions.iter().map(|edition| edition.name()).collect();
    let home = if node.editions.contains(&Edition::Home) { "" } else { "; not Home" };
    if names.is_empty() { "not known".into() } else { format!("{}{home}", names.join(", ")) }
}

fn deprecated(since: &str) -> String {
    match since {
        "yes" => "yes, according to Microsoft".into(),
        build => format!("since {}, according to Microsoft", release(build)),
    }
}

fn restart(node: &CspNode) -> &str {
    match node.reboot.as_deref() {
        Some("Automatic") => "the device restarts to apply it",
        Some("ServerInitiated") => "needs a restart, which Intune must request",
        Some(other) => other,
        None => "",
    }
}

fn conflict(node: &CspNode) -> String {
    match node.conflict.as_deref() {
        Some("LastWrite") => "the last write wins".into(),
        Some("LowestValueMostSecure") => "the lowest value wins".into(),
        Some("HighestValueMostSecure") => "the highest value wins".into(),
        Some("LowestValueMostSecureZeroHasNoLimits") => {
            "the lowest value wins; 0 means no limit and has the lowest priority".into()
        }
        Some("HighestValueMostSecureZeroHasNoLimits") => {
            "the highest value wins; 0 means no limit and has the highest priority".into()
        }
        Some(other) => other.into(),
        None => String::new(),
    }
}

/// Adds the rules that check a node or its registry values.
pub(super) fn rules_lines(screen: &mut Screen, uri: Option<&OmaUri>, places: &[RegistryLocation]) {
    let found = rules::about(uri, places);
    let line = |rule: &&'static Rule| {
        let severity = rule.severity.severity(None).word();
        format!("{} {}: {} ({severity}, {} confidence)", rule.id.code, rule.id.name, rule.title, rule.confidence.word())
    };
    if !found.is_empty() {
        screen.gap();
        screen.lines("Rules", &found.iter().map(line).collect::<Vec<_>>());
    }
}

/// Adds the policies of the repository that set it.
pub(super) fn used_lines(screen: &mut Screen, used: Vec<String>) {
    if !used.is_empty() {
        screen.gap();
        screen.lines("Set here by", &used);
    }
}
