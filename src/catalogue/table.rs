//! The table as text: lines are found by their names, and read when they are asked for.

use std::borrow::Cow;
use std::sync::OnceLock;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A table that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the catalogue cannot be read: line {line}: {reason}")]
pub struct TableError {
    /// The line, from 1.
    pub line: usize,
    /// Why.
    pub reason: String,
}

/// The first line.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Header {
    /// What the table describes.
    pub release: String,
    /// How many lines are nodes, so that a table that was cut is noticed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nodes: Option<usize>,
    /// How many lines are Group Policies without a node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policies: Option<usize>,
    /// Where its facts come from.
    #[serde(default)]
    pub sources: Vec<String>,
    /// How its lines are to be read, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub legend: String,
}

/// Lines of one kind, sorted by their names.
#[derive(Debug)]
pub(super) struct Lines<T> {
    text: Cow<'static, str>,
    /// What every line begins with, before its name.
    start: &'static str,
    lines: Vec<Line<T>>,
}

/// One line, read once.
#[derive(Debug)]
struct Line<T> {
    start: u32,
    /// The name begins where what every line begins with ends.
    name_end: u32,
    end: u32,
    read: OnceLock<Option<Box<T>>>,
}

impl<T: DeserializeOwned> Lines<T> {
    /// No line.
    pub fn none(start: &'static str) -> Self {
        Self { text: Cow::Borrowed(""), start, lines: Vec::new() }
    }

    /// Finds the lines; what is in them is read later. `before` is how many lines of the table stand before these.
    ///
    /// # Errors
    /// A line of another kind, or one that is not in the order of names.
    pub fn index(text: Cow<'static, str>, start: &'static str, before: usize) -> Result<Self, TableError> {
        let broken = |line: usize, reason: &str| TableError { line: line + before + 1, reason: reason.to_string() };
        if u32::try_from(text.len()).is_err() {
            return Err(broken(0, "the file is too large"));
        }
        let (mut lines, mut at, mut last) = (Vec::with_capacity(text.len() / 512), 0, "");
        for (number, line) in text.split_terminator('\n').enumerate() {
            let rest = line.strip_prefix(start).ok_or_else(|| broken(number, "this is not a node or a policy"))?;
            let name = rest.split('"').next().unwrap_or_default();
            if last >= name {
                return Err(broken(number, "the lines are not sorted by name"));
            }
            last = name;
            // All fit: the length of the whole does.
            let (name_end, end) = ((at + start.len() + name.len()) as u32, (at + line.len()) as u32);
            lines.push(Line { start: at as u32, name_end, end, read: OnceLock::new() });
            at += line.len() + 1;
        }
        Ok(Self { text, start, lines })
    }

    /// Reads every line.
    ///
    /// # Errors
    /// The first line that holds something else.
    pub fn check(&self, before: usize) -> Result<(), TableError> {
        for (at, line) in self.lines.iter().enumerate() {
            let read = serde_json::from_str::<T>(self.slice(line));
            // Of a line, the column says enough.
            let reason = |error: serde_json::Error| error.to_string().replace(" at line 1 column ", " at column ");
            read.map_err(|error| TableError { line: at + before + 1, reason: reason(error) })?;
        }
        Ok(())
    }

    fn slice(&self, line: &Line<T>) -> &str {
        self.text.get(line.start as usize..line.end as usize).unwrap_or_default()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// A line's name, without reading the line.
    pub fn name(&self, at: usize) -> &str {
        let name = |line: &Line<T>| self.text.get(line.start as usize + self.start.len()..line.name_end as usize);
        self.lines.get(at).and_then(name).unwrap_or_default()
    }

    /// A line as it stands in the table.
    pub fn line(&self, at: usize) -> &str {
        self.lines.get(at).map_or("", |line| self.slice(line))
    }

    /// What a line holds; nothing for a line that cannot be read.
    pub fn get(&self, at: usize) -> Option<&T> {
        let line = self.lines.get(at)?;
        line.read.get_or_init(|| serde_json::from_str(self.slice(line)).ok()).as_deref()
    }

    /// Where the line of exactly this name stands.
    pub fn find(&self, wanted: &str) -> Option<usize> {
        let (mut low, mut high) = (0, self.lines.len());
        while low < high {
            let middle = low.midpoint(high);
            match self.name(middle).cmp(wanted) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// What all lines hold, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        (0..self.lines.len()).filter_map(|at| self.get(at))
    }

    /// The text of all lines.
    pub fn text(&self) -> &str {
        &self.text
    }
}
