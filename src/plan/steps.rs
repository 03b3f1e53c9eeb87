//! The requests of a change.

use super::{Action, Change, Verified, difference};
use crate::delivery::{self, Request};
use crate::profile::{
    Applied, Assignment, Assignments, Digests, LiveProfile, Marker, Profile, Revision, readable_digest,
};

/// A part of a change: what one request does to the profile.
#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    /// Creates the profile, without assignments.
    Create,
    /// Replaces the content; the assignments stay.
    Content,
    /// Replaces all assignments with these.
    Assignments(Assignments),
    Delete,
}

/// The parts of a change, in order. A new profile is created and then assigned. For an update, targets that leave the
/// audience leave before the content changes, and those that join it join afterwards.
pub fn stages(change: &Change) -> Vec<Stage> {
    let Some(after) = &change.after else { return vec![Stage::Delete] };
    let wanted = after.assignments.as_ref();
    if change.action() == Action::Create {
        let assign = wanted.filter(|all| !all.is_empty()).map(|all| Stage::Assignments(all.clone()));
        return std::iter::once(Stage::Create).chain(assign).collect();
    }
    let before = change.before.as_deref();
    let none = Assignments::default();
    let actual = before.and_then(|live| live.profile.assignments.as_ref()).unwrap_or(&none);
    let Some(wanted) = wanted.filter(|wanted| *wanted != actual) else { return vec![Stage::Content] };
    let same_content = before.is_some_and(|live| has_same_settings(live, after, change.masked_digest.as_deref()));
    if before.is_some_and(|live| has_all_but_assignments(live, after, change)) {
        return vec![Stage::Assignments(wanted.clone())];
    }
    let narrowed = narrow(actual, wanted);
    let mut stages = Vec::new();
    if narrowed != *actual && !same_content {
        stages.push(Stage::Assignments(narrowed.clone()));
    }
    stages.push(Stage::Content);
    if narrowed != *wanted || same_content {
        stages.push(Stage::Assignments(wanted.clone()));
    }
    stages
}

/// The requests of a change, in order, as they would be sent now. With `blank`, secrets are replaced by what is shown
/// for them.
pub fn requests(change: &Change, owner: &str, blank: bool) -> Vec<Request> {
    stages(change).iter().map(|stage| request(change, stage, owner, change.before.as_deref(), blank)).collect()
}

/// The request for one part of a change. `now` is the profile right before the request, or `None` for a new one; what
/// the policy does not manage is taken from it.
pub fn request(change: &Change, stage: &Stage, owner: &str, now: Option<&LiveProfile>, blank: bool) -> Request {
    let Some(after) = &change.after else { return Request::Delete };
    let body = || {
        let delivery = change.object.delivery;
        let first = || delivery::first_revision(delivery);
        let revision = now.map_or_else(first, |live| delivery::next_revision(delivery, live.revision));
        delivery::write(delivery, after, now, &marker(change, after, owner, revision), blank)
    };
    match stage {
        Stage::Create => Request::Create(body()),
        Stage::Content => Request::Replace(body()),
        Stage::Assignments(assignments) => Request::Assign(delivery::write_assignments(assignments)),
        Stage::Delete => Request::Delete,
    }
}

/// Whether devices get the same settings as before. Masked values are the same if neither they nor the profile changed
/// since the last apply.
fn has_same_settings(live: &LiveProfile, after: &Profile, masked: Option<&str>) -> bool {
    let same = live.last_applied().is_some_and(|last| masked.is_some() && last.masked.as_deref() == masked)
        && delivery::is_as_marked(live);
    let verified = if same { Verified::Yes } else { Verified::Changed };
    difference(live, after, verified).settings.is_empty()
}

/// Whether only the assignments of a profile differ, and its marker equals the new one. This is so after an apply that
/// was interrupted, or if someone changed only the assignments.
fn has_all_but_assignments(live: &LiveProfile, after: &Profile, change: &Change) -> bool {
    let has_key = live.marker.as_ref().is_some_and(|marker| marker.key == change.object.key);
    let Some(last) = live.last_applied().filter(|_| has_key) else { return false };
    let managed = after.managed();
    let marked = last.managed == managed
        && last.readable == readable_digest(after)
        && last.masked == change.masked_digest
        && (delivery::is_as_marked(live) || !after.has_masked());
    let content = Profile { assignments: after.assignments.clone(), ..live.profile.restricted(managed) };
    marked && readable_digest(&content) == readable_digest(after)
}

/// The targets in both audiences: included in both, and excluded from neither.
fn narrow(actual: &Assignments, wanted: &Assignments) -> Assignments {
    let excluded = actual.iter().chain(wanted.iter()).filter(|one| one.excluded);
    let included = actual.iter().filter(|one| wanted.has(one) && !one.excluded);
    let excluded: Assignments = excluded.cloned().collect();
    // Graph refuses a group that is both included and excluded; here, the exclusion matters.
    let is_kept = |one: &&Assignment| !excluded.iter().any(|other| other.who == one.who);
    included.filter(is_kept).chain(excluded.iter()).cloned().collect()
}

/// The marker of a profile with this content and revision.
pub fn marker(change: &Change, after: &Profile, owner: &str, revision: Revision) -> Marker {
    let digests = Digests {
        managed: after.managed(),
        readable: readable_digest(after),
        masked: change.masked_digest.clone(),
        revision,
    };
    Marker { owner: owner.to_string(), key: change.object.key.clone(), applied: Applied::Known(digests) }
}
