//! Removes the marker from a profile, and changes nothing else.

use std::sync::Arc;

use super::executor::Executor;
use super::expected::Expected;
use super::not_done::NotDone;
use super::object::Object;
use super::wait::Announced;
use crate::delivery::{Request, without_marker};
use crate::graph::{Repeat, Retry};
use crate::plan::{Cause, Change, Outcome, Reason};
use crate::profile::LiveProfile;
use crate::tenant::ProfileLookup;

impl Executor<'_> {
    /// Removes the marker from a profile that was just read, and changes nothing else.
    pub async fn disown(&self, live: LiveProfile) -> Outcome {
        let Some(object) = live.managed_as() else { return Outcome::Done(live.id) };
        let live = Arc::new(live);
        let change = Change {
            object,
            before: Some(Arc::clone(&live)),
            after: Some(Arc::new(live.profile.clone())),
            masked_digest: None,
            cause: Cause::You,
            reason: Reason::Content,
            target: None,
            namesakes: Vec::new(),
            place: None,
        };
        let lookup = ProfileLookup::new(self.client);
        let mut object = Object::new(self, &lookup, &change, &Announced::default());
        object.disown(&live).await.map_or_else(NotDone::outcome, Outcome::Done)
    }
}

impl Object<'_, '_> {
    async fn disown(&mut self, before: &Arc<LiveProfile>) -> Result<String, NotDone> {
        let request = Request::Replace(without_marker(before));
        let mut retry = Retry::of_write(Repeat::Harmless);
        loop {
            let slot = self.write_slot().await?;
            // An earlier try may have been carried out although its answer was lost.
            if self.is_disowned(before).await? {
                return Ok(before.id.clone());
            }
            self.look_before_write(&Expected::planned(before), None).await?;
            match self.send(slot, &before.id, &request, &request).await {
                Ok(_) => break,
                Err(not_done) => self.wait_to_retry(&mut retry, not_done).await?,
            }
        }
        let mut wait = self.wait();
        while !self.is_disowned(before).await? {
            if wait.is_over() {
                return Err(NotDone::Message(
                    "the marker was removed, but the tenant shows another change as well: check the profile in Intune"
                        .into(),
                ));
            }
            wait.rest().await;
        }
        Ok(before.id.clone())
    }

    async fn is_disowned(&self, before: &LiveProfile) -> Result<bool, NotDone> {
        let now = self.by_id(&before.id).await?;
        Ok(now.is_some_and(|now| now.marker.is_none() && now.profile == before.profile))
    }
}
