//! Carries a plan out.
//!
//! Every write is preceded by a fresh look at its object, and followed by one. A run that is killed anywhere is mended by
//! the next run: what was made carries our marker and is found again, and no creation is repeated blindly.

mod approval;
mod delete;
mod execute;
mod journal;
mod left;
mod object;
mod send;
mod wait;

pub use execute::{Counts, Executor, Outcome, Progress, Report, Stop};
pub use journal::{Approval, Journal, JournalError};

use std::time::{Duration, Instant};

use crate::graph::{Client, Error};
use crate::profile::LiveProfile;
use crate::tenant::Looks;

/// Waits for creations that the tenant's lists have not shown yet: until each is seen, or until `patience` has passed
/// since it was sent. One that never got an answer is forgotten then; the plan that follows sees what is there.
///
/// # Errors
/// When the tenant cannot be read, or the journal not be written; also when a profile is there that no list shows: a plan
/// would make it once more.
pub async fn await_pending(
    client: &Client,
    journal: &Journal,
    tenant_id: &str,
    owner: &str,
    patience: Duration,
) -> Result<(), Failure> {
    let looks = Looks::new(client);
    for pending in journal.pending(tenant_id, owner) {
        let age = Duration::from_secs(u64::try_from(jiff::Timestamp::now().as_second() - pending.sent).unwrap_or(0));
        let until = Instant::now() + patience.saturating_sub(age);
        let mut seen = false;
        loop {
            seen = seen || our_own(&looks.named(&pending.name).await?, owner, &pending.key).is_some();
            if seen || Instant::now() >= until {
                break;
            }
            tokio::time::sleep(client.second()).await;
        }
        if let Some(id) = pending.id.as_ref().filter(|id| !seen && !id.is_empty())
            && looks.by_id(id).await?.is_some()
        {
            return Err(Failure::Unlisted(pending.key, id.clone()));
        }
        journal.end(tenant_id, owner, &pending.key)?;
    }
    Ok(())
}

/// The id of the profile that carries our marker with this key.
fn our_own(found: &[LiveProfile], owner: &str, key: &str) -> Option<String> {
    let ours =
        |one: &&LiveProfile| one.marker.as_ref().is_some_and(|marker| marker.owner == owner && marker.key == key);
    found.iter().find(ours).map(|one| one.id.clone())
}

/// Why pending creations could not be settled.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The tenant could not be read.
    #[error(transparent)]
    Graph(#[from] Error),
    /// The journal could not be written.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A profile that we made is there, and no list shows it.
    #[error("the profile of {0} ({1}) was made, and the tenant's lists do not show it yet; nothing was changed")]
    Unlisted(String, String),
}
