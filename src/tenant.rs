//! Reads a tenant into profiles, and names to ids.

mod convert;
mod directory;
mod elsewhere;
mod values;

pub use convert::live_profile;
pub use directory::{look_up, names_of_groups};
pub use elsewhere::{Elsewhere, look_elsewhere};
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

/// Custom profiles of exactly this name, looked up on their own: the second witness of absence.
///
/// # Errors
/// When Graph does not answer, or refuses.
pub async fn read_named(client: &Client, name: &str) -> Result<Vec<LiveProfile>, Error> {
    let filter = crate::graph::odata_literal(name);
    let path = format!("{PROFILES}?$filter=displayName%20eq%20{filter}&$expand=assignments");
    let all: Vec<DeviceConfiguration> = client.list(&path).await?;
    Ok(all.into_iter().filter_map(live_profile).filter(|profile| profile.profile.name == name).collect())
}
