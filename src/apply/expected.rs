//! The expected state of an object after the last write, and whether a read of it shows that state.
//!
//! Graph does not report who changed an object. The version shows it, because each change raises the version. Whether
//! an assignment raises it is not documented. After an assignment, a version that is one higher therefore counts as the
//! program's own write only if everything else is unchanged, including the ids of masked values: each write of the
//! values changes those ids (terraform-provider-microsoft365, crud.go of windows_custom_configuration).

use std::sync::Arc;

use litemap::LiteMap;
use serde_json::Value;

use crate::delivery::{self, Since};
use crate::plan::{Change, Stage, marker};
use crate::profile::{Assignments, LiveProfile, Profile, Revision, readable_digest};

/// The known state of an object after the last write.
pub(super) struct Expected {
    pub live: Arc<LiveProfile>,
    last_write: LastWrite,
}

#[derive(Clone, Copy)]
enum LastWrite {
    /// No write since the plan.
    Nothing,
    /// A write of the content, which also raised the version.
    Content,
    /// A write of the assignments; the known version is the one right before it.
    Assignments,
}

/// The result of comparing a read with the expected state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    AsExpected,
    /// It may be as expected in a moment: Graph's servers need time to agree.
    NotYet,
    /// Someone changed it after the last write.
    Changed,
}

impl Expected {
    /// The object as the plan read it.
    pub fn planned(before: &Arc<LiveProfile>) -> Self {
        Self { live: Arc::clone(before), last_write: LastWrite::Nothing }
    }

    /// A new object, with the revision from the answer to its creation.
    pub fn created(change: &Change, after: &Profile, owner: &str, id: &str, revision: Option<Revision>) -> Self {
        let delivery = change.object.delivery;
        let first = delivery::first_revision(delivery);
        let live = LiveProfile {
            delivery,
            id: id.to_string(),
            marker: Some(marker(change, after, owner, first)),
            profile: Profile { assignments: Some(Assignments::default()), ..after.clone() },
            revision: revision.unwrap_or(first),
            modified: String::new(),
            secret_references: LiteMap::new(),
            row_texts: LiteMap::new(),
        };
        Self { live: Arc::new(live), last_write: LastWrite::Content }
    }

    /// The object after one stage of a change; `now` is its state right before.
    pub fn after(change: &Change, stage: &Stage, owner: &str, mut now: Arc<LiveProfile>) -> Self {
        let live = Arc::make_mut(&mut now);
        if let Stage::Assignments(all) = stage {
            live.profile.assignments = Some(all.clone());
            return Self { live: now, last_write: LastWrite::Assignments };
        }
        if let Some(after) = &change.after {
            live.revision = delivery::next_revision(live.delivery, live.revision);
            live.marker = Some(marker(change, after, owner, live.revision));
            let before = &mut live.profile;
            live.profile = Profile {
                description: after.description.clone().or(before.description.take()),
                scope_tags: after.scope_tags.clone().or(before.scope_tags.take()),
                assignments: before.assignments.take(),
                ..Profile::clone(after)
            };
        }
        Self { live: now, last_write: LastWrite::Content }
    }

    /// Takes the version from the answer to the write, if it has one. It is not documented that a write raises the
    /// version by exactly one.
    pub fn with_version_of(mut self, answer: &Value) -> Self {
        if let (LastWrite::Content, Some(revision)) =
            (self.last_write, delivery::answered_revision(self.live.delivery, answer))
        {
            Arc::make_mut(&mut self.live).revision = revision;
        }
        self
    }

    /// Compares a read with the expected state, in the parts that `wanted` sets. If there are no masked values,
    /// everything that was written can be read, so the version does not matter.
    pub fn compare(&self, now: &LiveProfile, wanted: &Profile) -> Look {
        let since = delivery::since(now.delivery, now.revision, self.live.revision);
        let is_later = matches!(since, Since::Next | Since::Later);
        let shown = shows(now, wanted) && now.marker == self.live.marker;
        let is_safe = |masked_too: bool| shown && (masked_too || !self.live.profile.has_masked());
        let (as_expected, changed) = match self.last_write {
            LastWrite::Nothing => (now.digest() == self.live.digest(), true),
            LastWrite::Content => (is_safe(!is_later), is_later),
            LastWrite::Assignments => {
                let is_own_write = since == Since::Next && self.is_same_but_for_assignments(now);
                (is_safe(since == Since::Same || is_own_write), is_later && !is_own_write)
            }
        };
        match (as_expected, changed) {
            (true, _) => Look::AsExpected,
            (false, true) => Look::Changed,
            (false, false) => Look::NotYet,
        }
    }

    fn is_same_but_for_assignments(&self, now: &LiveProfile) -> bool {
        let LiveProfile { revision, modified, .. } = self.live.as_ref().clone();
        let assignments = self.live.profile.assignments.clone();
        let profile = Profile { assignments, ..now.profile.clone() };
        *self.live == LiveProfile { revision, modified, profile, ..now.clone() }
    }
}

/// Whether an object has everything that a policy sets.
fn shows(now: &LiveProfile, wanted: &Profile) -> bool {
    readable_digest(&now.profile.restricted(wanted.managed())) == readable_digest(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Cause, Reason};
    use crate::profile::{Address, Setting, Settings};
    use crate::setting::{Delivery, ObjectKey, OmaUri, OmaValue};
    use serde_json::json;

    /// The version from the answer to a write is used, however much the server raised it.
    #[test]
    fn the_answer_to_a_write_gives_the_expected_version() {
        let text = Setting { value: OmaValue::String("hidden".into()), shown: None };
        let address = Address::Node(OmaUri::verbatim("./Device/Vendor/MSFT/A"));
        let settings = Arc::new(Settings::from_iter([(address, text)]));
        let after = Profile { name: "A".into(), description: None, settings, assignments: None, scope_tags: None };
        let change = Change {
            object: ObjectKey { key: "a".into(), delivery: Delivery::Custom },
            before: None,
            after: Some(Arc::new(after.clone())),
            masked_digest: None,
            cause: Cause::You,
            reason: Reason::Content,
            target: None,
            namesakes: Vec::new(),
            place: None,
        };
        let before = Expected::created(&change, &after, "contoso", "1", Some(Revision::of_token(4))).live;
        let after_write = || Expected::after(&change, &Stage::Content, "contoso", before.clone());
        let shown =
            |version| LiveProfile { revision: Revision::of_token(version), ..after_write().live.as_ref().clone() };
        let look = |expected: &Expected, version| expected.compare(&shown(version), &after);
        assert_eq!([5, 6].map(|version| look(&after_write(), version)), [Look::AsExpected, Look::Changed]);
        let answered = after_write().with_version_of(&json!({ "version": 7 }));
        assert_eq!([7, 8].map(|version| look(&answered, version)), [Look::AsExpected, Look::Changed]);
        assert_eq!(look(&after_write().with_version_of(&json!({})), 5), Look::AsExpected);
    }
}
