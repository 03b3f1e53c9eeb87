//! The text of a file, spans in it, and the YAML tree with the span of each key and value.
//!
//! A document is first read into [`Node`]s, which know where each key and value is, and then decoded into types. That is
//! why even a problem that a rule or the plan finds much later can point to its line and column.

mod file_name;
mod yaml;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

pub use file_name::{is_device, unusable_name};
pub use yaml::{Node, SyntaxError, Value, parse};

/// A larger file is refused before it is parsed, because the YAML crate does not limit the size of its input.
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

    pub fn position(&self, offset: usize) -> Position {
        let offset = self.floor(offset);
        let before = &self.text[..offset];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Position { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
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

/// A place in a text, as people count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
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

    pub fn position(&self) -> Position {
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
        let Position { line, column } = self.position();
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

    /// Another value in the same place.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Placed<U> {
        Placed { value: convert(self.value), place: self.place }
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
