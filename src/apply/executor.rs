//! The parts that all changes of an apply share.

use std::time::Duration;

use tokio::sync::watch;

use super::journal::Journal;
use super::stop::Stop;
use crate::graph::Client;
use crate::plan::{Change, Outcome};

/// Carries out changes.
pub struct Executor<'a> {
    pub client: &'a Client,
    pub tenant_id: &'a str,
    /// The owner in the markers of the profiles that are managed here.
    pub owner: &'a str,
    /// Remembers creations and approvals.
    pub journal: &'a Journal,
    /// How long to search for a profile if its creation got no answer, and to wait until the tenant shows a write.
    pub patience: Duration,
    /// The text for approvers, if a second administrator has to approve.
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
