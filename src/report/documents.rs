//! What `check` and `catalogue diff` print for programs. Each has a schema in `schemas/`.

use schemars::JsonSchema;
use serde::Serialize;

use crate::catalogue::{Changed, Comparison, Fact};
use crate::diagnostic::Diagnostic;
use crate::plan::{DiagnosticDocument, diagnostic_document};
use crate::setting::Scope;

/// The findings of `check`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Check")]
pub struct CheckDocument {
    /// The version of this form: 1.
    pub format: u32,
    /// In the same form as in a plan.
    pub diagnostics: Vec<DiagnosticDocument>,
}

impl CheckDocument {
    pub fn new(diagnostics: &[Diagnostic]) -> Self {
        Self { format: 1, diagnostics: diagnostics.iter().map(diagnostic_document).collect() }
    }
}

/// How two catalogues differ.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CatalogueDiff")]
pub struct CatalogueDiffDocument {
    /// The release of the old catalogue.
    pub old: String,
    /// The release of the new catalogue.
    pub new: String,
    pub added: Vec<SettingLine>,
    pub removed: Vec<SettingLine>,
    pub changed: Vec<ChangedSetting>,
    /// Group Policies that have no setting of their own in the catalogue.
    pub group_policies: GroupPolicies,
    /// Settings of your policies that differ between the two.
    pub policies: Vec<TouchedSetting>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingLine {
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
    pub fn new(found: &Comparison, touched: Vec<TouchedSetting>, old: String, new: String) -> Self {
        let words = |scopes: &[Scope]| scopes.iter().map(|scope| scope.word().to_string()).collect::<Vec<_>>();
        let lines = |names: &[(String, Vec<Scope>)]| -> Vec<SettingLine> {
            names.iter().map(|(name, scopes)| SettingLine { setting: name.clone(), scopes: words(scopes) }).collect()
        };
        let changed = |one: &Changed| ChangedSetting {
            setting: one.name.clone(),
            scopes: words(&one.scopes),
            facts: one.facts.clone(),
        };
        Self {
            old,
            new,
            added: lines(&found.added),
            removed: lines(&found.removed),
            changed: found.changed.iter().map(changed).collect(),
            group_policies: GroupPolicies {
                added: found.policies_added.clone(),
                removed: found.policies_removed.clone(),
                changed: found.policies_changed.clone(),
            },
            policies: touched,
        }
    }
}
