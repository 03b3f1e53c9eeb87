//! Reads a tenant into profiles, and names to ids.

mod convert;
mod directory;
mod look;
mod members;
mod values;

pub use convert::live_profile;
pub use directory::{look_up, names_of_groups};
pub use look::Looks;
pub use members::membership;
pub use values::decrypt;

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

/// Reads all profiles with their assignments.
///
/// # Errors
/// When any page is missing: an incomplete read is none.
pub async fn read(client: &Client) -> Result<Tenant, Error> {
    // 1,000 is what Graph answers at most, and what CIPP asks for in production.
    let all: Vec<DeviceConfiguration> = client.list(&format!("{PROFILES}?$top=1000&$expand=assignments")).await?;
    let count = all.len();
    let profiles: Vec<LiveProfile> = all.into_iter().filter_map(live_profile).collect();
    Ok(Tenant { other_kinds: count - profiles.len(), profiles })
}

/// Reads one profile as it is now; nothing where there is none.
///
/// # Errors
/// When Graph does not answer, or refuses.
pub async fn read_one(client: &Client, id: &str) -> Result<Option<LiveProfile>, Error> {
    match client.get::<DeviceConfiguration>(&format!("{PROFILES}/{id}?$expand=assignments")).await {
        Ok(found) => Ok(live_profile(found)),
        Err(error) if error.status() == Some(404) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Profiles that the first reading of the lists did not show: a list can lack an object without a hint of it (measured
/// on a live tenant: graph-api-gotchas of graph2otel). Looks at the lists once more, and at each name on its own.
///
/// # Errors
/// When the tenant cannot be read.
pub async fn overlooked(client: &Client, first: &Tenant, names: &[&str]) -> Result<Vec<LiveProfile>, Error> {
    let looks = Looks::new(client);
    let named = futures_util::future::try_join_all(names.iter().map(|name| looks.named(name)));
    let (again, named) = futures_util::future::try_join(read(client), named).await?;
    let mut found: Vec<LiveProfile> = Vec::new();
    for profile in again.profiles.into_iter().chain(named.into_iter().flatten()) {
        if !first.profiles.iter().chain(&found).any(|known| known.id == profile.id) {
            found.push(profile);
        }
    }
    Ok(found)
}
