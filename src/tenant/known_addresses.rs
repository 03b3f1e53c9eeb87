//! Addresses of settings that policies and profiles share in memory.

use std::collections::HashMap;

use crate::compile::{Compiled, CompiledSetting};
use crate::profile::Marker;
use crate::setting::OmaUri;

/// The addresses in policies, by key. The profile of a policy has mostly the same addresses, and in a large tenant their
/// texts would be a fifth of the memory.
#[derive(Default)]
pub struct KnownAddresses<'a>(HashMap<&'a str, &'a [CompiledSetting<'a>]>);

impl<'a> KnownAddresses<'a> {
    pub fn of(policies: &'a [Compiled<'a>]) -> Self {
        Self(policies.iter().map(|policy| (policy.key.as_str(), policy.settings.as_slice())).collect())
    }

    /// The same address; from the policy that the marker names, if that has it.
    pub fn share(&self, marker: Option<&Marker>, uri: OmaUri) -> OmaUri {
        let known = || {
            let settings = self.0.get(marker?.key.as_str())?;
            // The settings of a policy are sorted by address.
            let at = settings.binary_search_by(|setting| setting.uri.cmp(&uri)).ok()?;
            Some(settings[at].uri.clone())
        };
        known().unwrap_or(uri)
    }
}
