//! What Windows accepts: the CSP nodes, their values, and the Group Policies and registry values that correspond to
//! them.
//!
//! The table (`schemas/catalogue.jsonl`) is text with one node per line, sorted by address. Nothing in it depends on
//! how it was made. Its first line states the release that it describes and the sources of its facts. Group Policies
//! without a node follow the nodes.

mod admx;
mod compact;
mod compare;
mod definition;
mod import;
mod lookup;
mod names;
mod node;
mod policy;
mod registry;
mod schema;
mod search;
mod secret;
mod table;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

pub use admx::{AdmxElement, AdmxForm, ElementType, Payload, read_payload};
pub use compare::{Changed, Comparison, Fact, NodeInScopes, compare, facts};
pub use import::{ImportError, Imported, SourceFile, Sources, import, unpack};
pub use lookup::{LookupError, Resolved};
pub use names::{CatalogueEntry, Found, catalogue_id};
pub use node::{Allowed, CspNode, Dependency, EnumValue, Format, GroupPolicy, Scopes};
pub use policy::OnlyPolicy;
pub use registry::{DataForm, NoRegistryForm, Registry, RegistryForm, Relation, SameType, Writes};
pub use search::Hit;
pub use secret::may_be_secret;
pub use table::TableError;

pub use crate::setting::Edition;
use crate::setting::{OmaUri, RegistryLocation, Scope};
use table::{Lines, TableHeader};

/// The numbers that the header of a table states, if it does.
#[derive(Debug, Default)]
struct StatedNumbers {
    nodes: Option<usize>,
    policies: Option<usize>,
}

/// The nodes, sorted by address.
#[derive(Debug)]
pub struct Catalogue {
    /// The release that the table describes, such as `DDF February 2026`.
    pub release: String,
    stated: StatedNumbers,
    nodes: Lines<CspNode>,
    policies: OnceLock<Lines<OnlyPolicy>>,
    /// The nodes whose address has placeholders, by the address before the first placeholder: in lower case, without the
    /// scope, ending with a slash.
    with_placeholders: OnceLock<HashMap<String, Vec<usize>>>,
    /// The nodes that may write a registry value.
    by_registry: OnceLock<HashMap<RegistryLocation, Vec<usize>>>,
    /// The nodes by the last part of their address in lower case, unless that is a placeholder.
    by_last_part: OnceLock<HashMap<String, Vec<usize>>>,
    /// The nodes by their settings catalog ID without its scope.
    by_definition: OnceLock<HashMap<String, Vec<usize>>>,
}

/// An address without `./Device/` or `./User/`.
fn below_scope(uri: &str) -> &str {
    uri.strip_prefix("./Device/").or_else(|| uri.strip_prefix("./User/")).unwrap_or(uri)
}

/// The prefix of every line of this kind, up to the name.
const NODE: &str = "{\"uri\":\"";
const POLICY: &str = "{\"policy\":\"";

/// The table in two parts, packed by `build.rs`. The second is rarely needed.
const PACKED_NODES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/nodes.deflated"));
const PACKED_POLICIES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/policies.deflated"));

/// Unpacks what `build.rs` packed; a test unpacks both parts.
fn unpacked(packed: &[u8]) -> String {
    let mut text = String::with_capacity(packed.len() * 13);
    let _ = std::io::Read::read_to_string(&mut flate2::read::DeflateDecoder::new(packed), &mut text);
    text
}

impl Catalogue {
    /// The built-in table. It is unpacked once, at the first call.
    pub fn embedded() -> &'static Self {
        static TABLE: OnceLock<Catalogue> = OnceLock::new();
        TABLE.get_or_init(Self::unpack)
    }

    /// A new copy of the built-in table.
    pub fn unpack() -> Self {
        // A test reads the whole table. If it were broken, the program would know no settings, which is better than a
        // panic.
        let table = Self::with_nodes(unpacked(PACKED_NODES));
        table.unwrap_or_else(|_| Self::new("unreadable".into(), Lines::none(NODE)))
    }

    /// Reads a table.
    ///
    /// # Errors
    /// The first line that is not valid.
    pub fn parse(mut text: String) -> Result<Self, TableError> {
        // Editors may add a byte order mark, and git on Windows may change the line endings.
        if text.starts_with('\u{feff}') {
            text.remove(0);
        }
        if text.contains('\r') {
            text = text.replace("\r\n", "\n");
        }
        let at = text.find(&format!("\n{POLICY}")).map_or(text.len(), |at| at + 1);
        let policies = text.split_off(at);
        let table = Self::with_nodes(text)?;
        table.nodes.check(1)?;
        let before = table.nodes.len() + 1;
        let policies = Lines::index(Cow::Owned(policies), POLICY, before)?;
        policies.check(before)?;
        for (what, stated, found) in [
            ("nodes", table.stated.nodes, table.nodes.len()),
            ("Group Policies", table.stated.policies, policies.len()),
        ] {
            if let Some(stated) = stated.filter(|stated| *stated != found) {
                let reason = format!("the header says {stated} {what}, but there are {found}: is the file complete?");
                return Err(TableError { line: 1, reason });
            }
        }
        // Cannot fail: nothing was set before.
        let _ = table.policies.set(policies);
        Ok(table)
    }

    fn with_nodes(mut text: String) -> Result<Self, TableError> {
        let broken = |reason: String| TableError { line: 1, reason };
        if text.is_empty() {
            return Err(broken("the file is empty".into()));
        }
        let nodes = text.split_off(text.find('\n').map_or(text.len(), |at| at + 1));
        let header: TableHeader =
            serde_json::from_str(&text).map_err(|_| broken("this is not the header of a catalogue".into()))?;
        let mut table = Self::new(header.release, Lines::index(Cow::Owned(nodes), NODE, 1)?);
        table.stated = StatedNumbers { nodes: header.nodes, policies: header.policies };
        Ok(table)
    }

    fn new(release: String, nodes: Lines<CspNode>) -> Self {
        Self {
            release,
            stated: StatedNumbers::default(),
            nodes,
            policies: OnceLock::new(),
            with_placeholders: OnceLock::new(),
            by_registry: OnceLock::new(),
            by_last_part: OnceLock::new(),
            by_definition: OnceLock::new(),
        }
    }

    /// All nodes, sorted by address. This parses every line.
    pub fn nodes(&self) -> impl Iterator<Item = &CspNode> {
        self.nodes.iter()
    }

    /// The Group Policies without a node, sorted by file and name.
    pub fn only_policies(&self) -> impl Iterator<Item = &OnlyPolicy> {
        self.policies().iter()
    }

    fn policies(&self) -> &Lines<OnlyPolicy> {
        // Only the built-in table gets here: parsing a table sets its policies.
        let unpack = || Lines::index(Cow::Owned(unpacked(PACKED_POLICIES)), POLICY, 0);
        self.policies.get_or_init(|| unpack().unwrap_or_else(|_| Lines::none(POLICY)))
    }

    /// The node with this address, compared case-sensitively as Windows does. A placeholder matches any single part.
    pub fn node(&self, uri: &OmaUri) -> Option<&CspNode> {
        let exact = |text: &str| self.nodes.find(text).and_then(|at| self.nodes.get(at));
        let own = exact(uri.as_str()).filter(|node| node.scope.has(uri.scope()));
        // A node that exists in both scopes is listed under the device's address.
        let twin = || match uri.scope() {
            Scope::User => exact(uri.in_scope(Scope::Device).as_str()).filter(|node| node.scope.has(Scope::User)),
            Scope::Device => None,
        };
        own.or_else(twin).or_else(|| {
            let same = |at: &usize| node::same_path(self.nodes.name(*at), uri.as_str(), |a, b| a == b);
            let mut found = self.placeholders(uri).filter(same).filter_map(|at| self.nodes.get(at));
            found.find(|node| node.scope.has(uri.scope()))
        })
    }

    /// The indexes of the nodes with placeholders whose address begins as this one does, ignoring case.
    fn placeholders(&self, uri: &OmaUri) -> impl Iterator<Item = usize> {
        let index = self.with_placeholders.get_or_init(|| {
            let mut index: HashMap<String, Vec<usize>> = HashMap::new();
            for at in 0..self.nodes.len() {
                let parts = || below_scope(self.nodes.name(at)).split_inclusive('/');
                let is_placeholder = |part: &&str| node::is_placeholder(part.trim_end_matches('/'));
                if parts().any(|part| is_placeholder(&part)) {
                    let before: String = parts().take_while(|part| !is_placeholder(part)).collect();
                    index.entry(before.to_ascii_lowercase()).or_default().push(at);
                }
            }
            index
        });
        let path = below_scope(uri.as_str()).to_ascii_lowercase();
        let starts = path.match_indices('/').filter_map(|(at, _)| index.get(&path[..=at]));
        let mut found: Vec<usize> = starts.flatten().copied().collect();
        found.sort_unstable();
        found.into_iter()
    }

    /// The nodes with this address, ignoring case, scope and the values of placeholders.
    fn nearly(&self, uri: &OmaUri) -> impl Iterator<Item = &CspNode> {
        let same = |at: &usize| node::same_path(self.nodes.name(*at), uri.as_str(), str::eq_ignore_ascii_case);
        let last = uri.as_str().rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        let alike = self.last_parts().get(&last).into_iter().flatten().copied();
        let mut found: Vec<usize> = alike.chain(self.placeholders(uri)).collect();
        found.sort_unstable();
        found.dedup();
        found.into_iter().filter(same).filter_map(|at| self.nodes.get(at))
    }

    fn last_parts(&self) -> &HashMap<String, Vec<usize>> {
        self.by_last_part.get_or_init(|| {
            let mut index: HashMap<String, Vec<usize>> = HashMap::new();
            for at in 0..self.nodes.len() {
                let last = self.nodes.name(at).rsplit('/').next().unwrap_or_default();
                if !node::is_placeholder(last) {
                    index.entry(last.to_ascii_lowercase()).or_default().push(at);
                }
            }
            index
        })
    }

    /// The addresses of all nodes, sorted. This does not parse any line.
    pub fn uris(&self) -> impl Iterator<Item = &str> {
        (0..self.nodes.len()).map(|at| self.nodes.name(at))
    }

    fn registry_index(&self) -> &HashMap<RegistryLocation, Vec<usize>> {
        self.by_registry.get_or_init(|| {
            let mut index: HashMap<RegistryLocation, Vec<usize>> = HashMap::new();
            for at in 0..self.nodes.len() {
                let Some(node) = self.nodes.get(at).filter(|node| node.registry.is_some()) else {
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

    /// A digest of the table, so that `apply` notices a plan that was made with another table.
    pub fn digest(&self) -> String {
        use sha2::Digest;
        let hash = sha2::Sha256::digest(self.nodes.text());
        hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_built_in_table_can_be_read() {
        let text = unpacked(PACKED_NODES) + &unpacked(PACKED_POLICIES);
        assert_eq!(text, include_str!("../schemas/catalogue.jsonl"));
        let table = Catalogue::parse(text).expect("the embedded catalogue");
        assert_eq!(table.nodes().count(), Catalogue::embedded().nodes().count());
        assert_eq!(table.only_policies().count(), Catalogue::embedded().only_policies().count());
    }

    #[test]
    fn a_broken_table_names_its_line() {
        let parse = |text: &str| Catalogue::parse(text.into()).expect_err("no table").to_string();
        let header = "{\"release\":\"x\"}\n";
        assert_eq!(parse(""), "the catalogue cannot be read: line 1: the file is empty");
        let wrong = parse(&format!("{header}not json\n"));
        assert_eq!(wrong, "the catalogue cannot be read: line 2: this is not a node or a policy");
        let node = |name: &str| format!("{{\"uri\":\"./Device/{name}\",\"format\":\"int\"}}\n");
        let wrong = parse(&format!("{header}{}{}", node("b"), node("a")));
        assert_eq!(wrong, "the catalogue cannot be read: line 3: the lines are not sorted by name");
        let cut = parse(&format!("{{\"release\":\"x\",\"nodes\":2}}\n{}", node("a")));
        assert_eq!(
            cut,
            "the catalogue cannot be read: line 1: the header says 2 nodes, but there are 1: is the file complete?"
        );
        let wrong = parse(&format!("{header}{}", "{\"uri\":\"./Device/a\",\"format\":\"none\"}\n"));
        assert!(wrong.starts_with("the catalogue cannot be read: line 2: unknown variant"), "{wrong}");
    }
}
