//! What Windows accepts: the nodes of its management tree, their values, and where the same knob is elsewhere.
//!
//! The table is text, one node a line, sorted by address (`schemas/catalogue.jsonl`), and independent of who
//! filled it. Its first line says which release it describes and where its facts come from. Group Policies that no
//! node sets follow the nodes.

mod admx;
mod compact;
mod edition;
mod import;
mod lookup;
mod node;
mod policy;
mod registry;
mod schema;
mod table;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

pub use admx::{AdmxElement, AdmxForm, ElementType, Payload, read_payload};
pub use edition::Edition;
pub use import::{ImportError, Imported, SourceFile, Sources, import, unpack};
pub use lookup::{LookupError, Resolved};
pub use node::{Allowed, Dependency, EnumValue, Format, GroupPolicy, Node, Scopes};
pub use policy::OnlyPolicy;
pub use registry::{DataForm, NoRegistryForm, RegistryForm, Relation, SameType, Writes};
pub use table::TableError;

use crate::setting::{OmaUri, RegistryLocation, Scope};
use table::Table;

/// The nodes, sorted by address.
#[derive(Debug)]
pub struct Catalogue {
    /// The release that the table describes, such as `DDF February 2026`.
    pub release: String,
    table: Table,
    /// Where addresses with placeholders stand.
    with_placeholders: OnceLock<Vec<usize>>,
    /// The nodes that may write a registry value.
    by_registry: OnceLock<HashMap<RegistryLocation, Vec<usize>>>,
}

/// An address without `./Device/` or `./User/`.
fn below_scope(uri: &str) -> &str {
    uri.strip_prefix("./Device/").or_else(|| uri.strip_prefix("./User/")).unwrap_or(uri)
}

const EMBEDDED: &str = include_str!("../schemas/catalogue.jsonl");

impl Catalogue {
    /// The table that is part of the program.
    pub fn embedded() -> &'static Self {
        static TABLE: OnceLock<Catalogue> = OnceLock::new();
        // A test reads the whole embedded table; were it broken, nothing would be known rather than the program stop.
        TABLE.get_or_init(|| {
            let empty = || Table::index(Cow::Borrowed("{\"release\":\"unreadable\"}\n"));
            match Table::index(Cow::Borrowed(EMBEDDED)).or_else(|_| empty()) {
                Ok(table) => Self::new(table),
                Err(_) => unreachable!("a table of nothing but its header"),
            }
        })
    }

    /// Reads a table.
    ///
    /// # Errors
    /// The first line that is no node.
    pub fn parse(text: String) -> Result<Self, TableError> {
        let table = Table::index(Cow::Owned(text))?;
        table.check()?;
        Ok(Self::new(table))
    }

    fn new(table: Table) -> Self {
        let release = table.release.clone();
        Self { release, table, with_placeholders: OnceLock::new(), by_registry: OnceLock::new() }
    }

    /// All nodes, sorted by address. Reads all of them.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.table.nodes()
    }

    /// The Group Policies that no node sets, sorted by file and name.
    pub fn only_policies(&self) -> impl Iterator<Item = &OnlyPolicy> {
        self.table.policies()
    }

    /// The node of an address in exactly the spelling of Windows; placeholders match any one part.
    pub fn node(&self, uri: &OmaUri) -> Option<&Node> {
        let exact = |text: &str| self.table.find(text).and_then(|at| self.table.node(at));
        let own = exact(uri.as_str()).filter(|node| node.scope.has(uri.scope()));
        // A node of both scopes stands under the device's address.
        let twin = || match uri.scope() {
            Scope::User => exact(uri.in_scope(Scope::Device).as_str()).filter(|node| node.scope.has(Scope::User)),
            Scope::Device => None,
        };
        own.or_else(twin).or_else(|| {
            let same = |at: &&usize| node::same_path(self.table.uri(**at), uri.as_str(), |a, b| a == b);
            let found = self.placeholders().iter().filter(same).filter_map(|at| self.table.node(*at));
            found.into_iter().find(|node| node.scope.has(uri.scope()))
        })
    }

    fn placeholders(&self) -> &[usize] {
        let find = || (0..self.table.len()).filter(|at| self.table.uri(*at).contains('{')).collect();
        self.with_placeholders.get_or_init(find)
    }

    /// The nodes whose address is this one, without looking at case, scope or what stands for placeholders.
    fn nearly(&self, uri: &OmaUri) -> impl Iterator<Item = &Node> {
        let same = |at: &usize| node::same_path(self.table.uri(*at), uri.as_str(), str::eq_ignore_ascii_case);
        (0..self.table.len()).filter(same).filter_map(|at| self.table.node(at))
    }

    /// The addresses of all nodes, sorted; reads none of them.
    pub fn uris(&self) -> impl Iterator<Item = &str> {
        (0..self.table.len()).map(|at| self.table.uri(at))
    }

    fn registry_index(&self) -> &HashMap<RegistryLocation, Vec<usize>> {
        self.by_registry.get_or_init(|| {
            let mut index: HashMap<RegistryLocation, Vec<usize>> = HashMap::new();
            for at in 0..self.table.len() {
                let Some(node) = self.table.node(at).filter(|node| node.registry.is_some()) else {
                    continue;
                };
                for scope in [Scope::Device, Scope::User].into_iter().filter(|scope| node.scope.has(*scope)) {
                    for place in node.registry_places(scope) {
                        let here = index.entry(place).or_default();
                        if here.last() != Some(&at) {
                            here.push(at);
                        }
                    }
                }
            }
            index
        })
    }

    /// A digest of what is known, so that a saved plan can say that it was made with other knowledge.
    pub fn digest(&self) -> String {
        use sha2::Digest;
        let hash = sha2::Sha256::digest(self.table.text());
        hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_table_can_be_read_whole() {
        let table = Catalogue::parse(EMBEDDED.to_string()).expect("the embedded catalogue");
        assert!(table.nodes().count() > 60);
    }

    #[test]
    fn a_broken_table_names_its_line() {
        let parse = |text: &str| Catalogue::parse(text.into()).expect_err("no table").to_string();
        let header = "{\"release\":\"x\"}\n";
        assert_eq!(parse(""), "the catalogue cannot be read: line 1: the table is empty");
        let wrong = parse(&format!("{header}not json\n"));
        assert_eq!(wrong, "the catalogue cannot be read: line 2: neither a node nor a policy");
        let node = |name: &str| format!("{{\"uri\":\"./Device/{name}\",\"format\":\"int\"}}\n");
        let wrong = parse(&format!("{header}{}{}", node("b"), node("a")));
        assert_eq!(wrong, "the catalogue cannot be read: line 3: the lines are not sorted by their names");
        let wrong = parse(&format!("{header}{}", "{\"uri\":\"./Device/a\",\"format\":\"none\"}\n"));
        assert!(wrong.starts_with("the catalogue cannot be read: line 2: unknown variant"), "{wrong}");
    }
}
