//! Converts policies to registry changes with their origins, for the formats that write to the registry.

use std::sync::Arc;

use super::Unsupported;
use crate::compile::{Compiled, CompiledSetting};
use crate::diagnostic::{Code, Diagnostic};
use crate::setting::{
    Claim, Origin, RegistryAction, RegistryChange, RegistryData, RegistryEntry, RegistryKey, RegistryLocation, Subject,
};
use crate::source::Place;

/// A claim about the registry, and what it was converted from.
#[derive(Debug, Clone)]
pub(super) struct Converted<'a> {
    pub claim: Claim,
    pub policy: &'a Compiled<'a>,
    /// The setting that was converted; `None` in a `registry:` block.
    pub setting: Option<CompiledSetting<'a>>,
    /// The change, from the claim.
    pub change: Arc<RegistryChange>,
    /// The place, from the claim.
    pub place: Place,
}

impl<'a> Converted<'a> {
    fn new(
        policy: &'a Compiled<'a>,
        setting: Option<CompiledSetting<'a>>,
        change: Arc<RegistryChange>,
        place: Place,
        is_secret: bool,
    ) -> Self {
        let origin = Origin::Policy { key: policy.key.as_str().into(), place: place.clone() };
        let subject = Subject::Registry(Arc::clone(&change));
        let claim = Claim {
            subject,
            audience: None,
            origin,
            oldest_build: policy.oldest_build.as_ref().map(|build| build.value),
            is_secret,
        };
        Self { claim, policy, setting, change, place }
    }

    /// Its name in messages.
    pub fn name(&self) -> String {
        match &self.setting {
            Some(setting) => setting.uri.short().to_string(),
            None => self.claim.subject.knob().to_string(),
        }
    }
}

/// Converts what policies set, and collects problems.
pub(super) struct Conversion<'p> {
    /// Whether what cannot be expressed is listed instead of reported as an error.
    pub skip_unsupported: bool,
    pub problems: &'p mut Vec<Diagnostic>,
    pub unsupported: Vec<Unsupported>,
}

impl Conversion<'_> {
    /// Records that something cannot be expressed.
    pub fn refuse(&mut self, policy: &Compiled<'_>, name: String, reason: String, place: &Place, help: &str) {
        if self.skip_unsupported {
            let (policy, place) = (policy.key.clone(), place.clone());
            self.unsupported.push(Unsupported { policy, name, reason, place });
        } else {
            self.problems.push(
                Diagnostic::error(Code::NotExportable, format!("{name} cannot be written in this format"))
                    .at(place.clone(), reason)
                    .help(format!("{help}, or leave it out with `--skip-unsupported`")),
            );
        }
    }

    /// The registry changes of a setting: the form that the policy states, or else the exact one in the catalogue.
    pub fn setting<'a>(&mut self, policy: &'a Compiled<'a>, setting: CompiledSetting<'a>) -> Vec<Converted<'a>> {
        let converted = match converted(policy, setting) {
            Ok(converted) => converted,
            Err(reason) => {
                let help = "add `registry:` with the registry value to the setting";
                self.refuse(policy, setting.uri.short().to_string(), reason, &setting.name_place(), help);
                return Vec::new();
            }
        };
        let is_written = |one: &Converted<'_>| matches!(*one.change, RegistryChange::Value(_, RegistryAction::Set(_)));
        if setting.stated_registry.is_none() && setting.shown.is_some() && converted.iter().any(is_written) {
            self.problems.push(plain_text(&setting.value_place()));
            return Vec::new();
        }
        let stated = setting.stated_registry.into_iter().flatten();
        if self.complain_of_secrets(stated) { Vec::new() } else { converted }
    }

    /// The registry changes of a policy's `registry:` block.
    pub fn block<'a>(&mut self, policy: &'a Compiled<'a>) -> Vec<Converted<'a>> {
        if self.complain_of_secrets(policy.registry.iter()) {
            return Vec::new();
        }
        let mut all = Vec::new();
        for entry in &policy.registry {
            let convert = |change| Converted::new(policy, None, change, entry.place.clone(), entry.is_secret);
            match writable(&entry.change) {
                Ok(change) => all.push(convert(change)),
                Err(reason) => {
                    let name = convert(Arc::clone(&entry.change)).name();
                    self.refuse(policy, name, reason.into(), &entry.place, "write another value");
                }
            }
        }
        all
    }

    fn complain_of_secrets<'e>(&mut self, entries: impl Iterator<Item = &'e RegistryEntry>) -> bool {
        let before = self.problems.len();
        self.problems.extend(entries.filter(|entry| entry.is_secret).map(|entry| plain_text(&entry.place)));
        self.problems.len() > before
    }
}

fn plain_text(place: &Place) -> Diagnostic {
    Diagnostic::error(Code::SecretInExport, "a secret would be written to a file as plain text")
        .at(place.clone(), "this value contains a secret")
        .help("do not export this policy; secrets can only be sent to Intune")
}

/// The registry changes of a setting, without checking for secrets.
///
/// # Errors
/// Why there is no exact form, in one line.
pub(super) fn converted<'a>(
    policy: &'a Compiled<'a>,
    setting: CompiledSetting<'a>,
) -> Result<Vec<Converted<'a>>, String> {
    let convert = |change: &Arc<RegistryChange>, place: Place, is_secret: bool| {
        Ok(Converted::new(policy, Some(setting), writable(change)?, place, is_secret))
    };
    if let Some(stated) = setting.stated_registry {
        return stated.iter().map(|entry| convert(&entry.change, entry.place.clone(), entry.is_secret)).collect();
    }
    let node = setting.node.ok_or("no registry value is known for this setting")?;
    let writes = node.registry_writes(setting.uri.scope(), setting.value).map_err(|reason| reason.to_string())?;
    let is_secret = setting.shown.is_some();
    let change = |(location, action)| Arc::new(RegistryChange::Value(location, action));
    writes.into_iter().map(|write| convert(&change(write), setting.value_place(), is_secret)).collect()
}

/// The locations that a retired policy may have set.
pub(super) fn places_of_retired(policy: &Compiled<'_>) -> Vec<RegistryLocation> {
    let mut places = Vec::new();
    for setting in policy.settings.iter() {
        // Settings without an exact form were never exported, so there is nothing to delete.
        let Ok(all) = converted(policy, setting) else { continue };
        places.extend(all.iter().filter_map(|one| set_at(&one.change)).cloned());
        if setting.stated_registry.is_none() {
            let known = setting.node.map(|node| node.registry_places(setting.uri.scope()));
            places.extend(known.into_iter().flatten());
        }
    }
    places.extend(policy.registry.iter().filter_map(|entry| set_at(&entry.change)).cloned());
    places
}

/// The location of a change that sets a value.
pub(super) fn set_at(change: &RegistryChange) -> Option<&RegistryLocation> {
    match change {
        RegistryChange::Value(location, RegistryAction::Set(_)) => Some(location),
        _ => None,
    }
}

/// Checks that the registry can store a change.
fn writable(change: &Arc<RegistryChange>) -> Result<Arc<RegistryChange>, &'static str> {
    let RegistryChange::Value(location, action) = &**change else {
        return Ok(Arc::clone(change));
    };
    if location.name.contains(char::is_control) || location.key.path.contains(char::is_control) {
        return Err("its name contains a control character");
    }
    match action {
        RegistryAction::Set(RegistryData::Sz(text) | RegistryData::ExpandSz(text)) if text.contains('\0') => {
            Err("registry text cannot contain a NUL character")
        }
        RegistryAction::Set(RegistryData::MultiSz(texts)) => {
            // Splitting an empty value gives one empty string, but means an empty list.
            let empty = texts.iter().all(String::is_empty);
            if !empty && texts.iter().any(|text| text.is_empty() || text.contains('\0')) {
                return Err("REG_MULTI_SZ cannot contain an empty string, because that ends the list");
            }
            let list = RegistryData::MultiSz(if empty { Vec::new() } else { texts.clone() });
            Ok(Arc::new(RegistryChange::Value(location.clone(), RegistryAction::Set(list))))
        }
        _ => Ok(Arc::clone(change)),
    }
}

/// A registry value that one of the claims sets or deletes.
struct WrittenValue<'c, 'p> {
    location: &'c RegistryLocation,
    action: &'c RegistryAction,
    by: &'c Converted<'p>,
}

/// Reports values with two different data, and keys that one policy deletes although another sets values in them.
pub(super) fn contradictions(all: &[&Converted<'_>], problems: &mut Vec<Diagnostic>) {
    let mut values: Vec<WrittenValue<'_, '_>> = Vec::new();
    let mut deleted: Vec<(&RegistryKey, &Converted<'_>)> = Vec::new();
    for one in all {
        match &*one.change {
            RegistryChange::Value(location, action) => values.push(WrittenValue { location, action, by: one }),
            RegistryChange::DeleteKey(key) | RegistryChange::DeleteValues(key) => deleted.push((key, one)),
        }
    }
    // A stable sort, so that the later of two policies is reported.
    values.sort_by_key(|value| value.location);
    for same in values.chunk_by(|a, b| a.location == b.location) {
        let first = &same[0];
        for other in same.iter().skip(1).filter(|other| other.action != first.action) {
            let message = format!("{} has two different values", first.location);
            problems.push(contradiction(message, (other.by, "different value here"), (first.by, "first value here")));
        }
    }
    for (key, deletes) in deleted {
        let is_emptied = |other: &RegistryKey| match *deletes.change {
            RegistryChange::DeleteValues(_) => key == other,
            _ => key.holds(other),
        };
        for WrittenValue { location, action, by: sets } in &values {
            let sets_it = matches!(action, RegistryAction::Set(_)) && is_emptied(&location.key);
            // Within one policy the order is clear: the key is deleted first.
            if sets_it && !deletes.claim.origin.is_same(&sets.claim.origin) {
                let message = format!("{location} is set, but another policy deletes its key");
                problems.push(contradiction(message, (sets, "set here"), (deletes, "the key is deleted here")));
            }
        }
    }
}

fn contradiction(message: String, at: (&Converted<'_>, &str), and: (&Converted<'_>, &str)) -> Diagnostic {
    let label = |(one, text): (&Converted<'_>, &str)| match one.setting {
        Some(setting) => format!("{text}, by {}", setting.uri.short()),
        None => text.to_string(),
    };
    Diagnostic::error(Code::Contradiction, message)
        .at(at.0.place.clone(), label(at))
        .and(and.0.place.clone(), label(and))
        .help("they cannot be in the same file: change one policy, or export them to two files")
}
