//! Waits until the tenant and its lists show what was written.

use super::expected::{Expected, Look};
use super::not_done::NotDone;
use super::object::Object;
use crate::delivery;
use crate::diagnostic::unseen_difference;
use crate::plan::{BeforeAfter, Stage, Verified, difference};
use crate::profile::{LiveProfile, Profile};

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
                now if late => return Err(NotDone::Message(shows_otherwise(now.as_ref(), after))),
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

/// Why what was written does not count as done. Intune may change what it stores, such as a name that ends with a blank.
fn shows_otherwise(now: Option<&LiveProfile>, wanted: &Profile) -> String {
    let text = "it was written, but the tenant shows";
    let Some(differs) = now.map(|now| difference(now, wanted, Verified::Yes)) else {
        return format!("{text} nothing: plan again to see whether it is there");
    };
    let mut parts = Vec::new();
    if let Some(BeforeAfter { before, after }) = &differs.name {
        let how = unseen_difference(after, before).map_or(String::new(), |how| format!(" ({how})"));
        parts.push(format!("the name \"{before}\" instead of \"{after}\"{how}"));
    }
    if differs.description.is_some() {
        parts.push("another description".into());
    }
    parts.extend(differs.settings.iter().map(|setting| format!("another value of {}", setting.address.short())));
    if !differs.assignments_added.is_empty() || !differs.assignments_removed.is_empty() {
        parts.push("other assignments".into());
    }
    if differs.scope_tags.is_some() {
        parts.push("other scope tags".into());
    }
    match parts.as_slice() {
        [] => format!("{text} something else: plan again to see what"),
        [first, more @ ..] if more.len() > 2 => {
            format!("{text} {first}, and {} more differences: plan again", more.len())
        }
        all => format!("{text} {}: plan again", all.join(", and ")),
    }
}
