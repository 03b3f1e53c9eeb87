//! The settings of a compiled policy.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::catalogue::CspNode;
use crate::profile::{Address, Setting, Settings};
use crate::setting::{OmaUri, OmaValue, RegistryEntry};
use crate::source::{Place, Source, Span};

/// The settings of a policy, sorted by the address that is sent. Its profile shares addresses and values with it: in a large repository,
/// they are most of the memory.
#[derive(Debug, Clone, Default)]
pub struct CompiledSettings<'a> {
    settings: Arc<Settings>,
    /// Where each of them is written, in the same order.
    written: Box<[WrittenAt<'a>]>,
    /// The addresses in the catalogue's spelling of the settings that are sent in another one, by position. Few are.
    respelled: BTreeMap<usize, OmaUri>,
    /// The registry forms that the policy states, by position. Few settings have one.
    stated_registry: BTreeMap<usize, Box<[RegistryEntry]>>,
}

/// Where a setting is written, and what it is.
#[derive(Debug, Clone)]
pub(super) struct WrittenAt<'a> {
    pub node: Option<&'a CspNode>,
    pub source: Arc<Source>,
    pub name: Span,
    pub value: Span,
}

impl WrittenAt<'_> {
    pub fn name_place(&self) -> Place {
        Place::new(&self.source, self.name)
    }
}

/// A setting before it joins the others.
pub(super) struct NewSetting<'a> {
    /// The address in the catalogue's spelling.
    pub uri: OmaUri,
    /// The address that is sent, if the policy keeps another spelling.
    pub sent: Option<OmaUri>,
    pub setting: Setting,
    pub written: WrittenAt<'a>,
    pub stated_registry: Option<Box<[RegistryEntry]>>,
}

impl NewSetting<'_> {
    pub fn sent_address(&self) -> &OmaUri {
        self.sent.as_ref().unwrap_or(&self.uri)
    }
}

/// One setting with its value in canonical form.
#[derive(Debug, Clone, Copy)]
pub struct CompiledSetting<'c> {
    /// The address in the catalogue's spelling.
    pub uri: &'c OmaUri,
    /// Its node; `None` if the catalogue does not contain it.
    pub node: Option<&'c CspNode>,
    /// The value that devices get.
    pub value: &'c OmaValue,
    /// The text to print instead of the value if it contains a secret.
    pub shown: Option<&'c str>,
    /// The registry form that the policy states.
    pub stated_registry: Option<&'c [RegistryEntry]>,
    written: &'c WrittenAt<'c>,
}

impl CompiledSetting<'_> {
    pub fn name_place(&self) -> Place {
        self.written.name_place()
    }

    pub fn value_place(&self) -> Place {
        Place::new(&self.written.source, self.written.value)
    }
}

impl<'a> CompiledSettings<'a> {
    /// Settings that are sorted by the address that is sent, each only once.
    pub(super) fn of(sorted: Vec<NewSetting<'a>>) -> Self {
        let mut settings = Settings::with_capacity(sorted.len());
        let mut written = Vec::with_capacity(sorted.len());
        let (mut respelled, mut stated_registry) = (BTreeMap::new(), BTreeMap::new());
        for (at, one) in sorted.into_iter().enumerate() {
            let sent = match one.sent {
                Some(sent) => {
                    respelled.insert(at, one.uri);
                    sent
                }
                None => one.uri,
            };
            settings.insert(Address::Node(sent), one.setting);
            written.push(one.written);
            stated_registry.extend(one.stated_registry.map(|entries| (at, entries)));
        }
        Self { settings: Arc::new(settings), written: written.into(), respelled, stated_registry }
    }

    pub fn len(&self) -> usize {
        self.written.len()
    }

    pub fn is_empty(&self) -> bool {
        self.written.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = CompiledSetting<'_>> {
        let with_place = self.settings.iter().zip(&self.written).enumerate();
        with_place.map(|(at, ((address, setting), written))| CompiledSetting {
            uri: self.respelled.get(&at).unwrap_or_else(|| address.uri()),
            node: written.node,
            value: &setting.value,
            shown: setting.shown.as_deref(),
            stated_registry: self.stated_registry.get(&at).map(|entries| &**entries),
            written,
        })
    }

    /// Addresses and values, as profiles have them: each address as it is sent.
    pub fn of_profile(&self) -> &Arc<Settings> {
        &self.settings
    }
}
