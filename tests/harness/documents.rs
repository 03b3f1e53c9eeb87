//! Converts YAML documents to JSON, for validation with a schema.

use serde_json::{Value as Json, json};
use sspr_policy::source::{Node, Value};

/// A YAML node as the JSON that an editor validates.
pub fn json_of(node: &Node) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Bool(flag) => json!(flag),
        Value::Integer(number) => json!(number),
        Value::Float(number) => json!(number),
        Value::Text(text) => json!(text),
        Value::List(items) => items.iter().map(json_of).collect(),
        Value::Map(entries) => {
            Json::Object(entries.iter().map(|(key, node)| (key.value.clone(), json_of(node))).collect())
        }
    }
}
