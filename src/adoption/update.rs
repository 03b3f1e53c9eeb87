//! `import --update`: takes what someone changed in the portal into the policy that owns the profile.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::directory;
use super::proof::{Verdict, prove_update};
use super::write::create;
use crate::compile::{Compiled, Directory, Secrets, compile, join, wanted};
use crate::diagnostic::{Severity, nearest};
use crate::failure::Failure;
use crate::formats::policy::{PolicyToUpdate, Remark, UpdatedPolicy, update};
use crate::graph::Client;
use crate::policy::{Policy, SettingInput, State};
use crate::profile::{LiveProfile, MaskedSettings};
use crate::repository::{Repository, replace_file};
use crate::session::Session;
use crate::tenant::{self, KnownAddresses, Tenant};

/// A policy after it was updated.
#[derive(Debug)]
pub struct Update {
    /// The policy's file, from the root of the repository.
    pub path: String,
    pub id: String,
    pub name: String,
    /// What changed in the policy, one line each.
    pub changes: Vec<String>,
    pub remarks: Vec<Remark>,
    /// Whether files were changed.
    pub is_written: bool,
    /// What a plan of the policy says now; `None` if nothing was written.
    pub verdict: Option<Verdict>,
}

impl Update {
    /// Whether the policy now says what the profile has.
    pub fn is_complete(&self) -> bool {
        let has_error = self.remarks.iter().any(|remark| remark.severity == Severity::Error);
        !has_error && self.verdict.as_ref().is_none_or(Verdict::changes_nothing)
    }
}

/// Changes the policy with this key so that it says what its profile has.
pub async fn update_policy(
    session: &Session,
    repository: &Repository,
    environment: &str,
    key: &str,
    today: Date,
) -> Result<Update, Failure> {
    let policy = policy_of(repository, key)?;
    let client = &session.client;
    let mut tenant = tenant::read(client, &KnownAddresses::default()).await?;
    let id = profile_of(policy, &tenant, repository, environment)?.id.clone();
    let masked = MaskedSettings { profile_id: id.clone(), addresses: find(&tenant, &id)?.unread().cloned().collect() };
    tenant::decrypt(client, &mut tenant.profiles, &[masked]).await?;
    let live = find(&tenant, &id)?;
    let files = repository.referenced_files();
    let secrets = if session.is_sandbox { Secrets::Placeholders } else { repository.secrets() };
    let (name, settings) = repository.environment(Some(environment))?;
    let context = repository.context(name, settings, &session.tenant.id, &secrets, &files);
    let mut problems = Vec::new();
    let compiled = compile(std::slice::from_ref(policy), &context, &mut problems);
    if compiled.is_empty() {
        return Err(Failure::Diagnostics(problems));
    }
    let directory = names(client, &compiled, live).await?;
    let shared_files = shared_files(repository);
    let wanted = PolicyToUpdate { policy, live, directory: &directory, shared_files: &shared_files };
    let (id, name, path) = (live.id.clone(), live.profile.name.clone(), policy.source.path.clone());
    let mut done =
        Update { path, id, name, changes: Vec::new(), remarks: Vec::new(), is_written: false, verdict: None };
    let updated = match update(&wanted, &context) {
        Ok(updated) => updated,
        Err(remarks) => return Ok(Update { remarks, ..done }),
    };
    done.is_written = write(repository, policy, &updated)?;
    done.changes = updated.changes;
    done.remarks = updated.remarks;
    if done.is_written {
        done.remarks.extend(elsewhere(policy, repository, environment));
        done.verdict = prove_update(session, &repository.root, environment, policy, today).await?;
    }
    Ok(done)
}

fn policy_of<'r>(repository: &'r Repository, key: &str) -> Result<&'r Policy, Failure> {
    if let Some(policy) = repository.policies.iter().find(|policy| policy.key == key) {
        return match policy.document.state() {
            State::Active => Ok(policy),
            _ => Err(Failure::with_help(
                format!("{key} is not active, so its profile is not managed"),
                "write `state: active` first",
            )),
        };
    }
    let keys = repository.policies.iter().map(|policy| policy.key.as_str());
    let help = match nearest(key, keys) {
        Some(near) => format!("Did you mean `{near}`?"),
        None => "a key is the path of a policy file below policies/, without .yaml".into(),
    };
    Err(Failure::with_help(format!("no policy has the key {key}"), help))
}

/// The profile with the policy's marker, or else the one that it adopts.
fn profile_of<'t>(
    policy: &Policy,
    tenant: &'t Tenant,
    repository: &Repository,
    environment: &str,
) -> Result<&'t LiveProfile, Failure> {
    let key = &policy.key;
    let owner = &repository.configuration.owner.value;
    let profiles = || tenant.profiles.iter().map(AsRef::<LiveProfile>::as_ref);
    let is_own = |live: &&LiveProfile| live.marker.as_ref().is_some_and(|own| own.owner == *owner && own.key == *key);
    let adopted = policy.document.adopt.get(environment);
    let is_adopted =
        |live: &&LiveProfile| adopted.is_some_and(|id| live.marker.is_none() && live.id.eq_ignore_ascii_case(id));
    let mut found: Vec<&LiveProfile> = profiles().filter(is_own).collect();
    if found.is_empty() {
        found.extend(profiles().find(is_adopted));
    }
    let live = match found.as_slice() {
        [one] => *one,
        [] => {
            return Err(Failure::with_help(
                format!("no profile in the tenant is managed as {key}"),
                "if its marker was removed from its description, name the profile in `adopt:`; if it was deleted, \
                 `sspr-policy apply` creates it again",
            ));
        }
        several => {
            let ids: Vec<&str> = several.iter().map(|live| live.id.as_str()).collect();
            return Err(Failure::with_help(
                format!("{} profiles have the key {key}: {}", several.len(), ids.join(", ")),
                "run `sspr-policy disown ID` for the copy, or delete it in the portal",
            ));
        }
    };
    match tenant.unclear.get(&live.id) {
        None => Ok(live),
        Some(reason) => Err(Failure::with_help(
            format!("\"{}\" ({}) has data that this version cannot read: {reason}", live.profile.name, live.id),
            "open it in the Intune admin center and save it again",
        )),
    }
}

fn find<'t>(tenant: &'t Tenant, id: &str) -> Result<&'t LiveProfile, Failure> {
    let found = tenant.profiles.iter().find(|live| live.id == id);
    found.map(AsRef::as_ref).ok_or_else(|| Failure::new(format!("the profile {id} is gone: run again")))
}

/// The names of what the profile refers to, and the ids of what the policy names.
async fn names(client: &Client, compiled: &[Compiled<'_>], live: &LiveProfile) -> Result<Directory, Failure> {
    let mut found = directory(client, [live].into_iter()).await?;
    let own = tenant::look_up(client, &wanted(compiled)).await?;
    found.groups.extend(own.groups);
    found.groups.sort();
    found.groups.dedup();
    if found.filters.is_empty() {
        found.filters = own.filters;
    }
    if found.scope_tags.is_empty() {
        found.scope_tags = own.scope_tags;
    }
    Ok(found)
}

/// Files that several settings refer to.
fn shared_files(repository: &Repository) -> BTreeSet<String> {
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for policy in &repository.policies {
        let folder = policy.source.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (_, setting) in policy.document.settings.iter() {
            if let SettingInput::File(path) = &setting.input {
                *count.entry(join(folder, path)).or_default() += 1;
            }
        }
    }
    count.into_iter().filter(|(_, count)| *count > 1).map(|(file, _)| file).collect()
}

/// Writes the files; false if none changed.
fn write(repository: &Repository, policy: &Policy, updated: &UpdatedPolicy) -> Result<bool, Failure> {
    let root = &repository.root;
    for (path, bytes) in &updated.new_files {
        create(root, path, bytes).map_err(Failure::new)?;
    }
    for (path, bytes) in &updated.files {
        replace_file(root, path, bytes)?;
    }
    if let Some(text) = &updated.text {
        let mark = if policy.source.bom { "\u{feff}" } else { "" };
        replace_file(root, &policy.source.path, format!("{mark}{text}").as_bytes())?;
    }
    Ok(updated.text.is_some() || !updated.files.is_empty())
}

/// A policy says the same in every environment.
fn elsewhere(policy: &Policy, repository: &Repository, environment: &str) -> Option<Remark> {
    let own = policy.document.environments.as_ref();
    let applies = |name: &&str| own.is_none_or(|names| names.iter().any(|own| own.value == **name));
    let all = repository.configuration.environments.keys();
    let others: Vec<&str> = all.filter(|name| *name != environment).filter(applies).collect();
    if others.is_empty() {
        return None;
    }
    let text = format!("the policy also applies to {}: plan there, too", others.join(", "));
    Some(Remark { severity: Severity::Warning, text })
}
