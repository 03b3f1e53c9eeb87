//! Waits until the tenant and its lists show what was written.

use super::expected::{Expected, Look};
use super::not_done::NotDone;
use super::object::Object;
use crate::delivery;
use crate::plan::Stage;
use crate::profile::LiveProfile;

impl Object<'_, '_> {
    /// Waits until the tenant and its lists show what was written. A later plan trusts masked values only if the
    /// version in the marker is the profile's, so if an assignment raised the version, the marker is written again.
    /// This is not done if a second administrator would have to approve it: no later plan would send that write, and an
    /// unused open request blocks the next change.
    pub(super) async fn settle(&mut self, mut expected: Expected) -> Result<String, NotDone> {
        let id = expected.live.id.clone();
        let Some(after) = &self.change.after else { return Ok(id) };
        let (mut wait, mut corrected, mut first) = (self.wait(), false, true);
        loop {
            let late = wait.is_over();
            let named = self.named(&after.name).await?;
            self.require_the_only_one(&named, &id)?;
            let mut now = named.into_iter().find(|one| one.id == id);
            let compare =
                |now: &Option<LiveProfile>| now.as_ref().map_or(Look::NotYet, |now| expected.compare(now, after));
            let mut found = compare(&now);
            let is_listed = found == Look::AsExpected;
            if found == Look::NotYet && (late || std::mem::take(&mut first)) {
                // Lists can lag behind, so read the object itself.
                now = self.by_id(&id).await?;
                found = compare(&now);
            }
            match now {
                Some(now) if found == Look::Changed => return Err(self.changed(&expected, &now, "")),
                Some(now) if found == Look::AsExpected && (is_listed || late) => {
                    if !corrected && !self.needs_approval && after.has_masked() && !delivery::is_as_marked(&now) {
                        expected = self.write_stage(&Stage::Content, expected).await?;
                        (wait, corrected) = (self.wait(), true);
                        continue;
                    }
                    if is_listed && self.change.before.is_none() {
                        self.executor.journal.end(self.executor.tenant_id, self.executor.owner, &self.change.object)?;
                    }
                    return Ok(id);
                }
                _ if late => {
                    return Err(NotDone::Message(
                        "it was written, but the tenant shows something else: plan again to see what".into(),
                    ));
                }
                _ => self.wait_for_lists(&mut wait).await,
            }
        }
    }

    fn require_the_only_one(&self, named: &[LiveProfile], id: &str) -> Result<(), NotDone> {
        let ours = |one: &&LiveProfile| one.is_of(self.executor.owner, &self.change.object);
        named.iter().filter(ours).find(|one| one.id != id).map_or(Ok(()), |other| {
            Err(NotDone::Message(format!(
                "another profile has the same key ({}): did another apply run at the same time?",
                other.id
            )))
        })
    }
}
