//! Finds the profile of each policy.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Desired, Fate};
use crate::diagnostic::{Code, Diagnostic};
use crate::profile::{Applied, LiveProfile};
use crate::setting::ObjectKey;
use crate::source::{Place, Placed};

/// The managed profiles by key.
pub(super) type Ours<'l> = BTreeMap<ObjectKey, Vec<&'l Arc<LiveProfile>>>;

pub(super) fn by_key<'l>(live: &'l [Arc<LiveProfile>], owner: &str) -> Ours<'l> {
    let mut ours = Ours::new();
    for live in live {
        if let Some(object) = live.managed_as().filter(|_| live.is_owned_by(owner)) {
            ours.entry(object).or_default().push(live);
        }
    }
    ours
}

/// The profile of each policy: the one with its key; otherwise the one with a former key, or the one that it adopts. No
/// two policies can claim the same one.
pub(super) struct ProfileMatches<'d, 'l> {
    pub objects: BTreeMap<&'d ObjectKey, &'l Arc<LiveProfile>>,
    /// Keys for which nothing is done.
    pub blocked: BTreeSet<&'d ObjectKey>,
    /// Ids of profiles that stay as they are, because it is not clear which policy they belong to.
    pub untouchable: BTreeSet<&'l str>,
}

/// What is needed to check a claim.
struct Around<'a, 'l> {
    ours: &'a Ours<'l>,
    live: &'l [Arc<LiveProfile>],
    /// The keys of all policies.
    keys: BTreeSet<&'a str>,
    /// The keys that several profiles have.
    doubled: BTreeSet<ObjectKey>,
}

impl<'d, 'l> ProfileMatches<'d, 'l> {
    pub fn new(
        desired: &'d [Desired],
        ours: &Ours<'l>,
        live: &'l [Arc<LiveProfile>],
        problems: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut found = Self { objects: BTreeMap::new(), blocked: BTreeSet::new(), untouchable: BTreeSet::new() };
        let doubled = complain_of_duplicates(ours, problems);
        found.untouchable.extend(doubled.iter().flat_map(|key| &ours[key]).map(|object| object.id.as_str()));
        let keys: BTreeSet<&str> = desired.iter().map(|policy| policy.object.key.as_str()).collect();
        for policy in desired {
            let object = &policy.object;
            if doubled.contains(object) {
                found.blocked.insert(object);
            } else if let Some(objects) = ours.get(object) {
                found.objects.insert(object, objects[0]);
            }
        }
        let around = Around { ours, live, keys, doubled };
        let mut claimed: BTreeMap<&str, &ObjectKey> = BTreeMap::new();
        for policy in desired.iter().filter(|policy| !found.blocked.contains(&policy.object)).collect::<Vec<_>>() {
            found.claim(policy, &around, &mut claimed, problems);
        }
        found.keep_off_newer_markers(ours, problems);
        found
    }

    /// Finds a profile with a former key, or one to adopt.
    fn claim(
        &mut self,
        policy: &'d Desired,
        around: &Around<'_, 'l>,
        claimed: &mut BTreeMap<&'l str, &'d ObjectKey>,
        problems: &mut Vec<Diagnostic>,
    ) {
        let Around { ours, live, keys, doubled } = around;
        let mut block = |this: &mut Self, code: Code, message: String, place: &Place, label: &str| {
            this.blocked.insert(&policy.object);
            problems.push(Diagnostic::error(code, message).at(place.clone(), label));
        };
        let mut candidate = None;
        for Placed { value: key, place } in &policy.moved_from {
            let former = ObjectKey { key: key.clone(), ..policy.object.clone() };
            if keys.contains(key.as_str()) {
                block(
                    self,
                    Code::UnclearOwnership,
                    format!("`{key}` is still the key of a policy"),
                    place,
                    "`moved_from:` can only name a key that no policy has",
                );
            } else if doubled.contains(&former) {
                block(
                    self,
                    Code::UnclearOwnership,
                    format!("several profiles have the key `{key}`"),
                    place,
                    "it is not clear which of them moved",
                );
            } else if let Some(objects) = ours.get(&former) {
                candidate = candidate.or(Some((objects[0], place)));
            }
        }
        if let Some(Placed { value: id, place }) = &policy.adopt {
            let portal_made = live.iter().find(|object| object.id == *id && object.marker.is_none());
            match (policy.fate, portal_made) {
                (Fate::Kept, Some(object)) => candidate = candidate.or(Some((object, place))),
                // A profile without a marker is never deleted.
                (Fate::Retired, Some(_)) if !self.objects.contains_key(&policy.object) => {
                    block(
                        self,
                        Code::RetireUnmanaged,
                        format!("{} cannot retire a profile that is not managed", policy.object),
                        place,
                        "first write `state: active` and apply to take it over, and then retire it",
                    );
                }
                _ => {}
            }
        }
        if self.blocked.contains(&policy.object) {
            self.untouchable.extend(candidate.map(|(object, _)| object.id.as_str()));
            return;
        }
        let Some((object, place)) = candidate.filter(|_| !self.objects.contains_key(&policy.object)) else {
            return;
        };
        match claimed.insert(&object.id, &policy.object) {
            Some(other) => {
                self.objects.remove(other);
                self.blocked.insert(other);
                self.untouchable.insert(&object.id);
                block(
                    self,
                    Code::UnclearOwnership,
                    format!("{} and {other} claim the same profile ({})", policy.object, object.id),
                    place,
                    "only one policy can manage a profile",
                );
            }
            None => {
                self.objects.insert(&policy.object, object);
            }
        }
    }

    /// Leaves profiles alone that a newer version of this program applied: this version cannot read their markers.
    fn keep_off_newer_markers(&mut self, ours: &Ours<'l>, problems: &mut Vec<Diagnostic>) {
        for live in ours.values().flatten() {
            let Some(Applied::Newer(_)) = live.marker.as_ref().map(|marker| &marker.applied) else { continue };
            self.untouchable.insert(&live.id);
            let policy = self.objects.iter().find(|(_, object)| object.id == live.id).map(|(policy, _)| *policy);
            self.blocked.extend(policy);
            let whose = live.managed_as().map(|object| object.key).unwrap_or_default();
            problems.push(
                Diagnostic::error(
                    Code::NewerMarker,
                    format!("the profile of {whose} ({}) was last applied by a newer version of sspr-policy", live.id),
                )
                .help(
                    "install the version that the rest of your team and your pipelines use; until then, nothing is \
                     changed for this key",
                ),
            );
        }
    }
}

fn complain_of_duplicates(ours: &Ours<'_>, problems: &mut Vec<Diagnostic>) -> BTreeSet<ObjectKey> {
    let mut doubled = BTreeSet::new();
    for (key, objects) in ours.iter().filter(|(_, objects)| objects.len() > 1) {
        doubled.insert(key.clone());
        let mut problem =
            Diagnostic::error(Code::DuplicateProfile, format!("{} profiles have the key `{key}`", objects.len())).note(
                "\"Duplicate\" in the portal copies the marker, and two applies at the same time can create two \
                     profiles; nothing is changed for this key until only one is left",
            );
        for object in objects {
            problem = problem.note(format!("{}  \"{}\"  changed {}", object.id, object.profile.name, object.modified));
        }
        problems.push(problem.help("run `sspr-policy disown ID` for the copy, or delete it in the portal"));
    }
    doubled
}
