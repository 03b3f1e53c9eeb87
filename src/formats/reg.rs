//! `.reg` files, as regedit writes and reads them.
//!
//! Sources: Microsoft, "How to add, modify, or delete registry subkeys and values by using a .reg file"; what
//! Windows does with odd lines is in Wine's conformance tests (`programs/reg/tests/import.c`), which are run on
//! Windows too.

mod each;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use each::export_each;
pub use read::read;

use super::Unsupported;
use super::claim::{Claim, Gathering, contradictions, holds, places_of_retired};
use crate::compile::{Compiled, RegistryChange};
use crate::diagnostic::{Diagnostic, any_error};
use crate::policy::State;
use crate::setting::{RegistryAction, RegistryKey};

/// A `.reg` file's content: what it does to the registry, in the order in which it is done.
///
/// Keys are in alphabetical order without regard to case, values likewise; the deletion of a key stands before
/// anything that is set in it or below it. Value names hold no line breaks.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RegDocument {
    changes: Vec<RegistryChange>,
}

impl RegDocument {
    /// Puts changes in order; equal ones become one. Of values in a deleted key only those that are set are left: a
    /// deletion would make the key anew.
    pub fn new(changes: impl IntoIterator<Item = RegistryChange>) -> Self {
        let mut changes: Vec<RegistryChange> = changes.into_iter().collect();
        let keys = changes.iter().filter_map(|change| match change {
            RegistryChange::DeleteKey(key) => Some(key.clone()),
            RegistryChange::Value(..) => None,
        });
        let deleted: Vec<RegistryKey> = keys.collect();
        changes.retain(|change| match change {
            RegistryChange::Value(location, RegistryAction::Delete) => {
                !deleted.iter().any(|key| holds(key, &location.key))
            }
            _ => true,
        });
        changes.sort_by_cached_key(rank);
        changes.dedup();
        Self { changes }
    }

    /// What is done, in order.
    pub fn changes(&self) -> &[RegistryChange] {
        &self.changes
    }

    /// The file's text, with CRLF line ends and an empty last line (without which Samba drops the last value).
    pub fn to_text(&self) -> String {
        write::text(&self.changes)
    }

    /// The file's bytes: UTF-16LE with a byte order mark, the one encoding that every Windows reads.
    pub fn to_bytes(&self) -> Vec<u8> {
        let text = self.to_text();
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    }
}

/// Key, deletion first, name; and only then the spelling, so that the order of policies does not matter.
fn rank(change: &RegistryChange) -> (RegistryKey, Option<String>, String, String) {
    match change {
        RegistryChange::DeleteKey(key) => (key.clone(), None, key.path.clone(), String::new()),
        RegistryChange::Value(location, _) => {
            let name = &location.name;
            (location.key.clone(), Some(name.to_lowercase()), location.key.path.clone(), name.clone())
        }
    }
}

/// Policies as a `.reg` file.
#[derive(Debug, Clone)]
pub struct RegExport {
    /// The file.
    pub document: RegDocument,
    /// What is not in it, because the caller wanted it to be left out.
    pub unsupported: Vec<Unsupported>,
}

/// Makes one `.reg` file of policies: what the active ones set, and deletions of what the retired ones had set
/// unless an active one sets it. Drafts count as active: the caller decides whether they take part.
///
/// What is wrong is added to `problems` (SP0303 no exact registry form, SP0304 contradiction, SP0403 secret); with
/// any error there is no file. With `skip_unsupported`, settings without an exact registry form are listed instead.
pub fn export(policies: &[&Compiled<'_>], skip_unsupported: bool, problems: &mut Vec<Diagnostic>) -> Option<RegExport> {
    let mut found = Vec::new();
    let mut gathering = Gathering { skip_unsupported, problems: &mut found, unsupported: Vec::new() };
    let mut claims: Vec<Claim<'_>> = Vec::new();
    for policy in policies.iter().filter(|policy| policy.state != State::Retired) {
        for setting in &policy.settings {
            claims.extend(gathering.setting(policy, setting));
        }
        claims.extend(gathering.block(policy));
    }
    let unsupported = gathering.unsupported;
    contradictions(&claims, &mut found);
    let mut changes: Vec<RegistryChange> = claims.into_iter().map(|claim| claim.change).collect();
    let retired = policies.iter().filter(|policy| policy.state == State::Retired);
    let gone: Vec<_> = retired.flat_map(|policy| places_of_retired(policy)).collect();
    for place in gone {
        let settled = changes.iter().any(|change| matches!(change, RegistryChange::Value(at, _) if *at == place));
        if !settled {
            changes.push(RegistryChange::Value(place, RegistryAction::Delete));
        }
    }
    let wrong = any_error(&found);
    problems.append(&mut found);
    (!wrong).then(|| RegExport { document: RegDocument::new(changes), unsupported })
}
