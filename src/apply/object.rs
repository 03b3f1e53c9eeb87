//! One change of one object, and the parts that its steps share.

use std::future::Future;
use std::rc::Rc;

use tokio::sync::SemaphorePermit;

use super::executor::Executor;
use super::expected::{Expected, Look};
use super::not_done::NotDone;
use super::progress::Progress;
use super::stop::{Stop, requested};
use super::wait::{Announced, Wait};
use crate::graph::{Error, Retry, WriteSlot};
use crate::plan::Change;
use crate::profile::LiveProfile;
use crate::tenant::ProfileLookup;

/// A change that is being carried out.
pub(super) struct Object<'e, 'a> {
    pub executor: &'e Executor<'a>,
    pub lookup: &'e ProfileLookup<'e>,
    pub change: &'e Change,
    pub progress: Progress,
    /// Whether a write was sent with the code of its approval.
    pub needs_approval: bool,
    /// One of the places for objects that are worked on at once; returned when the change only waits for lists.
    pub place: Option<SemaphorePermit<'e>>,
    announced: Announced,
}

impl<'e, 'a> Object<'e, 'a> {
    pub fn new(
        executor: &'e Executor<'a>,
        lookup: &'e ProfileLookup<'e>,
        change: &'e Change,
        announced: &Announced,
    ) -> Self {
        let announced = Rc::clone(announced);
        Self { executor, lookup, change, progress: Progress::Untouched, needs_approval: false, place: None, announced }
    }

    /// Reads the object. Its state must be as expected, or as the write without an answer (`sent`) would make it, so
    /// that no one else's change is overwritten. Waits, because Graph's servers may need a moment to show the last
    /// write.
    pub(super) async fn look_before_write(
        &self,
        expected: &Expected,
        sent: Option<&Expected>,
    ) -> Result<LiveProfile, NotDone> {
        let mut wait = self.wait();
        loop {
            let now = self.by_id(&expected.live.id).await?;
            let is_as_expected =
                |one: &Expected, now: &LiveProfile| one.compare(now, &one.live.profile) == Look::AsExpected;
            match now {
                Some(now) if is_as_expected(expected, &now) || sent.is_some_and(|sent| is_as_expected(sent, &now)) => {
                    return Ok(now);
                }
                Some(now) if expected.compare(&now, &expected.live.profile) == Look::Changed => {
                    return Err(self.changed(expected, &now, "; the rest was not written"));
                }
                None if !self.progress.is_written() => {
                    return Err(NotDone::Message("someone deleted the profile since the plan: plan again".into()));
                }
                _ if wait.is_over() => {
                    return Err(NotDone::Message(
                        "the tenant does not show what apply last wrote; the rest was not written: plan again".into(),
                    ));
                }
                _ => wait.rest().await,
            }
        }
    }

    /// The error for an object that someone else changed. Their change is kept.
    pub(super) fn changed(&self, expected: &Expected, now: &LiveProfile, rest: &str) -> NotDone {
        let (then, now) = (expected.live.revision, now.revision);
        NotDone::Message(match self.progress {
            Progress::Untouched => format!(
                "someone changed the profile in Intune since the plan (then version {then}, now {now}); nothing was \
                 written: plan again"
            ),
            Progress::MayBeWritten => format!(
                "the profile has changed since the plan (then version {then}, now {now}), perhaps by apply's own \
                 write, which got no usable answer: plan again"
            ),
            Progress::Written => format!(
                "someone changed the profile during the apply (version {then} after apply's last write, now \
                 {now}){rest}: plan again"
            ),
            Progress::WrittenMaybeMore => format!(
                "the profile changed during the apply, by someone else or by a write that got no usable answer \
                 (version {then} after apply's last write, now {now}){rest}: plan again"
            ),
        })
    }

    /// Reads a profile of the change's delivery.
    pub(super) async fn by_id(&self, id: &str) -> Result<Option<LiveProfile>, Error> {
        self.lookup.by_id(self.change.object.delivery, id).await
    }

    /// Reads the profiles of the change's delivery that have this name.
    pub(super) async fn named(&self, name: &str) -> Result<Vec<LiveProfile>, Error> {
        self.lookup.named(self.change.object.delivery, name).await
    }

    /// Waits until a write may be sent. Before the first write, this is the last point at which a stop is possible.
    pub(super) async fn write_slot(&self) -> Result<WriteSlot, NotDone> {
        self.unless_stopped(self.executor.client.write_slot()).await
    }

    /// Waits until the write may be tried again; returns the error if it may not.
    pub(super) async fn wait_to_retry(&mut self, retry: &mut Retry, not_done: NotDone) -> Result<(), NotDone> {
        let NotDone::Graph(error) = not_done else { return Err(not_done) };
        if error.outcome_unknown() {
            self.progress = self.progress.unanswered();
        }
        Ok(self.unless_stopped(self.executor.client.wait_to_retry(retry, error)).await??)
    }

    /// Waits. As long as nothing was written, a request to stop ends the wait with an error.
    async fn unless_stopped<T>(&self, waited: impl Future<Output = T>) -> Result<T, NotDone> {
        if self.progress.is_written() {
            return Ok(waited.await);
        }
        let mut stop = self.executor.stop.clone();
        tokio::select! {
            biased;
            () = requested(&mut stop, Stop::Soon) => Err(NotDone::Stopped(if self.progress.is_uncertain() {
                "stopped: its write got no usable answer, so it may have been carried out"
            } else {
                "stopped before it started"
            })),
            ended = waited => Ok(ended),
        }
    }

    pub(super) fn wait(&self) -> Wait {
        Wait::new(self.executor.patience, self.executor.client.second(), &self.announced)
    }

    /// Waits, and lets another object be worked on in the meantime.
    pub(super) async fn wait_for_lists(&mut self, wait: &mut Wait) {
        self.place = None;
        wait.rest().await;
    }
}
