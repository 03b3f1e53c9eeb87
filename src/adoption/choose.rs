//! Selects the profiles to import, with the reasons for skipping the others.

use std::collections::{BTreeMap, BTreeSet};

use crate::failure::Failure;
use crate::formats::policy::file_names;
use crate::graph::Client;
use crate::profile::LiveProfile;
use crate::repository::Repository;
use crate::tenant::{self, Tenant};

#[derive(Debug)]
pub struct Selection {
    pub(super) tenant: Tenant,
    ids: BTreeSet<String>,
    /// File names without extension, by id. They cover all profiles, so that a profile gets the same name alone as together
    /// with the others.
    file_names: BTreeMap<String, String>,
    /// What is skipped, and why.
    pub(super) skipped: Vec<String>,
}

impl Selection {
    pub(super) fn profiles(&self) -> impl Iterator<Item = &LiveProfile> {
        self.tenant.profiles.iter().map(AsRef::as_ref).filter(|live: &&LiveProfile| self.ids.contains(&live.id))
    }

    pub fn len(&self) -> usize {
        self.ids.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    pub(super) fn file_name(&self, id: &str) -> &str {
        self.file_names.get(id).map_or("", String::as_str)
    }
}

/// Selects the wanted profile, or all custom profiles that are not managed.
pub(super) async fn choose(
    wanted: Option<&str>,
    tenant: Tenant,
    repository: &Repository,
    environment: &str,
    client: &Client,
) -> Result<Selection, Failure> {
    let names = tenant.profiles.iter().map(|live| (live.id.as_str(), live.profile.name.as_str()));
    let file_names = file_names(names);
    let (mut ids, mut skipped) = (BTreeSet::new(), Vec::new());
    if let Some(wanted) = wanted {
        let live = find(wanted, &tenant, client).await?;
        if let Some(reason) = tenant.unclear.get(&live.id) {
            let message =
                format!("\"{}\" ({}) has data that this version cannot read: {reason}", live.profile.name, live.id);
            return Err(Failure::with_help(message, "open it in the Intune admin center and save it again"));
        }
        if let Some((reason, help)) = managed_by(live, repository, environment) {
            return Err(Failure::with_help(format!("\"{}\" ({}) {reason}", live.profile.name, live.id), help));
        }
        ids.insert(live.id.clone());
        return Ok(Selection { ids, file_names, skipped, tenant });
    }
    for live in &tenant.profiles {
        if let Some(reason) = tenant.unclear.get(&live.id) {
            skipped.push(format!(
                "\"{}\" ({}): has data that this version cannot read: {reason}",
                live.profile.name, live.id
            ));
            continue;
        }
        match managed_by(live, repository, environment) {
            Some((reason, _)) => skipped.push(format!("\"{}\" ({}): {reason}", live.profile.name, live.id)),
            None => {
                ids.insert(live.id.clone());
            }
        }
    }
    skipped.sort();
    Ok(Selection { ids, file_names, skipped, tenant })
}

/// Who already manages a profile, and what to do.
fn managed_by(live: &LiveProfile, repository: &Repository, environment: &str) -> Option<(String, &'static str)> {
    let owner = &repository.configuration.owner.value;
    if let Some(marker) = &live.marker {
        return Some(if marker.owner == *owner {
            let has_policy = repository.policies.iter().any(|policy| policy.key == marker.key);
            let help = if has_policy {
                "it already has a policy; to stop managing it, run `sspr-policy disown ID`"
            } else {
                "its policy file is missing: restore the file, or run `sspr-policy disown ID` and import again"
            };
            (format!("is already managed here, as {}", marker.key), help)
        } else {
            (format!("is managed by {}, as {}", marker.owner, marker.key), "import it in that owner's repository")
        });
    }
    let adopts = |id: &str| id.eq_ignore_ascii_case(&live.id);
    let mut policies = repository.policies.iter();
    let policy = policies.find(|policy| policy.document.adopt.get(environment).is_some_and(|id| adopts(id)))?;
    Some((format!("is already adopted by {}", policy.source.path), "run `sspr-policy plan` to see what that changes"))
}

/// Finds a profile by name or id.
async fn find<'t>(wanted: &str, tenant: &'t Tenant, client: &Client) -> Result<&'t LiveProfile, Failure> {
    let profiles = || tenant.profiles.iter().map(AsRef::<LiveProfile>::as_ref);
    let by_id = profiles().find(|live| live.id.eq_ignore_ascii_case(wanted));
    let named: Vec<&LiveProfile> = profiles().filter(|live| live.profile.name == wanted).collect();
    match (by_id, named.as_slice()) {
        (Some(live), _) => return Ok(live),
        (None, [live]) => return Ok(*live),
        (None, []) => {}
        (None, several) => {
            let ids: Vec<&str> = several.iter().map(|live| live.id.as_str()).collect();
            return Err(Failure::with_help(
                format!("{} custom profiles are called \"{wanted}\": {}", several.len(), ids.join(", ")),
                "pass one of these IDs to `--profile`",
            ));
        }
    }
    let names = BTreeSet::from([wanted.to_string(), wanted.to_lowercase()]);
    if let Some(other) = tenant::other_objects(client, &names).await?.first() {
        return Err(Failure::with_help(format!("{} cannot be imported", other.shown()), other.help()));
    }
    let help = match similar_names(wanted, tenant).as_slice() {
        [] => "leave out `--profile` to import all custom profiles".into(),
        likely => format!("Did you mean {}?", likely.join(" or ")),
    };
    Err(Failure::with_help(format!("no custom profile in the tenant has the name or ID {wanted}"), help))
}

/// The largest number of names to suggest.
const MOST: usize = 5;

/// Names to suggest, in quotes: the nearest one, and those that contain the text.
fn similar_names(wanted: &str, tenant: &Tenant) -> Vec<String> {
    let known = || tenant.profiles.iter().map(|live| live.profile.name.as_str());
    let part = wanted.trim().to_lowercase();
    let holding = known().filter(|name| !part.is_empty() && name.to_lowercase().contains(&part));
    let likely: BTreeSet<&str> = crate::diagnostic::nearest(wanted, known()).into_iter().chain(holding).collect();
    likely.into_iter().take(MOST).map(|name| format!("\"{name}\"")).collect()
}
