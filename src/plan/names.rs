//! Names for ids.

use std::collections::{BTreeMap, BTreeSet};

/// Names by id.
#[derive(Debug, Clone, Default)]
pub struct Names {
    pub groups: BTreeMap<String, String>,
    pub filters: BTreeMap<String, String>,
    pub scope_tags: BTreeMap<String, String>,
}

impl Names {
    /// The name of an assignment filter; with its id if several have the same name.
    pub(super) fn filter(&self, id: &str) -> String {
        called(&self.filters, id)
    }

    /// The names of scope tags, sorted and separated by commas. No tag is the default tag.
    pub(super) fn tags(&self, ids: &BTreeSet<String>) -> String {
        let mut named: Vec<String> = ids.iter().map(|id| called(&self.scope_tags, id)).collect();
        named.sort();
        if named.is_empty() { "Default".into() } else { named.join(", ") }
    }
}

/// The name for an id; with the id if several have the same name.
fn called(names: &BTreeMap<String, String>, id: &str) -> String {
    let Some(name) = names.get(id) else { return id.to_string() };
    let is_unique = names.values().filter(|other| *other == name).count() == 1;
    if is_unique { name.clone() } else { format!("{name} ({id})") }
}
