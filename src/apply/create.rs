//! Creates one object, at most once.

use super::executor::Executor;
use super::expected::Expected;
use super::managed_id;
use super::not_done::NotDone;
use super::object::Object;
use crate::delivery;
use crate::graph::{Repeat, Retry};
use crate::plan::{Stage, request, stages};
use crate::profile::Profile;

impl Object<'_, '_> {
    pub async fn create(&mut self) -> Result<String, NotDone> {
        let change = self.change;
        let Some(after) = &change.after else { return Err(NotDone::Message("there is nothing to create".into())) };
        let mut expected = self.send_creation(after).await?;
        // Also if the answer was lost, and the profile was found.
        self.progress = self.progress.written();
        for stage in stages(change).into_iter().skip(1) {
            expected = self.write_stage(&stage, expected).await?;
        }
        self.settle(expected).await
    }

    /// Creates the profile. Sends the request again only if it was certainly not carried out.
    async fn send_creation(&mut self, after: &Profile) -> Result<Expected, NotDone> {
        let (executor, change) = (self.executor, self.change);
        let Executor { journal, tenant_id, owner, .. } = *executor;
        let [body, shown] = [false, true].map(|blank| request(change, &Stage::Create, owner, None, blank));
        let mut retry = Retry::of_write(Repeat::IfNotCarriedOut);
        let (id, revision) = loop {
            let slot = self.write_slot().await?;
            self.require_absence(&after.name).await?;
            journal.begin(tenant_id, owner, &change.object, &after.name)?;
            match self.send(slot, "", &body, &shown).await {
                Ok(made) => match made["id"].as_str().filter(|id| !id.is_empty()) {
                    Some(id) => break (id.to_string(), delivery::answered_revision(change.object.delivery, &made)),
                    None => {
                        let text = "the answer to the creation does not contain the profile's ID";
                        break (self.find_created(&after.name, text).await?, None);
                    }
                },
                Err(NotDone::Graph(error)) if error.outcome_unknown() => {
                    break (self.find_created(&after.name, &error.to_string()).await?, None);
                }
                Err(not_done) => {
                    journal.end(tenant_id, owner, &change.object)?;
                    self.wait_to_retry(&mut retry, not_done).await?;
                }
            }
        };
        journal.made(tenant_id, owner, &change.object, &id)?;
        Ok(Expected::created(change, after, owner, &id, revision))
    }

    /// Checks again that the profile does not exist. The list did not show it, but lists can lag behind.
    async fn require_absence(&self, name: &str) -> Result<(), NotDone> {
        for found in self.named(name).await? {
            match &found.marker {
                Some(_) if found.is_of(self.executor.owner, &self.change.object) => {
                    return Err(NotDone::Message(format!(
                        "the profile already exists ({}), although the list did not show it: run again",
                        found.id
                    )));
                }
                Some(_) => {}
                None if self.change.namesakes.contains(&found.id) => {}
                None => {
                    return Err(NotDone::Message(format!(
                        "someone created a profile \"{name}\" since the plan ({}): plan again",
                        found.id
                    )));
                }
            }
        }
        Ok(())
    }

    /// Finds the profile after a creation without a usable answer. Waits as long as Graph's servers may need to show
    /// it.
    async fn find_created(&self, name: &str, error: &str) -> Result<String, NotDone> {
        let mut wait = self.wait();
        loop {
            if let Ok(found) = self.named(name).await
                && let Some(id) = managed_id(&found, self.executor.owner, &self.change.object)
            {
                return Ok(id);
            }
            if wait.is_over() {
                return Err(NotDone::Message(format!(
                    "{error}; the profile may have been created, so the request is not repeated: the next apply looks \
                     for the profile first"
                )));
            }
            wait.rest().await;
        }
    }
}
