//! The differences between two tables.

use std::collections::BTreeMap;

use super::{Allowed, Catalogue, CspNode, EnumValue, OnlyPolicy, RegistryForm};
use crate::setting::{OmaUri, Scope};

/// The differences, sorted by address. A node that exists in both scopes is listed once if both changed in the same
/// way.
#[derive(Debug, Clone, Default)]
pub struct Comparison {
    /// Nodes that only the newer table has, and where.
    pub added: Vec<NodeInScopes>,
    /// Nodes that only the older table has.
    pub removed: Vec<NodeInScopes>,
    /// Nodes in both tables with different facts.
    pub changed: Vec<Changed>,
    /// Group Policies without a node that only the newer table has: file and name.
    pub policies_added: Vec<String>,
    /// Group Policies without a node that only the older table has.
    pub policies_removed: Vec<String>,
    /// Group Policies without a node whose names or registry form changed.
    pub policies_changed: Vec<String>,
}

/// A node, and the scopes in which something is true of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeInScopes {
    pub name: String,
    pub scopes: Vec<Scope>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    pub name: String,
    /// The scopes in which it has these changes.
    pub scopes: Vec<Scope>,
    pub facts: Vec<Fact>,
}

/// One fact before and after; empty if a table does not state it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Fact {
    /// The name of the fact: `builds`, `editions`, `allowed`…
    pub fact: &'static str,
    /// What the older table states.
    pub before: String,
    /// What the newer table states.
    pub after: String,
}

impl Changed {
    /// Whether only this fact changed.
    pub fn is_only(&self, fact: &str) -> bool {
        self.facts.iter().all(|changed| changed.fact == fact)
    }

    /// The fact with this name, if it changed.
    pub fn fact(&self, fact: &str) -> Option<&Fact> {
        self.facts.iter().find(|changed| changed.fact == fact)
    }
}

pub fn compare(old: &Catalogue, new: &Catalogue) -> Comparison {
    let (before, after) = (by_address(old), by_address(new));
    let absent = |from: &BTreeMap<(String, Scope), &CspNode>, other: &BTreeMap<(String, Scope), &CspNode>| {
        let mut names: BTreeMap<String, Vec<Scope>> = BTreeMap::new();
        for (name, scope) in from.keys().filter(|key| !other.contains_key(key)) {
            names.entry(name.clone()).or_default().push(*scope);
        }
        names.into_iter().map(|(name, scopes)| NodeInScopes { name, scopes }).collect()
    };
    let mut changed: Vec<Changed> = Vec::new();
    for ((name, scope), node) in &after {
        let Some(was) = before.get(&(name.clone(), *scope)).filter(|was| **was != *node) else { continue };
        let facts = facts(was, node);
        match changed.last_mut().filter(|last| last.name == *name && last.facts == facts) {
            _ if facts.is_empty() => {}
            Some(twin) => twin.scopes.push(*scope),
            None => changed.push(Changed { name: name.clone(), scopes: vec![*scope], facts }),
        }
    }
    let (was, is) = (policies(old), policies(new));
    let only = |a: &BTreeMap<&str, &OnlyPolicy>, b: &BTreeMap<&str, &OnlyPolicy>| {
        a.keys().filter(|name| !b.contains_key(*name)).map(ToString::to_string).collect()
    };
    let differ = |(name, policy): (&&str, &&OnlyPolicy)| was.get(name).is_some_and(|was| was != policy);
    Comparison {
        added: absent(&after, &before),
        removed: absent(&before, &after),
        changed,
        policies_added: only(&is, &was),
        policies_removed: only(&was, &is),
        policies_changed: is.iter().filter(|one| differ((one.0, one.1))).map(|(name, _)| name.to_string()).collect(),
    }
}

/// Nodes by short name and scope, because tables may have one line for both scopes or two.
fn by_address(catalogue: &Catalogue) -> BTreeMap<(String, Scope), &CspNode> {
    let scopes =
        |node: &CspNode| [Scope::Device, Scope::User].into_iter().filter(|scope| node.scope.has(*scope)).collect();
    let named = |node| {
        let scopes: Vec<Scope> = scopes(node);
        scopes.into_iter().map(move |scope| ((OmaUri::short_of(&node.uri).to_string(), scope), node))
    };
    catalogue.nodes().flat_map(named).collect()
}

fn policies(catalogue: &Catalogue) -> BTreeMap<&str, &OnlyPolicy> {
    catalogue.only_policies().map(|policy| (policy.policy.as_str(), policy)).collect()
}

/// Returns a fact of a node as text.
type Say<'a> = &'a dyn Fn(&CspNode) -> String;

/// The facts of a node that differ.
pub fn facts(old: &CspNode, new: &CspNode) -> Vec<Fact> {
    let flag = |is: bool| if is { "yes".to_string() } else { String::new() };
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let all: [(&'static str, Say<'_>); 16] = [
        ("format", &|node| word(&node.format)),
        ("access", &|node| node.access.clone()),
        ("allowed", &|node| allowed(&node.allowed)),
        ("list", &|node| text(&node.list).replace('\u{f000}', "U+F000")),
        ("default", &|node| text(&node.default)),
        ("builds", &|node| node.builds.join(" ")),
        ("editions", &|node| node.editions.iter().map(|edition| edition.name()).collect::<Vec<_>>().join(" ")),
        ("insider", &|node| flag(node.insider)),
        ("deprecated", &|node| text(&node.deprecated)),
        ("conflict", &|node| text(&node.conflict)),
        ("depends", &|node| {
            let one = |on: &super::Dependency| format!("{}{} {}", if on.not { "not " } else { "" }, on.uri, on.values);
            node.depends.iter().map(one).collect::<Vec<_>>().join("; ").trim().to_string()
        }),
        ("reboot", &|node| text(&node.reboot)),
        ("group policy", &group_policy),
        ("registry", &|node| node.registry.as_ref().map_or(String::new(), registry)),
        ("kept from", &|node| text(&node.source)),
        ("note", &|node| text(&node.note)),
    ];
    let changed = |(fact, of): (&'static str, Say<'_>)| {
        let (before, after) = (of(old), of(new));
        (before != after).then_some(Fact { fact, before, after })
    };
    all.into_iter().filter_map(changed).collect()
}

/// The name that serde gives a unit variant.
fn word<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(String::from)).unwrap_or_default()
}

fn allowed(allowed: &Allowed) -> String {
    let values = |values: &[EnumValue]| values.iter().map(EnumValue::shown).collect::<Vec<_>>().join(", ");
    match allowed {
        Allowed::Any => String::new(),
        Allowed::Enum(all) => values(all),
        Allowed::Flags(all) => format!("a sum of {}", values(all)),
        Allowed::Range([low, high]) => format!("{low} to {high}"),
        Allowed::Regex(pattern) => format!("text that matches {pattern}"),
        Allowed::Admx | Allowed::Xml | Allowed::Json | Allowed::Sddl => word(allowed),
    }
}

fn group_policy(node: &CspNode) -> String {
    let Some(policy) = &node.group_policy else { return String::new() };
    let parts = [policy.path.as_str(), policy.title.as_str(), policy.name.as_str()];
    let path = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" > ");
    let from = policy.file.as_deref().or(policy.template.as_deref()).unwrap_or_default();
    format!("{path} ({from})")
}

/// A registry form as one line of text.
fn registry(form: &RegistryForm) -> String {
    let name = form.value.as_deref().map_or(String::new(), |name| format!(" {name}"));
    let relation = word(&form.relation);
    let data = serde_json::to_string(&form.data).unwrap_or_default();
    format!("{}{name} ({relation}) {data}", form.key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(lines: &[&str]) -> Catalogue {
        Catalogue::parse(format!("{{\"release\":\"x\"}}\n{}\n", lines.join("\n"))).expect("a table")
    }

    fn in_scopes(name: &str, scopes: &[Scope]) -> NodeInScopes {
        NodeInScopes { name: name.into(), scopes: scopes.into() }
    }

    const BASE: &str = "./Device/Vendor/MSFT/Policy/Config";

    #[test]
    fn every_changed_fact_is_listed() {
        let old = table(&[
            &format!(r#"{{"uri":"{BASE}/A/Gone","format":"int"}}"#),
            &format!(r#"{{"uri":"{BASE}/A/Same","format":"int","builds":"16299"}}"#),
            &format!(r#"{{"uri":"{BASE}/A/Set","scope":"both","format":"int","builds":"16299"}}"#),
        ]);
        let new = table(&[
            &format!(r#"{{"uri":"{BASE}/A/New","scope":"both","format":"int"}}"#),
            &format!(r#"{{"uri":"{BASE}/A/Same","format":"int","builds":"16299"}}"#),
            &format!(r#"{{"uri":"{BASE}/A/Set","scope":"both","format":"int","builds":"26100 16299","editions":"P"}}"#),
        ]);
        let found = compare(&old, &new);
        assert_eq!(found.added, [in_scopes("A/New", &[Scope::Device, Scope::User])]);
        assert_eq!(found.removed, [in_scopes("A/Gone", &[Scope::Device])]);
        let [set] = found.changed.as_slice() else { panic!("{:?}", found.changed) };
        assert_eq!((set.name.as_str(), set.scopes.len()), ("A/Set", 2));
        let facts: Vec<String> =
            set.facts.iter().map(|fact| format!("{} {}>{}", fact.fact, fact.before, fact.after)).collect();
        assert_eq!(facts, ["builds 10.0.16299>10.0.26100 10.0.16299", "editions >Pro"]);
    }

    #[test]
    fn a_node_with_a_new_scope_is_only_added_there() {
        let old = table(&[&format!(r#"{{"uri":"{BASE}/A/Set","format":"int"}}"#)]);
        let new = table(&[&format!(r#"{{"uri":"{BASE}/A/Set","scope":"both","format":"int"}}"#)]);
        let found = compare(&old, &new);
        assert_eq!(found.added, [in_scopes("A/Set", &[Scope::User])]);
        assert!(found.removed.is_empty() && found.changed.is_empty());
    }

    #[test]
    fn a_table_equals_itself() {
        let found = compare(Catalogue::embedded(), Catalogue::embedded());
        assert!(found.added.is_empty() && found.removed.is_empty() && found.changed.is_empty());
        assert!(found.policies_added.is_empty() && found.policies_removed.is_empty());
    }
}
