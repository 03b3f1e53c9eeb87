//! What Windows accepts: the nodes of its management tree, their values, and where the same knob is elsewhere.
//!
//! The table is text, one node a line, sorted by address (`schemas/catalogue.jsonl`), and independent of who
//! filled it. Its first line says which release it describes and where its facts come from.

mod admx;
mod import;
mod lookup;
mod node;
mod registry;

use std::collections::HashMap;
use std::sync::OnceLock;

pub use admx::{AdmxElement, AdmxForm, ElementType, Payload, read_payload};
pub use lookup::{LookupError, Resolved};
pub use node::{Allowed, EnumValue, Format, GroupPolicy, Node, Scopes};
pub use registry::{DataForm, NoRegistryForm, RegistryForm, Relation, SameType, Writes};

use crate::setting::OmaUri;

/// The nodes, sorted by address.
#[derive(Debug)]
pub struct Catalogue {
    /// The release that the table describes, such as `DDF February 2026`.
    pub release: String,
    nodes: Vec<Node>,
    /// Where nodes stand in the table, by their path below the scope; those with placeholders stand apart.
    by_path: HashMap<String, Vec<usize>>,
    with_placeholders: Vec<usize>,
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

/// An address without `./Device/` or `./User/`.
fn below_scope(uri: &str) -> &str {
    uri.strip_prefix("./Device/").or_else(|| uri.strip_prefix("./User/")).unwrap_or(uri)
}

#[derive(serde::Deserialize)]
struct Header {
    release: String,
}

const EMBEDDED: &str = include_str!("../schemas/catalogue.jsonl");

impl Catalogue {
    /// The table that is part of the program.
    pub fn embedded() -> &'static Self {
        static TABLE: OnceLock<Catalogue> = OnceLock::new();
        // A test reads the embedded table; were it broken, nothing would be known rather than the program stop.
        TABLE.get_or_init(|| Self::parse(EMBEDDED).unwrap_or_else(|_| Self::new("unreadable".into(), Vec::new())))
    }

    /// Reads a table.
    ///
    /// # Errors
    /// The first line that is no node.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        let mut lines = text.lines().enumerate();
        let broken =
            |line: usize, error: &dyn std::fmt::Display| TableError { line: line + 1, reason: error.to_string() };
        let (_, header) = lines.next().ok_or_else(|| broken(0, &"the table is empty"))?;
        let header: Header = serde_json::from_str(header).map_err(|error| broken(0, &error))?;
        let mut nodes = lines
            .map(|(at, line)| serde_json::from_str::<Node>(line).map_err(|error| broken(at, &error)))
            .collect::<Result<Vec<_>, _>>()?;
        nodes.sort_by(|a, b| a.uri.cmp(&b.uri));
        Ok(Self::new(header.release, nodes))
    }

    fn new(release: String, nodes: Vec<Node>) -> Self {
        let mut by_path: HashMap<String, Vec<usize>> = HashMap::new();
        let mut with_placeholders = Vec::new();
        for (at, node) in nodes.iter().enumerate() {
            if node.uri.contains('{') {
                with_placeholders.push(at);
            } else {
                by_path.entry(below_scope(&node.uri).to_string()).or_default().push(at);
            }
        }
        Self { release, nodes, by_path, with_placeholders }
    }

    /// All nodes, sorted by address.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The node of an address in exactly the spelling of Windows; placeholders match any one part.
    pub fn node(&self, uri: &OmaUri) -> Option<&Node> {
        let exact = self.by_path.get(below_scope(uri.as_str())).into_iter().flatten();
        let candidates = exact.chain(&self.with_placeholders).map(|at| &self.nodes[*at]);
        candidates.into_iter().find(|node| node.matches(uri))
    }

    /// A digest of what is known, so that a saved plan can say that it was made with other knowledge.
    pub fn digest(&self) -> String {
        use sha2::Digest;
        let mut hash = sha2::Sha256::new();
        hash.update(&self.release);
        for node in &self.nodes {
            hash.update(serde_json::to_string(node).unwrap_or_default());
        }
        hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_table_is_whole_and_sorted() {
        let table = Catalogue::parse(EMBEDDED).expect("the embedded catalogue");
        assert!(table.nodes().len() > 60);
        let lines: Vec<&str> = EMBEDDED.lines().skip(1).collect();
        let mut sorted = lines.clone();
        sorted.sort_unstable();
        assert_eq!(lines, sorted, "one node a line, sorted by address");
    }

    #[test]
    fn a_broken_table_names_its_line() {
        let error = Catalogue::parse("{\"release\":\"x\"}\nnot json\n").expect_err("no table");
        assert!(error.to_string().starts_with("the catalogue cannot be read: line 2:"), "{error}");
    }
}
