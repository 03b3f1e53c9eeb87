//! What was written a moment ago, and what was there before: for tenants that show writes late.

use std::cell::Cell;
use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use super::state::{Profiles, Record};

/// The writes of the last moments.
#[derive(Debug)]
pub(super) struct Recent {
    /// How long lists do not show a write.
    list_lag: Duration,
    /// How long a new object is not found by its id.
    birth: Duration,
    writes: VecDeque<Write>,
    /// How many lists did not show everything.
    pub late_lists: Cell<u64>,
    /// How often a new object was not found.
    pub unborn: Cell<u64>,
}

#[derive(Debug)]
struct Write {
    at: Instant,
    id: String,
    /// What was there before, with its place; `None` for a new object.
    before: Option<(u64, Record)>,
}

impl Recent {
    pub(super) fn new(list_lag: Duration, birth: Duration) -> Recent {
        Recent { list_lag, birth, writes: VecDeque::new(), late_lists: Cell::default(), unborn: Cell::default() }
    }

    /// Remembers a write that is about to be made.
    pub(super) fn remember(&mut self, profiles: &Profiles, id: &str, now: Instant) {
        let longest = self.list_lag.max(self.birth);
        if longest.is_zero() {
            return;
        }
        while self.writes.front().is_some_and(|write| now.duration_since(write.at) > longest) {
            self.writes.pop_front();
        }
        let before = profiles.placed(id).map(|(order, record)| (order, record.clone()));
        self.writes.push_back(Write { at: now, id: id.to_owned(), before });
    }

    /// Whether an object is too new to be found by its id.
    pub(super) fn unborn(&self, id: &str, now: Instant) -> bool {
        let mut young = self.writes.iter().filter(|write| now.duration_since(write.at) < self.birth);
        let unborn = young.any(|write| write.id == id && write.before.is_none());
        self.unborn.update(|count| count + u64::from(unborn));
        unborn
    }

    /// What lists show: everything after `order`, as it was before the writes that they do not show yet.
    pub(super) fn listed<'a>(
        &'a self,
        profiles: &'a Profiles,
        order: u64,
        now: Instant,
    ) -> Box<dyn Iterator<Item = (u64, &'a Record)> + 'a> {
        let mut hidden: HashMap<&str, Option<(u64, &Record)>> = HashMap::new();
        for write in self.writes.iter().filter(|write| now.duration_since(write.at) < self.list_lag) {
            let before = write.before.as_ref().map(|(order, record)| (*order, record));
            // The oldest of several writes knows what was there before all of them.
            hidden.entry(&write.id).or_insert(before);
        }
        if hidden.is_empty() {
            return Box::new(profiles.after(order));
        }
        self.late_lists.update(|count| count + 1);
        let shown = profiles.after(order).filter(|(_, record)| !hidden.contains_key(record.id()));
        let mut all: Vec<_> = shown.chain(hidden.values().flatten().filter(|(at, _)| *at > order).copied()).collect();
        all.sort_unstable_by_key(|(order, _)| *order);
        Box::new(all.into_iter())
    }
}
