//! Which change is carried out when: many at once, each after those that it waits for.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::{Semaphore, SemaphorePermit, watch};

use super::journal::Journal;
use super::object::Object;
use crate::graph::Client;
use crate::plan::{Action, Change, Counts, Ordered, Outcome, order};
use crate::setting::ObjectKey;
use crate::tenant::ProfileLookup;

/// How many objects are worked on at once. Pacing lets a hundred writes pass in one window; this many keep the line full
/// without leaving more half done than is needed when something breaks. What is written, and only waits for the tenant's
/// lists to show it, does not count.
const AT_ONCE: usize = 20;

/// Carries changes out.
pub struct Executor<'a> {
    /// The tenant.
    pub client: &'a Client,
    /// Its id.
    pub tenant_id: &'a str,
    /// Who owns what we make.
    pub owner: &'a str,
    /// Where creations and approvals are remembered.
    pub journal: &'a Journal,
    /// How long a creation without an answer is looked for, and a write is waited for to be seen.
    pub patience: Duration,
    /// What approvers read, where a second administrator has to approve.
    pub justification: &'a str,
    /// Whether to stop.
    pub stop: watch::Receiver<Stop>,
    /// Told what happens.
    pub tell: &'a dyn Fn(Progress<'_>),
}

/// Whether to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Stop {
    /// Go on.
    #[default]
    No,
    /// Finish what is in flight, and begin nothing.
    Soon,
    /// Let go of everything.
    Now,
}

/// What happens.
#[derive(Debug)]
pub enum Progress<'p> {
    /// A change begins.
    Begins(&'p Change),
    /// A change ended.
    Ended(&'p Change, &'p Outcome),
}

/// What became of all changes, in the order of the plan.
#[derive(Debug, Default)]
pub struct Report {
    pub outcomes: Vec<(ObjectKey, Outcome)>,
}

impl Report {
    /// How many changes became what.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for (_, outcome) in &self.outcomes {
            *match outcome {
                Outcome::Done(_) => &mut counts.done,
                Outcome::Failed(..) => &mut counts.failed,
                Outcome::Waiting(_) => &mut counts.waiting,
                Outcome::Left(_) => &mut counts.left,
            } += 1;
        }
        counts
    }
}

impl Executor<'_> {
    /// Carries out all changes that can be; one that fails does not stop the others.
    pub async fn run(&self, changes: &[Change]) -> Report {
        let looks = ProfileLookup::new(self.client);
        let (places, told) = (Semaphore::new(AT_ONCE), Rc::new(Cell::new(false)));
        let mut open = order(changes);
        let mut outcomes: Vec<Option<Outcome>> = vec![None; changes.len()];
        let mut running = FuturesUnordered::new();
        let mut stop = self.stop.clone();
        loop {
            let before = open.len();
            let mut full = false;
            for next in std::mem::take(&mut open) {
                let change = &changes[next.index];
                match self.may_begin(&next, changes, &outcomes) {
                    Begin::Now => match places.try_acquire() {
                        Ok(place) => {
                            (self.tell)(Progress::Begins(change));
                            let object = Object::new(self, &looks, change).told_with(&told);
                            running.push(self.one(object, place, next.index));
                        }
                        Err(_) => {
                            full = true;
                            open.push(next);
                        }
                    },
                    Begin::Later => open.push(next),
                    Begin::Never(why) => {
                        let outcome = Outcome::Left(why);
                        (self.tell)(Progress::Ended(change, &outcome));
                        outcomes[next.index] = Some(outcome);
                    }
                }
            }
            if running.is_empty() {
                if open.is_empty() || open.len() == before {
                    break;
                }
                // What waited for something that will not be done is told so in the next round.
                continue;
            }
            tokio::select! {
                biased;
                () = asked(&mut stop, Stop::Now) => break,
                Some((at, outcome)) = running.next() => {
                    (self.tell)(Progress::Ended(&changes[at], &outcome));
                    outcomes[at] = Some(outcome);
                }
                // One that is running waits for lists only; another one may begin in its place.
                _ = places.acquire(), if full => {}
            }
        }
        let not_begun: Vec<usize> = open.iter().map(|next| next.index).collect();
        drop(running);
        let mut report = Report::default();
        for (at, (change, outcome)) in changes.iter().zip(outcomes).enumerate() {
            let outcome = outcome.unwrap_or_else(|| {
                let why = if not_begun.contains(&at) { "not begun" } else { "interrupted: it may be half done" };
                let outcome = Outcome::Left(why.into());
                (self.tell)(Progress::Ended(change, &outcome));
                outcome
            });
            report.outcomes.push((change.object.clone(), outcome));
        }
        report
    }

    fn may_begin(&self, next: &Ordered, changes: &[Change], outcomes: &[Option<Outcome>]) -> Begin {
        if *self.stop.borrow() > Stop::No {
            return Begin::Never("stopped before it began".into());
        }
        let failed = |other: &&usize| !matches!(outcomes[**other], None | Some(Outcome::Done(_)));
        if let Some(other) = next.after.iter().find(failed) {
            return Begin::Never(format!("{} has to be done first: a setting moves there", changes[*other].object));
        }
        let is_deletion = |change: &Change| change.action() == Action::Delete;
        let first = next.after.iter().all(|other| outcomes[*other].is_some());
        // Deletions come last of all.
        let mut all = changes.iter().zip(outcomes);
        let last = !is_deletion(&changes[next.index]) || all.all(|(one, ended)| is_deletion(one) || ended.is_some());
        if first && last { Begin::Now } else { Begin::Later }
    }

    async fn one<'e>(&self, object: Object<'e, '_>, place: SemaphorePermit<'e>, at: usize) -> (usize, Outcome) {
        object.place.set(Some(place));
        (at, object.carry_out().await)
    }
}

/// Whether a change may begin.
enum Begin {
    Now,
    Later,
    Never(String),
}

/// Waits until we are to stop, at least in this way.
pub(super) async fn asked(stop: &mut watch::Receiver<Stop>, least: Stop) {
    if stop.wait_for(|stop| *stop >= least).await.is_err() {
        // Nobody is there any more who could ask.
        std::future::pending::<()>().await;
    }
}
