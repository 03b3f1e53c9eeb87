//! The table as text: finds lines by name, and parses a line when it is needed.

use std::borrow::Cow;
use std::sync::OnceLock;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

#[derive(Debug, thiserror::Error)]
#[error("the catalogue cannot be read: line {line}: {reason}")]
pub struct TableError {
    /// The line number, from 1.
    pub line: usize,
    pub reason: String,
}

/// The first line of the table.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct TableHeader {
    /// The release that the table describes.
    pub release: String,
    /// The number of nodes, to detect a truncated table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nodes: Option<usize>,
    /// The number of Group Policies without a node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policies: Option<usize>,
    /// The sources of its facts.
    #[serde(default)]
    pub sources: Vec<String>,
    /// An explanation of the lines, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub legend: String,
}

/// Lines of one kind, sorted by name.
#[derive(Debug)]
pub(super) struct Lines<T> {
    text: Cow<'static, str>,
    /// The prefix of every line, before its name.
    start: &'static str,
    lines: Vec<TableLine<T>>,
}

/// One line, parsed at most once.
#[derive(Debug)]
struct TableLine<T> {
    start: u32,
    /// The end of the name, which begins after the common prefix.
    name_end: u32,
    end: u32,
    read: OnceLock<Option<Box<T>>>,
}

impl<T: DeserializeOwned> Lines<T> {
    pub fn none(start: &'static str) -> Self {
        Self { text: Cow::Borrowed(""), start, lines: Vec::new() }
    }

    /// Finds the lines without parsing them. `before` is the number of lines of the table before these.
    ///
    /// # Errors
    /// A line of another kind, or a line out of order.
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
            // These cannot overflow: the length of the whole text fits.
            let (name_end, end) = ((at + start.len() + name.len()) as u32, (at + line.len()) as u32);
            lines.push(TableLine { start: at as u32, name_end, end, read: OnceLock::new() });
            at += line.len() + 1;
        }
        Ok(Self { text, start, lines })
    }

    /// Parses every line.
    ///
    /// # Errors
    /// The first line that cannot be parsed.
    pub fn check(&self, before: usize) -> Result<(), TableError> {
        for (at, line) in self.lines.iter().enumerate() {
            let read = serde_json::from_str::<T>(self.slice(line));
            // Each line is parsed alone, so only the column is useful.
            let reason = |error: serde_json::Error| error.to_string().replace(" at line 1 column ", " at column ");
            read.map_err(|error| TableError { line: at + before + 1, reason: reason(error) })?;
        }
        Ok(())
    }

    fn slice(&self, line: &TableLine<T>) -> &str {
        self.text.get(line.start as usize..line.end as usize).unwrap_or_default()
    }

    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// The name of a line, without parsing the line.
    pub fn name(&self, at: usize) -> &str {
        let name = |line: &TableLine<T>| self.text.get(line.start as usize + self.start.len()..line.name_end as usize);
        self.lines.get(at).and_then(name).unwrap_or_default()
    }

    /// The text of a line.
    pub fn line(&self, at: usize) -> &str {
        self.lines.get(at).map_or("", |line| self.slice(line))
    }

    /// The content of a line; `None` if it cannot be parsed.
    pub fn get(&self, at: usize) -> Option<&T> {
        let line = self.lines.get(at)?;
        line.read.get_or_init(|| serde_json::from_str(self.slice(line)).ok()).as_deref()
    }

    /// The index of the line with exactly this name.
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

    /// The content of all lines, in order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        (0..self.lines.len()).filter_map(|at| self.get(at))
    }

    pub fn text(&self) -> &str {
        &self.text
    }
}
