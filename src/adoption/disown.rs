//! The profile that is to be let go.

use crate::failure::Failure;
use crate::profile::LiveProfile;
use crate::session::Session;
use crate::tenant;

/// A profile that carries our marker.
#[derive(Debug)]
pub struct OwnedProfile {
    pub live: LiveProfile,
    pub key: String,
}

/// The profile of this id, which has to be this owner's.
pub async fn find_owned(session: &Session, id: &str, owner: &str) -> Result<OwnedProfile, Failure> {
    if id.is_empty() || !id.chars().all(|c| c.is_ascii_hexdigit() || c == '-') {
        return Err(Failure::with_help(
            format!("`{id}` is no id"),
            "ids are in the plan's messages, and in the portal's address",
        ));
    }
    let Some(found) = tenant::read_one(&session.client, id).await? else {
        return Err(Failure::new(format!("no custom profile in the tenant has the id {id}")));
    };
    match &found.marker {
        None => Err(Failure::new(format!("\"{}\" carries no marker of ours", found.profile.name))),
        Some(marker) if marker.owner != owner => Err(Failure::with_help(
            format!("\"{}\" belongs to {}, and this repository's owner is {owner}", found.profile.name, marker.owner),
            "run this in the repository of that owner",
        )),
        Some(marker) => {
            let key = marker.key.clone();
            Ok(OwnedProfile { live: found, key })
        }
    }
}
