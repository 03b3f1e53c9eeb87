//! What our last write left behind, and whether an object that is looked at is still that.
//!
//! Nobody sees from outside who changed an object. What tells is its version, which counts up with each change. Whether an
//! assignment is such a change is not documented, so one count more after an assignment is our own only where all the rest
//! is as it was, the ids of its masked values among it: they change with each write of the values
//! (terraform-provider-microsoft365, crud.go of windows_custom_configuration).

use std::sync::Arc;

use litemap::LiteMap;
use serde_json::Value;

use crate::delivery;
use crate::plan::{Change, Stage, marker};
use crate::profile::{Assignments, LiveProfile, Profile, Revision, Since, readable_digest};

/// An object after our last write, as far as it is known.
pub(super) struct Left {
    /// What it holds.
    pub live: Arc<LiveProfile>,
    last: Last,
}

/// What was written last.
#[derive(Clone, Copy)]
enum Last {
    /// Nothing since the plan.
    Nothing,
    /// The content, and the version with it.
    Content,
    /// The assignments; the version is the one right before.
    Assignments,
}

/// What a look says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// The object is as it was left.
    AsLeft,
    /// It is not, and may be in a moment.
    NotYet,
    /// It never will be: somebody changed it afterwards.
    Changed,
}

impl Left {
    /// An object as the plan saw it.
    pub fn planned(before: &Arc<LiveProfile>) -> Self {
        Self { live: Arc::clone(before), last: Last::Nothing }
    }

    /// A new object, with the revision that the answer to its creation gave it.
    pub fn made(change: &Change, after: &Profile, owner: &str, id: &str, revision: Option<Revision>) -> Self {
        let live = LiveProfile {
            delivery: change.object.delivery,
            id: id.to_string(),
            marker: Some(marker(change, after, owner, Revision::FIRST)),
            profile: Profile { assignments: Some(Assignments::default()), ..after.clone() },
            revision: revision.unwrap_or(Revision::FIRST),
            modified: String::new(),
            secret_references: LiteMap::new(),
            row_texts: LiteMap::new(),
        };
        Self { live: Arc::new(live), last: Last::Content }
    }

    /// An object after a part of a change, from how it was right before.
    pub fn behind(change: &Change, stage: &Stage, owner: &str, mut now: Arc<LiveProfile>) -> Self {
        let live = Arc::make_mut(&mut now);
        if let Stage::Assignments(all) = stage {
            live.profile.assignments = Some(all.clone());
            return Self { live: now, last: Last::Assignments };
        }
        if let Some(after) = &change.after {
            live.revision = live.revision.next();
            live.marker = Some(marker(change, after, owner, live.revision));
            let before = &mut live.profile;
            live.profile = Profile {
                description: after.description.clone().or(before.description.take()),
                scope_tags: after.scope_tags.clone().or(before.scope_tags.take()),
                assignments: before.assignments.take(),
                ..Profile::clone(after)
            };
        }
        Self { live: now, last: Last::Content }
    }

    /// The same, with the version that the answer to the write says, where it says one: nobody documents that a write
    /// counts it up by one.
    pub fn answered(mut self, answer: &Value) -> Self {
        if let (Last::Content, Some(revision)) = (self.last, delivery::answered_revision(self.live.delivery, answer)) {
            Arc::make_mut(&mut self.live).revision = revision;
        }
        self
    }

    /// What a look says, where it is to show this much of the object. Without masked values everything that was written can
    /// be seen, whatever the version is.
    pub fn seen(&self, now: &LiveProfile, wanted: &Profile) -> Seen {
        let since = now.revision.since(self.live.revision);
        let is_later = matches!(since, Since::Next | Since::Later);
        let shown = shows(now, wanted) && now.marker == self.live.marker;
        let is_safe = |masked_too: bool| shown && (masked_too || !self.live.profile.has_masked());
        let (as_left, changed) = match self.last {
            Last::Nothing => (now.digest() == self.live.digest(), true),
            Last::Content => (is_safe(!is_later), is_later),
            Last::Assignments => {
                let is_our_own = since == Since::Next && self.is_same_but_for_assignments(now);
                (is_safe(since == Since::Same || is_our_own), is_later && !is_our_own)
            }
        };
        match (as_left, changed) {
            (true, _) => Seen::AsLeft,
            (false, true) => Seen::Changed,
            (false, false) => Seen::NotYet,
        }
    }

    fn is_same_but_for_assignments(&self, now: &LiveProfile) -> bool {
        let LiveProfile { revision, modified, .. } = self.live.as_ref().clone();
        let assignments = self.live.profile.assignments.clone();
        let profile = Profile { assignments, ..now.profile.clone() };
        *self.live == LiveProfile { revision, modified, profile, ..now.clone() }
    }
}

/// Whether an object holds what a policy says, as far as it says it.
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

    /// What the answer to a write says is what it left behind, by however much a server counts.
    #[test]
    fn an_answer_says_which_version_a_write_left() {
        let text = Setting { value: OmaValue::String("hidden".into()), shown: None };
        let address = Address::Node(OmaUri::verbatim("./Device/Vendor/MSFT/A"));
        let settings = Settings::from_iter([(address, text)]);
        let after = Profile { name: "A".into(), description: None, settings, assignments: None, scope_tags: None };
        let change = Change {
            object: ObjectKey { key: "a".into(), delivery: Delivery::Custom },
            before: None,
            after: Some(Arc::new(after.clone())),
            masked_digest: None,
            cause: Cause::You,
            reason: Reason::Content,
            target: None,
            place: None,
        };
        let before = Left::made(&change, &after, "contoso", "1", Some(Revision::of_version(4))).live;
        let behind = || Left::behind(&change, &Stage::Content, "contoso", before.clone());
        let shown = |version| LiveProfile { revision: Revision::of_version(version), ..behind().live.as_ref().clone() };
        let seen = |left: &Left, version| left.seen(&shown(version), &after);
        assert_eq!([5, 6].map(|version| seen(&behind(), version)), [Seen::AsLeft, Seen::Changed]);
        let told = behind().answered(&json!({ "version": 7 }));
        assert_eq!([7, 8].map(|version| seen(&told, version)), [Seen::AsLeft, Seen::Changed]);
        assert_eq!(seen(&behind().answered(&json!({})), 5), Seen::AsLeft);
    }
}
