//! Reads a tenant into profiles, and names to ids.

mod catalog_policies;
mod catalog_settings;
mod convert;
mod directory;
mod elsewhere;
mod look;
mod members;
mod values;

pub use catalog_policies::{CatalogPolicies, CatalogPolicy};
pub use convert::live_profile;
pub use directory::{look_up, names_of_groups};
pub use elsewhere::{Elsewhere, look_elsewhere};
pub use look::Looks;
pub use members::membership;
pub use values::{decrypt, decrypt_beside_catalog};

use crate::graph::{Client, DeviceConfiguration, Error, Organization};
use crate::profile::LiveProfile;

/// Where the profiles are.
pub const PROFILES: &str = "/beta/deviceManagement/deviceConfigurations";

/// What a tenant holds, as far as plans look.
#[derive(Debug, Clone, Default)]
pub struct Tenant {
    /// Its custom profiles.
    pub profiles: Vec<LiveProfile>,
    /// How many profiles of other kinds it has.
    pub other_kinds: usize,
    /// Its settings catalog policies; nothing before they are asked for ([`decrypt_beside_catalog`]).
    pub catalog: Option<CatalogPolicies>,
}

/// Which tenant it is: the first thing that is asked.
///
/// # Errors
/// When Graph does not say.
pub async fn organization(client: &Client) -> Result<Organization, Error> {
    let mut all: Vec<Organization> = client.list("/v1.0/organization").await?;
    if all.len() == 1 {
        return Ok(all.remove(0));
    }
    Err(Error::Unusable {
        path: "/v1.0/organization".into(),
        reason: format!("one tenant is expected, and there are {}", all.len()),
        request_id: String::new(),
    })
}

/// How often all profiles are read when the lists do not hold as many as are counted.
const READINGS: usize = 3;

/// Reads all profiles with their assignments, and counts them on the side: a list can lack an object without a hint of it
/// (measured on a live tenant: graph-api-gotchas of graph2otel).
///
/// # Errors
/// When any page is missing, or fewer profiles come than are counted: an incomplete read is none.
pub async fn read(client: &Client) -> Result<Tenant, Error> {
    let mut reading = 1;
    loop {
        // 1,000 is what Graph answers at most, and what CIPP asks for in production.
        let path = format!("{PROFILES}?$top=1000&$expand=assignments");
        let (all, counted) =
            futures_util::future::try_join(client.list_as(&path, whole_profile), client.count(PROFILES)).await?;
        let all: Result<Vec<Option<LiveProfile>>, String> = all.into_iter().collect();
        let unusable = |reason| Error::Unusable { path: path.clone(), reason, request_id: String::new() };
        let all = all.map_err(unusable)?;
        let count = all.len();
        if counted.is_none_or(|counted| counted == count) {
            let profiles: Vec<LiveProfile> = all.into_iter().flatten().collect();
            return Ok(Tenant { other_kinds: count - profiles.len(), profiles, catalog: None });
        }
        if reading == READINGS {
            return Err(unusable(format!("{} profiles are counted, and {count} came", counted.unwrap_or_default())));
        }
        reading += 1;
        tokio::time::sleep(client.second()).await;
    }
}

/// Reads one profile as it is now; nothing where there is none.
///
/// # Errors
/// When Graph does not answer, or refuses.
pub async fn read_one(client: &Client, id: &str) -> Result<Option<LiveProfile>, Error> {
    Looks::new(client).by_id(id).await
}

/// A custom profile in canonical form, nothing for other kinds; or what is missing: an incomplete read is none.
fn whole_profile(found: DeviceConfiguration) -> Result<Option<LiveProfile>, String> {
    if !convert::is_custom(&found) {
        return Ok(None);
    }
    let missing = match &found {
        found if !found.id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') || found.id.is_empty() => "an id",
        found if found.oma_settings.is_none() => "settings",
        found if found.assignments.is_none() || found.assignments_link.is_some() => "all of its assignments",
        _ => return Ok(live_profile(found)),
    };
    Err(format!("the profile \"{}\" ({}) came without {missing}", found.display_name.unwrap_or_default(), found.id))
}

/// Profiles that the first reading of the lists did not show, and a second one does.
///
/// # Errors
/// As for [`read`].
pub async fn overlooked(client: &Client, first: &Tenant) -> Result<Vec<LiveProfile>, Error> {
    let known: std::collections::BTreeSet<&str> = first.profiles.iter().map(|profile| profile.id.as_str()).collect();
    let again = read(client).await?.profiles.into_iter();
    Ok(again.filter(|profile| !known.contains(profile.id.as_str())).collect())
}
