//! Facts that Microsoft's files lack: registry values that the DDF does not link, nodes that only older files describe,
//! and corrections. Each line names its source.

use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::catalogue::{CspNode, OnlyPolicy, Scopes};

/// Facts for nodes in the bundle: lines of `uri`, `source` and the properties to `set` (null removes one).
const FACTS: &str = include_str!("overlay/facts.jsonl");
/// Complete nodes that newer bundles lack; `source` names the last file that described them.
const OLDER: &str = include_str!("overlay/older-nodes.jsonl");
/// Security options and other policies without a node.
const POLICIES: &str = include_str!("overlay/policies.jsonl");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OverlayFact {
    uri: String,
    source: String,
    set: Map<String, Value>,
}

/// The lines of one file of the overlay.
fn lines<T: serde::de::DeserializeOwned>(name: &str, text: &str) -> Result<Vec<T>, String> {
    let read = |(at, line)| serde_json::from_str(line).map_err(|error| format!("overlay/{name}:{}: {error}", at + 1));
    text.lines().enumerate().map(read).collect()
}

/// Adds the overlay's facts to the nodes, and warns about facts without a node.
///
/// # Errors
/// An invalid line of the overlay, which a test would have found.
pub(super) fn lay_over(nodes: &mut Vec<CspNode>, warnings: &mut Vec<String>) -> Result<(), String> {
    // Parsed only once: a fuzzer imports thousands of times.
    static FACTS_READ: OnceLock<Result<Vec<OverlayFact>, String>> = OnceLock::new();
    static OLDER_READ: OnceLock<Result<Vec<CspNode>, String>> = OnceLock::new();
    let facts = FACTS_READ.get_or_init(|| lines("facts.jsonl", FACTS)).as_ref().map_err(String::clone)?;
    let older = OLDER_READ.get_or_init(|| lines("older-nodes.jsonl", OLDER)).as_ref().map_err(String::clone)?;
    for fact in facts {
        let Some(node) = nodes.iter_mut().find(|node| node.uri == fact.uri) else {
            warnings.push(format!(
                "{}: this node is in the overlay ({}), but not in the DDF bundle",
                fact.uri, fact.source
            ));
            continue;
        };
        *node = patched(node, fact).map_err(|error| format!("overlay/facts.jsonl: {}: {error}", fact.uri))?;
    }
    for older in older {
        let (device, user) = (address(&older.uri, "./Device/"), address(&older.uri, "./User/"));
        let known = |node: &CspNode| match older.scope {
            Scopes::Device => node.uri == device && node.scope != Scopes::User,
            Scopes::User => node.uri == user || node.uri == device && node.scope == Scopes::Both,
            Scopes::Both => node.uri == device || node.uri == user,
        };
        if !nodes.iter().any(known) {
            nodes.push(older.clone());
        }
    }
    Ok(())
}

fn address(uri: &str, scope: &str) -> String {
    format!("{scope}{}", crate::catalogue::below_scope(uri))
}

fn patched(node: &CspNode, fact: &OverlayFact) -> Result<CspNode, serde_json::Error> {
    let mut value = serde_json::to_value(node)?;
    if let Value::Object(fields) = &mut value {
        for (name, new) in fact.set.clone() {
            merge(fields, name, new);
        }
        if let Some(Value::Object(registry)) = fields.get_mut("registry") {
            registry.insert("source".into(), Value::String(fact.source.clone()));
        }
    }
    serde_json::from_value(value)
}

/// RFC 7396: objects are merged, null removes, everything else replaces.
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

/// The policies of the overlay.
///
/// # Errors
/// An invalid line of the overlay.
pub(super) fn policies() -> Result<Vec<OnlyPolicy>, String> {
    lines("policies.jsonl", POLICIES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_overlay_can_be_read() {
        for line in FACTS.lines() {
            let fact: OverlayFact = serde_json::from_str(line).expect(line);
            assert!(!fact.source.is_empty(), "{line}");
        }
        for line in OLDER.lines() {
            let node: CspNode = serde_json::from_str(line).expect(line);
            assert!(node.source.is_some(), "{line}");
        }
        assert!(policies().is_ok());
    }
}
