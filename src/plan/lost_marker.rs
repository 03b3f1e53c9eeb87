//! Unmanaged profiles that may be a policy's own.
//!
//! People edit descriptions, and with the description the marker can get lost. The profile then looks like one that was
//! made by hand, and a second one would be created next to it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Desired, Fate, PlanOptions};
use crate::diagnostic::{Code, Diagnostic};
use crate::profile::{Address, Assignments, LiveProfile, Setting};
use crate::setting::{Audience, OmaUri, OmaValue, Overlap};

/// The profiles without a marker, by what a new profile could have in common with them.
pub(super) struct Unmanaged<'l> {
    by_name: BTreeMap<&'l str, Vec<&'l LiveProfile>>,
    /// By the addresses that they set, in one spelling.
    by_address: BTreeMap<OmaUri, Vec<SettingOf<'l>>>,
}

/// A setting, and the profile that has it.
struct SettingOf<'l> {
    profile: &'l LiveProfile,
    setting: &'l Setting,
}

impl<'l> Unmanaged<'l> {
    /// Profiles that a policy takes over are left out.
    pub fn of(live: &'l [Arc<LiveProfile>], desired: &[Desired]) -> Self {
        let adopted: BTreeSet<&str> =
            desired.iter().filter_map(|policy| policy.adopt.as_ref()).map(|id| id.value.as_str()).collect();
        let mut all = Self { by_name: BTreeMap::new(), by_address: BTreeMap::new() };
        for profile in live.iter().map(AsRef::<LiveProfile>::as_ref).filter(|live| live.marker.is_none()) {
            all.by_name.entry(&profile.profile.name).or_default().push(profile);
            if adopted.contains(profile.id.as_str()) {
                continue;
            }
            for (address, setting) in profile.profile.settings.iter() {
                if let Some(uri) = one_spelling(address) {
                    all.by_address.entry(uri).or_default().push(SettingOf { profile, setting });
                }
            }
        }
        all
    }

    /// The ids of the profiles with the policy's name.
    pub fn namesakes(&self, policy: &Desired) -> Vec<String> {
        let named = self.by_name.get(policy.profile.name.as_str()).into_iter().flatten();
        named.map(|profile| profile.id.clone()).collect()
    }

    /// Why a new profile for this policy may be the second one.
    pub fn complaint(&self, policy: &Desired, options: &PlanOptions) -> Option<Diagnostic> {
        let namesakes = self.by_name.get(policy.profile.name.as_str()).map_or(&[][..], Vec::as_slice);
        if !namesakes.is_empty() {
            return Some(name_taken(policy, namesakes, options));
        }
        self.twins(policy).first().map(|twin| set_already(policy, twin, options))
    }

    /// The profiles that set all that the policy sets, and may reach the same devices.
    fn twins(&self, policy: &Desired) -> Vec<&'l LiveProfile> {
        let mut rows = Vec::with_capacity(policy.profile.settings.len());
        for (address, setting) in policy.profile.settings.iter() {
            let Some(found) = one_spelling(address).and_then(|uri| self.by_address.get(&uri)) else {
                return Vec::new();
            };
            rows.push((setting, found));
        }
        // The fewest profiles first, so that others are not looked at.
        rows.sort_by_key(|(_, found)| found.len());
        let Some(((setting, found), others)) = rows.split_first() else { return Vec::new() };
        let sets = |id: &str, setting: &Setting, found: &[SettingOf<'_>]| {
            found.iter().any(|row| row.profile.id == id && may_equal(&setting.value, &row.setting.value))
        };
        let is_twin = |row: &&SettingOf<'l>| {
            may_equal(&setting.value, &row.setting.value)
                && may_share_devices(policy.profile.assignments.as_ref(), row.profile)
                && others.iter().all(|(setting, found)| sets(&row.profile.id, setting, found))
        };
        found.iter().filter(is_twin).map(|row| row.profile).collect()
    }
}

/// Whether nothing but a new profile can carry out the policy.
pub(super) fn needs_new_profile(policy: &Desired) -> bool {
    policy.fate == Fate::Kept && policy.adopt.is_none()
}

/// Windows finds the node of `./Vendor/…` below `./Device`, too.
fn one_spelling(address: &Address) -> Option<OmaUri> {
    let uri = address.node()?;
    Some(OmaUri::parse(uri.as_str()).unwrap_or_else(|_| uri.clone()))
}

/// A value that Intune does not show may be any of its type.
fn may_equal(wanted: &OmaValue, there: &OmaValue) -> bool {
    wanted == there || matches!(there, OmaValue::Masked(kind) if *kind == wanted.oma_type())
}

fn may_share_devices(assignments: Option<&Assignments>, there: &LiveProfile) -> bool {
    let wanted = assignments.map(Assignments::audience);
    let there = there.profile.assignments.as_ref().map(Assignments::audience);
    Audience::overlap_of(wanted.as_ref(), there.as_ref()) != Overlap::Not
}

fn name_taken(policy: &Desired, namesakes: &[&LiveProfile], options: &PlanOptions) -> Diagnostic {
    let ids: Vec<&str> = namesakes.iter().map(|profile| profile.id.as_str()).collect();
    let first = ids.first().copied().unwrap_or_default();
    Diagnostic::error(
        Code::NameTaken,
        format!("the tenant already has a profile \"{}\" that is not managed here", policy.profile.name),
    )
    .at(policy.place.clone(), "a second profile with this name would be created")
    .note(format!("its ID: {}", ids.join(", ")))
    .help(format!("take it over with `adopt: {{ {}: {first} }}`, or choose another name", options.environment))
}

fn set_already(policy: &Desired, twin: &LiveProfile, options: &PlanOptions) -> Diagnostic {
    let (id, name) = (&twin.id, &twin.profile.name);
    let code = Code::SetByUnmanaged;
    Diagnostic::error(
        code,
        format!("the profile \"{name}\" already sets everything that {} sets, and is not managed", policy.object),
    )
    .at(policy.place.clone(), "a second profile with the same settings would be created, perhaps for the same devices")
    .note(format!("its ID: {id}; if it is this policy's profile, someone removed the marker from its description"))
    .help(format!(
        "take it over with `adopt: {{ {}: {id} }}`, or accept both with `waive:` and `rule: {}`",
        options.environment,
        code.number()
    ))
}
