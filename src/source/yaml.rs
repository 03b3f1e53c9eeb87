//! Reads YAML. This is the only file that uses the YAML crate.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{DuplicateKeyPolicy, MergeKeyPolicy};

use super::{Source, Span, Spanned};

/// A YAML node with its span.
pub type Node = Spanned<Value>;

/// The content of a YAML node. Maps keep the order of their keys, and keep duplicate keys.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// An empty value, `null` or `~`.
    #[default]
    Null,
    /// `true` or `false` (YAML 1.1's `yes` and `on` are text).
    Bool(bool),
    Integer(i64),
    /// A number with a fraction, or a whole number that does not fit into 64 bits.
    Float(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Spanned<String>, Node)>),
}

impl Value {
    /// The name of this kind of value, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "true or false",
            Self::Integer(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
        }
    }
}

/// Why a string is not a valid YAML document.
#[derive(Debug, PartialEq, Eq)]
pub struct SyntaxError {
    pub message: String,
    pub span: Span,
    /// What to do, for common mistakes.
    pub help: Option<String>,
}

/// Reads one YAML document. Keeps duplicate keys, so that the caller can report each of them.
///
/// # Errors
/// Everything that the YAML crate refuses: invalid syntax, more than one document, aliases that expand too far,
/// merge keys, tags.
pub fn parse(source: &Source) -> Result<Node, SyntaxError> {
    let error = match read(source, DuplicateKeyPolicy::Error) {
        Ok(node) => return Ok(node),
        Err(error) => error,
    };
    if !matches!(error.without_snippet(), serde_saphyr::Error::DuplicateMappingKey { .. }) {
        return Err(explain(source, &error));
    }
    // Read again with the duplicate keys in the tree, so that one run can report all problems. If one of the map's
    // keys is a number, the YAML crate keeps only the last duplicate; then this error is the only one to report.
    match read(source, DuplicateKeyPolicy::LastWins) {
        Ok(node) if has_equal_keys(&node) => Ok(node),
        _ => Err(explain(source, &error)),
    }
}

fn has_equal_keys(node: &Node) -> bool {
    match &node.value {
        Value::List(items) => items.iter().any(has_equal_keys),
        Value::Map(entries) => {
            let mut keys: Vec<&str> = entries.iter().map(|(key, _)| key.as_str()).collect();
            keys.sort_unstable();
            keys.windows(2).any(|pair| pair[0] == pair[1]) || entries.iter().any(|(_, value)| has_equal_keys(value))
        }
        _ => false,
    }
}

fn read(source: &Source, duplicate_keys: DuplicateKeyPolicy) -> Result<Node, serde_saphyr::Error> {
    let options = serde_saphyr::options! {
        strict_booleans: true,
        merge_keys: MergeKeyPolicy::Error,
        duplicate_keys: duplicate_keys,
        reject_unsupported_tags: true,
        with_snippet: false,
        // About 60,000 settings in one file. This limit also stops aliases that expand too far.
        budget: serde_saphyr::budget! { max_nodes: 250_000 },
    };
    let raw: Option<serde_saphyr::Spanned<Raw>> = serde_saphyr::from_str_with_options(&source.text, options)?;
    Ok(raw.map(node).unwrap_or_default())
}

fn explain(source: &Source, error: &serde_saphyr::Error) -> SyntaxError {
    let start = error.location().map_or(source.text.len(), |place| {
        match usize::try_from(place.span().byte_offset().unwrap_or(u64::MAX)) {
            Ok(offset) if offset < source.text.len() => offset,
            _ => source.offset(place.line() as usize, place.column() as usize),
        }
    });
    let text = error.without_snippet().to_string();
    let message = text.split(" at line ").next().unwrap_or(&text).trim_end_matches([',', ':', ' ']).to_string();
    let (message, help) = if text.contains("budget") || text.contains("alias") && text.contains("limit") {
        (
            "the aliases (`*name`) of this file expand too far, or the file has more than 250,000 values".to_string(),
            Some("replace the aliases with their values, or split the file".to_string()),
        )
    } else if text.contains("merge key") {
        ("merge keys (`<<`) are not supported".to_string(), Some("write each key where it is used".to_string()))
    } else if text.contains("multiple YAML documents") {
        (
            "the file contains more than one YAML document".to_string(),
            Some("use one file for each policy: split it at `---`".into()),
        )
    } else if let serde_saphyr::Error::DuplicateMappingKey { key: Some(key), .. } = error.without_snippet() {
        (format!("the key `{key}` is written twice"), Some("keep one of the two".to_string()))
    } else if text.contains("recursive references") {
        (
            "this alias (`*name`) is used inside its own anchor".to_string(),
            Some("replace the alias with the value".to_string()),
        )
    } else if text.contains("expected string scalar") {
        ("a key must be text".to_string(), Some("a value that begins with `{` needs 'single quotes'".to_string()))
    } else if text.contains("escape") {
        (
            message,
            Some(
                "in double quotes a backslash starts an escape sequence; write Windows paths without quotes or in \
                 'single quotes'"
                    .into(),
            ),
        )
    } else {
        (message, None)
    };
    let end = source.text[start..].find(['\n', '\r']).map_or(source.text.len(), |at| start + at);
    SyntaxError { message, span: Span::new(start, end.max(start)), help }
}

/// The tree with the spans of the YAML crate, before [`node`] converts them.
enum Raw {
    Leaf(Value),
    List(Vec<serde_saphyr::Spanned<Raw>>),
    Map(Vec<(serde_saphyr::Spanned<String>, serde_saphyr::Spanned<Raw>)>),
}

fn span(location: serde_saphyr::Location) -> Span {
    let span = location.span();
    let start = span.byte_offset().unwrap_or(0) as usize;
    Span::new(start, start + span.byte_len().unwrap_or(0) as usize)
}

fn node(raw: serde_saphyr::Spanned<Raw>) -> Node {
    let place = span(raw.referenced);
    let value = match raw.value {
        Raw::Leaf(value) => value,
        Raw::List(items) => Value::List(items.into_iter().map(node).collect()),
        Raw::Map(entries) => Value::Map(
            entries
                .into_iter()
                .map(|(key, value)| (Spanned::new(key.value, span(key.referenced)), node(value)))
                .collect(),
        ),
    };
    // The YAML crate reports only the first character of a list or map.
    let last = match &value {
        Value::List(items) => items.last().map(|item| item.span.end()),
        Value::Map(entries) => entries.last().map(|(key, value)| key.span.end().max(value.span.end())),
        _ => None,
    };
    let end = place.end().max(last.unwrap_or(0));
    Spanned::new(value, Span::new(place.start(), end))
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }
    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Leaf(Value::Null))
    }
    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Leaf(Value::Null))
    }
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        Raw::deserialize(deserializer)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Leaf(Value::Bool(value)))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Leaf(Value::Integer(value)))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Leaf(i64::try_from(value).map_or(Value::Float(value as f64), Value::Integer)))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Leaf(Value::Float(value)))
    }
    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Leaf(Value::Text(value.to_string())))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Raw::List(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Raw, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Raw::Map(map))
    }
}
