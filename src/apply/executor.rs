//! What every change of an apply is carried out with.

use std::time::Duration;

use tokio::sync::watch;

use super::journal::Journal;
use super::stop::Stop;
use crate::graph::Client;
use crate::plan::{Change, Outcome};

/// Carries changes out.
pub struct Executor<'a> {
    pub client: &'a Client,
    pub tenant_id: &'a str,
    /// The owner in the markers of the profiles that are managed here.
    pub owner: &'a str,
    /// Where creations and approvals are remembered.
    pub journal: &'a Journal,
    /// How long to look for a creation without an answer, and to wait until the tenant shows a write.
    pub patience: Duration,
    /// What approvers read, where a second administrator has to approve.
    pub justification: &'a str,
    pub stop: watch::Receiver<Stop>,
    pub on_event: &'a dyn Fn(Event<'_>),
}

/// What happens while changes are carried out.
#[derive(Debug)]
pub enum Event<'p> {
    Began(&'p Change),
    Ended(&'p Change, &'p Outcome),
}
