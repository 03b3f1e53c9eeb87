//! One change of one object: a look before each write, and one after the last.

use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;

use tokio::sync::SemaphorePermit;

use super::execute::{Executor, Stop, asked};
use super::journal::JournalError;
use super::left::{Left, Seen};
use super::our_own;
use super::wait::Wait;
use crate::delivery;
use crate::graph::{Error, Repeat, Retry, WriteSlot};
use crate::plan::{Action, Change, Outcome, Stage, request, stages};
use crate::profile::{LiveProfile, Profile};
use crate::tenant::ProfileLookup;

/// A change that is carried out.
pub(super) struct Object<'e, 'a> {
    pub executor: &'e Executor<'a>,
    pub looks: &'e ProfileLookup<'e>,
    pub change: &'e Change,
    /// Whether a write was carried out.
    pub written: Cell<bool>,
    /// Whether one may have been: a try without an answer, or with the server's failure.
    pub unknown: Cell<bool>,
    /// Its place among the objects that are worked on at once; given back where only lists are waited for.
    pub place: Cell<Option<SemaphorePermit<'e>>>,
    /// Whether somebody was told that we wait.
    told: Rc<Cell<bool>>,
    /// Whether a write was sent with the code of its approval.
    pub needs_approval: Cell<bool>,
}

/// Why a change was not carried out.
pub(super) enum Trouble {
    Graph(Error),
    Journal(JournalError),
    Other(String),
    /// A second administrator has to approve; the code of the request.
    Approval(String),
    /// Another request for approval is open; what, and what to do.
    InTheWay(String, String),
    Stopped(&'static str),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Graph(error)
    }
}

impl From<JournalError> for Trouble {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

impl Trouble {
    pub fn outcome(self) -> Outcome {
        match self {
            Self::Graph(error) => Outcome::Failed(error.to_string(), error.hint()),
            Self::Journal(error) => Outcome::Failed(error.to_string(), None),
            Self::Other(text) => Outcome::Failed(text, None),
            Self::Approval(code) => Outcome::Waiting(code),
            Self::InTheWay(text, help) => Outcome::Failed(text, Some(help)),
            Self::Stopped(text) => Outcome::Left(text.into()),
        }
    }
}

impl<'e, 'a> Object<'e, 'a> {
    pub fn new(executor: &'e Executor<'a>, looks: &'e ProfileLookup<'e>, change: &'e Change) -> Self {
        let [written, unknown, needs_approval] = [false; 3].map(Cell::new);
        let (place, told) = (Cell::new(None), Rc::default());
        Self { executor, looks, change, written, unknown, place, told, needs_approval }
    }

    /// The same, with one memory for all objects of whether somebody was told that we wait.
    pub fn told_with(self, told: &Rc<Cell<bool>>) -> Self {
        Self { told: Rc::clone(told), ..self }
    }

    pub async fn carry_out(&self) -> Outcome {
        let done = match (self.change.action(), &self.change.before) {
            (Action::Create, _) | (_, None) => self.create().await,
            (Action::Update, Some(before)) => self.update(before).await,
            (Action::Delete, Some(before)) => self.delete(before).await,
        };
        done.map_or_else(Trouble::outcome, Outcome::Done)
    }

    async fn update(&self, before: &Arc<LiveProfile>) -> Result<String, Trouble> {
        let mut left = Left::planned(before);
        for stage in stages(self.change) {
            left = self.carry_out_stage(&stage, left).await?;
        }
        self.settle(left).await
    }

    async fn create(&self) -> Result<String, Trouble> {
        let change = self.change;
        let Some(after) = &change.after else { return Err(Trouble::Other("there is nothing to create".into())) };
        let mut left = self.make(after).await?;
        // Also where the answer was lost, and the profile was found.
        self.written.set(true);
        for stage in stages(change).into_iter().skip(1) {
            left = self.carry_out_stage(&stage, left).await?;
        }
        self.settle(left).await
    }

    /// Makes the profile. A creation is sent again only where it was certainly not carried out.
    async fn make(&self, after: &Profile) -> Result<Left, Trouble> {
        let Self { executor, change, .. } = self;
        let Executor { journal, tenant_id, owner, .. } = *executor;
        let [body, shown] = [false, true].map(|blank| request(change, &Stage::Create, owner, None, blank));
        let mut retry = Retry::of_write(Repeat::IfNotCarriedOut);
        let (id, revision) = loop {
            let slot = self.write_slot().await?;
            self.is_absent(&after.name).await?;
            journal.begin(tenant_id, owner, &change.object, &after.name)?;
            match self.send(slot, "", &body, &shown).await {
                Ok(made) => match made["id"].as_str().filter(|id| !id.is_empty()) {
                    Some(id) => break (id.to_string(), delivery::answered_revision(change.object.delivery, &made)),
                    None => {
                        let text = "the answer to the creation does not say which object was made";
                        break (self.find_made(&after.name, text).await?, None);
                    }
                },
                Err(Trouble::Graph(error)) if error.outcome_unknown() && !error.is_throttling() => {
                    break (self.find_made(&after.name, &error.to_string()).await?, None);
                }
                Err(trouble) => {
                    journal.end(tenant_id, owner, &change.object)?;
                    self.again(&mut retry, trouble).await?;
                }
            }
        };
        journal.made(tenant_id, owner, &change.object, &id)?;
        Ok(Left::made(change, after, owner, &id, revision))
    }

    /// Waits until something may be sent again; else gives the trouble back.
    pub(super) async fn again(&self, retry: &mut Retry, trouble: Trouble) -> Result<(), Trouble> {
        let Trouble::Graph(error) = trouble else { return Err(trouble) };
        self.unknown.set(self.unknown.get() || error.outcome_unknown() && !error.is_throttling());
        Ok(self.unless_stopped(self.executor.client.wait_to_retry(retry, error)).await??)
    }

    /// The second witness of absence; the list was the first.
    async fn is_absent(&self, name: &str) -> Result<(), Trouble> {
        for found in self.looks.named(name).await? {
            match &found.marker {
                Some(_) if found.is_of(self.executor.owner, &self.change.object) => {
                    return Err(Trouble::Other(format!(
                        "it is there already ({}), though the list did not show it: run again",
                        found.id
                    )));
                }
                Some(_) => {}
                None => {
                    return Err(Trouble::Other(format!(
                        "somebody made a profile \"{name}\" since the plan ({}): plan again",
                        found.id
                    )));
                }
            }
        }
        Ok(())
    }

    /// A creation without a usable answer: looked for as long as Graph's servers may need to show it.
    async fn find_made(&self, name: &str, error: &str) -> Result<String, Trouble> {
        let mut wait = self.wait();
        loop {
            if let Ok(found) = self.looks.named(name).await
                && let Some(id) = our_own(&found, self.executor.owner, &self.change.object)
            {
                return Ok(id);
            }
            if wait.is_over() {
                return Err(Trouble::Other(format!(
                    "{error}; whether it was made is not known, so it is not sent again: the next apply looks for it first"
                )));
            }
            wait.rest().await;
        }
    }

    /// One write, with a look right before each try of it; gives what it leaves behind.
    async fn carry_out_stage(&self, stage: &Stage, expected: Left) -> Result<Left, Trouble> {
        let Self { executor, change, .. } = self;
        let id = expected.live.id.clone();
        let (mut retry, mut wait) = (Retry::of_write(Repeat::Harmless), self.wait());
        let mut sent: Option<Left> = None;
        loop {
            let slot = self.write_slot().await?;
            let now = self.look(&expected, sent.as_ref()).await?;
            if let Some(left) = sent.take_if(|left| left.seen(&now, &left.live.profile) == Seen::AsLeft) {
                // The try whose answer was lost, or said "failed", was carried out all the same.
                self.written.set(true);
                return Ok(left);
            }
            let [body, shown] = [false, true].map(|blank| request(change, stage, executor.owner, Some(&now), blank));
            let left = Left::behind(change, stage, executor.owner, Arc::new(now));
            match self.send(slot, &id, &body, &shown).await {
                Ok(answer) => return Ok(left.answered(&answer)),
                Err(Trouble::Graph(error)) if self.is_too_new(&error) && !wait.is_over() => wait.rest().await,
                Err(trouble) => self.again(&mut retry, trouble).await?,
            }
            sent = Some(left);
        }
    }

    /// Whether what we have just made is not known everywhere yet: 404 and 409 pass then (terraform-provider-microsoft365).
    fn is_too_new(&self, error: &Error) -> bool {
        self.change.before.is_none() && matches!(error.status(), Some(404 | 409)) && !error.is_open_approval()
    }

    /// The object as it is right now. It must be as the plan saw it, as our own last write left it, or as a try without an
    /// answer would have; what somebody else did meanwhile is not written over. Graph's other servers may need a moment to
    /// show our own write.
    pub(super) async fn look(&self, expected: &Left, sent: Option<&Left>) -> Result<LiveProfile, Trouble> {
        let mut wait = self.wait();
        loop {
            let now = self.looks.by_id(&expected.live.id).await?;
            let is_as_left = |left: &Left, now: &LiveProfile| left.seen(now, &left.live.profile) == Seen::AsLeft;
            match now {
                Some(now) if is_as_left(expected, &now) || sent.is_some_and(|left| is_as_left(left, &now)) => {
                    return Ok(now);
                }
                Some(now) if expected.seen(&now, &expected.live.profile) == Seen::Changed => {
                    return Err(self.changed(expected, &now, "; the rest was not written"));
                }
                None if !self.written.get() => {
                    return Err(Trouble::Other("it was deleted in the tenant since the plan: plan again".into()));
                }
                _ if wait.is_over() => {
                    return Err(Trouble::Other(
                        "after our last write the tenant shows something else than we wrote; the rest was not written: plan again"
                            .into(),
                    ));
                }
                _ => wait.rest().await,
            }
        }
    }

    /// What somebody else changed stays.
    pub(super) fn changed(&self, left: &Left, now: &LiveProfile, rest: &str) -> Trouble {
        let (then, now) = (left.live.revision, now.revision);
        Trouble::Other(match (self.written.get(), self.unknown.get()) {
            (false, false) => format!(
                "it was changed in the tenant since the plan (then version {then}, now {now}); nothing was written: plan again"
            ),
            (false, true) => format!(
                "it was changed in the tenant since the plan (then version {then}, now {now}), perhaps by our own write, which got no usable answer: plan again"
            ),
            (true, false) => format!(
                "it was changed by somebody meanwhile (version {then} after our last write, now {now}){rest}: plan again"
            ),
            (true, true) => format!(
                "it was changed meanwhile, by somebody or by a try of ours without a usable answer (version {then} after our last write, now {now}){rest}: plan again"
            ),
        })
    }

    /// Waits until a write may be sent; with the first one, a last chance to stop.
    pub(super) async fn write_slot(&self) -> Result<WriteSlot, Trouble> {
        self.unless_stopped(self.executor.client.write_slot()).await
    }

    /// Waits for something, and gives up when we are asked to stop, as long as nothing was written.
    async fn unless_stopped<T>(&self, waited: impl Future<Output = T>) -> Result<T, Trouble> {
        if self.written.get() {
            return Ok(waited.await);
        }
        let mut stop = self.executor.stop.clone();
        tokio::select! {
            biased;
            () = asked(&mut stop, Stop::Soon) => Err(Trouble::Stopped(if self.unknown.get() {
                "stopped: its write got no usable answer, so it may be done"
            } else {
                "stopped before it began"
            })),
            ended = waited => Ok(ended),
        }
    }

    /// Looks whether the tenant now shows what was written, also in its lists. Where an assignment counted the version
    /// up, the marker's version is put right, because masked values are trusted by it; but not where a second administrator
    /// would have to approve that: no plan would ask for it again, and a request that nobody uses blocks the next change.
    async fn settle(&self, mut left: Left) -> Result<String, Trouble> {
        let id = left.live.id.clone();
        let Some(after) = &self.change.after else { return Ok(id) };
        let (mut wait, mut corrected, mut first) = (self.wait(), false, true);
        loop {
            let late = wait.is_over();
            let named = self.looks.named(&after.name).await?;
            self.is_the_only_one(&named, &id)?;
            let mut now = named.into_iter().find(|one| one.id == id);
            let seen = |now: &Option<LiveProfile>| now.as_ref().map_or(Seen::NotYet, |now| left.seen(now, after));
            let mut found = seen(&now);
            let is_listed = found == Seen::AsLeft;
            if found == Seen::NotYet && (late || std::mem::take(&mut first)) {
                // Lists lag behind; the object itself decides.
                now = self.looks.by_id(&id).await?;
                found = seen(&now);
            }
            match now {
                Some(now) if found == Seen::Changed => return Err(self.changed(&left, &now, "")),
                Some(now) if found == Seen::AsLeft && (is_listed || late) => {
                    if !corrected && !self.needs_approval.get() && after.has_masked() && !is_marked(&now) {
                        left = self.carry_out_stage(&Stage::Content, left).await?;
                        (wait, corrected) = (self.wait(), true);
                        continue;
                    }
                    if is_listed && self.change.before.is_none() {
                        self.executor.journal.end(self.executor.tenant_id, self.executor.owner, &self.change.object)?;
                    }
                    return Ok(id);
                }
                _ if late => {
                    return Err(Trouble::Other(
                        "it was written, and the tenant shows something else: plan again to see what".into(),
                    ));
                }
                _ => self.wait_for_lists(&mut wait).await,
            }
        }
    }

    fn is_the_only_one(&self, named: &[LiveProfile], id: &str) -> Result<(), Trouble> {
        let ours = |one: &&LiveProfile| one.is_of(self.executor.owner, &self.change.object);
        named.iter().filter(ours).find(|one| one.id != id).map_or(Ok(()), |other| {
            Err(Trouble::Other(format!(
                "another profile carries the same key ({}): did another apply run at the same time?",
                other.id
            )))
        })
    }

    pub(super) fn wait(&self) -> Wait<'_> {
        Wait::new(self.executor.patience, self.executor.client.second(), &self.told)
    }

    /// Another object may be worked on meanwhile.
    pub(super) async fn wait_for_lists(&self, wait: &mut Wait<'_>) {
        drop(self.place.take());
        wait.rest().await;
    }
}

/// Whether the marker says the version that an object has.
fn is_marked(now: &LiveProfile) -> bool {
    now.last_applied().is_some_and(|last| last.revision == now.revision)
}
