//! Which profiles are imported, and why the others are not.

use std::collections::{BTreeMap, BTreeSet};

use super::super::output::Failure;
use super::super::workspace::Workspace;
use crate::formats::policy::file_names;
use crate::graph::Client;
use crate::profile::LiveProfile;
use crate::tenant::{self, Tenant};

/// The profiles to import.
pub(super) struct Chosen {
    ids: BTreeSet<String>,
    /// File names without their ends, by id; of all profiles, so that one alone gets the same as among the others.
    pub file_names: BTreeMap<String, String>,
    /// What is left out, and why.
    pub skipped: Vec<String>,
}

impl Chosen {
    pub fn profiles<'t>(&self, tenant: &'t Tenant) -> impl Iterator<Item = &'t LiveProfile> {
        tenant.profiles.iter().filter(|live| self.ids.contains(&live.id))
    }
}

/// All custom profiles that nobody manages, or the one that is asked for.
pub(super) async fn choose(
    wanted: Option<&str>,
    tenant: &Tenant,
    workspace: &Workspace,
    environment: &str,
    client: &Client,
) -> Result<Chosen, Failure> {
    let names = tenant.profiles.iter().map(|live| (live.id.as_str(), live.profile.name.as_str()));
    let mut chosen = Chosen { ids: BTreeSet::new(), file_names: file_names(names), skipped: Vec::new() };
    if let Some(wanted) = wanted {
        let live = find(wanted, tenant, client).await?;
        if let Some(reason) = tenant.unclear.get(&live.id) {
            let message = format!("\"{}\" ({}) cannot be understood: {reason}", live.profile.name, live.id);
            return Err(Failure::with_help(message, "look at it in the portal, and save it there once more"));
        }
        if let Some((reason, help)) = taken(live, workspace, environment) {
            return Err(Failure::with_help(format!("\"{}\" ({}) {reason}", live.profile.name, live.id), help));
        }
        chosen.ids.insert(live.id.clone());
        return Ok(chosen);
    }
    for live in &tenant.profiles {
        if let Some(reason) = tenant.unclear.get(&live.id) {
            let skipped = format!("\"{}\" ({}): cannot be understood: {reason}", live.profile.name, live.id);
            chosen.skipped.push(skipped);
            continue;
        }
        match taken(live, workspace, environment) {
            Some((reason, _)) => chosen.skipped.push(format!("\"{}\" ({}): {reason}", live.profile.name, live.id)),
            None => {
                chosen.ids.insert(live.id.clone());
            }
        }
    }
    chosen.skipped.sort();
    Ok(chosen)
}

/// Who has a profile already, and what to do.
fn taken(live: &LiveProfile, workspace: &Workspace, environment: &str) -> Option<(String, &'static str)> {
    let owner = &workspace.configuration.owner.value;
    if let Some(marker) = &live.marker {
        return Some(if marker.owner == *owner {
            let has_policy = workspace.policies.iter().any(|policy| policy.key == marker.key);
            let help = if has_policy {
                "it has a policy; `disown ID` takes our marker off"
            } else {
                "its policy is not here: bring the file back, or take our marker off with `disown ID` and import again"
            };
            (format!("is ours, as {}", marker.key), help)
        } else {
            (format!("belongs to {}, as {}", marker.owner, marker.key), "import it in the repository of that owner")
        });
    }
    let adopts = |id: &str| id.eq_ignore_ascii_case(&live.id);
    let mut policies = workspace.policies.iter();
    let policy = policies.find(|policy| policy.document.adopt.get(environment).is_some_and(|id| adopts(id)))?;
    Some((format!("is adopted by {} already", policy.source.path), "`plan` shows what that does"))
}

/// The profile of a name or an id.
async fn find<'t>(wanted: &str, tenant: &'t Tenant, client: &Client) -> Result<&'t LiveProfile, Failure> {
    let by_id = tenant.profiles.iter().find(|live| live.id.eq_ignore_ascii_case(wanted));
    let named: Vec<&LiveProfile> = tenant.profiles.iter().filter(|live| live.profile.name == wanted).collect();
    match (by_id, named.as_slice()) {
        (Some(live), _) => return Ok(live),
        (None, [live]) => return Ok(*live),
        (None, []) => {}
        (None, several) => {
            let ids: Vec<&str> = several.iter().map(|live| live.id.as_str()).collect();
            return Err(Failure::with_help(
                format!("{} custom profiles are called \"{wanted}\": {}", several.len(), ids.join(", ")),
                "write `--profile` with the id of the one that is meant",
            ));
        }
    }
    let names = BTreeSet::from([wanted.to_string(), wanted.to_lowercase()]);
    if let Some(other) = tenant::other_objects(client, &names).await?.first() {
        return Err(Failure::with_help(format!("{} cannot be imported", other.shown()), other.help()));
    }
    let help = match like(wanted, tenant).as_slice() {
        [] => "without `--profile`, all custom profiles are imported".into(),
        likely => format!("did you mean {}", likely.join(", ")),
    };
    Err(Failure::with_help(format!("no custom profile in the tenant has the name or the id {wanted}"), help))
}

/// How many names are offered at most.
const MOST: usize = 5;

/// The names that one may have meant, in quotes: the nearest one, and those that hold what was written.
fn like(wanted: &str, tenant: &Tenant) -> Vec<String> {
    let known = || tenant.profiles.iter().map(|live| live.profile.name.as_str());
    let part = wanted.trim().to_lowercase();
    let holding = known().filter(|name| !part.is_empty() && name.to_lowercase().contains(&part));
    let likely: BTreeSet<&str> = crate::diagnostic::nearest(wanted, known()).into_iter().chain(holding).collect();
    likely.into_iter().take(MOST).map(|name| format!("\"{name}\"")).collect()
}
