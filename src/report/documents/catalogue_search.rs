//! What `catalogue search` prints for programs.

use schemars::JsonSchema;
use serde::Serialize;

use crate::catalogue::{Catalogue, CatalogueEntry, Hit};

/// The settings that were found, the best first.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CatalogueSearch")]
pub struct CatalogueSearchDocument {
    /// The release of the catalogue.
    pub release: String,
    /// How many settings were found, including those that `--limit` leaves out.
    pub found: usize,
    pub settings: Vec<FoundSetting>,
}

/// A setting that was found.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FoundSetting {
    /// Its name, as `explain` takes it.
    pub name: String,
    /// Its OMA-URI; null for a Group Policy without a node.
    pub uri: Option<String>,
    /// `device`, `user` or both.
    pub scopes: Vec<&'static str>,
    /// Its title in the Group Policy editor.
    pub title: Option<String>,
    /// Its folder in the Group Policy editor.
    pub path: Option<String>,
}

impl CatalogueSearchDocument {
    /// With at most `limit` settings.
    pub fn new(hits: &[Hit<'_>], limit: usize, catalogue: &Catalogue) -> Self {
        let settings = hits.iter().take(limit).map(|hit| FoundSetting::new(hit.entry, catalogue)).collect();
        Self { release: catalogue.release.clone(), found: hits.len(), settings }
    }
}

impl FoundSetting {
    fn new(entry: CatalogueEntry<'_>, catalogue: &Catalogue) -> Self {
        let (name, uri) = match entry {
            CatalogueEntry::Node(node) => {
                let address = node.address(node.first_scope());
                (catalogue.name_of(&address), Some(address.to_string()))
            }
            CatalogueEntry::Policy(policy) => (policy.policy.clone(), None),
        };
        let policy = entry.group_policy();
        let filled = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        Self {
            name,
            uri,
            scopes: entry.scope_words(),
            title: policy.and_then(|policy| filled(&policy.title)),
            path: policy.and_then(|policy| filled(&policy.path)),
        }
    }
}
