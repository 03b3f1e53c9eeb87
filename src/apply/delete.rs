//! Deletes one object, and looks whether it is gone.

use std::sync::Arc;

use super::left::{Left, Seen};
use super::object::{Object, Trouble};
use crate::delivery::Request;
use crate::graph::{Repeat, Retry};
use crate::profile::LiveProfile;

impl Object<'_, '_> {
    pub(super) async fn delete(&self, before: &Arc<LiveProfile>) -> Result<String, Trouble> {
        self.send_deletion(before).await?;
        let mut wait = self.wait();
        loop {
            let late = wait.is_over();
            let listed = self.listed(before).await?.is_some();
            if !listed || late {
                // Lists may show for a while what is gone; the object itself decides.
                match self.looks.by_id(&before.id).await? {
                    None => return Ok(before.id.clone()),
                    Some(_) if late => {
                        let text = "it was deleted, and the tenant still shows it: plan again to see";
                        return Err(Trouble::Other(text.into()));
                    }
                    Some(_) => {}
                }
            }
            self.wait_for_lists(&mut wait).await;
        }
    }

    /// Sends the deletion, also where only the lists show the object: a new one may not be found by its id for a while.
    async fn send_deletion(&self, before: &Arc<LiveProfile>) -> Result<(), Trouble> {
        let planned = Left::planned(before);
        let (mut retry, mut wait) = (Retry::of_write(Repeat::Harmless), self.wait());
        loop {
            let slot = self.write_slot().await?;
            let now = match self.looks.by_id(&before.id).await? {
                Some(now) => now,
                None => match self.listed(before).await? {
                    Some(now) => now,
                    // Somebody else was faster, or the try whose answer was lost.
                    None => return Ok(()),
                },
            };
            if planned.seen(&now, &before.profile) != Seen::AsLeft {
                return Err(self.changed(&planned, &now, ""));
            }
            match self.send(slot, &before.id, &Request::Delete, &Request::Delete).await {
                Ok(_) => return Ok(()),
                Err(Trouble::Graph(error)) if error.status() == Some(404) => {
                    if self.unknown.get() {
                        return Ok(());
                    }
                    if wait.is_over() {
                        return Err(Trouble::Other(
                            "the tenant's lists show it, and by its id it is not found, so it could not be deleted: run again in a few minutes"
                                .into(),
                        ));
                    }
                    self.wait_for_lists(&mut wait).await;
                }
                Err(trouble) => self.again(&mut retry, trouble).await?,
            }
        }
    }

    async fn listed(&self, before: &LiveProfile) -> Result<Option<LiveProfile>, Trouble> {
        let named = self.looks.named(&before.profile.name).await?;
        Ok(named.into_iter().find(|one| one.id == before.id))
    }
}
