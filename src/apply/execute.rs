//! Decides when each change is carried out: many at once, each after the changes that it waits for.

use std::collections::BTreeSet;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::executor::{Event, Executor};
use super::not_done::NotDone;
use super::object::Object;
use super::stop::{Stop, requested};
use super::wait::Announced;
use crate::plan::{Action, Change, Counts, Ordered, Outcome, order};
use crate::setting::ObjectKey;
use crate::tenant::ProfileLookup;

/// The number of objects that are worked on at once. Pacing allows a hundred writes in one window; this many objects
/// use them without leaving more changes unfinished than necessary if a run breaks off. An object that is written, and
/// only waits until the tenant's lists show it, does not count.
const AT_ONCE: usize = 20;

/// The outcome of each change, in the order of the plan.
#[derive(Debug, Default)]
pub struct Report {
    pub outcomes: Vec<(ObjectKey, Outcome)>,
}

impl Report {
    /// The number of changes with each outcome.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for (_, outcome) in &self.outcomes {
            *match outcome {
                Outcome::Done(_) => &mut counts.done,
                Outcome::Failed(..) => &mut counts.failed,
                Outcome::Waiting(_) => &mut counts.waiting,
                Outcome::Skipped(_) => &mut counts.skipped,
            } += 1;
        }
        counts
    }
}

impl Executor<'_> {
    /// Carries out all changes that can be carried out. A failure does not stop the others.
    pub async fn run(&self, changes: &[Change]) -> Report {
        let lookup = ProfileLookup::new(self.client);
        let (places, announced) = (Semaphore::new(AT_ONCE), Announced::default());
        let mut open = order(changes);
        let mut outcomes: Vec<Option<Outcome>> = vec![None; changes.len()];
        let mut running = FuturesUnordered::new();
        let mut stop = self.stop.clone();
        let mut others = changes.iter().filter(|change| change.action() != Action::Delete).count();
        loop {
            let before = open.len();
            let mut full = false;
            for next in std::mem::take(&mut open) {
                let change = &changes[next.index];
                match self.may_begin(&next, changes, &outcomes, others) {
                    Begin::Now => match places.try_acquire() {
                        Ok(place) => {
                            (self.on_event)(Event::Began(change));
                            let object = Object::new(self, &lookup, change, &announced);
                            running.push(self.one(object, place, next.index));
                        }
                        Err(_) => {
                            full = true;
                            open.push(next);
                        }
                    },
                    Begin::Later => open.push(next),
                    Begin::Never(why) => {
                        let outcome = Outcome::Skipped(why);
                        (self.on_event)(Event::Ended(change, &outcome));
                        outcomes[next.index] = Some(outcome);
                        others -= usize::from(change.action() != Action::Delete);
                    }
                }
            }
            if running.is_empty() {
                if open.is_empty() || open.len() == before {
                    break;
                }
                // A change that waits for one that was skipped is itself skipped in the next round.
                continue;
            }
            tokio::select! {
                biased;
                () = requested(&mut stop, Stop::Now) => break,
                Some((at, outcome)) = running.next() => {
                    (self.on_event)(Event::Ended(&changes[at], &outcome));
                    outcomes[at] = Some(outcome);
                    others -= usize::from(changes[at].action() != Action::Delete);
                }
                // A running change now only waits for lists, so another one may start.
                _ = places.acquire(), if full => {}
            }
        }
        let not_begun: BTreeSet<usize> = open.iter().map(|next| next.index).collect();
        drop(running);
        let mut report = Report::default();
        for (at, (change, outcome)) in changes.iter().zip(outcomes).enumerate() {
            let outcome = outcome.unwrap_or_else(|| {
                let why = if not_begun.contains(&at) { "not started" } else { "interrupted: it may be partly done" };
                let outcome = Outcome::Skipped(why.into());
                (self.on_event)(Event::Ended(change, &outcome));
                outcome
            });
            report.outcomes.push((change.object.clone(), outcome));
        }
        report
    }

    /// Whether a change may begin; `others` is the number of changes without an outcome that are not deletions.
    fn may_begin(&self, next: &Ordered, changes: &[Change], outcomes: &[Option<Outcome>], others: usize) -> Begin {
        if *self.stop.borrow() > Stop::No {
            return Begin::Never("stopped before it started".into());
        }
        let failed = |other: &&usize| !matches!(outcomes[**other], None | Some(Outcome::Done(_)));
        if let Some(other) = next.after.iter().find(failed) {
            return Begin::Never(format!("{} must be applied first: a setting moves to it", changes[*other].object));
        }
        let first = next.after.iter().all(|other| outcomes[*other].is_some());
        // Deletions come last of all.
        let last = changes[next.index].action() != Action::Delete || others == 0;
        if first && last { Begin::Now } else { Begin::Later }
    }

    async fn one<'e>(&self, mut object: Object<'e, '_>, place: SemaphorePermit<'e>, at: usize) -> (usize, Outcome) {
        object.place = Some(place);
        (at, carry_out(&mut object).await.map_or_else(NotDone::outcome, Outcome::Done))
    }
}

async fn carry_out(object: &mut Object<'_, '_>) -> Result<String, NotDone> {
    let change = object.change;
    match (change.action(), &change.before) {
        (Action::Create, _) | (_, None) => object.create().await,
        (Action::Update, Some(before)) => object.update(before).await,
        (Action::Delete, Some(before)) => object.delete(before).await,
    }
}

/// Whether a change may begin.
enum Begin {
    Now,
    Later,
    Never(String),
}
