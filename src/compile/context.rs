//! The inputs of the compiler.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::expand::Secrets;
use crate::catalogue::Catalogue;
use crate::policy::{Configuration, Environment};
use crate::source::Source;

/// What policies are compiled for, and with what.
pub struct Context<'a> {
    pub catalogue: &'a Catalogue,
    pub configuration: &'a Configuration,
    pub configuration_source: &'a Arc<Source>,
    /// The name of the environment.
    pub environment: &'a str,
    /// The environment in the configuration.
    pub settings: &'a Environment,
    /// The value of `{TenantId}`.
    pub tenant_id: &'a str,
    /// What replaces references to secrets.
    pub secrets: &'a Secrets,
    /// The files that values refer to, by path relative to the root of the repository.
    pub files: &'a BTreeMap<String, Result<Vec<u8>, String>>,
    pub suggestions: SuggestionBudget,
}

/// How many more unknown names get a suggestion. Each is compared with all names of the catalogue, and nobody reads
/// thousands of suggestions.
#[derive(Debug)]
pub struct SuggestionBudget(Cell<usize>);

impl Default for SuggestionBudget {
    fn default() -> Self {
        Self(Cell::new(20))
    }
}

impl SuggestionBudget {
    /// Whether one more is allowed.
    pub(super) fn take(&self) -> bool {
        let left = self.0.get();
        self.0.set(left.saturating_sub(1));
        left > 0
    }
}
