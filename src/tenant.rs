//! Reads a tenant: its profiles and policies, the ids of names, and the members of groups.

mod catalog_policies;
mod directory;
mod known_addresses;
mod masked_values;
mod members;
mod other_objects;
mod profile_lookup;
mod reader;

pub use catalog_policies::CatalogPolicies;
pub use directory::{filters_path, look_up, names_of_groups};
pub use known_addresses::KnownAddresses;
pub use masked_values::{decrypt, decrypt_beside_catalog, masked_value_path};
pub use members::membership;
pub use other_objects::{OtherObject, other_objects};
pub use profile_lookup::ProfileLookup;
pub use reader::{Shown, ask, shown};

pub use crate::delivery::catalog::CatalogPolicy;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::delivery;
use crate::delivery::custom::{self, DeviceConfiguration};
use crate::graph::{BadObject, Client, Collection, Count, Error, Organization};
use crate::profile::{LiveProfile, Marker};
use crate::setting::Delivery;

/// The path of the custom profiles, with the version of Graph.
pub fn profiles_path() -> String {
    delivery::path(Delivery::Custom)
}

/// The parts of a tenant that plans need.
#[derive(Debug, Clone, Default)]
pub struct Tenant {
    pub profiles: Vec<Arc<LiveProfile>>,
    /// The number of profiles that are not custom profiles.
    pub other_kinds: usize,
    /// Its settings catalog policies; `None` until they are read by [`decrypt_beside_catalog`].
    pub catalog: Option<CatalogPolicies>,
    /// Why some of `profiles` could not be read completely, by id. Only their names and owners are known.
    pub unclear: BTreeMap<String, String>,
}

/// Reads which tenant answers. This is always the first request.
///
/// # Errors
/// When Graph does not answer, or not with exactly one tenant.
pub async fn organization(client: &Client) -> Result<Organization, Error> {
    let path = "/v1.0/organization";
    let Collection { mut items, request_id, .. } = client.collection(path, Ok::<Organization, BadObject>).await?;
    if items.len() == 1 {
        return Ok(items.remove(0));
    }
    let reason = format!("expected one tenant, but there are {}", items.len());
    Err(Error::Unusable { path: path.into(), reason, request_id })
}

/// How often all profiles are read if the list has fewer than the server counts.
const READINGS: usize = 3;

/// Reads all profiles with their assignments, and also reads their number, because a list can lack an object without
/// any sign of it (measured on a live tenant: graph-api-gotchas of graph2otel).
///
/// # Errors
/// When a page is missing, the list and the number differ, or reading the number fails for a temporary reason: an
/// incomplete list must not be used.
pub async fn read(client: &Client, known: &KnownAddresses<'_>) -> Result<Tenant, Error> {
    let mut reading = 1;
    loop {
        // 1,000 is the most that Graph returns, and what CIPP requests in production.
        let collection = profiles_path();
        let path = format!("{collection}?$top=1000&$expand=assignments");
        let (all, counted) = futures_util::future::try_join(
            client.collection(&path, |found| classify(found, known)),
            client.count(&collection),
        )
        .await?;
        let came = all.items.len();
        match counted {
            None => client.not_counted("profiles"),
            Some(count) if count.objects == came => {}
            Some(Count { objects, request_id }) if reading == READINGS => {
                let reason = format!("the server counts {objects} profiles, but the list has {came}");
                return Err(Error::Unusable { path, reason, request_id });
            }
            Some(_) => {
                reading += 1;
                tokio::time::sleep(client.second()).await;
                continue;
            }
        }
        return Ok(sort_out(all.items));
    }
}

fn sort_out(all: Vec<ListedConfiguration>) -> Tenant {
    let mut tenant = Tenant::default();
    for found in all {
        match found {
            ListedConfiguration::Custom(profile) => tenant.profiles.push(profile),
            ListedConfiguration::Unclear(profile, reason) => {
                tenant.unclear.insert(profile.id.clone(), reason);
                tenant.profiles.push(profile);
            }
            ListedConfiguration::OtherKind => tenant.other_kinds += 1,
        }
    }
    tenant
}

/// Reads the current state of one custom profile; `None` if there is no such profile.
///
/// # Errors
/// When Graph does not answer, or refuses.
pub async fn read_one(client: &Client, id: &str) -> Result<Option<LiveProfile>, Error> {
    ProfileLookup::new(client).by_id(Delivery::Custom, id).await
}

enum ListedConfiguration {
    /// A custom profile in canonical form.
    Custom(Arc<LiveProfile>),
    /// A custom profile with data that this version cannot read: only its name and owner, and the reason.
    Unclear(Arc<LiveProfile>, String),
    OtherKind,
}

/// Converts a profile to canonical form. It is an error if a part is missing or its owner cannot be determined, because
/// an incomplete profile must not be used.
fn classify(found: DeviceConfiguration, known: &KnownAddresses<'_>) -> Result<ListedConfiguration, BadObject> {
    if !found.id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') || found.id.is_empty() {
        return Err(BadObject::Incomplete(format!("{} has no id", found.shown())));
    }
    let unclear = |(field, why): &(&str, String)| format!("`{field}`: {why}");
    let unclear: Vec<String> = found.unclear.iter().map(unclear).collect();
    // A marker that cannot be read may be this owner's.
    let may_be_ours = found.unclear.iter().any(|(field, _)| *field == "description");
    if !found.is_custom() {
        let is_marked = || Marker::split(found.description.as_deref().unwrap_or_default()).1.is_some();
        return match found.kind.is_empty() && (may_be_ours || is_marked()) {
            true => Err(BadObject::Unclear(format!("{} has no type (`@odata.type`)", found.shown()))),
            false => Ok(ListedConfiguration::OtherKind),
        };
    }
    if !unclear.is_empty() {
        let reason = unclear.join(", ");
        if may_be_ours {
            return Err(BadObject::Unclear(format!(
                "{} has data that this version cannot read: {reason}",
                found.shown()
            )));
        }
        return Ok(ListedConfiguration::Unclear(Arc::new(custom::read_name_only(found)), reason));
    }
    let missing = match &found {
        found if found.oma_settings.is_none() => "settings",
        found if found.assignments.is_none() || found.assignments_link.is_some() => "all of its assignments",
        _ => {
            let share = |marker: Option<&Marker>, uri| known.share(marker, uri);
            return Ok(ListedConfiguration::Custom(Arc::new(custom::read(found, &share))));
        }
    };
    Err(BadObject::Incomplete(format!("{} was returned without {missing}", found.shown())))
}

/// Reads the profiles again and returns those that `first` does not have.
///
/// # Errors
/// As for [`read`].
pub async fn overlooked(client: &Client, first: &Tenant, known: &KnownAddresses<'_>) -> Result<Tenant, Error> {
    let listed: BTreeSet<&str> = first.profiles.iter().map(|profile| profile.id.as_str()).collect();
    let mut again = read(client, known).await?;
    again.profiles.retain(|profile| !listed.contains(profile.id.as_str()));
    again.unclear.retain(|id, _| !listed.contains(id.as_str()));
    Ok(again)
}
