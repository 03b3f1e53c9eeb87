//! What we know beside Microsoft's files: registry places that no DDF links, nodes that only older files describe, and
//! mistakes of the data. Each line says where the fact comes from.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::catalogue::{Node, OnlyPolicy, Scopes};

/// Facts for nodes that a bundle has: lines of `uri`, `source` and what to `set` (null takes away).
const FACTS: &str = include_str!("overlay/facts.jsonl");
/// Nodes that newer bundles lack, whole; `source` names the file that last described them.
const OLDER: &str = include_str!("overlay/older-nodes.jsonl");
/// Security options and others that no node sets.
const POLICIES: &str = include_str!("overlay/policies.jsonl");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fact {
    uri: String,
    source: String,
    set: Map<String, Value>,
}

/// Lays the overlay over the nodes; what finds no node is told.
///
/// # Errors
/// A line of the overlay that is wrong, which a test would have found.
pub(super) fn lay_over(nodes: &mut Vec<Node>, warnings: &mut Vec<String>) -> Result<(), String> {
    for (at, line) in FACTS.lines().enumerate() {
        let wrong = |error: serde_json::Error| format!("overlay/facts.jsonl:{}: {error}", at + 1);
        let fact: Fact = serde_json::from_str(line).map_err(wrong)?;
        let Some(node) = nodes.iter_mut().find(|node| node.uri == fact.uri) else {
            warnings
                .push(format!("{}: the overlay knows this node ({}), and the bundle does not", fact.uri, fact.source));
            continue;
        };
        *node = patched(node, fact).map_err(wrong)?;
    }
    for (at, line) in OLDER.lines().enumerate() {
        let older: Node =
            serde_json::from_str(line).map_err(|error| format!("overlay/older-nodes.jsonl:{}: {error}", at + 1))?;
        let (device, user) = (address(&older.uri, "./Device/"), address(&older.uri, "./User/"));
        let known = |node: &Node| match older.scope {
            Scopes::Device => node.uri == device && node.scope != Scopes::User,
            Scopes::User => node.uri == user || node.uri == device && node.scope == Scopes::Both,
            Scopes::Both => node.uri == device || node.uri == user,
        };
        if !nodes.iter().any(known) {
            nodes.push(older);
        }
    }
    Ok(())
}

fn address(uri: &str, scope: &str) -> String {
    format!("{scope}{}", crate::catalogue::below_scope(uri))
}

fn patched(node: &Node, fact: Fact) -> Result<Node, serde_json::Error> {
    let mut value = serde_json::to_value(node)?;
    if let Value::Object(fields) = &mut value {
        for (name, new) in fact.set {
            merge(fields, name, new);
        }
        if let Some(Value::Object(registry)) = fields.get_mut("registry") {
            registry.insert("source".into(), Value::String(fact.source));
        }
    }
    serde_json::from_value(value)
}

/// RFC 7396: objects are merged, null takes away, everything else replaces.
fn merge(into: &mut Map<String, Value>, name: String, new: Value) {
    match new {
        Value::Null => {
            into.remove(&name);
        }
        Value::Object(new) => {
            let inner = into.entry(name).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                for (name, value) in new {
                    merge(inner, name, value);
                }
            }
        }
        other => {
            into.insert(name, other);
        }
    }
}

/// Policies that only the overlay knows.
///
/// # Errors
/// A line of the overlay that is wrong.
pub(super) fn policies() -> Result<Vec<OnlyPolicy>, String> {
    let read =
        |(at, line)| serde_json::from_str(line).map_err(|error| format!("overlay/policies.jsonl:{}: {error}", at + 1));
    POLICIES.lines().enumerate().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_overlay_can_be_read() {
        for line in FACTS.lines() {
            let fact: Fact = serde_json::from_str(line).expect(line);
            assert!(!fact.source.is_empty(), "{line}");
        }
        for line in OLDER.lines() {
            let node: Node = serde_json::from_str(line).expect(line);
            assert!(node.source.is_some(), "{line}");
        }
        assert!(policies().is_ok());
    }
}
