//! The policies and the configuration, as types from which the JSON Schemas are derived.
//!
//! Decoding collects all errors of a file, each with its place, instead of stopping at the first.

mod audience;
mod auth;
mod configuration;
mod decode;
mod document;
mod key;
mod name_or_id;
mod reserved_variable;
mod servers;
mod values;
mod windows;
mod written_secret;

pub use audience::{All, Audiences, Exclude, Filter, Include, WrittenAssignments};
pub use auth::{Auth, AuthMethod, ClientId, Cloud};
pub use configuration::{Configuration, Environment, Limits, Seed};
pub use document::{DeliverWord, Policy, PolicyDocument, State, Waiver};
pub use key::{check_key, check_owner, key_of_path};
pub use name_or_id::WrittenNameOrId;
pub use reserved_variable::is_reserved_variable;
pub use servers::{Trust, TrustedHosts, UntrustedServers, is_loopback};
pub use values::{Mapping, RegistryBlock, RegistryValues, SettingForm, SettingInput, SettingValue};
pub use windows::WindowsRelease;

use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Node, Place, Source, Value, parse};
use decode::{Decode, Decoder};

/// The word for `sspr-policy.yaml` in messages.
const CONFIGURATION: &str = "configuration";

/// Reads a policy file. `key` is the one from its path; an explicit `key:` takes precedence.
///
/// Errors are added to `problems`; if no policy is returned, there is at least one.
pub fn read_policy(source: &Arc<Source>, key: Option<&str>, problems: &mut Vec<Diagnostic>) -> Option<Policy> {
    let document: PolicyDocument = read(source, "policy", problems)?;
    let key = document.key.as_ref().map(|key| key.value.clone()).or_else(|| key.map(String::from));
    let key = key.unwrap_or_else(|| {
        let place = Place::start_of(source);
        problems.push(
            Diagnostic::error(Code::InvalidKey, "this file name cannot be used as a key")
                .at(place, "")
                .note("the key is the path under `policies/` without `.yaml`. It can contain a-z, 0-9, `.`, `_`, `-` and `/`, up to 128 characters")
                .help("rename the file, or add `key:` to it"),
        );
        String::new()
    });
    Some(Policy { key, source: Arc::clone(source), document: Arc::new(document) })
}

/// Reads `sspr-policy.yaml`.
pub fn read_configuration(source: &Arc<Source>, problems: &mut Vec<Diagnostic>) -> Option<Configuration> {
    let node = node(source, CONFIGURATION, problems)?;
    let secrets = written_secret::find(source, &node);
    if !secrets.is_empty() {
        problems.extend(secrets);
        return None;
    }
    decode(source, &node, problems)
}

fn read<T: Decode>(source: &Arc<Source>, what: &str, problems: &mut Vec<Diagnostic>) -> Option<T> {
    decode(source, &node(source, what, problems)?, problems)
}

/// The YAML of a file, which must not be empty.
fn node(source: &Arc<Source>, what: &str, problems: &mut Vec<Diagnostic>) -> Option<Node> {
    let node = match parse(source) {
        Ok(node) => node,
        Err(error) => {
            let place = Place::new(source, error.span);
            let message = "this file is not valid YAML";
            let mut problem = if what == CONFIGURATION && written_secret::may_stand_in(source, error.span) {
                Diagnostic::error(Code::InvalidYaml, format!("{place}: {message}: {}", error.message))
                    .note("the line is not shown, because it may contain a secret")
            } else {
                Diagnostic::error(Code::InvalidYaml, message).at(place, error.message)
            };
            problem.help = error.help;
            problems.push(problem);
            return None;
        }
    };
    if node.value == Value::Null {
        let empty = Diagnostic::error(Code::EmptyFile, format!("the {what} is empty"))
            .at(Place::start_of(source), "this file has no content");
        problems.push(empty.help("`sspr-policy init` creates an example in an empty folder"));
        return None;
    }
    Some(node)
}

fn decode<T: Decode>(source: &Arc<Source>, node: &Node, problems: &mut Vec<Diagnostic>) -> Option<T> {
    let mut decoder = Decoder::new(source, problems);
    let document = T::decode(node, &mut decoder);
    let sound = !decoder.found_errors();
    document.filter(|_| sound)
}

/// The schema of a document that the program writes: JSON Schema 2020-12.
pub fn schema<T: schemars::JsonSchema>(title: &str) -> serde_json::Value {
    let mut schema = schemars::SchemaGenerator::default().into_root_schema_for::<T>();
    schema.insert("title".into(), title.into());
    schema.to_value()
}

/// The schema of a document that people write, for their editors. What it refuses, decoding refuses, too.
pub fn written_schema<T: schemars::JsonSchema>(title: &str) -> serde_json::Value {
    let mut schema = schema::<T>(title);
    absent_is_not_null(&mut schema);
    texts_are_not_empty(&mut schema);
    schema
}

/// Text must not be blank, except in the registry.
fn texts_are_not_empty(schema: &mut serde_json::Value) {
    use serde_json::Value as Json;
    match schema {
        Json::Object(object) => {
            let free = ["const", "enum", "pattern"].iter().all(|key| !object.contains_key(*key));
            if free && object.get("type").is_some_and(|kind| kind == "string") {
                object.insert("pattern".into(), r"\S".into());
            }
            object
                .iter_mut()
                .filter(|(key, _)| *key != "RegistryValues")
                .for_each(|(_, part)| texts_are_not_empty(part));
        }
        Json::Array(items) => items.iter_mut().for_each(texts_are_not_empty),
        _ => {}
    }
}

/// schemars allows `null` for an optional key, but a key without a value is an error. Types that allow null say so
/// themselves (`RegistryValues`).
fn absent_is_not_null(schema: &mut serde_json::Value) {
    use serde_json::Value as Json;
    match schema {
        Json::Object(object) => {
            let only = object.get("anyOf").and_then(Json::as_array).filter(|list| list.len() == 2);
            if let Some(list) = only
                && list[1] == serde_json::json!({ "type": "null" })
                && let Json::Object(first) = list[0].clone()
            {
                object.remove("anyOf");
                object.extend(first);
            }
            let is_registry = object.contains_key("additionalProperties") && !object.contains_key("properties");
            if let Some(Json::Array(types)) = object.get_mut("type")
                && types.len() == 2
                && types[1] == "null"
                && !is_registry
            {
                object["type"] = types[0].clone();
            }
            object.values_mut().for_each(absent_is_not_null);
        }
        Json::Array(items) => items.iter_mut().for_each(absent_is_not_null),
        _ => {}
    }
}
