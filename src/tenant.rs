//! Reads a tenant into profiles, and names to ids.

mod convert;
mod directory;
mod elsewhere;
mod look;
mod members;
mod values;

pub use convert::live_profile;
pub use directory::{look_up, names_of_groups};
pub use elsewhere::{Elsewhere, look_elsewhere};
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
            futures_util::future::try_join(client.list_as(&path, live_profile), client.count(PROFILES)).await?;
        let count = all.len();
        if counted.is_none_or(|counted| counted == count) {
            let profiles: Vec<LiveProfile> = all.into_iter().flatten().collect();
            return Ok(Tenant { other_kinds: count - profiles.len(), profiles });
        }
        if reading == READINGS {
            return Err(Error::Unusable {
                path,
                reason: format!("{} profiles are counted, and {count} came: run again", counted.unwrap_or_default()),
                request_id: String::new(),
            });
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
    match client.get::<DeviceConfiguration>(&format!("{PROFILES}/{id}?$expand=assignments")).await {
        Ok(found) => Ok(live_profile(found)),
        Err(error) if error.status() == Some(404) => Ok(None),
        Err(error) => Err(error),
    }
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
