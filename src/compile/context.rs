//! The inputs of the compiler.

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
}
