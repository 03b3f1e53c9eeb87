//! `--faults FILE`: reads faults from a YAML file.

use std::path::Path;

use serde_json::{Map, Value as Json};

use crate::failure::Failure;
use crate::folder::read_given;
use crate::sandbox::{Error, Faults};
use crate::source::{MAX_BYTES, Node, Position, Source, Span, Value, parse};

/// Reads a faults file. Errors name the line.
pub(super) fn read(root: &Path, path: &Path) -> Result<Faults, Failure> {
    let name = path.display().to_string();
    let bytes = read_given(root, path, MAX_BYTES).map_err(|error| Failure::new(error.to_string()))?;
    let source = Source::new(name.clone(), bytes).map_err(|reason| Failure::new(format!("{name}: {reason}")))?;
    let at = |offset: usize, message: &str| {
        let Position { line, column } = source.position(offset);
        Failure::new(format!("{name}:{line}:{column}: {message}"))
    };
    let node = parse(&source).map_err(|error| at(error.span.range().start, &error.message))?;
    let json = json(&node).map_err(|(span, message)| at(span.range().start, &message))?;
    Faults::from_json(&json).map_err(|error| match &error {
        Error::Faults { key, reason } => at(find(&node, key).unwrap_or(node.span).range().start, reason),
        error => Failure::new(format!("{name}: {error}")),
    })
}

/// A node as JSON; an empty file is an empty map.
fn json(node: &Node) -> Result<Json, (Span, String)> {
    Ok(match &node.value {
        Value::Null => Json::Object(Map::new()),
        Value::Bool(value) => Json::from(*value),
        Value::Integer(value) => Json::from(*value),
        Value::Float(value) => Json::from(*value),
        Value::Text(value) => Json::from(value.as_str()),
        Value::List(nodes) => Json::Array(nodes.iter().map(json).collect::<Result<_, _>>()?),
        Value::Map(entries) => {
            let mut map = Map::new();
            for (key, node) in entries {
                if map.insert(key.value.clone(), json(node)?).is_some() {
                    return Err((key.span, format!("`{}` appears twice", key.value)));
                }
            }
            Json::Object(map)
        }
    })
}

/// The place of a key such as `throttle.rate`, or of the nearest key that encloses it.
fn find(node: &Node, key: &str) -> Option<Span> {
    let Value::Map(entries) = &node.value else {
        return None;
    };
    let below = |name: &str| match key.strip_prefix(name)? {
        "" => Some(""),
        rest => rest.strip_prefix('.'),
    };
    entries.iter().find_map(|(name, node)| find(node, below(name)?).or(Some(name.span)))
}
