//! Which object belongs to which policy.

use std::collections::{BTreeMap, BTreeSet};

use super::{Desired, Fate};
use crate::diagnostic::{Code, Diagnostic};
use crate::profile::LiveProfile;
use crate::source::Place;

/// Our objects by key.
pub(super) type Ours<'l> = BTreeMap<&'l str, Vec<&'l LiveProfile>>;

pub(super) fn by_key<'l>(live: &'l [LiveProfile], owner: &str) -> Ours<'l> {
    let mut ours = Ours::new();
    for object in live {
        if let Some(marker) = &object.marker
            && marker.owner == owner
        {
            ours.entry(marker.key.as_str()).or_default().push(object);
        }
    }
    ours
}

/// Which object each policy has: the one under its key; else the one under a former key, or one that it adopts, which
/// nobody else may claim.
pub(super) struct Found<'d, 'l> {
    pub objects: BTreeMap<&'d str, &'l LiveProfile>,
    /// Keys for which nothing is done.
    pub blocked: BTreeSet<&'d str>,
    /// Ids of objects that stay as they are, because it is not clear whose they are.
    pub untouchable: BTreeSet<&'l str>,
}

/// What claims are judged by.
struct Around<'a, 'l> {
    ours: &'a Ours<'l>,
    live: &'l [LiveProfile],
    /// Keys that policies have.
    keys: BTreeSet<&'a str>,
    /// Keys that several objects carry.
    doubled: BTreeSet<&'l str>,
}

impl<'d, 'l> Found<'d, 'l> {
    pub fn new(
        desired: &'d [Desired],
        ours: &Ours<'l>,
        live: &'l [LiveProfile],
        problems: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut found = Self { objects: BTreeMap::new(), blocked: BTreeSet::new(), untouchable: BTreeSet::new() };
        let doubled = complain_of_duplicates(ours, problems);
        found.untouchable.extend(doubled.iter().flat_map(|key| &ours[key]).map(|object| object.id.as_str()));
        let keys: BTreeSet<&str> = desired.iter().map(|policy| policy.key.as_str()).collect();
        for policy in desired {
            let key = policy.key.as_str();
            if doubled.contains(key) {
                found.blocked.insert(key);
            } else if let Some(objects) = ours.get(key) {
                found.objects.insert(key, objects[0]);
            }
        }
        let around = Around { ours, live, keys, doubled };
        let mut claimed: BTreeMap<&str, &str> = BTreeMap::new();
        for policy in desired.iter().filter(|policy| !found.blocked.contains(policy.key.as_str())).collect::<Vec<_>>() {
            found.claim(policy, &around, &mut claimed, problems);
        }
        found
    }

    /// Looks under former keys, and for a profile to adopt.
    fn claim(
        &mut self,
        policy: &'d Desired,
        around: &Around<'_, 'l>,
        claimed: &mut BTreeMap<&'l str, &'d str>,
        problems: &mut Vec<Diagnostic>,
    ) {
        let Around { ours, live, keys, doubled } = around;
        let mut block = |this: &mut Self, code: Code, message: String, place: &Place, label: &str| {
            this.blocked.insert(&policy.key);
            problems.push(Diagnostic::error(code, message).at(place.clone(), label));
        };
        let mut candidate = None;
        for (key, place) in &policy.moved_from {
            if keys.contains(key.as_str()) {
                block(
                    self,
                    Code::UnclearOwnership,
                    format!("`{key}` is still the key of a policy"),
                    place,
                    "a former key is one that nobody has any more",
                );
            } else if doubled.contains(key.as_str()) {
                block(
                    self,
                    Code::UnclearOwnership,
                    format!("several profiles carry the key `{key}`"),
                    place,
                    "which of them moved is not clear",
                );
            } else if let Some(objects) = ours.get(key.as_str()) {
                candidate = candidate.or(Some((objects[0], place)));
            }
        }
        if let Some((id, place)) = &policy.adopt {
            let portal_made = live.iter().find(|object| object.id == *id && object.marker.is_none());
            match (policy.fate, portal_made) {
                (Fate::Kept, Some(object)) => candidate = candidate.or(Some((object, place))),
                // Promise: nothing unmarked is ever deleted.
                (Fate::Retired, Some(_)) if !self.objects.contains_key(policy.key.as_str()) => {
                    block(
                        self,
                        Code::RetireUnmanaged,
                        format!("{} cannot retire a profile that is not ours", policy.key),
                        place,
                        "adopt it first: `state: active`, apply, then retire",
                    );
                }
                _ => {}
            }
        }
        if self.blocked.contains(policy.key.as_str()) {
            self.untouchable.extend(candidate.map(|(object, _)| object.id.as_str()));
            return;
        }
        let Some((object, place)) = candidate.filter(|_| !self.objects.contains_key(policy.key.as_str())) else {
            return;
        };
        match claimed.insert(&object.id, &policy.key) {
            Some(other) => {
                self.objects.remove(other);
                self.blocked.insert(other);
                self.untouchable.insert(&object.id);
                block(
                    self,
                    Code::UnclearOwnership,
                    format!("{} and {other} claim the same profile ({})", policy.key, object.id),
                    place,
                    "only one policy can have it",
                );
            }
            None => {
                self.objects.insert(&policy.key, object);
            }
        }
    }
}

fn complain_of_duplicates<'l>(ours: &Ours<'l>, problems: &mut Vec<Diagnostic>) -> BTreeSet<&'l str> {
    let mut doubled = BTreeSet::new();
    for (key, objects) in ours.iter().filter(|(_, objects)| objects.len() > 1) {
        doubled.insert(*key);
        let message = format!("{} profiles in the tenant carry the key `{key}`", objects.len());
        let mut problem = Diagnostic::error(Code::DuplicateProfile, message).note(
            "the portal's \"Duplicate\" copies the marker, and two applies at once can make two; nothing is changed \
             under this key until one is left",
        );
        for object in objects {
            problem = problem.note(format!("{}  \"{}\"  changed {}", object.id, object.profile.name, object.modified));
        }
        problems.push(problem.help("`sspr-policy disown ID` takes our marker off the one that is a copy"));
    }
    doubled
}
