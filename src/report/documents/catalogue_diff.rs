//! What `catalogue diff` prints for programs.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::catalogue::{Catalogue, Changed, Comparison, Fact, NodeInScopes};
use crate::policy::Policy;
use crate::setting::Scope;

/// How two catalogues differ.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CatalogueDiff")]
pub struct CatalogueDiffDocument {
    /// The release of the old catalogue.
    pub old: String,
    /// The release of the new catalogue.
    pub new: String,
    pub added: Vec<ScopedSetting>,
    pub removed: Vec<ScopedSetting>,
    pub changed: Vec<ChangedSetting>,
    /// Group Policies that have no setting of their own in the catalogue.
    pub group_policies: GroupPolicies,
    /// Settings of your policies that differ between the two.
    pub policies: Vec<TouchedSetting>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScopedSetting {
    pub setting: String,
    /// `device`, `user` or both.
    pub scopes: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangedSetting {
    pub setting: String,
    /// `device`, `user` or both.
    pub scopes: Vec<String>,
    pub facts: Vec<Fact>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupPolicies {
    pub added: Vec<String>,
    pub removed: Vec<String>,
    pub changed: Vec<String>,
}

/// A setting of a policy that the two catalogues describe differently.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TouchedSetting {
    pub file: String,
    pub line: usize,
    pub setting: String,
    /// `removed`, `now known`, or `changed:` and the facts.
    pub what: String,
}

impl CatalogueDiffDocument {
    pub fn new(found: Comparison, policies: &[Policy], old: &Catalogue, new: &Catalogue) -> Self {
        let touched = touched(policies, &found, old, new);
        let words = |scopes: &[Scope]| scopes.iter().map(|scope| scope.word().to_string()).collect::<Vec<_>>();
        let line = |one: NodeInScopes| ScopedSetting { setting: one.name, scopes: words(&one.scopes) };
        let changed = |one: Changed| ChangedSetting { setting: one.name, scopes: words(&one.scopes), facts: one.facts };
        Self {
            old: old.release.clone(),
            new: new.release.clone(),
            added: found.added.into_iter().map(line).collect(),
            removed: found.removed.into_iter().map(line).collect(),
            changed: found.changed.into_iter().map(changed).collect(),
            group_policies: GroupPolicies {
                added: found.policies_added,
                removed: found.policies_removed,
                changed: found.policies_changed,
            },
            policies: touched,
        }
    }
}

/// The settings of policies that the two catalogues describe differently.
fn touched(policies: &[Policy], found: &Comparison, old: &Catalogue, new: &Catalogue) -> Vec<TouchedSetting> {
    let changed: BTreeMap<(&str, Scope), &Changed> = found
        .changed
        .iter()
        .flat_map(|changed| changed.scopes.iter().map(move |scope| ((changed.name.as_str(), *scope), changed)))
        .collect();
    let mut touched = Vec::new();
    for policy in policies {
        for (name, _) in policy.document.settings.iter() {
            let (before, after) = (old.resolve(name).ok(), new.resolve(name).ok());
            let what = match (before.and_then(|found| found.node), &after) {
                (Some(_), None) => "removed".to_string(),
                (None, Some(after)) if after.node.is_some() => "now known".into(),
                (Some(node), Some(after)) => {
                    let short = node.short();
                    let Some(change) = changed.get(&(short.as_str(), after.uri.scope())) else { continue };
                    let facts: Vec<&str> = change.facts.iter().map(|fact| fact.fact).collect();
                    format!("changed: {}", facts.join(", "))
                }
                _ => continue,
            };
            let place = policy.place(name.span);
            let (file, line) = (place.source.path.clone(), place.position().line);
            touched.push(TouchedSetting { file, line, setting: name.value.clone(), what });
        }
    }
    touched
}
