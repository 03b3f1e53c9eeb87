//! Counts what has happened since a sandbox was opened, for tests.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::sandbox::faults::Fault;

#[derive(Debug, Default)]
pub(crate) struct Counters {
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
    /// Counts an HTTP request.
    pub(crate) fn arrived(&mut self, is_batch: bool) {
        self.requests += 1;
        self.batches += u64::from(is_batch);
        self.in_flight += 1;
        self.most_in_flight = self.most_in_flight.max(self.in_flight);
    }

    /// Counts a request that is not a Graph request and was refused.
    pub(crate) fn refused(&mut self, status: u16) {
        self.arrived(false);
        self.finished(Some(status));
    }

    /// Counts its answer; `None` if there is none.
    pub(crate) fn finished(&mut self, status: Option<u16>) {
        self.in_flight = self.in_flight.saturating_sub(1);
        match status {
            Some(status) => *self.answers.entry(status).or_default() += 1,
            None => self.unanswered += 1,
        }
    }

    /// Counts an answered request in a `$batch`.
    pub(crate) fn answered_in_batch(&mut self, status: u16) {
        self.sub_requests += 1;
        *self.sub_answers.entry(status).or_default() += 1;
    }

    /// Counts a write, alone or in a `$batch`, whatever its result.
    pub(crate) fn count_write(&mut self) {
        self.writes += 1;
    }

    pub(crate) fn count_fault(&mut self, fault: Fault) {
        self.count_fault_named(fault.key());
    }

    /// The same for faults with their own rules, such as the quota.
    pub(crate) fn count_fault_named(&mut self, name: &'static str) {
        *self.faults.entry(name).or_default() += 1;
    }

    /// `late` counts the faults of the store, by key.
    pub(crate) fn to_json(&self, late: &[(&'static str, u64)]) -> Value {
        let mut faults = self.faults.clone();
        faults.extend(late.iter().copied().filter(|(_, count)| *count > 0));
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
