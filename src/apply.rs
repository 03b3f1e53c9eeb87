//! Carries a plan out.
//!
//! Every write comes after a fresh look at its object, and is followed by another look. A run that is killed at any point is
//! completed by the next run: an object that was created carries the marker and is found by it, and no creation is repeated
//! before a search for it.
//!
//! `execute` decides which change begins when. `create`, `update` and `delete` carry one out: they `send` each write, note how
//! far they came (`progress`), compare every look with what is `expected`, and `settle` at the end.

mod approval;
mod create;
mod delete;
mod disown;
mod execute;
mod executor;
mod expected;
mod journal;
mod not_done;
mod object;
mod pending;
mod progress;
mod send;
mod settle;
mod stop;
mod update;
mod wait;

pub use execute::Report;
pub use executor::{Event, Executor};
pub use journal::{Approval, Journal, JournalError, Pending};
pub use pending::{PendingError, await_pending};
pub use stop::Stop;

use crate::profile::LiveProfile;
use crate::setting::ObjectKey;

/// The id of the profile that carries our marker with this key.
fn managed_id(found: &[LiveProfile], owner: &str, object: &ObjectKey) -> Option<String> {
    found.iter().find(|one| one.is_of(owner, object)).map(|one| one.id.clone())
}
