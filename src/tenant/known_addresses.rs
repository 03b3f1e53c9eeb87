//! Addresses of settings that policies and profiles share in memory.

use std::collections::HashMap;

use crate::compile::Compiled;
use crate::profile::{Address, Marker, Settings};
use crate::setting::OmaUri;

/// The addresses in policies, by key. The profile of a policy has mostly the same addresses, and in a large tenant their
/// texts would be a fifth of the memory.
#[derive(Default)]
pub struct KnownAddresses<'a>(HashMap<&'a str, &'a Settings>);

impl<'a> KnownAddresses<'a> {
    pub fn of(policies: &'a [Compiled<'a>]) -> Self {
        Self(policies.iter().map(|policy| (policy.key.as_str(), &**policy.settings.of_profile())).collect())
    }

    /// The same address; from the policy that the marker names, if that has it.
    pub fn share(&self, marker: Option<&Marker>, uri: OmaUri) -> OmaUri {
        let settings = marker.and_then(|marker| self.0.get(marker.key.as_str()));
        let address = Address::Node(uri);
        let known = settings.and_then(|settings| settings.get_indexed(settings.find_index(&address).ok()?));
        known.map_or(&address, |(known, _)| known).uri().clone()
    }
}
