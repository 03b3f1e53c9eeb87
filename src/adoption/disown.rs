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

/// Finds a profile by id; fails if another owner, or no one, manages it.
pub async fn find_owned(session: &Session, id: &str, owner: &str) -> Result<OwnedProfile, Failure> {
    if id.is_empty() || !id.chars().all(|c| c.is_ascii_hexdigit() || c == '-') {
        return Err(Failure::with_help(
            format!("`{id}` is not a profile id"),
            "the address of the profile's page in the Intune admin center contains it",
        ));
    }
    let Some(found) = tenant::read_one(&session.client, id).await? else {
        return Err(Failure::new(format!("no custom profile in the tenant has the id {id}")));
    };
    match &found.marker {
        None => {
            Err(Failure::new(format!("\"{}\" is not managed by sspr-policy: it has no marker", found.profile.name)))
        }
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
