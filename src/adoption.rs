//! Import: writes policies that adopt a tenant's profiles, and proves that applying them changes nothing else. Also finds
//! the profile for `disown`.

mod choose;
mod disown;
mod proof;
mod update;
mod write;

pub use choose::Selection;
pub use disown::{OwnedProfile, find_owned};
pub use proof::Verdict;
pub use update::{Update, update_policy};
pub use write::Folder;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::compile::{Directory, NamesToResolve, Secrets};
use crate::diagnostic::{Diagnostic, Severity, any_error};
use crate::failure::Failure;
use crate::formats::policy::{PolicyFile, ProfileToWrite, Remark};
use crate::graph::{Client, Error};
use crate::profile::{LiveProfile, MaskedSettings};
use crate::repository::{Files, Repository};
use crate::session::Session;
use crate::setting::{ObjectKey, Who};
use crate::tenant::KnownAddresses;
use crate::{formats, tenant};
use proof::prove;

/// Policies that are being written do not refer to files yet.
static NO_FILES: Files = BTreeMap::new();

#[derive(Debug)]
pub struct Import {
    /// Sorted by key.
    pub profiles: Vec<ImportedProfile>,
    /// What was left out, and why.
    pub skipped: Vec<String>,
    /// The number of profiles in the tenant that are not custom profiles.
    pub other_kinds: usize,
    /// Why the files could not be planned.
    pub problems: Vec<Diagnostic>,
}

#[derive(Debug)]
pub struct ImportedProfile {
    pub id: String,
    pub name: String,
    /// Its policy's file, from the root of the repository.
    pub path: String,
    pub object: ObjectKey,
    pub is_written: bool,
    /// Whether secrets have to be supplied before it can be planned.
    needs_secrets: bool,
    pub remarks: Vec<Remark>,
    /// What the plan says about it; `None` if it was not planned.
    pub verdict: Option<Verdict>,
}

/// How far the import of one profile got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportState {
    NotWritten,
    /// Written; secrets have to be supplied before it can be planned.
    NotProven,
    /// Written, but it cannot be applied without further edits.
    NotApplicable,
    /// Written, but applying it would change more than the profile's owner.
    Differs,
    /// Written, and applying it would change only the profile's owner.
    Proven,
}

impl ImportedProfile {
    pub fn state(&self) -> ImportState {
        let verdict = self.verdict.as_ref();
        let has_error = self.remarks.iter().any(|remark| remark.severity == Severity::Error);
        if !self.is_written {
            ImportState::NotWritten
        } else if verdict.is_some_and(Verdict::only_adopts) && !has_error {
            ImportState::Proven
        } else if self.needs_secrets {
            ImportState::NotProven
        } else if verdict.is_some_and(|verdict| !verdict.is_planned) {
            ImportState::NotApplicable
        } else {
            ImportState::Differs
        }
    }
}

impl Import {
    pub fn written(&self) -> usize {
        self.profiles.iter().filter(|one| one.is_written).count()
    }

    pub fn proven(&self) -> usize {
        self.profiles.iter().filter(|one| one.state() == ImportState::Proven).count()
    }

    /// Whether every selected profile was written and will be adopted unchanged.
    pub fn is_complete(&self) -> bool {
        self.written() == self.profiles.len() && self.proven() == self.written()
    }
}

/// Refuses to import if a policy cannot be read: it may already adopt one of the profiles.
pub fn require_readable(repository: &Repository) -> Result<(), Failure> {
    if !any_error(&repository.problems) {
        return Ok(());
    }
    Err(Failure::with_help(
        "nothing was imported: the policies with errors may adopt the same profiles",
        "fix these errors first; `sspr-policy check` lists them",
    ))
}

/// Reads the tenant's profiles, and selects one of them, or all that are not managed.
pub async fn select_profiles(
    session: &Session,
    repository: &Repository,
    environment: &str,
    wanted: Option<&str>,
) -> Result<Selection, Failure> {
    let tenant = tenant::read(&session.client, &KnownAddresses::default()).await?;
    choose::choose(wanted, tenant, repository, environment, &session.client).await
}

/// Writes a policy for each selected profile, and plans what was written.
pub async fn import(
    session: &Session,
    repository: &Repository,
    environment: &str,
    mut selection: Selection,
    folder: &Folder,
    today: Date,
) -> Result<Import, Failure> {
    let client = &session.client;
    let unread = |live: &LiveProfile| MaskedSettings {
        profile_id: live.id.clone(),
        addresses: live.unread().cloned().collect(),
    };
    let masked: Vec<_> = selection.profiles().map(unread).filter(|one| !one.addresses.is_empty()).collect();
    tenant::decrypt(client, &mut selection.tenant.profiles, &masked).await?;
    let directory = directory(client, selection.profiles()).await?;
    let (name, settings) = repository.environment(Some(environment))?;
    let context = repository.context(name, settings, &session.tenant.id, &Secrets::Placeholders, &NO_FILES);
    let (mut profiles, mut variables) = (Vec::new(), BTreeSet::new());
    for live in selection.profiles() {
        let (path, key) = folder.place(selection.file_name(&live.id));
        let profile = ProfileToWrite { live, path: &path, directory: &directory };
        let file = formats::policy::write(&profile, &context, &mut variables);
        profiles.push(write_policy(live, path, key, file, folder));
    }
    profiles.sort_by(|a, b| a.object.cmp(&b.object));
    let provable: BTreeSet<&str> =
        profiles.iter().filter(|one| one.is_written && !one.needs_secrets).map(|one| one.path.as_str()).collect();
    let mut proof = prove(session, &repository.root, environment, &provable, today).await?;
    for one in &mut profiles {
        one.verdict = proof.verdicts.remove(&one.object);
    }
    let other_kinds = selection.tenant.other_kinds;
    Ok(Import { profiles, skipped: selection.skipped, other_kinds, problems: proof.problems })
}

/// Writes the files of a policy, unless that would overwrite a file.
fn write_policy(
    live: &LiveProfile,
    path: String,
    key: String,
    file: Result<PolicyFile, Vec<Remark>>,
    folder: &Folder,
) -> ImportedProfile {
    let (id, name) = (live.id.clone(), live.profile.name.clone());
    let object = ObjectKey { key, delivery: live.delivery };
    let (mut is_written, mut needs_secrets) = (false, false);
    let remarks = match file {
        Err(remarks) => remarks,
        Ok(file) => {
            needs_secrets = file.needs_secrets;
            match folder.write(&path, &file) {
                Ok(()) => {
                    is_written = true;
                    file.remarks
                }
                // If nothing was written, only the reason matters.
                Err(text) => vec![Remark { severity: Severity::Error, text }],
            }
        }
    };
    ImportedProfile { id, name, path, object, is_written, needs_secrets, remarks, verdict: None }
}

/// The names of everything that the profiles refer to by id, including all groups that share one of these names.
async fn directory<'p>(client: &Client, profiles: impl Iterator<Item = &'p LiveProfile>) -> Result<Directory, Error> {
    let mut wanted = NamesToResolve::default();
    for live in profiles {
        for assignment in live.profile.assignments.iter().flatten() {
            if let Who::Group(id) = &assignment.who {
                wanted.group_ids.insert(id.clone());
            }
            wanted.filters |= assignment.filter.is_some();
        }
        wanted.scope_tags |= live.profile.scope_tags.as_ref().is_some_and(|tags| !tags.is_empty());
    }
    let mut directory = tenant::look_up(client, &wanted).await?;
    let group_names = directory.groups.iter().map(|group| group.name.clone()).collect();
    let namesakes = tenant::look_up(client, &NamesToResolve { group_names, ..NamesToResolve::default() }).await?;
    directory.groups.extend(namesakes.groups);
    Ok(directory)
}
