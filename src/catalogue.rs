//! What Windows accepts: the nodes of its management tree, their values, and where the same knob is elsewhere.
//!
//! The table is text, one node a line, sorted by address (`schemas/catalogue.jsonl`), and independent of who
//! filled it. Its first line says which release it describes and where its facts come from. Group Policies that no
//! node sets follow the nodes.

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
pub use compare::{Changed, Comparison, Fact, compare};
pub use import::{ImportError, Imported, SourceFile, Sources, import, unpack};
pub use lookup::{LookupError, Resolved};
pub use names::{Entry, Found, catalogue_id};
pub use node::{Allowed, Dependency, EnumValue, Format, GroupPolicy, Node, Scopes};
pub use policy::OnlyPolicy;
pub use registry::{DataForm, NoRegistryForm, Registry, RegistryForm, Relation, SameType, Writes};
pub use search::Hit;
pub use secret::may_be_secret;
pub use table::TableError;

pub use crate::setting::Edition;
use crate::setting::{OmaUri, RegistryLocation, Scope};
use table::{Header, Lines};

/// The nodes, sorted by address.
#[derive(Debug)]
pub struct Catalogue {
    /// The release that the table describes, such as `DDF February 2026`.
    pub release: String,
    /// How many nodes and policies the table says that it has.
    stated: (Option<usize>, Option<usize>),
    nodes: Lines<Node>,
    policies: OnceLock<Lines<OnlyPolicy>>,
    /// Where addresses with placeholders stand, and how long they are before the first one.
    with_placeholders: OnceLock<Vec<(usize, usize)>>,
    /// The nodes that may write a registry value.
    by_registry: OnceLock<HashMap<RegistryLocation, Vec<usize>>>,
    /// The nodes by the last part of their address.
    by_last_part: OnceLock<HashMap<String, Vec<usize>>>,
    /// The nodes by their settings catalog id without its scope.
    by_definition: OnceLock<HashMap<String, Vec<usize>>>,
}

/// Stands for every last part; no address has it.
const ANY: &str = "/";

/// An address without `./Device/` or `./User/`.
fn below_scope(uri: &str) -> &str {
    uri.strip_prefix("./Device/").or_else(|| uri.strip_prefix("./User/")).unwrap_or(uri)
}

/// What lines begin with.
const NODE: &str = "{\"uri\":\"";
const POLICY: &str = "{\"policy\":\"";

/// The table in two parts, packed by `build.rs`: the second is rarely needed.
const PACKED_NODES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/nodes.deflated"));
const PACKED_POLICIES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/policies.deflated"));

/// What `build.rs` packed; a test unpacks it.
fn unpacked(packed: &[u8]) -> String {
    let mut text = String::with_capacity(packed.len() * 13);
    let _ = std::io::Read::read_to_string(&mut flate2::read::DeflateDecoder::new(packed), &mut text);
    text
}

impl Catalogue {
    /// The table that is part of the program. Unpacked once, at the first call.
    pub fn embedded() -> &'static Self {
        static TABLE: OnceLock<Catalogue> = OnceLock::new();
        TABLE.get_or_init(Self::unpack)
    }

    /// A fresh copy of the table that is part of the program.
    pub fn unpack() -> Self {
        // A test reads the whole table; were it broken, nothing would be known rather than the program stop.
        let table = Self::with_nodes(unpacked(PACKED_NODES));
        table.unwrap_or_else(|_| Self::new("unreadable".into(), Lines::none(NODE)))
    }

    /// Reads a table.
    ///
    /// # Errors
    /// The first line that is not a node.
    pub fn parse(mut text: String) -> Result<Self, TableError> {
        // An editor may have added a mark, a checkout on Windows changed the line ends.
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
        for (what, stated, found) in
            [("nodes", table.stated.0, table.nodes.len()), ("Group Policies", table.stated.1, policies.len())]
        {
            if let Some(stated) = stated.filter(|stated| *stated != found) {
                let reason = format!("the header says {stated} {what}, but there are {found}: is the file complete?");
                return Err(TableError { line: 1, reason });
            }
        }
        // Nothing else was set before.
        let _ = table.policies.set(policies);
        Ok(table)
    }

    fn with_nodes(mut text: String) -> Result<Self, TableError> {
        let broken = |reason: String| TableError { line: 1, reason };
        if text.is_empty() {
            return Err(broken("the file is empty".into()));
        }
        let nodes = text.split_off(text.find('\n').map_or(text.len(), |at| at + 1));
        let header: Header =
            serde_json::from_str(&text).map_err(|_| broken("this is not the header of a catalogue".into()))?;
        let mut table = Self::new(header.release, Lines::index(Cow::Owned(nodes), NODE, 1)?);
        table.stated = (header.nodes, header.policies);
        Ok(table)
    }

    fn new(release: String, nodes: Lines<Node>) -> Self {
        Self {
            release,
            stated: (None, None),
            nodes,
            policies: OnceLock::new(),
            with_placeholders: OnceLock::new(),
            by_registry: OnceLock::new(),
            by_last_part: OnceLock::new(),
            by_definition: OnceLock::new(),
        }
    }

    /// All nodes, sorted by address. Reads all of them.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter()
    }

    /// The Group Policies that no node sets, sorted by file and name.
    pub fn only_policies(&self) -> impl Iterator<Item = &OnlyPolicy> {
        self.policies().iter()
    }

    fn policies(&self) -> &Lines<OnlyPolicy> {
        // A table that was parsed has its own.
        let unpack = || Lines::index(Cow::Owned(unpacked(PACKED_POLICIES)), POLICY, 0);
        self.policies.get_or_init(|| unpack().unwrap_or_else(|_| Lines::none(POLICY)))
    }

    /// The node of an address in exactly the spelling of Windows; placeholders match any one part.
    pub fn node(&self, uri: &OmaUri) -> Option<&Node> {
        let exact = |text: &str| self.nodes.find(text).and_then(|at| self.nodes.get(at));
        let own = exact(uri.as_str()).filter(|node| node.scope.has(uri.scope()));
        // A node of both scopes stands under the device's address.
        let twin = || match uri.scope() {
            Scope::User => exact(uri.in_scope(Scope::Device).as_str()).filter(|node| node.scope.has(Scope::User)),
            Scope::Device => None,
        };
        own.or_else(twin).or_else(|| {
            let same = |(at, before): &&(usize, usize)| {
                let name = self.nodes.name(*at);
                let alike = below_scope(&name[..*before]);
                below_scope(uri.as_str()).starts_with(alike) && node::same_path(name, uri.as_str(), |a, b| a == b)
            };
            let found = self.placeholders().iter().filter(same).filter_map(|(at, _)| self.nodes.get(*at));
            found.into_iter().find(|node| node.scope.has(uri.scope()))
        })
    }

    fn placeholders(&self) -> &[(usize, usize)] {
        let find = || {
            let begins = |name: &str| {
                let mut parts = name.split_inclusive('/');
                let at = parts.by_ref().take_while(|part| !node::is_placeholder(part.trim_end_matches('/')));
                let at: usize = at.map(str::len).sum();
                (at < name.len()).then_some(at)
            };
            (0..self.nodes.len()).filter_map(|at| Some((at, begins(self.nodes.name(at))?))).collect()
        };
        self.with_placeholders.get_or_init(find)
    }

    /// The nodes whose address is this one, without looking at case, scope or what stands for placeholders.
    fn nearly(&self, uri: &OmaUri) -> impl Iterator<Item = &Node> {
        let same = |at: &usize| node::same_path(self.nodes.name(*at), uri.as_str(), str::eq_ignore_ascii_case);
        let index = self.last_parts();
        let last = uri.as_str().rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        let mut found: Vec<usize> =
            [last.as_str(), ANY].iter().flat_map(|part| index.get(*part)).flatten().copied().collect();
        found.sort_unstable();
        found.into_iter().filter(same).filter_map(|at| self.nodes.get(at))
    }

    /// Nodes by the last part of their address in small letters; those that end in a placeholder under [`ANY`].
    fn last_parts(&self) -> &HashMap<String, Vec<usize>> {
        self.by_last_part.get_or_init(|| {
            let mut index: HashMap<String, Vec<usize>> = HashMap::new();
            for at in 0..self.nodes.len() {
                let last = self.nodes.name(at).rsplit('/').next().unwrap_or_default();
                let part = if node::is_placeholder(last) { ANY.to_string() } else { last.to_ascii_lowercase() };
                index.entry(part).or_default().push(at);
            }
            index
        })
    }

    /// The addresses of all nodes, sorted; reads none of them.
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

    /// A digest of what is known, so that a saved plan can say that it was made with other knowledge.
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
    fn the_embedded_table_can_be_read_whole() {
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
