//! `.reg` files, as regedit writes and reads them.
//!
//! Sources: Microsoft, "How to add, modify, or delete registry subkeys and values by using a .reg file"; what Windows
//! does with unusual lines is in Wine's conformance tests (`programs/reg/tests/import.c`), which are run on Windows,
//! too.

mod read;
#[cfg(test)]
mod tests;
mod write;

pub use read::read;

use std::collections::BTreeSet;

use super::conversion::{Conversion, Converted, contradictions, places_of_retired, set_at};
use super::{Export, ExportFile, ExportRemark};
use crate::compile::Compiled;
use crate::diagnostic::{Diagnostic, any_error};
use crate::policy::State;
use crate::setting::{Knob, RegistryAction, RegistryChange, RegistryKey, RegistryLocation};

/// The content of a `.reg` file: changes to the registry, in the order of execution. The format cannot express the
/// deletion of all values of a key; [`export`] refuses it.
///
/// Keys and values are sorted, ignoring case. The deletion of a key is before everything that is set in it or below it.
/// Names of values do not contain line breaks.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RegDocument {
    changes: Vec<RegistryChange>,
}

impl RegDocument {
    /// Sorts changes and merges equal ones. Of the values in a deleted key, only those that are set are kept: deleting
    /// a value would create the key again.
    pub fn new(changes: impl IntoIterator<Item = RegistryChange>) -> Self {
        let mut changes: Vec<RegistryChange> = changes.into_iter().collect();
        let keys = changes.iter().filter_map(|change| match change {
            RegistryChange::DeleteKey(key) => Some(key.clone()),
            RegistryChange::DeleteValues(_) | RegistryChange::Value(..) => None,
        });
        let deleted: Vec<RegistryKey> = keys.collect();
        changes.retain(|change| match change {
            RegistryChange::Value(location, RegistryAction::Delete) => {
                !deleted.iter().any(|key| key.holds(&location.key))
            }
            _ => true,
        });
        changes.sort_by_cached_key(rank);
        changes.dedup();
        Self { changes }
    }

    /// The changes in order.
    pub fn changes(&self) -> &[RegistryChange] {
        &self.changes
    }

    /// The text of the file, with CRLF line endings and an empty last line (without which Samba drops the last value).
    pub fn to_text(&self) -> String {
        write::text(&self.changes)
    }

    /// The bytes of the file: UTF-16LE with a byte order mark, the only encoding that every Windows reads.
    pub fn to_bytes(&self) -> Vec<u8> {
        let text = self.to_text();
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    }
}

/// The sort key: key, deletion first, name, and then the spelling, so that the order of policies does not matter.
fn rank(change: &RegistryChange) -> (RegistryKey, Option<String>, String, String) {
    match change {
        RegistryChange::DeleteKey(key) | RegistryChange::DeleteValues(key) => {
            (key.clone(), None, key.path.clone(), String::new())
        }
        RegistryChange::Value(location, _) => {
            let name = &location.name;
            (location.key.clone(), Some(name.to_lowercase()), location.key.path.clone(), name.clone())
        }
    }
}

/// How an export is divided into files.
#[derive(Debug, Clone, Copy)]
pub enum Division<'n> {
    /// A single file with this name.
    Whole(&'n str),
    /// A file for each policy, named after its key.
    ByPolicy,
}

/// Creates `.reg` files from policies: what the active ones set, and deletions of what the retired ones had set, unless
/// an active one sets it. Drafts count as active; the caller decides whether to include them.
///
/// Errors are added to `problems` (SP0303 no exact registry form, SP0304 contradiction, SP0307 secret); if there are
/// any, there are no files. Contradictions between policies are also errors if the policies are in different files.
/// With `skip_unsupported`, settings without an exact registry form are listed instead.
pub fn export(
    policies: &[&Compiled<'_>],
    division: Division<'_>,
    skip_unsupported: bool,
    problems: &mut Vec<Diagnostic>,
) -> Option<Export> {
    let mut found = Vec::new();
    let mut conversion = Conversion { skip_unsupported, problems: &mut found, unsupported: Vec::new() };
    let parts: Vec<PolicyChanges<'_>> =
        policies.iter().map(|policy| PolicyChanges::of(policy, &mut conversion)).collect();
    let unsupported = conversion.unsupported;
    let all: Vec<&Converted<'_>> = parts.iter().flat_map(|part| &part.converted).collect();
    contradictions(&all, &mut found);
    let wrong = any_error(&found);
    problems.append(&mut found);
    if wrong {
        return None;
    }
    let mut export = Export { unsupported, ..Export::default() };
    match division {
        Division::Whole(name) => {
            export.files.push(ExportFile { path: name.into(), bytes: whole(&parts).to_bytes() });
        }
        Division::ByPolicy => {
            let active = Active::of(&parts);
            for part in &parts {
                let key = &part.policy.key;
                match part.beside(&active) {
                    document if document.changes().is_empty() => {
                        export.remarks.push(ExportRemark::Note(format!("{key}: nothing to write")));
                    }
                    document => {
                        let path = format!("{key}.reg");
                        export.files.push(ExportFile { path, bytes: document.to_bytes() });
                    }
                }
            }
        }
    }
    Some(export)
}

struct PolicyChanges<'a> {
    policy: &'a Compiled<'a>,
    converted: Vec<Converted<'a>>,
    /// The values that a retired policy may have set.
    gone: Vec<RegistryLocation>,
}

impl<'a> PolicyChanges<'a> {
    fn of(policy: &'a Compiled<'a>, conversion: &mut Conversion<'_>) -> Self {
        if policy.state == State::Retired {
            return Self { policy, converted: Vec::new(), gone: places_of_retired(policy) };
        }
        let mut converted = Vec::new();
        for setting in policy.settings.iter() {
            converted.extend(conversion.setting(policy, setting));
        }
        converted.extend(conversion.block(policy));
        converted.retain(|one| {
            let is_sayable = !matches!(*one.change, RegistryChange::DeleteValues(_));
            if !is_sayable {
                let reason = "a .reg file cannot delete all values of a key and keep the key";
                conversion.refuse(policy, one.name(), reason.into(), &one.place, "delete each value by its name");
            }
            is_sayable
        });
        Self { policy, converted, gone: Vec::new() }
    }

    fn changes(&self) -> impl Iterator<Item = RegistryChange> {
        self.converted.iter().map(|one| (*one.change).clone())
    }

    /// The policy's own file. Values of a retired policy that an active one sets are kept.
    fn beside(&self, active: &Active<'_>) -> RegDocument {
        let gone = self.gone.iter().filter(|location| !active.settles(location));
        RegDocument::new(self.changes().chain(gone.map(deletion)))
    }
}

/// All policies in one file: what active policies set takes precedence over deletions for retired ones.
fn whole(parts: &[PolicyChanges<'_>]) -> RegDocument {
    let converted = || parts.iter().flat_map(|part| &part.converted);
    let settled: BTreeSet<Knob<'_>> = converted().map(|one| one.change.knob()).collect();
    let gone = parts.iter().flat_map(|part| &part.gone).filter(|location| !settled.contains(&Knob::Value(location)));
    RegDocument::new(parts.iter().flat_map(PolicyChanges::changes).chain(gone.map(deletion)))
}

fn deletion(location: &RegistryLocation) -> RegistryChange {
    RegistryChange::Value(location.clone(), RegistryAction::Delete)
}

/// What active policies change, so that the files of retired policies do not undo it.
struct Active<'p> {
    set: BTreeSet<&'p RegistryLocation>,
    deleted: Vec<&'p RegistryKey>,
}

impl<'p> Active<'p> {
    fn of(parts: &'p [PolicyChanges<'_>]) -> Self {
        let active = parts.iter().filter(|part| part.policy.state == State::Active);
        let (mut set, mut deleted) = (BTreeSet::new(), Vec::new());
        for one in active.flat_map(|part| &part.converted) {
            match &*one.change {
                RegistryChange::DeleteKey(key) => deleted.push(key),
                change => set.extend(set_at(change)),
            }
        }
        Self { set, deleted }
    }

    /// Whether an active policy sets a value, or deletes its key.
    fn settles(&self, location: &RegistryLocation) -> bool {
        self.set.contains(location) || self.deleted.iter().any(|key| key.holds(&location.key))
    }
}
