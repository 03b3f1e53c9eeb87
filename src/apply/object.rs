//! One change of one object: a look before each write, and one after the last.

use std::cell::Cell;
use std::time::{Duration, Instant};

use super::execute::{Executor, Outcome, Stop};
use super::journal::{Approval, JournalError};
use super::our_own;
use crate::graph::{Error, Turn, Write};
use crate::plan::{Action, Change, Stage, Step, stages, step};
use crate::profile::{LiveProfile, Profile, readable_digest};
use crate::tenant::{Looks, PROFILES};

/// How often a marker's version is put right.
const CORRECTIONS: u32 = 3;

/// A change that is carried out.
pub(super) struct Object<'e, 'a> {
    pub executor: &'e Executor<'a>,
    pub looks: &'e Looks<'e>,
    pub change: &'e Change,
    /// How often the last write was sent; each time may have counted the version up.
    pub sent: Cell<u32>,
}

/// What became of a write that was refused.
enum Refused {
    /// It is not done.
    For(Trouble),
    /// It was approved in an earlier run, with this code.
    ButApproved(String),
}

/// Why a change was not carried out.
enum Trouble {
    Graph(Error),
    Journal(JournalError),
    Other(String),
    Approval(String),
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
    fn outcome(self) -> Outcome {
        match self {
            Self::Graph(error) => Outcome::Failed(error.to_string(), error.hint()),
            Self::Journal(error) => Outcome::Failed(error.to_string(), None),
            Self::Other(text) => Outcome::Failed(text, None),
            Self::Approval(code) => Outcome::Waiting(code),
            Self::Stopped => Outcome::Left("stopped before it began".into()),
        }
    }
}

impl Object<'_, '_> {
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
        let turn = self.turn().await?;
        self.as_expected(before).await?;
        match self.send(turn, &before.id, &Step::Delete).await {
            // Deleted by the try whose answer was lost.
            Err(Trouble::Graph(error)) if error.status() == Some(404) => {}
            ended => drop(ended?),
        }
        let until = Instant::now() + self.executor.patience;
        let there = |found: Vec<LiveProfile>| found.iter().any(|one| one.id == before.id);
        // Lists may show for a while what is gone.
        while there(self.looks.named(&before.profile.name).await?) && Instant::now() < until {
            self.rest().await;
        }
        Ok(before.id.clone())
    }

    async fn create(&self) -> Result<String, Trouble> {
        let Self { executor, change, .. } = self;
        let Some(after) = &change.after else { return Err(Trouble::Other("there is nothing to create".into())) };
        let turn = self.turn().await?;
        self.is_absent(&after.name).await?;
        let body = step(change, &Stage::Create, executor.owner, 0, false);
        executor.journal.begin(executor.tenant_id, executor.owner, &change.key, &after.name)?;
        let id = match self.send(turn, "", &body).await {
            Ok(made) => made["id"].as_str().unwrap_or_default().to_string(),
            Err(Trouble::Graph(error)) if error.outcome_unknown() => self.find_made(&after.name, error).await?,
            Err(trouble) => {
                executor.journal.end(executor.tenant_id, executor.owner, &change.key)?;
                return Err(trouble);
            }
        };
        executor.journal.made(executor.tenant_id, executor.owner, &change.key, &id)?;
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
    async fn find_made(&self, name: &str, error: Error) -> Result<String, Trouble> {
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

    /// One write, with a look right before it; gives the state that it leaves behind.
    async fn carry_out_stage(&self, stage: &Stage, expected: LiveProfile) -> Result<LiveProfile, Trouble> {
        let turn = self.turn().await?;
        let now = self.as_expected(&expected).await?;
        let request = step(self.change, stage, self.executor.owner, now.version, false);
        self.send(turn, &now.id, &request).await?;
        let mut profile = now.profile.clone();
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
        Ok(LiveProfile { profile, ..now })
    }

    /// The object as it is right now. It must be as the plan saw it, or as our own last write left it; what somebody else
    /// did meanwhile is not written over. Graph's other servers may need a moment to show our own write.
    async fn as_expected(&self, expected: &LiveProfile) -> Result<LiveProfile, Trouble> {
        if self.sent.get() == 0 {
            return match self.looks.by_id(&expected.id).await? {
                Some(now) if now.digest() == expected.digest() => Ok(now),
                Some(now) => Err(Trouble::Other(format!(
                    "it was changed in the tenant since the plan (version {} became {}); nothing was written: plan again",
                    expected.version, now.version
                ))),
                None => Err(Trouble::Other("it was deleted in the tenant since the plan: plan again".into())),
            };
        }
        // The version of an object that was just made is not known.
        let newest = if expected.version == 0 { i64::MAX } else { expected.version + i64::from(self.sent.get()) };
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

    /// Sends a step. A creation is not repeated; everything else may be. Where a second administrator has to approve, the
    /// step is sent with a justification first, and with the code of its approval afterwards.
    async fn send(&self, turn: Turn, id: &str, step: &Step) -> Result<serde_json::Value, Trouble> {
        let Self { executor, change, .. } = self;
        let (method, path) = step.request();
        let path = format!("{PROFILES}{}", path.replace("{id}", id));
        let approval = Approval::of(executor.tenant_id, executor.owner, &change.key, method, &path, step.body());
        // The digest tells this write from the same object's other ones.
        let justification =
            format!("{} ({} of {}, {})", executor.justification, change.key, executor.owner, approval.digest());
        let repeatable = !matches!(step, Step::Create(_));
        let mut code = executor.journal.approval(&approval);
        let mut turn = Some(turn);
        loop {
            let header = match &code {
                Some(code) => ("x-msft-approval-code", code.clone()),
                None => ("x-msft-approval-justification", base64(&justification)),
            };
            let write = Write { method, path: &path, body: step.body(), repeatable, headers: &[header] };
            self.sent.set(1);
            let turn = match turn.take() {
                Some(turn) => turn,
                None => executor.client.turn().await,
            };
            match executor.client.write(turn, write).await {
                Ok(written) => {
                    self.sent.set(written.sent);
                    if code.is_some() {
                        executor.journal.forget(&approval)?;
                    }
                    return Ok(written.body);
                }
                Err(error) => match self.refused(error, &approval, code.take(), &justification).await? {
                    Refused::For(trouble) => return Err(trouble),
                    Refused::ButApproved(approved) => code = Some(approved),
                },
            }
        }
    }

    /// What a refusal means where approvals are at work.
    async fn refused(
        &self,
        error: Error,
        approval: &Approval,
        sent: Option<String>,
        justification: &str,
    ) -> Result<Refused, Trouble> {
        let Executor { journal, client, .. } = self.executor;
        if let Some(code) = sent.filter(|_| !error.outcome_unknown()) {
            let trouble = match super::approval::read(client, &code).await? {
                Some(request) if request.status == "needsApproval" => Trouble::Approval(code),
                Some(request) if request.is_over() => {
                    journal.forget(approval)?;
                    Trouble::Other(format!(
                        "the request for approval {code} was {}; the next apply asks for approval again",
                        request.status
                    ))
                }
                _ => {
                    journal.forget(approval)?;
                    Trouble::Graph(error)
                }
            };
            return Ok(Refused::For(trouble));
        }
        if error.approval().is_none() && !error.is_open_approval() {
            return Ok(Refused::For(Trouble::Graph(error)));
        }
        let earlier = super::approval::find(client, [justification, &base64(justification)]).await?;
        match (earlier, error.approval()) {
            (Some(request), _) if request.status == "approved" => Ok(Refused::ButApproved(request.id)),
            (_, Some(code)) => {
                journal.remember(approval, code)?;
                Ok(Refused::For(Trouble::Approval(code.to_string())))
            }
            (Some(request), None) => {
                journal.remember(approval, &request.id)?;
                Ok(Refused::For(Trouble::Approval(request.id)))
            }
            (None, None) => Ok(Refused::For(Trouble::Graph(error))),
        }
    }

    /// A turn to write; with the first one, a last chance to stop.
    async fn turn(&self) -> Result<Turn, Trouble> {
        let turn = self.executor.client.turn().await;
        if *self.executor.stop.borrow() > Stop::No && self.sent.get() == 0 {
            return Err(Trouble::Stopped);
        }
        Ok(turn)
    }

    /// Looks whether the tenant now shows what was written, also in its lists. Where an assignment counted the version
    /// up, the marker's version is put right, because masked values are trusted by it.
    async fn settle(&self, id: &str) -> Result<String, Trouble> {
        let Some(after) = &self.change.after else { return Ok(id.to_string()) };
        let until = Instant::now() + self.executor.patience;
        let mut corrected = 0;
        loop {
            let late = Instant::now() >= until;
            let listed = self.looks.named(&after.name).await?.into_iter().find(|one| one.id == id);
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
            if marked != Some(now.version) && after.has_masked() && corrected < CORRECTIONS {
                let turn = self.executor.client.turn().await;
                let request = step(self.change, &Stage::Content, self.executor.owner, now.version, false);
                self.send(turn, id, &request).await?;
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
    async fn rest(&self) {
        tokio::time::sleep(self.executor.client.second().max(Duration::from_millis(5))).await;
    }
}

/// Whether an object holds what a policy says, as far as it says it.
fn shows(now: &LiveProfile, after: &Profile) -> bool {
    readable_digest(&now.profile.restricted(after.managed())) == readable_digest(after)
}

/// As approvals want their justification (Microsoft Learn, Multi Admin Approval with Microsoft Graph).
fn base64(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(text)
}
