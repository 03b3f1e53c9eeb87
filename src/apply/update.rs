//! Writes the parts of one object that change, and reads the object before each write.

use std::sync::Arc;

use super::expected::{Expected, Look};
use super::not_done::NotDone;
use super::object::Object;
use crate::graph::{Error, Repeat, Retry};
use crate::plan::{Stage, request, stages};
use crate::profile::LiveProfile;

impl Object<'_, '_> {
    pub async fn update(&mut self, before: &Arc<LiveProfile>) -> Result<String, NotDone> {
        let mut expected = Expected::planned(before);
        for stage in stages(self.change) {
            expected = self.write_stage(&stage, expected).await?;
        }
        self.settle(expected).await
    }

    /// Carries out one write, and reads the object right before each try. Returns the state to expect after the write.
    pub(super) async fn write_stage(&mut self, stage: &Stage, expected: Expected) -> Result<Expected, NotDone> {
        let (executor, change) = (self.executor, self.change);
        let id = expected.live.id.clone();
        let (mut retry, mut wait) = (Retry::of_write(Repeat::Harmless), self.wait());
        let mut sent: Option<Expected> = None;
        loop {
            let slot = self.write_slot().await?;
            let now = self.look_before_write(&expected, sent.as_ref()).await?;
            if let Some(sent) = sent.take_if(|sent| sent.compare(&now, &sent.live.profile) == Look::AsExpected) {
                // An earlier try was carried out, although its answer was lost or reported a failure.
                self.progress = self.progress.written();
                return Ok(sent);
            }
            let [body, shown] = [false, true].map(|blank| request(change, stage, executor.owner, Some(&now), blank));
            let after = Expected::after(change, stage, executor.owner, Arc::new(now));
            match self.send(slot, &id, &body, &shown).await {
                Ok(answer) => return Ok(after.with_version_of(&answer)),
                Err(NotDone::Graph(error)) if self.is_too_new(&error) && !wait.is_over() => wait.rest().await,
                Err(not_done) => self.wait_to_retry(&mut retry, not_done).await?,
            }
            sent = Some(after);
        }
    }

    /// Whether the error may only mean that not all servers know the new object yet: 404 and 409 are temporary then
    /// (terraform-provider-microsoft365).
    fn is_too_new(&self, error: &Error) -> bool {
        self.change.before.is_none() && matches!(error.status(), Some(404 | 409)) && !error.is_open_approval()
    }
}
