//! Carries out a plan.
//!
//! Each object is read right before and after each write. If a run is killed at any point, the next run completes it: a
//! created object has the marker, by which it is found, and a creation is not repeated before a search for its object.
//!
//! A `WriteSession` holds the locks and the journal, and `prepare` returns the changes that may be applied. `execute`
//! decides when each change starts. `create`, `update` and `delete` carry out one change: they `send` each write, record
//! how far the change has come (`progress`), compare each read with what is `expected`, and `settle` at the end.

mod approval;
mod create;
mod delete;
mod disown;
mod execute;
mod executor;
mod expected;
mod failures;
mod journal;
mod not_done;
mod object;
mod pending;
mod prepare;
mod progress;
mod send;
mod settle;
mod stop;
mod update;
mod wait;
mod write_session;

pub use execute::Report;
pub use executor::{Event, Executor};
pub use journal::{Approval, Journal, JournalError, Pending};
pub use pending::{PendingError, await_pending};
pub use prepare::{ApplyRequest, Ended, Prepared, prepare};
pub use stop::Stop;
pub use write_session::WriteSession;

use crate::profile::LiveProfile;
use crate::setting::ObjectKey;

/// The id of the profile whose marker names this owner and key.
fn managed_id(found: &[LiveProfile], owner: &str, object: &ObjectKey) -> Option<String> {
    found.iter().find(|one| one.is_of(owner, object)).map(|one| one.id.clone())
}
