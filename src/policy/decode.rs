//! Decodes YAML nodes to types, and collects errors.

use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::source::{Node, Place, Source, Span, Spanned, Value};

/// A type that is read from a YAML node.
pub(super) trait Decode: Sized {
    /// What is expected here, for messages: `text`, `a list of …`.
    fn expected() -> String;

    /// Decodes a node; errors are added to the decoder.
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self>;
}

/// Decodes nodes and collects problems.
pub(super) struct Decoder<'a> {
    source: &'a Arc<Source>,
    problems: &'a mut Vec<Diagnostic>,
    errors: usize,
}

impl<'a> Decoder<'a> {
    pub fn new(source: &'a Arc<Source>, problems: &'a mut Vec<Diagnostic>) -> Self {
        Self { source, problems, errors: 0 }
    }

    pub fn found_errors(&self) -> bool {
        self.errors > 0
    }

    /// The number of errors so far, to find out whether a part added any.
    pub fn errors(&self) -> usize {
        self.errors
    }

    pub fn place(&self, span: Span) -> Place {
        Place::new(self.source, span)
    }

    /// The text of a span.
    pub fn written(&self, span: Span) -> &str {
        self.source.slice(span)
    }

    pub fn complain(&mut self, problem: Diagnostic) {
        self.errors += 1;
        self.problems.push(problem);
    }

    /// Reports "expected text, found a list". Always returns `None`, for `return decoder.wrong(…)`.
    pub fn wrong<T>(&mut self, node: &Node, expected: &str) -> Option<T> {
        let found = node.value.kind();
        let mut problem = Diagnostic::error(Code::WrongValue, format!("expected {expected}, found {found}"))
            .at(self.place(node.span), format!("this is {found}"));
        let written = self.source.slice(node.span);
        if matches!(node.value, Value::Integer(_) | Value::Float(_) | Value::Bool(_)) && expected == "text" {
            problem = problem.help("put it in quotes").fix(self.place(node.span), format!("\"{written}\""), true);
        }
        if let (Value::Text(text), "true or false") = (&node.value, expected)
            && let Some(flag) = yaml_1_1_flag(text)
        {
            problem = problem.help(format!("write `{flag}`")).fix(self.place(node.span), flag.to_string(), true);
        }
        self.complain(problem);
        None
    }
}

fn yaml_1_1_flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "on" | "y" => Some(true),
        "no" | "off" | "n" => Some(false),
        _ => None,
    }
}

/// The keys of a map. Keys that are not taken are unknown.
pub(super) struct Fields<'n> {
    what: &'static str,
    span: Span,
    entries: Vec<(&'n Spanned<String>, &'n Node)>,
    known: Vec<&'static str>,
    absent: Vec<&'static str>,
}

impl<'n> Fields<'n> {
    /// Reads a map; reports anything else, and duplicate keys.
    pub fn of(node: &'n Node, what: &'static str, decoder: &mut Decoder<'_>) -> Option<Self> {
        let Value::Map(entries) = &node.value else {
            return decoder.wrong(node, &format!("a map for the {what}"));
        };
        complain_of_equal_keys(entries, decoder);
        let entries = entries.iter().map(|(key, value)| (key, value)).collect();
        Some(Self { what, span: node.span, entries, known: Vec::new(), absent: Vec::new() })
    }

    /// The node under a key; reports a key without a value.
    pub fn node(&mut self, name: &'static str, decoder: &mut Decoder<'_>) -> Option<&'n Node> {
        self.known.push(name);
        let Some(at) = self.entries.iter().position(|(key, _)| key.value == name) else {
            self.absent.push(name);
            return None;
        };
        let (key, node) = self.entries.remove(at);
        // Duplicate keys were already reported.
        self.entries.retain(|(key, _)| key.value != name);
        if node.value == Value::Null {
            decoder.complain(
                Diagnostic::error(Code::WrongValue, format!("`{name}:` has no value"))
                    .at(decoder.place(key.span), "the value is missing")
                    .help("write a value, or remove the line"),
            );
            return None;
        }
        Some(node)
    }

    /// `None` if it is absent or its value is wrong; the latter is reported.
    pub fn optional<T: Decode>(&mut self, name: &'static str, decoder: &mut Decoder<'_>) -> Option<T> {
        T::decode(self.node(name, decoder)?, decoder)
    }

    /// `None` if it is absent or its value is wrong; both are reported.
    pub fn required<T: Decode>(&mut self, name: &'static str, decoder: &mut Decoder<'_>) -> Option<T> {
        if !self.entries.iter().any(|(key, _)| key.value == name) {
            self.known.push(name);
            self.absent.push(name);
            let first = Span::new(self.span.start(), self.span.start() + 1);
            let expected = T::expected();
            decoder.complain(
                Diagnostic::error(Code::MissingPart, format!("`{name}:` is missing in the {}", self.what))
                    .at(decoder.place(first), format!("write `{name}:` and {expected}")),
            );
            return None;
        }
        self.optional(name, decoder)
    }

    /// Reports the keys that were not taken.
    pub fn finish(self, decoder: &mut Decoder<'_>) {
        for (key, _) in self.entries {
            let mut problem =
                Diagnostic::error(Code::UnknownYamlKey, format!("unknown key `{}` in the {}", key.value, self.what))
                    .at(decoder.place(key.span), "this key is not known here");
            match nearest(&key.value, self.absent.iter().copied()) {
                Some(name) => {
                    problem = problem.help(format!("Did you mean `{name}`?")).fix(decoder.place(key.span), name, false);
                }
                None => problem = problem.note(format!("known keys: {}", self.known.join(", "))),
            }
            decoder.complain(problem);
        }
    }
}

/// Reports duplicate keys.
pub(super) fn complain_of_equal_keys(entries: &[(Spanned<String>, Node)], decoder: &mut Decoder<'_>) {
    let mut first: std::collections::HashMap<&str, Span> = std::collections::HashMap::new();
    for (key, _) in entries {
        let Some(earlier) = first.insert(&key.value, key.span) else {
            continue;
        };
        decoder.complain(
            Diagnostic::error(Code::DuplicateYamlKey, format!("the key `{}` is written twice", key.value))
                .at(decoder.place(key.span), "written again here")
                .and(decoder.place(earlier), "first written here")
                .help("keep one of the two"),
        );
    }
}

impl Decode for String {
    fn expected() -> String {
        "text".into()
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        match &node.value {
            Value::Text(text) if text.trim().is_empty() => {
                decoder.complain(
                    Diagnostic::error(Code::WrongValue, "this value is empty")
                        .at(decoder.place(node.span), "contains only spaces"),
                );
                None
            }
            Value::Text(text) => Some(text.clone()),
            _ => decoder.wrong(node, "text"),
        }
    }
}

impl Decode for bool {
    fn expected() -> String {
        "true or false".into()
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        match node.value {
            Value::Bool(value) => Some(value),
            _ => decoder.wrong(node, "true or false"),
        }
    }
}

impl Decode for u32 {
    fn expected() -> String {
        "a whole number".into()
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        match node.value {
            Value::Integer(number) if Self::try_from(number).is_ok() => Self::try_from(number).ok(),
            Value::Integer(number) => {
                decoder.complain(
                    Diagnostic::error(
                        Code::WrongValue,
                        format!("expected a whole number, 0 or greater, found {number}"),
                    )
                    .at(decoder.place(node.span), "this number is out of range"),
                );
                None
            }
            _ => decoder.wrong(node, "a whole number, 0 or greater"),
        }
    }
}

impl<T: Decode> Decode for Spanned<T> {
    fn expected() -> String {
        T::expected()
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Some(Self::new(T::decode(node, decoder)?, node.span))
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn expected() -> String {
        "a list".into()
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        match &node.value {
            Value::List(items) => {
                let mut read: Self = items.iter().filter_map(|item| T::decode(item, decoder)).collect();
                read.shrink_to_fit();
                Some(read)
            }
            _ => decoder.wrong(node, "a list"),
        }
    }
}

/// One of several words.
pub(super) fn word<T: Copy>(node: &Node, words: &[(&'static str, T)], decoder: &mut Decoder<'_>) -> Option<T> {
    let choices = || words.iter().map(|(word, _)| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    let Value::Text(text) = &node.value else {
        return decoder.wrong(node, &format!("one of {}", choices()));
    };
    if let Some((_, value)) = words.iter().find(|(word, _)| word == text) {
        return Some(*value);
    }
    let mut problem = Diagnostic::error(Code::WrongValue, format!("`{text}` is not allowed here"))
        .at(decoder.place(node.span), format!("use {}", choices()));
    if let Some(name) = nearest(text, words.iter().map(|(word, _)| *word)) {
        problem = problem.help(format!("Did you mean `{name}`?")).fix(decoder.place(node.span), name, false);
    }
    decoder.complain(problem);
    None
}
