//! Settles the creations of an earlier run before a new plan is made.

use std::time::{Duration, Instant};

use super::journal::{Journal, JournalError, Pending};
use super::wait::{Announced, Wait};
use crate::graph::{Client, Error};
use crate::profile::LiveProfile;
use crate::tenant::ProfileLookup;

/// Waits for creations that the tenant's lists have not shown yet: until a list shows each of them, or until `patience`
/// has passed since it was sent. Then a creation that got no answer is forgotten, because the plan that follows reads
/// what exists.
///
/// # Errors
/// If the tenant cannot be read or the journal cannot be written. Also if a profile exists that no list shows, because
/// the plan would create it again.
pub async fn await_pending(
    client: &Client,
    journal: &Journal,
    tenant_id: &str,
    owner: &str,
    patience: Duration,
) -> Result<(), PendingError> {
    let lookup = ProfileLookup::new(client);
    let (started, announced) = (Instant::now(), Announced::default());
    for pending in journal.pending(tenant_id, owner) {
        let age = crate::clock::now().as_second().saturating_sub(pending.sent);
        let rest = patience.saturating_sub(Duration::from_secs(u64::try_from(age).unwrap_or(0)));
        let mut wait = Wait::new(rest.saturating_sub(started.elapsed()), client.second(), &announced);
        while !is_settled(&lookup, &pending).await? {
            if wait.is_over() {
                if let Some(id) = pending.id.as_ref().filter(|id| !id.is_empty())
                    && lookup.by_id(pending.delivery, id).await?.is_some()
                {
                    return Err(PendingError::Unlisted { key: pending.key, id: id.clone() });
                }
                break;
            }
            wait.rest().await;
        }
        journal.end(tenant_id, owner, &pending.object())?;
    }
    Ok(())
}

/// Whether a plan would not repeat a creation: a list shows its profile, or the profile no longer has this owner and
/// key.
async fn is_settled(lookup: &ProfileLookup<'_>, pending: &Pending) -> Result<bool, Error> {
    let is_it =
        |one: &LiveProfile| one.is_of(&pending.owner, &pending.object()) || pending.id.as_ref() == Some(&one.id);
    if lookup.named(pending.delivery, &pending.name).await?.iter().any(is_it) {
        return Ok(true);
    }
    let Some(id) = pending.id.as_ref().filter(|id| !id.is_empty()) else { return Ok(false) };
    // Someone may have renamed it in the meantime, or removed the marker.
    let Some(now) = lookup.by_id(pending.delivery, id).await? else { return Ok(false) };
    Ok(!now.is_of(&pending.owner, &pending.object())
        || now.profile.name != pending.name
            && lookup.named(pending.delivery, &now.profile.name).await?.iter().any(is_it))
}

/// Why pending creations could not be settled.
#[derive(Debug, thiserror::Error)]
pub enum PendingError {
    #[error(transparent)]
    Graph(#[from] Error),
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A profile exists that no list shows.
    #[error("the profile of {key} ({id}) was created, but the tenant's lists do not show it yet; nothing was changed")]
    Unlisted { key: String, id: String },
}
