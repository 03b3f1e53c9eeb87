//! Finds the profile that `disown` stops managing.

use crate::failure::Failure;
use crate::profile::LiveProfile;
use crate::session::Session;
use crate::tenant;

/// A profile with this owner's marker.
#[derive(Debug)]
pub struct OwnedProfile {
    pub live: LiveProfile,
    pub key: String,
}

/// What to do if the ID belongs to another profile than the one that was meant.
const COMPARE: &str = "compare the ID with the address of the profile's page in the Intune admin center";

/// Finds a profile by ID; fails if another owner, or no one, manages it.
pub async fn find_owned(session: &Session, id: &str, owner: &str) -> Result<OwnedProfile, Failure> {
    if id.is_empty() || !id.chars().all(|c| c.is_ascii_hexdigit() || c == '-') {
        return Err(Failure::with_help(
            format!("`{id}` is not the ID of a profile"),
            "copy the ID from the address of the profile's page in the Intune admin center",
        ));
    }
    let Some(found) = tenant::read_one(&session.client, id).await? else {
        return Err(Failure::with_help(format!("no custom profile in the tenant has the ID {id}"), COMPARE));
    };
    match &found.marker {
        None => Err(Failure::with_help(
            format!("\"{}\" is not managed by sspr-policy: it has no marker", found.profile.name),
            COMPARE,
        )),
        Some(marker) if marker.owner != owner => Err(Failure::with_help(
            format!(
                "\"{}\" is managed by {}, but the owner of this repository is {owner}",
                found.profile.name, marker.owner
            ),
            "run this in that owner's repository",
        )),
        Some(marker) => {
            let key = marker.key.clone();
            Ok(OwnedProfile { live: found, key })
        }
    }
}
