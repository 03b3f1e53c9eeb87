//! Recent writes and the objects before them, to imitate tenants that show writes late.

use std::cell::Cell;
use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use super::configurations::{DeviceConfigurations, StoredConfiguration};

#[derive(Debug)]
pub(crate) struct Recent {
    /// How long lists do not show a write.
    list_lag: Duration,
    /// How long a new object is not found by its id.
    not_found_after_create: Duration,
    writes: VecDeque<RecentWrite>,
    /// How many lists did not show everything.
    late_lists: Cell<u64>,
    /// How often a new object was not found.
    not_found: Cell<u64>,
}

#[derive(Debug)]
struct RecentWrite {
    at: Instant,
    id: String,
    /// The object before the write, with its place; `None` for a new object.
    before: Option<(u64, StoredConfiguration)>,
}

impl Recent {
    pub(crate) fn new(list_lag: Duration, not_found_after_create: Duration) -> Recent {
        Recent {
            list_lag,
            not_found_after_create,
            writes: VecDeque::new(),
            late_lists: Cell::default(),
            not_found: Cell::default(),
        }
    }

    /// How often each of its faults has occurred, by the fault's key.
    pub(crate) fn strikes(&self) -> [(&'static str, u64); 2] {
        [("list_lag_ms", self.late_lists.get()), ("not_found_after_create_ms", self.not_found.get())]
    }

    /// Records a write that is about to be made.
    pub(crate) fn remember(&mut self, configurations: &DeviceConfigurations, id: &str, now: Instant) {
        let longest = self.list_lag.max(self.not_found_after_create);
        if longest.is_zero() {
            return;
        }
        while self.writes.front().is_some_and(|write| now.duration_since(write.at) > longest) {
            self.writes.pop_front();
        }
        let before = configurations.placed(id).map(|(order, one)| (order, one.clone()));
        self.writes.push_back(RecentWrite { at: now, id: id.to_owned(), before });
    }

    /// Whether an object is too new to be found by its id.
    pub(crate) fn is_too_new(&self, id: &str, now: Instant) -> bool {
        let mut young = self.writes.iter().filter(|write| now.duration_since(write.at) < self.not_found_after_create);
        let too_new = young.any(|write| write.id == id && write.before.is_none());
        self.not_found.update(|count| count + u64::from(too_new));
        too_new
    }

    /// The objects after `order` as lists show them, without the writes that are not shown yet.
    pub(crate) fn listed<'a>(
        &'a self,
        configurations: &'a DeviceConfigurations,
        order: u64,
        now: Instant,
    ) -> Box<dyn Iterator<Item = (u64, &'a StoredConfiguration)> + 'a> {
        let mut hidden: HashMap<&str, Option<(u64, &StoredConfiguration)>> = HashMap::new();
        for write in self.writes.iter().filter(|write| now.duration_since(write.at) < self.list_lag) {
            let before = write.before.as_ref().map(|(order, one)| (*order, one));
            // Of several writes to an object, the oldest one has the object before all of them.
            hidden.entry(&write.id).or_insert(before);
        }
        if hidden.is_empty() {
            return Box::new(configurations.after(order));
        }
        self.late_lists.update(|count| count + 1);
        let shown = configurations.after(order).filter(|(_, one)| !hidden.contains_key(one.id()));
        let mut all: Vec<_> = shown.chain(hidden.values().flatten().filter(|(at, _)| *at > order).copied()).collect();
        all.sort_unstable_by_key(|(order, _)| *order);
        Box::new(all.into_iter())
    }
}
