//! `explain`: a setting, a rule or a target on one screen.

use std::process::ExitCode;

use clap::Args;

use super::Global;
use super::output::{Failure, Output};
use super::workspace::{CONFIGURATION, Workspace};
use crate::catalogue::{Allowed, Catalogue, EnumValue, LookupError, Node, Relation, Scopes};
use crate::diagnostic::nearest;
use crate::policy::{Assignments, Filter};
use crate::rules::{self, Condition, Rule, Way};
use crate::setting::{OmaUri, RegistryKey, RegistryLocation, Scope};

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// A setting by any of its names (Area/Name, OMA-URI, registry value, Group Policy), a rule by code or name, or a
    /// target of this repository
    #[arg(required = true)]
    what: Vec<String>,
}

pub(super) fn run(args: &ExplainArgs, global: &Global, output: &Output) -> Result<ExitCode, Failure> {
    let what = args.what.join(" ");
    let catalogue = Catalogue::embedded();
    if let Some(rule) = rules::rule(&what) {
        output.result(&rule_text(rule));
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(text) = target_text(&what, global) {
        output.result(&text);
        return Ok(ExitCode::SUCCESS);
    }
    let found = settings(&what, catalogue);
    match found.as_slice() {
        [] => Err(unknown(&what, catalogue)),
        [(node, uri)] => {
            output.result(&setting_text(node, uri, catalogue));
            Ok(ExitCode::SUCCESS)
        }
        several => {
            output.result(&format!("`{what}` is the name of {} settings:\n", several.len()));
            for (node, uri) in several {
                let title = node.group_policy.as_ref().map_or(String::new(), |policy| format!("   {}", policy.title));
                output.result(&format!("  {uri}{title}\n"));
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Nodes by any of their names.
fn settings<'c>(what: &str, catalogue: &'c Catalogue) -> Vec<(&'c Node, OmaUri)> {
    if let Ok(found) = catalogue.resolve(what)
        && let Some(node) = found.node
    {
        return vec![(node, found.uri)];
    }
    if let Err(LookupError::Case { right } | LookupError::Scope { text: right, .. }) = catalogue.resolve(what) {
        return settings(&right, catalogue);
    }
    let address = |node: &Node| node.address(if node.scope.has(Scope::Device) { Scope::Device } else { Scope::User });
    let named = |node: &&Node| {
        let name = node.uri.rsplit('/').next().unwrap_or_default();
        let policy = node.group_policy.as_ref();
        let title = policy
            .is_some_and(|policy| policy.title.eq_ignore_ascii_case(what) || policy.name.eq_ignore_ascii_case(what));
        let path = policy.is_some_and(|policy| {
            policy.full_path(Scope::Device).eq_ignore_ascii_case(what)
                || policy.full_path(Scope::User).eq_ignore_ascii_case(what)
        });
        let value =
            node.registry_places(address(node).scope()).iter().any(|place| place.name.eq_ignore_ascii_case(what));
        name.eq_ignore_ascii_case(what) || title || path || value || catalog_id(&address(node)) == what.to_lowercase()
    };
    let mut found: Vec<(&Node, OmaUri)> = catalogue.nodes().filter(named).map(|node| (node, address(node))).collect();
    if found.is_empty() {
        found = at_registry(what, catalogue).into_iter().map(|node| (node, address(node))).collect();
    }
    found
}

/// `HKLM\…\Key Value` or `HKLM\…\Key\Value`.
fn at_registry<'c>(what: &str, catalogue: &'c Catalogue) -> Vec<&'c Node> {
    let mut nodes = Vec::new();
    for at in what.char_indices().filter(|(_, c)| matches!(c, ' ' | '\\')).map(|(at, _)| at) {
        if let Ok(key) = RegistryKey::parse(&what[..at]) {
            let place = RegistryLocation { key, name: what[at + 1..].trim().to_string() };
            nodes.extend(catalogue.nodes_at(&place).into_iter().map(|(node, _)| node));
        }
    }
    nodes
}

/// The settings catalog's name of a Policy CSP setting: the address in lower case with underscores.
fn catalog_id(uri: &OmaUri) -> String {
    uri.as_str().trim_start_matches("./").replace('/', "_").to_lowercase()
}

fn unknown(what: &str, catalogue: &Catalogue) -> Failure {
    if what.len() == 6 && what.to_uppercase().starts_with("SP") {
        return Failure::with_help("not yet: error codes", "each message says itself what is wrong and what to do");
    }
    let shorts: Vec<String> = catalogue.nodes().map(Node::short).collect();
    let names = shorts.iter().map(String::as_str).chain(rules::RULES.iter().map(|rule| rule.name));
    let last = shorts.iter().filter_map(|short| short.rsplit('/').next());
    let near = nearest(what, names.chain(last));
    let help = match near {
        Some(near) => format!("did you mean `{near}`"),
        None => {
            "a setting is `Area/Name`, an OMA-URI, a registry value or a Group Policy; this version knows the settings \
                 that its own policies and rules need"
                .to_string()
        }
    };
    Failure::with_help(format!("nothing is known by the name `{what}`"), help)
}

fn line(text: &mut String, name: &str, value: &str) {
    if !value.is_empty() {
        text.push_str(&format!("  {name:<13}{value}\n"));
    }
}

fn setting_text(node: &Node, uri: &OmaUri, catalogue: &Catalogue) -> String {
    let title = node.group_policy.as_ref().map_or("", |policy| policy.title.as_str());
    let mut text =
        if title.is_empty() { format!("{}\n\n", uri.short()) } else { format!("{title:<68} {}\n\n", uri.short()) };
    let backed = if node.allowed == Allowed::Admx { ", ADMX-backed" } else { "" };
    let both = if node.scope == Scopes::Both { "; there is one for the other scope, too" } else { "" };
    line(&mut text, "OMA-URI", &format!("{uri}   ({}{backed}{both})", uri.scope().word()));
    line(&mut text, "Type", node.format.oma_type().map_or("", |kind| kind.word()));
    line(&mut text, "Values", &values(node));
    line(&mut text, "Default", node.default.as_deref().unwrap_or_default());
    if let Some(form) = &node.registry {
        let relation = match form.relation {
            Relation::Exact => "",
            Relation::Partial => "   (a part of it)",
            Relation::Unproven => "   (not proven: not exported)",
        };
        line(&mut text, "Registry", &format!("{}{relation}", form.shown(uri.scope())));
    } else {
        line(&mut text, "Registry", "no registry value is known that sets the same");
    }
    if let Some(policy) = &node.group_policy {
        let file = policy.file.as_ref().map_or(String::new(), |file| format!("  ({file})"));
        line(&mut text, "Group Policy", &format!("{}{file}", policy.full_path(uri.scope())));
    } else {
        line(&mut text, "Group Policy", "none");
    }
    if uri.policy_parts().is_some() {
        line(&mut text, "Catalog id", &catalog_id(uri));
    }
    line(&mut text, "Windows", &windows(node));
    line(&mut text, "Conflicts", &conflict(node));
    line(&mut text, "Note", node.note.as_deref().unwrap_or_default());
    line(&mut text, "Source", &catalogue.release);
    let about = rules::explain(uri);
    if !about.is_empty() {
        text.push('\n');
        for rule in about {
            text.push_str(&format!(
                "  {} {}: {} (confidence {})\n",
                rule.code,
                rule.name,
                rule.title,
                rule.confidence.word()
            ));
        }
    }
    text.push_str(&format!("\n  To copy\n    settings:\n{}", yaml(node, uri)));
    text
}

fn values(node: &Node) -> String {
    match &node.allowed {
        Allowed::Enum(values) | Allowed::Flags(values) => {
            values.iter().map(EnumValue::shown).collect::<Vec<_>>().join(", ")
        }
        Allowed::Range([low, high]) => format!("{low} to {high}"),
        Allowed::Regex(pattern) => format!("what matches {pattern}"),
        Allowed::Admx => "enabled, disabled".into(),
        Allowed::Xml => "an XML document".into(),
        Allowed::Json => "a JSON document".into(),
        Allowed::Sddl => "a security descriptor".into(),
        Allowed::Any => match node.list.as_deref() {
            Some("\u{f000}") => "a list (separated by U+F000)".into(),
            Some(separator) => format!("a list (separated by `{separator}`)"),
            None => String::new(),
        },
    }
}

fn windows(node: &Node) -> String {
    let since = node.first_build().map_or("not known".to_string(), |build| format!("from {build} on"));
    if node.editions.is_empty() {
        since
    } else {
        format!("{since}; {}", node.editions.iter().map(|edition| edition.name()).collect::<Vec<_>>().join(", "))
    }
}

fn conflict(node: &Node) -> String {
    match node.conflict.as_deref() {
        Some("LastWrite") => "the last write wins".into(),
        Some("LowestValueMostSecure") => "the lowest value wins".into(),
        Some("HighestValueMostSecure") => "the highest value wins".into(),
        Some(other) => other.into(),
        None => String::new(),
    }
}

/// A block that `check` takes, with every element.
fn yaml(node: &Node, uri: &OmaUri) -> String {
    let name = match (uri.scope(), uri.policy_parts()) {
        (Scope::User, _) => format!("User/{}", uri.short()),
        _ => uri.short().to_string(),
    };
    let elements = node.admx().map_or(&[][..], |form| &form.elements);
    if !elements.is_empty() {
        let mut text = format!("      {name}:\n        enabled:                  # or: disabled\n");
        for element in elements {
            let example = element.choices().first().map_or_else(
                || match element.kind {
                    crate::catalogue::ElementType::Decimal => element.min.unwrap_or(0).to_string(),
                    crate::catalogue::ElementType::Boolean => "true".into(),
                    crate::catalogue::ElementType::List if element.explicit => "{ name: value }".into(),
                    crate::catalogue::ElementType::List | crate::catalogue::ElementType::MultiText => "[value]".into(),
                    _ => "text".into(),
                },
                |(value, _)| value.clone(),
            );
            let choices: Vec<String> =
                element.choices().into_iter().map(|(value, label)| format!("{value} {label}")).collect();
            let comment = if choices.is_empty() { String::new() } else { format!("   # {}", choices.join(", ")) };
            text.push_str(&format!("          {}: {example}{comment}\n", element.id));
        }
        return text;
    }
    let (value, comment) = match &node.allowed {
        Allowed::Admx => ("disabled".into(), "enabled | disabled".into()),
        Allowed::Enum(all) | Allowed::Flags(all) => {
            let first = node
                .default
                .as_ref()
                .and_then(|default| all.iter().find(|value| value.0.eq_ignore_ascii_case(default)));
            let first = first.or(all.first());
            let word =
                first.map_or(String::new(), |value| if value.1.is_empty() { value.0.clone() } else { value.1.clone() });
            (word, values(node))
        }
        Allowed::Range([low, _]) => (node.default.clone().unwrap_or_else(|| low.to_string()), values(node)),
        _ => match (node.format.oma_type(), &node.list) {
            (_, Some(_)) => ("[item]".into(), values(node)),
            (Some(crate::setting::OmaType::Boolean), _) => ("true".into(), String::new()),
            (Some(crate::setting::OmaType::Integer), _) => ("0".into(), String::new()),
            _ => ("text".into(), values(node)),
        },
    };
    let quoted = if value.contains([':', '#', '{', '(']) { format!("\"{value}\"") } else { value };
    let comment = if comment.is_empty() { String::new() } else { format!("     # {comment}") };
    format!("      {name}: {quoted}{comment}\n")
}

fn rule_text(rule: &Rule) -> String {
    let mut text = format!("{} {}\n\n  {}\n\n", rule.code, rule.name, rule.title);
    line(&mut text, "Symptom", rule.symptom);
    line(&mut text, "Confidence", rule.confidence.word());
    if let Condition::Any(ways) = &rule.condition {
        for way in *ways {
            let shown = match way {
                Way::Node(name, bad) => format!("{} {bad}", name.trim_start_matches("Device/")),
                Way::Registry(key, name, bad) => format!("{key} {name} {bad}"),
            };
            line(&mut text, "Looks at", &shown);
        }
    }
    if let Condition::All(codes) = &rule.condition {
        line(&mut text, "Looks at", &codes.join(" and "));
    }
    line(&mut text, "Remedy", rule.remedy);
    for source in rule.sources {
        line(&mut text, "Source", source);
    }
    text.push_str(&format!(
        "\n  To accept it, in the policy\n    waive:\n      - {{ rule: {}, reason: \"…\", until: 2027-12-31 }}\n",
        rule.name
    ));
    text
}

/// A target of the repository, where there is one here.
fn target_text(what: &str, global: &Global) -> Option<String> {
    if !global.dir.join(CONFIGURATION).exists() {
        return None;
    }
    let workspace = Workspace::open(&global.dir).ok()?;
    let mut text = String::new();
    let mut describe = |place: &str, target: &Assignments| {
        text.push_str(&format!("target {what} ({place})\n"));
        for include in &target.include {
            let who = include.group.as_ref().map(|name| format!("group {}", name.value));
            let who = who.or_else(|| include.id.as_ref().map(|id| format!("group {}", id.value)));
            let who = who.unwrap_or_else(|| {
                include.all.as_ref().map_or(String::new(), |all| format!("all {:?}", all.value).to_lowercase())
            });
            let filter = match &include.filter {
                Some(Filter::Include(name)) => format!(", only what matches the filter {}", name.value),
                Some(Filter::Exclude(name)) => format!(", without what matches the filter {}", name.value),
                None => String::new(),
            };
            text.push_str(&format!("  include {who}{filter}\n"));
        }
        for exclude in &target.exclude {
            let name = exclude.group.as_ref().or(exclude.id.as_ref()).map_or("", |name| name.value.as_str());
            text.push_str(&format!("  exclude group {name}\n"));
        }
    };
    if let Some(target) = workspace.configuration.targets.get(what) {
        describe("everywhere", target);
    }
    for (name, environment) in workspace.configuration.environments.iter() {
        if let Some(target) = environment.targets.get(what) {
            describe(name, target);
        }
    }
    for policy in &workspace.policies {
        if let Some(written) = &policy.document.assignments
            && matches!(&written.value, crate::policy::Audiences::Target(name) if name == what)
        {
            text.push_str(&format!("  used by {}\n", policy.key));
        }
    }
    (!text.is_empty()).then_some(text)
}
