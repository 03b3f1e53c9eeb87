//! Carries a plan out.
//!
//! Every write is preceded by a fresh look at its object, and followed by one. A run that is killed anywhere is mended by
//! the next run: what was made carries our marker and is found again, and no creation is repeated blindly.

mod execute;
mod journal;

pub use execute::{Executor, Outcome, Progress, Report};
pub use journal::{Journal, JournalError};

use std::time::{Duration, Instant};

use crate::graph::{Client, Error};
use crate::tenant;

/// Waits for creations whose outcome is unknown: until each is found, or until `patience` has passed since it was sent.
/// Then nothing of them is remembered any more; the plan that follows sees what is there.
///
/// # Errors
/// When the tenant cannot be read, or the journal not be written.
pub async fn await_pending(
    client: &Client,
    journal: &mut Journal,
    tenant_id: &str,
    owner: &str,
    patience: Duration,
) -> Result<(), Failure> {
    for pending in journal.pending(tenant_id, owner) {
        let age = Duration::from_secs(u64::try_from(jiff::Timestamp::now().as_second() - pending.sent).unwrap_or(0));
        let until = Instant::now() + patience.saturating_sub(age);
        while find_ours(client, &pending.name, owner, &pending.key).await?.is_none() && Instant::now() < until {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        journal.end(tenant_id, owner, &pending.key)?;
    }
    Ok(())
}

/// The id of the profile of that name that carries our marker with this key.
async fn find_ours(client: &Client, name: &str, owner: &str, key: &str) -> Result<Option<String>, Error> {
    let found = tenant::read_named(client, name).await?;
    let ours = found
        .into_iter()
        .find(|profile| profile.marker.as_ref().is_some_and(|marker| marker.owner == owner && marker.key == key));
    Ok(ours.map(|profile| profile.id))
}

/// Why a plan could not be carried out at all.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Graph.
    #[error(transparent)]
    Graph(#[from] Error),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
}
