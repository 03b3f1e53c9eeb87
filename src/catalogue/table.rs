//! The table as text: lines are found by their addresses, and read when they are asked for.

use std::borrow::Cow;
use std::sync::OnceLock;

use serde::Deserialize;

use super::{Node, OnlyPolicy};

/// Sorted lines with the place of each.
#[derive(Debug)]
pub(super) struct Table {
    text: Cow<'static, str>,
    /// The release that it describes.
    pub release: String,
    nodes: Vec<Line<Node>>,
    policies: Vec<Line<OnlyPolicy>>,
}

/// One line, read once.
#[derive(Debug)]
struct Line<T> {
    start: u32,
    end: u32,
    read: OnceLock<Option<Box<T>>>,
}

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
#[derive(Deserialize, serde::Serialize)]
pub(super) struct Header {
    pub release: String,
    #[serde(default)]
    pub sources: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub legend: String,
}

const NODE: &str = "{\"uri\":\"";
const POLICY: &str = "{\"policy\":\"";

impl Table {
    /// Finds the lines; what is in them is read later.
    ///
    /// # Errors
    /// A line that is none of a table's, or is not in its order.
    pub fn index(text: Cow<'static, str>) -> Result<Self, TableError> {
        let broken = |line: usize, reason: String| TableError { line: line + 1, reason };
        if u32::try_from(text.len()).is_err() {
            return Err(broken(0, "the file is too large".into()));
        }
        let (mut nodes, mut policies, mut release) = (Vec::new(), Vec::new(), None);
        let (mut start, mut before) = (0, "");
        for (at, line) in text.split_terminator('\n').enumerate() {
            // Fits: the length of the whole does.
            let (from, to) = (start as u32, (start + line.len()) as u32);
            start += line.len() + 1;
            if release.is_none() {
                let header: Header = serde_json::from_str(line).map_err(|error| broken(at, error.to_string()))?;
                release = Some(header.release);
                continue;
            }
            let name = if let Some(rest) = line.strip_prefix(NODE) {
                nodes.push(Line { start: from, end: to, read: OnceLock::new() });
                name(rest).filter(|_| policies.is_empty())
            } else if let Some(rest) = line.strip_prefix(POLICY) {
                if policies.is_empty() {
                    before = "";
                }
                policies.push(Line { start: from, end: to, read: OnceLock::new() });
                name(rest)
            } else {
                return Err(broken(at, "neither a node nor a policy".into()));
            };
            match name {
                Some(name) if before < name => before = name,
                _ => return Err(broken(at, "the lines are not sorted by their names".into())),
            }
        }
        let release = release.ok_or_else(|| broken(0, "the table is empty".into()))?;
        Ok(Self { text, release, nodes, policies })
    }

    /// Reads every line.
    ///
    /// # Errors
    /// The first line that holds something else than a node or a policy.
    pub fn check(&self) -> Result<(), TableError> {
        let broken = |line: usize, error: serde_json::Error| TableError { line: line + 2, reason: error.to_string() };
        for (at, line) in self.nodes.iter().enumerate() {
            serde_json::from_str::<Node>(self.slice(line)).map_err(|error| broken(at, error))?;
        }
        for (at, line) in self.policies.iter().enumerate() {
            let read = serde_json::from_str::<OnlyPolicy>(self.slice(line));
            read.map_err(|error| broken(self.nodes.len() + at, error))?;
        }
        Ok(())
    }

    fn slice<T>(&self, line: &Line<T>) -> &str {
        self.text.get(line.start as usize..line.end as usize).unwrap_or_default()
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// A node's address, without reading the node.
    pub fn uri(&self, at: usize) -> &str {
        self.nodes.get(at).and_then(|line| name(self.slice(line).get(NODE.len()..)?)).unwrap_or_default()
    }

    /// A node; nothing for a line that is none.
    pub fn node(&self, at: usize) -> Option<&Node> {
        let line = self.nodes.get(at)?;
        line.read.get_or_init(|| serde_json::from_str(self.slice(line)).ok()).as_deref()
    }

    /// Where the node of exactly this address stands.
    pub fn find(&self, uri: &str) -> Option<usize> {
        let (mut low, mut high) = (0, self.nodes.len());
        while low < high {
            let middle = low.midpoint(high);
            match self.uri(middle).cmp(uri) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// All nodes, in their order.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        (0..self.nodes.len()).filter_map(|at| self.node(at))
    }

    /// The Group Policies that no node sets, in their order.
    pub fn policies(&self) -> impl Iterator<Item = &OnlyPolicy> {
        let read = |line| serde_json::from_str(self.slice(line)).ok();
        self.policies.iter().filter_map(move |line| line.read.get_or_init(|| read(line)).as_deref())
    }

    /// The table's text.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// What stands before the closing quote; addresses hold none.
fn name(rest: &str) -> Option<&str> {
    rest.split('"').next().filter(|name| !name.is_empty())
}
