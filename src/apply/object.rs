//! One change of one object: a look before each write, and one after the last.

use std::cell::Cell;
use std::time::{Duration, Instant};

use super::execute::{Executor, Outcome, Stop};
use super::journal::JournalError;
use super::our_own;
use crate::graph::{Error, Tries, Turn};
use crate::plan::{Action, Change, Stage, Step, stages, step};
use crate::profile::{LiveProfile, Profile, readable_digest};
use crate::tenant::Looks;

/// How often a marker's version is put right.
const CORRECTIONS: u32 = 3;

/// A change that is carried out.
pub(super) struct Object<'e, 'a> {
    pub executor: &'e Executor<'a>,
    pub looks: &'e Looks<'e>,
    pub change: &'e Change,
    /// Whether a write was carried out.
    pub written: Cell<bool>,
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
    Stopped,
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
            Self::Stopped => Outcome::Left("stopped before it began".into()),
        }
    }
}

impl<'e, 'a> Object<'e, 'a> {
    pub fn new(executor: &'e Executor<'a>, looks: &'e Looks<'e>, change: &'e Change) -> Self {
        Self { executor, looks, change, written: Cell::new(false), needs_approval: Cell::new(false) }
    }

    pub async fn carry_out(&self) -> Outcome {
        let done = match (self.change.action(), &self.change.before) {
            (Action::Create, _) | (_, None) => self.create().await,
            (Action::Update, Some(before)) => self.update(before).await,
            (Action::Delete, Some(before)) => self.delete(before).await,
        };
        done.map_or_else(Trouble::outcome, Outcome::Done)
    }

    async fn update(&self, before: &LiveProfile) -> Result<String, Trouble> {
        let mut state = before.clone();
        for stage in stages(self.change) {
            state = self.carry_out_stage(&stage, state).await?;
        }
        self.settle(&before.id).await
    }

    async fn delete(&self, before: &LiveProfile) -> Result<String, Trouble> {
        let mut tries = Tries::default();
        loop {
            let turn = self.turn().await?;
            // Somebody else was faster, or the try whose answer was lost.
            if self.looks.by_id(&before.id).await?.is_none() {
                break;
            }
            self.as_expected(before).await?;
            match self.send(turn, &before.id, &Step::Delete, &Step::Delete).await {
                Ok(_) => break,
                Err(Trouble::Graph(error)) if error.status() == Some(404) => break,
                Err(trouble) => self.again(&mut tries, trouble, true).await?,
            }
        }
        let until = Instant::now() + self.executor.patience;
        loop {
            let late = Instant::now() >= until;
            let listed = self.looks.named(&before.profile.name).await?.iter().any(|one| one.id == before.id);
            if !listed || late {
                // Lists may show for a while what is gone; the object itself decides.
                return match self.looks.by_id(&before.id).await? {
                    None => Ok(before.id.clone()),
                    Some(_) if !late => {
                        self.rest().await;
                        continue;
                    }
                    Some(_) => {
                        Err(Trouble::Other("it was deleted, and the tenant still shows it: plan again to see".into()))
                    }
                };
            }
            self.rest().await;
        }
    }

    async fn create(&self) -> Result<String, Trouble> {
        let change = self.change;
        let Some(after) = &change.after else { return Err(Trouble::Other("there is nothing to create".into())) };
        let id = self.make(after).await?;
        // Also where the answer was lost, and the profile was found.
        self.written.set(true);
        let mut state = LiveProfile {
            id: id.clone(),
            marker: None,
            profile: Profile { assignments: Some(std::collections::BTreeSet::new()), ..after.clone() },
            version: 0,
            modified: String::new(),
            secret_references: std::collections::BTreeMap::new(),
            remarks: std::collections::BTreeMap::new(),
        };
        for stage in stages(change).into_iter().skip(1) {
            state = self.carry_out_stage(&stage, state).await?;
        }
        self.settle(&id).await
    }

    /// Makes the profile, and answers with its id. A creation is sent again only where it was certainly not carried out.
    async fn make(&self, after: &Profile) -> Result<String, Trouble> {
        let Self { executor, change, .. } = self;
        let Executor { journal, tenant_id, owner, .. } = *executor;
        let [body, shown] = [false, true].map(|blank| step(change, &Stage::Create, owner, 0, blank));
        let mut tries = Tries::default();
        let id = loop {
            let turn = self.turn().await?;
            self.is_absent(&after.name).await?;
            journal.begin(tenant_id, owner, &change.key, &after.name)?;
            match self.send(turn, "", &body, &shown).await {
                Ok(made) => match made["id"].as_str().filter(|id| !id.is_empty()) {
                    Some(id) => break id.to_string(),
                    None => {
                        let text = "the answer to the creation does not say which object was made";
                        break self.find_made(&after.name, text).await?;
                    }
                },
                Err(Trouble::Graph(error)) if error.outcome_unknown() && !error.is_throttling() => {
                    break self.find_made(&after.name, &error.to_string()).await?;
                }
                Err(trouble) => {
                    journal.end(tenant_id, owner, &change.key)?;
                    self.again(&mut tries, trouble, false).await?;
                }
            }
        };
        journal.made(tenant_id, owner, &change.key, &id)?;
        Ok(id)
    }

    /// Waits until something may be sent again; else gives the trouble back.
    pub(super) async fn again(&self, tries: &mut Tries, trouble: Trouble, repeatable: bool) -> Result<(), Trouble> {
        let Trouble::Graph(error) = trouble else { return Err(trouble) };
        let client = self.executor.client;
        match tries.next(&error, repeatable, client.second()) {
            Some(pause) => {
                client.rest(&error, pause).await;
                Ok(())
            }
            None => Err(Trouble::Graph(error)),
        }
    }

    /// The second witness of absence; the list was the first.
    async fn is_absent(&self, name: &str) -> Result<(), Trouble> {
        for found in self.looks.named(name).await? {
            match &found.marker {
                Some(marker) if marker.owner == self.executor.owner && marker.key == self.change.key => {
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
        let until = Instant::now() + self.executor.patience;
        loop {
            if let Ok(found) = self.looks.named(name).await
                && let Some(id) = our_own(&found, self.executor.owner, &self.change.key)
            {
                return Ok(id);
            }
            if Instant::now() >= until {
                return Err(Trouble::Other(format!(
                    "{error}; whether it was made is not known, so it is not sent again: the next apply looks for it first"
                )));
            }
            self.rest().await;
        }
    }

    /// One write, with a look right before each try of it; gives the state that it leaves behind.
    async fn carry_out_stage(&self, stage: &Stage, expected: LiveProfile) -> Result<LiveProfile, Trouble> {
        let left = self.left_behind(stage, &expected.profile);
        let (mut tries, mut failed) = (Tries::default(), false);
        loop {
            let turn = self.turn().await?;
            if failed
                && let Some(now) = self.looks.by_id(&expected.id).await?
                && self.is_carried_out(stage, &now, &expected, &left)
            {
                // The try whose answer was lost, or said "failed", was carried out all the same.
                self.written.set(true);
                return Ok(now);
            }
            let now = self.as_expected(&expected).await?;
            let [request, shown] =
                [false, true].map(|blank| step(self.change, stage, self.executor.owner, now.version, blank));
            match self.send(turn, &expected.id, &request, &shown).await {
                Ok(_) => return Ok(LiveProfile { profile: left, ..now }),
                Err(trouble) => self.again(&mut tries, trouble, true).await?,
            }
            failed = true;
        }
    }

    /// Whether an object shows that a part of the change was carried out.
    fn is_carried_out(&self, stage: &Stage, now: &LiveProfile, before: &LiveProfile, left: &Profile) -> bool {
        let last = now.marker.as_ref().and_then(|marker| marker.digests.as_ref());
        // Masked values cannot be seen; the marker, which was written with them, can.
        let marked = last.is_some_and(|last| {
            last.masked == self.change.masked_digest && now.marker != before.marker && now.version > before.version
        });
        shows(now, left) && (marked || *stage != Stage::Content && !shows(now, &before.profile))
    }

    /// What an object holds after one part of the change.
    fn left_behind(&self, stage: &Stage, before: &Profile) -> Profile {
        let mut profile = before.clone();
        match (stage, &self.change.after) {
            (Stage::Assignments(all), _) => profile.assignments = Some(all.clone()),
            (_, Some(after)) => {
                profile.name.clone_from(&after.name);
                profile.settings.clone_from(&after.settings);
                profile.description = after.description.clone().or(profile.description);
                profile.scope_tags = after.scope_tags.clone().or(profile.scope_tags);
            }
            (_, None) => {}
        }
        profile
    }

    /// The object as it is right now. It must be as the plan saw it, or as our own last write left it; what somebody else
    /// did meanwhile is not written over. Graph's other servers may need a moment to show our own write.
    pub(super) async fn as_expected(&self, expected: &LiveProfile) -> Result<LiveProfile, Trouble> {
        if !self.written.get() {
            return match self.looks.by_id(&expected.id).await? {
                Some(now) if now.digest() == expected.digest() => Ok(now),
                Some(now) => Err(Trouble::Other(format!(
                    "it was changed in the tenant since the plan (then version {}, now {}); nothing was written: plan again",
                    expected.version, now.version
                ))),
                None => Err(Trouble::Other("it was deleted in the tenant since the plan: plan again".into())),
            };
        }
        // The version of an object that was just made is not known; our own last write may have counted it up.
        let newest = if expected.version == 0 { i64::MAX } else { expected.version + 1 };
        let until = Instant::now() + self.executor.patience;
        loop {
            let now = self.looks.by_id(&expected.id).await?;
            if let Some(now) = now.filter(|now| shows(now, &expected.profile) && now.version <= newest) {
                return Ok(now);
            }
            if Instant::now() >= until {
                return Err(Trouble::Other(
                    "after our last write the tenant shows something else than we wrote; the rest was not written: plan again"
                        .into(),
                ));
            }
            self.rest().await;
        }
    }

    /// A turn to write; with the first one, a last chance to stop.
    pub(super) async fn turn(&self) -> Result<Turn, Trouble> {
        let turn = self.executor.client.turn().await;
        if *self.executor.stop.borrow() > Stop::No && !self.written.get() {
            return Err(Trouble::Stopped);
        }
        Ok(turn)
    }

    /// Looks whether the tenant now shows what was written, also in its lists. Where an assignment counted the version
    /// up, the marker's version is put right, because masked values are trusted by it; but not where a second administrator
    /// would have to approve that: no plan would ask for it again, and a request that nobody uses blocks the next change.
    async fn settle(&self, id: &str) -> Result<String, Trouble> {
        let Some(after) = &self.change.after else { return Ok(id.to_string()) };
        let until = Instant::now() + self.executor.patience;
        let mut corrected = 0;
        loop {
            let late = Instant::now() >= until;
            let named = self.looks.named(&after.name).await?;
            let ours = |one: &&LiveProfile| {
                one.marker.as_ref().is_some_and(|marker| marker.is(self.executor.owner, &self.change.key))
            };
            if let Some(other) = named.iter().filter(ours).find(|one| one.id != id) {
                return Err(Trouble::Other(format!(
                    "another profile carries the same key ({}): did another apply run at the same time?",
                    other.id
                )));
            }
            let listed = named.into_iter().find(|one| one.id == id);
            let mut now = listed.filter(|now| shows(now, after));
            let is_listed = now.is_some();
            if late && now.is_none() {
                // Lists lag behind; the object itself decides.
                now = self.looks.by_id(id).await?.filter(|now| shows(now, after));
            }
            let Some(now) = now else {
                if late {
                    return Err(Trouble::Other(
                        "it was written, and the tenant shows something else: plan again to see what".into(),
                    ));
                }
                self.rest().await;
                continue;
            };
            let marked = now.marker.as_ref().and_then(|marker| marker.digests.as_ref().map(|last| last.version));
            let may_correct = corrected < CORRECTIONS && !self.needs_approval.get();
            if marked != Some(now.version) && after.has_masked() && may_correct {
                self.carry_out_stage(&Stage::Content, now).await?;
                corrected += 1;
                continue;
            }
            if is_listed && self.change.before.is_none() {
                self.executor.journal.end(self.executor.tenant_id, self.executor.owner, &self.change.key)?;
            }
            return Ok(id.to_string());
        }
    }

    /// Graph's servers get a moment to agree.
    pub(super) async fn rest(&self) {
        tokio::time::sleep(self.executor.client.second().max(Duration::from_millis(5))).await;
    }
}

/// Whether an object holds what a policy says, as far as it says it.
fn shows(now: &LiveProfile, after: &Profile) -> bool {
    readable_digest(&now.profile.restricted(after.managed())) == readable_digest(after)
}
