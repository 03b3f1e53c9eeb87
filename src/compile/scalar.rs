//! How a scalar was written.

use crate::source::{Node, Source, Value};

/// A scalar as text: `0123` remains `0123`. For a variable, `source` only has the reference, so its value is used.
pub(super) fn as_written(node: &Node, source: &Source) -> Option<String> {
    match &node.value {
        Value::Text(text) => Some(text.clone()),
        Value::Integer(_) | Value::Float(_) | Value::Bool(_) => {
            let written = source.slice(node.span);
            let plain = !written.is_empty() && !written.starts_with(['$', '*', '&', '!', '"', '\'']);
            Some(if plain { written.to_string() } else { scalar(&node.value) })
        }
        _ => None,
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Text(text) => text.clone(),
        _ => String::new(),
    }
}

/// The probable meaning of `yes`, `on` and 1, which are not booleans in YAML 1.2.
pub(super) fn yaml_1_1_flag(value: &Value) -> Option<bool> {
    match value {
        Value::Integer(number @ (0 | 1)) => Some(*number == 1),
        Value::Bool(flag) => Some(*flag),
        Value::Text(text) => match text.to_ascii_lowercase().as_str() {
            "yes" | "on" | "true" => Some(true),
            "no" | "off" | "false" => Some(false),
            _ => None,
        },
        _ => None,
    }
}
