//! The text of a file, spans in it, and the YAML tree with the span of each key and value.
//!
//! This is the only file that uses the YAML crate. A document is first read into [`Node`]s, which know where
//! each key and value is, and then decoded into types. That is why even a problem that a rule or the plan finds
//! much later can point to its line and column.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{DuplicateKeyPolicy, MergeKeyPolicy};

/// A larger file is refused before it is parsed, because the YAML crate does not limit the size of a text.
pub const MAX_BYTES: usize = 20 * 1024 * 1024;

/// The text of a file and its path as people know it (relative, with forward slashes).
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// The path as shown in messages.
    pub path: String,
    /// The text without a byte order mark; spans count bytes in it.
    pub text: String,
    /// Whether the file began with a UTF-8 byte order mark, so that a rewrite can keep it.
    pub bom: bool,
}

impl Source {
    /// Decodes the bytes of a file.
    ///
    /// # Errors
    /// If there are more than [`MAX_BYTES`], or they are not UTF-8. The message names the problem.
    pub fn new(path: impl Into<String>, bytes: Vec<u8>) -> Result<Arc<Self>, String> {
        if bytes.len() > MAX_BYTES {
            return Err(format!("the file has {} bytes; the limit is {MAX_BYTES}", bytes.len()));
        }
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return Err("the file is UTF-16; save it as UTF-8".into());
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            format!("the file is not UTF-8 (first invalid byte at offset {at}); save it as UTF-8")
        })?;
        let (text, bom) = match text.strip_prefix('\u{feff}') {
            Some(rest) => (rest.to_string(), true),
            None => (text, false),
        };
        Ok(Arc::new(Self { path: path.into(), text, bom }))
    }

    /// Line and column, both starting at 1; the column counts characters.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let offset = self.floor(offset);
        let before = &self.text[..offset];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }

    /// The byte offset of a line and column, both starting at 1; at most the length of the text.
    fn offset(&self, line: usize, column: usize) -> usize {
        let start: usize = self.text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
        let rest = &self.text[start..];
        start + rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at)
    }

    /// The text of a span.
    pub fn slice(&self, span: Span) -> &str {
        &self.text[self.floor(span.start())..self.floor(span.range().end)]
    }

    fn floor(&self, offset: usize) -> usize {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }
}

/// A range of bytes in a [`Source`]. Its numbers are small, because every key and value of a policy has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// `end` is the first byte after the range. No offset in a source is above [`MAX_BYTES`].
    pub fn new(start: usize, end: usize) -> Self {
        let offset = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { start: offset(start), end: offset(end) }
    }

    pub fn start(self) -> usize {
        self.start as usize
    }

    /// The first byte after the range.
    pub fn end(self) -> usize {
        self.end as usize
    }

    pub fn range(self) -> Range<usize> {
        self.start()..self.end().max(self.start())
    }
}

/// Where something is in a file.
#[derive(Clone)]
pub struct Place {
    pub source: Arc<Source>,
    pub span: Span,
}

impl Place {
    pub fn new(source: &Arc<Source>, span: Span) -> Self {
        Self { source: Arc::clone(source), span }
    }

    /// The first character of a file.
    pub fn start_of(source: &Arc<Source>) -> Self {
        Self::new(source, Span::default())
    }

    /// Line and column, both starting at 1.
    pub fn position(&self) -> (usize, usize) {
        self.source.position(self.span.start())
    }

    /// The sort key: file, then offset.
    pub(crate) fn order(&self) -> (&str, usize) {
        (&self.source.path, self.span.start())
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Place {
    /// `file:line:column`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = self.position();
        write!(f, "{}:{line}:{column}", self.source.path)
    }
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        self.source.path == other.source.path && self.span == other.span
    }
}

impl Eq for Place {}

/// A value and its span in a file. Equality looks at the value only.
#[derive(Clone, Default)]
pub struct Spanned<T> {
    pub value: T,
    pub span: Span,
}

impl<T> Spanned<T> {
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

impl<T: fmt::Debug> fmt::Debug for Spanned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: PartialEq> PartialEq for Spanned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Spanned<T> {}

impl<T> std::ops::Deref for Spanned<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

/// A value and its place, which includes the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed<T> {
    pub value: T,
    pub place: Place,
}

impl<T> Placed<T> {
    pub fn new(value: T, source: &Arc<Source>, span: Span) -> Self {
        Self { value, place: Place::new(source, span) }
    }
}

impl<T: Clone> Placed<T> {
    pub fn of(written: &Spanned<T>, source: &Arc<Source>) -> Self {
        Self::new(written.value.clone(), source, written.span)
    }
}

impl<T: schemars::JsonSchema> schemars::JsonSchema for Spanned<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }
    fn inline_schema() -> bool {
        T::inline_schema()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::json_schema(generator)
    }
}

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

/// Why a text is not a valid YAML document.
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
