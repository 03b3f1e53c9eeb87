//! What has happened since a sandbox was opened, for tests to look at.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::faults::Fault;
use super::recent::Recent;

/// The numbers.
#[derive(Debug, Default)]
pub(super) struct Counters {
    requests: u64,
    batches: u64,
    sub_requests: u64,
    writes: u64,
    answers: BTreeMap<u16, u64>,
    sub_answers: BTreeMap<u16, u64>,
    in_flight: u64,
    most_in_flight: u64,
    unanswered: u64,
    faults: BTreeMap<&'static str, u64>,
}

impl Counters {
    /// A request came over HTTP.
    pub(super) fn arrived(&mut self, is_batch: bool) {
        self.requests += 1;
        self.batches += u64::from(is_batch);
        self.in_flight += 1;
        self.most_in_flight = self.most_in_flight.max(self.in_flight);
    }

    /// A request came that is none for Graph, and was told so.
    pub(super) fn refused(&mut self, status: u16) {
        self.arrived(false);
        self.left(Some(status));
    }

    /// Its answer is on its way; `None` when there is none.
    pub(super) fn left(&mut self, status: Option<u16>) {
        self.in_flight = self.in_flight.saturating_sub(1);
        match status {
            Some(status) => *self.answers.entry(status).or_default() += 1,
            None => self.unanswered += 1,
        }
    }

    /// A request in a `$batch` was answered.
    pub(super) fn answered_inside(&mut self, status: u16) {
        self.sub_requests += 1;
        *self.sub_answers.entry(status).or_default() += 1;
    }

    /// A request that changes something, alone or in a `$batch`, whatever became of it.
    pub(super) fn write(&mut self) {
        self.writes += 1;
    }

    pub(super) fn struck(&mut self, fault: Fault) {
        self.struck_by(fault.key());
    }

    /// The same for what strikes by its own rules, such as the quota.
    pub(super) fn struck_by(&mut self, name: &'static str) {
        *self.faults.entry(name).or_default() += 1;
    }

    pub(super) fn to_json(&self, recent: &Recent) -> Value {
        let mut faults = self.faults.clone();
        let late = [("list_lag_ms", recent.late_lists.get()), ("not_found_after_create_ms", recent.unborn.get())];
        faults.extend(late.into_iter().filter(|(_, count)| *count > 0));
        json!({
            "requests": self.requests,
            "batches": self.batches,
            "sub_requests": self.sub_requests,
            "writes": self.writes,
            "answers": by_status(&self.answers),
            "sub_answers": by_status(&self.sub_answers),
            "unanswered": self.unanswered,
            "most_in_flight": self.most_in_flight,
            "faults": faults,
        })
    }
}

fn by_status(counts: &BTreeMap<u16, u64>) -> BTreeMap<String, u64> {
    counts.iter().map(|(status, count)| (status.to_string(), *count)).collect()
}
