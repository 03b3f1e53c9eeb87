//! One change after the other.

use std::time::{Duration, Instant};

use super::find_ours;
use super::journal::{Journal, JournalError};
use crate::graph::{Client, Error};
use crate::plan::{Action, Change, Step, order, rewrite, steps};
use crate::profile::{LiveProfile, readable_digest};
use crate::tenant::{self, PROFILES};

/// How often a profile that was just made may be unknown to Graph's other servers.
const TRIES_AFTER_CREATE: u32 = 8;

/// Carries changes out.
pub struct Executor<'a> {
    /// The tenant.
    pub client: &'a Client,
    /// Its id.
    pub tenant_id: &'a str,
    /// Who owns what we make.
    pub owner: &'a str,
    /// Where creations are remembered.
    pub journal: &'a mut Journal,
    /// How long a creation without an answer is looked for, and a write is waited for to be seen.
    pub patience: Duration,
    /// Asked between changes: whether to stop.
    pub stop: &'a dyn Fn() -> bool,
    /// Told what happens.
    pub tell: &'a dyn Fn(Progress<'_>),
}

/// What happens.
#[derive(Debug)]
pub enum Progress<'p> {
    /// A change begins: its place in the order from 1, how many there are, and the change.
    Begins(usize, usize, &'p Change),
    /// A change ended.
    Ended(&'p Change, &'p Outcome),
}

/// What became of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was carried out; the object's id.
    Done(String),
    /// It was not, or not wholly; why, and what to do.
    Failed(String, Option<String>),
    /// It was not begun: another change has to be done first, or we were asked to stop.
    Left(String),
}

/// What became of all changes, in the order of the plan.
#[derive(Debug, Default)]
pub struct Report {
    /// Key and outcome.
    pub outcomes: Vec<(String, Outcome)>,
}

impl Report {
    /// How many were carried out, failed, and were left.
    pub fn counts(&self) -> (usize, usize, usize) {
        let count = |test: fn(&Outcome) -> bool| self.outcomes.iter().filter(|(_, outcome)| test(outcome)).count();
        (
            count(|outcome| matches!(outcome, Outcome::Done(_))),
            count(|outcome| matches!(outcome, Outcome::Failed(..))),
            count(|outcome| matches!(outcome, Outcome::Left(_))),
        )
    }
}

/// Why one change was not carried out.
enum Trouble {
    Graph(Error),
    Journal(JournalError),
    Other(String),
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
    fn outcome(self) -> Outcome {
        match self {
            Self::Graph(error) => Outcome::Failed(error.to_string(), error.hint()),
            Self::Journal(error) => Outcome::Failed(error.to_string(), None),
            Self::Other(text) => Outcome::Failed(text, None),
        }
    }
}

impl Executor<'_> {
    /// Carries out all changes that can be; one that fails does not stop the others.
    pub async fn run(&mut self, changes: &[Change]) -> Report {
        let ordered = order(changes);
        let mut outcomes: Vec<Option<Outcome>> = vec![None; changes.len()];
        for (at, next) in ordered.iter().enumerate() {
            let change = &changes[next.index];
            let waits_for = next.after.iter().find(|other| !matches!(outcomes[**other], Some(Outcome::Done(_))));
            let outcome = if (self.stop)() {
                Outcome::Left("stopped before it began".into())
            } else if let Some(other) = waits_for {
                Outcome::Left(format!("{} has to be done first: a setting moves there", changes[*other].key))
            } else {
                (self.tell)(Progress::Begins(at + 1, changes.len(), change));
                match self.carry_out(change).await {
                    Ok(id) => Outcome::Done(id),
                    Err(trouble) => trouble.outcome(),
                }
            };
            (self.tell)(Progress::Ended(change, &outcome));
            outcomes[next.index] = Some(outcome);
        }
        let left = || Outcome::Left("not begun".into());
        let outcomes =
            changes.iter().zip(outcomes).map(|(change, outcome)| (change.key.clone(), outcome.unwrap_or_else(left)));
        Report { outcomes: outcomes.collect() }
    }

    async fn carry_out(&mut self, change: &Change) -> Result<String, Trouble> {
        match (change.action(), &change.before) {
            (Action::Create, _) | (_, None) => self.create(change).await,
            (Action::Update, Some(before)) => {
                let fresh = self.fresh(before).await?;
                for step in steps(change, self.owner, fresh.version, false) {
                    self.send(&before.id, &step, 1).await?;
                }
                self.settle(change, &before.id).await
            }
            (Action::Delete, Some(before)) => {
                self.fresh(before).await?;
                match self.send(&before.id, &Step::Delete, 1).await {
                    // Deleted by the try whose answer was lost.
                    Err(Trouble::Graph(error)) if error.status() == Some(404) => Ok(before.id.clone()),
                    Err(trouble) => Err(trouble),
                    Ok(()) => Ok(before.id.clone()),
                }
            }
        }
    }

    /// The object as it is right now; it must be as the plan saw it.
    async fn fresh(&self, planned: &LiveProfile) -> Result<LiveProfile, Trouble> {
        match tenant::read_one(self.client, &planned.id).await? {
            Some(now) if now.digest() == planned.digest() => Ok(now),
            Some(now) => Err(Trouble::Other(format!(
                "it was changed in the tenant since the plan (version {} became {}); nothing was written: plan again",
                planned.version, now.version
            ))),
            None => Err(Trouble::Other("it was deleted in the tenant since the plan: plan again".into())),
        }
    }

    async fn create(&mut self, change: &Change) -> Result<String, Trouble> {
        let name = change.name().to_string();
        // The second witness of absence; the list was the first.
        for found in tenant::read_named(self.client, &name).await? {
            match &found.marker {
                Some(marker) if marker.owner == self.owner && marker.key == change.key => {
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
        let steps = steps(change, self.owner, 0, false);
        let Some((Step::Create(body), rest)) = steps.split_first() else {
            return Err(Trouble::Other("there is nothing to create".into()));
        };
        self.journal.begin(self.tenant_id, self.owner, &change.key, &name)?;
        let id = match self.client.write("POST", PROFILES, Some(body), false).await {
            Ok(made) => made["id"].as_str().unwrap_or_default().to_string(),
            Err(error) if error.outcome_unknown() => self.find_made(change, &name, error).await?,
            Err(error) => {
                self.journal.end(self.tenant_id, self.owner, &change.key)?;
                return Err(error.into());
            }
        };
        self.journal.end(self.tenant_id, self.owner, &change.key)?;
        for step in rest {
            self.send(&id, step, TRIES_AFTER_CREATE).await?;
        }
        self.settle(change, &id).await
    }

    /// A creation without a usable answer: looked for as long as Graph's servers may need to show it.
    async fn find_made(&self, change: &Change, name: &str, error: Error) -> Result<String, Trouble> {
        let until = Instant::now() + self.patience;
        loop {
            if let Ok(Some(id)) = find_ours(self.client, name, self.owner, &change.key).await {
                return Ok(id);
            }
            if Instant::now() >= until {
                let text = format!(
                    "{error}; whether it was made is not known, so it is not sent again: the next apply looks for it first"
                );
                return Err(Trouble::Other(text));
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    /// Sends a step that may be sent again. A profile that was just made may be unknown for a moment.
    async fn send(&self, id: &str, step: &Step, tries: u32) -> Result<(), Trouble> {
        let (method, path) = step.request();
        let path = format!("{PROFILES}{}", path.replace("{id}", id));
        let mut tried = 1;
        loop {
            match self.client.write(method, &path, step.body(), true).await {
                Ok(_) => return Ok(()),
                Err(error) if error.status() == Some(404) && tried < tries => {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    tried += 1;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Looks whether the tenant now holds what was written. Where an assignment counted the version up, the marker's
    /// version is put right, because masked values are trusted by it.
    async fn settle(&self, change: &Change, id: &str) -> Result<String, Trouble> {
        let Some(after) = &change.after else { return Ok(id.to_string()) };
        let until = Instant::now() + self.patience;
        let mut corrected = 0;
        loop {
            let now = tenant::read_one(self.client, id).await?;
            let seen = now
                .as_ref()
                .is_some_and(|now| readable_digest(&now.profile.restricted(after.managed())) == readable_digest(after));
            let version = now.as_ref().map_or(0, |now| now.version);
            let marked = now.as_ref().and_then(|now| now.marker.as_ref()?.digests.as_ref().map(|last| last.version));
            if seen && (marked == Some(version) || !after.has_masked()) {
                return Ok(id.to_string());
            }
            if let Some(patch) = rewrite(change, self.owner, version).filter(|_| seen && corrected < 2) {
                self.send(id, &patch, TRIES_AFTER_CREATE).await?;
                corrected += 1;
                continue;
            }
            if seen {
                return Ok(id.to_string());
            }
            if Instant::now() >= until {
                return Err(Trouble::Other(
                    "it was written, and the tenant shows something else: plan again to see what".into(),
                ));
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }
}
