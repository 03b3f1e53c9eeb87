//! Deletes one object, and waits until the tenant no longer shows it.

use std::sync::Arc;

use super::expected::{Expected, Look};
use super::not_done::NotDone;
use super::object::Object;
use crate::delivery::Request;
use crate::graph::{Repeat, Retry};
use crate::profile::LiveProfile;

impl Object<'_, '_> {
    pub(super) async fn delete(&mut self, before: &Arc<LiveProfile>) -> Result<String, NotDone> {
        self.send_deletion(before).await?;
        let mut wait = self.wait();
        loop {
            let late = wait.is_over();
            let listed = self.listed(before).await?.is_some();
            if !listed || late {
                // Lists can show a deleted object for a while, so read the object itself.
                match self.by_id(&before.id).await? {
                    None => return Ok(before.id.clone()),
                    Some(_) if late => {
                        let text = "the profile was deleted, but the tenant still shows it: plan again";
                        return Err(NotDone::Message(text.into()));
                    }
                    Some(_) => {}
                }
            }
            self.wait_for_lists(&mut wait).await;
        }
    }

    /// Sends the deletion. Does so even if only the lists show the object, because Graph may not find a new object by
    /// its id for a while.
    async fn send_deletion(&mut self, before: &Arc<LiveProfile>) -> Result<(), NotDone> {
        let planned = Expected::planned(before);
        let (mut retry, mut wait) = (Retry::of_write(Repeat::Harmless), self.wait());
        loop {
            let slot = self.write_slot().await?;
            let now = match self.by_id(&before.id).await? {
                Some(now) => now,
                None => match self.listed(before).await? {
                    Some(now) => now,
                    // Someone else deleted it, or an earlier try whose answer was lost did.
                    None => return Ok(()),
                },
            };
            if planned.compare(&now, &before.profile) != Look::AsExpected {
                return Err(self.changed(&planned, &now, ""));
            }
            match self.send(slot, &before.id, &Request::Delete, &Request::Delete).await {
                Ok(_) => return Ok(()),
                Err(NotDone::Graph(error)) if error.status() == Some(404) => {
                    if self.progress.is_uncertain() {
                        return Ok(());
                    }
                    if wait.is_over() {
                        return Err(NotDone::Message(
                            "the tenant's lists show the profile, but Graph does not find its ID, so it could not be \
                             deleted: run again in a few minutes"
                                .into(),
                        ));
                    }
                    self.wait_for_lists(&mut wait).await;
                }
                Err(not_done) => self.wait_to_retry(&mut retry, not_done).await?,
            }
        }
    }

    async fn listed(&self, before: &LiveProfile) -> Result<Option<LiveProfile>, NotDone> {
        let named = self.named(&before.profile.name).await?;
        Ok(named.into_iter().find(|one| one.id == before.id))
    }
}
