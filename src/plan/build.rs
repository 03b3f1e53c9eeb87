//! Builds a plan by comparing policies with a tenant's profiles.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::change::deletion;
use super::difference::{Verified, difference};
use super::found::{ProfileMatches, by_key};
use super::leftovers::{complain_of_lost_moves, leftovers};
use super::lost_marker::{Unmanaged, needs_new_profile};
use super::order::widens;
use super::{Cause, Change, Desired, Fate, Plan, Reason};
use crate::delivery::{self, Since};
use crate::diagnostic::{Code, Diagnostic, Kind};
use crate::profile::{
    Address, Applied, LiveProfile, MAX_DESCRIPTION, Marker, MaskedSettings, Profile, Settings, is_keyed, masked_digest,
    masked_digest_is, readable_digest,
};
use crate::setting::ObjectKey;
use crate::source::Placed;

/// An object that cannot be adopted.
#[derive(Debug, Clone)]
pub struct Elsewhere {
    /// Its kind and name.
    pub what: String,
    /// What to do instead.
    pub help: &'static str,
}

#[derive(Debug, Clone, Default)]
pub struct PlanOptions {
    /// The owner in the markers of managed profiles.
    pub owner: String,
    /// The environment's name, for messages.
    pub environment: String,
    /// Whether managed profiles without a policy file are deleted.
    pub prune: bool,
    /// Change only keys that match; `None` means all keys.
    pub only: Option<glob::Pattern>,
    /// The key for digests of values with secrets.
    pub fingerprint_key: Option<Vec<u8>>,
    /// Whether Intune shows only some of the profiles, so that a missing one may exist.
    pub is_filtered: bool,
    /// What the ids in `adopt:` belong to that are not custom profiles.
    pub elsewhere: BTreeMap<String, Elsewhere>,
}

/// The masked settings whose values are needed for a comparison, by profile. A profile's are needed if it or its
/// policy's masked values changed since the last apply, or if its marker has no usable digest of them.
pub fn to_decrypt(desired: &[Desired], live: &[Arc<LiveProfile>], options: &PlanOptions) -> Vec<MaskedSettings> {
    let ours = by_key(live, &options.owner);
    let found = ProfileMatches::new(desired, &ours, live, &mut Vec::new());
    let mut wanted = Vec::new();
    for policy in desired.iter().filter(|policy| policy.fate == Fate::Kept) {
        let Some(object) = found.objects.get(&policy.object) else { continue };
        if masked_state(object, &policy.profile, options) == Verified::Yes {
            continue;
        }
        let addresses: Vec<Address> =
            object.unread().filter(|address| policy.profile.settings.contains_key(*address)).cloned().collect();
        if !addresses.is_empty() {
            wanted.push(MaskedSettings { profile_id: object.id.clone(), addresses });
        }
    }
    wanted
}

/// Builds the plan. A problem with one key blocks only this key.
pub fn build(desired: &[Desired], live: &[Arc<LiveProfile>], options: &PlanOptions) -> Plan {
    let mut plan = Plan::default();
    let ours = by_key(live, &options.owner);
    let found = ProfileMatches::new(desired, &ours, live, &mut plan.problems);
    let mut sorted: Vec<&Desired> = desired.iter().collect();
    sorted.sort_by(|a, b| a.object.cmp(&b.object));
    let is_new = |policy: &Desired| needs_new_profile(policy) && !found.objects.contains_key(&policy.object);
    let unmanaged = desired.iter().any(is_new).then(|| Unmanaged::of(live, desired));
    for policy in sorted.into_iter().filter(|policy| !found.blocked.contains(&policy.object)) {
        let object = found.objects.get(&policy.object).copied();
        decide(policy, object, live, unmanaged.as_ref(), options, &mut plan);
    }
    leftovers(&ours, &found, options.prune, &mut plan);
    plan.foreign = live.len() - ours.values().map(Vec::len).sum::<usize>();
    plan.changes.sort_by(|a, b| a.object.cmp(&b.object));
    complain_of_lost_moves(live, &mut plan);
    hold_losses(desired, &found, options, &mut plan);
    if let Some(only) = &options.only {
        plan.changes.retain(|change| only.matches(&change.object.key));
    }
    plan
}

fn decide(
    policy: &Desired,
    object: Option<&Arc<LiveProfile>>,
    live: &[Arc<LiveProfile>],
    unmanaged: Option<&Unmanaged<'_>>,
    options: &PlanOptions,
    plan: &mut Plan,
) {
    match (policy.fate, object) {
        (Fate::Held, Some(_)) => plan.held.push(policy.object.clone()),
        (Fate::RegistryOnly, None) => plan.registry_only.push(policy.object.clone()),
        (Fate::RegistryOnly, Some(_)) => plan.problems.push(
            Diagnostic::error(
                Code::UnsentPolicyHasProfile,
                format!("{} no longer has settings for Intune, but its profile still exists", policy.object),
            )
            .at(policy.place.clone(), "`settings:` is empty")
            .help("move the registry values to a new policy, and write `state: retired` here to delete the profile"),
        ),
        (Fate::Draft, Some(object)) => plan.problems.push(
            Diagnostic::error(
                Code::UnsentPolicyHasProfile,
                format!("{} is a draft, but its profile already exists in the tenant ({})", policy.object, object.id),
            )
            .at(policy.place.clone(), "a draft is not sent to Intune")
            .help("write `state: active` to manage the profile, or `state: retired` to delete it"),
        ),
        (Fate::Retired, Some(object)) => {
            plan.changes.push(deletion(object, &policy.object, Reason::Retired, Some(policy)))
        }
        (Fate::Held | Fate::Draft | Fate::Retired, None) => {}
        (Fate::Kept, None) => create(policy, live, unmanaged, options, plan),
        (Fate::Kept, Some(object)) => update(policy, object, options, plan),
    }
}

fn create(
    policy: &Desired,
    live: &[Arc<LiveProfile>],
    unmanaged: Option<&Unmanaged<'_>>,
    options: &PlanOptions,
    plan: &mut Plan,
) {
    if let Some(id) = &policy.adopt {
        plan.problems.push(no_adoption(id, live, options, &policy.object));
        return;
    }
    if options.is_filtered {
        plan.problems.push(not_on_filtered_list(policy));
        return;
    }
    if let Some(problem) = unmanaged.and_then(|all| all.complaint(policy, options)) {
        let is_accepted = matches!(problem.kind, Kind::Problem(code) if policy.accepts.contains(&code));
        // A waived problem is removed later, with the findings.
        plan.problems.push(problem);
        if !is_accepted {
            return;
        }
    }
    if let Some(change) = change(policy, None, Cause::You, Reason::Content, options, plan) {
        let namesakes = unmanaged.map_or_else(Vec::new, |all| all.namesakes(policy));
        plan.changes.push(Change { namesakes, ..change });
    }
}

fn not_on_filtered_list(policy: &Desired) -> Diagnostic {
    Diagnostic::error(
        Code::CreateOnFilteredList,
        format!("{} is not created, because it may exist already", policy.object),
    )
    .at(policy.place.clone(), "Intune does not show all profiles to this identity")
    .help("plan with an application, an Intune administrator, or a role assignment without scope tags")
}

/// The ids in `adopt:` that no custom profile has. Policies that already have a profile are skipped, because their
/// `adopt:` no longer has an effect.
pub fn not_there(desired: &[Desired], live: &[Arc<LiveProfile>], owner: &str) -> BTreeSet<String> {
    let ours = by_key(live, owner);
    let waiting = desired.iter().filter(|policy| policy.fate == Fate::Kept && !ours.contains_key(&policy.object));
    let ids = waiting.filter_map(|policy| policy.adopt.as_ref().map(|id| id.value.clone()));
    ids.filter(|id| !live.iter().any(|object| object.id == *id)).collect()
}

fn no_adoption(
    Placed { value: id, place }: &Placed<String>,
    live: &[Arc<LiveProfile>],
    options: &PlanOptions,
    key: &ObjectKey,
) -> Diagnostic {
    let problem = Diagnostic::error(Code::CannotAdopt, format!("{key} cannot take over {id}"));
    if let Some(Elsewhere { what, help }) = options.elsewhere.get(id) {
        return problem.at(place.clone(), format!("it is {what}")).help(*help);
    }
    let reason = match live.iter().find(|object| object.id == *id).and_then(|object| object.marker.as_ref()) {
        Some(marker) => format!("it is already managed by {} as {}", marker.owner, marker.key),
        None => "no custom profile in the tenant has this ID".to_string(),
    };
    problem.at(place.clone(), reason).help("correct the ID, or remove this line to have a new profile created")
}

fn update(policy: &Desired, object: &Arc<LiveProfile>, options: &PlanOptions, plan: &mut Plan) {
    let verified = masked_state(object, &policy.profile, options);
    let reason = match &object.marker {
        None => Reason::Adopted,
        Some(marker) if marker.key != policy.object.key => Reason::Moved(marker.key.clone()),
        Some(_) => Reason::Content,
    };
    let differs = difference(object, &policy.profile, verified);
    // A marker that is damaged, or that lists other managed parts than the policy, is written again.
    let marked = object.last_applied().is_some_and(|last| last.managed == policy.profile.managed());
    if differs.is_empty() && reason == Reason::Content && marked {
        plan.unchanged.push(policy.object.clone());
        if verified == Verified::No {
            plan.unverified.push((policy.object.clone(), object.unread().cloned().collect()));
        }
        return;
    }
    let cause = cause(object, &policy.profile, options);
    if let Some(change) = change(policy, Some(object), cause, reason, options, plan) {
        if verified == Verified::No {
            plan.unverified.push((policy.object.clone(), object.unread().cloned().collect()));
        }
        plan.changes.push(change);
    }
}

/// Whether the profile's masked values are known to equal the policy's.
fn masked_state(object: &LiveProfile, wanted: &Profile, options: &PlanOptions) -> Verified {
    if object.unread().next().is_none() {
        return Verified::Yes;
    }
    let written = masked_digest(wanted, options.fingerprint_key.as_deref());
    let Some(last) = object.last_applied() else { return Verified::Changed };
    match (&last.masked, &written) {
        (Some(last_digest), Some(now)) if last_digest == now => {
            if delivery::is_as_marked(object) {
                Verified::Yes
            } else {
                Verified::No
            }
        }
        (Some(_), Some(_)) => Verified::Changed,
        // A secret without a fingerprint key cannot be compared.
        _ => Verified::No,
    }
}

fn cause(object: &LiveProfile, wanted: &Profile, options: &PlanOptions) -> Cause {
    let Some(last) = object.last_applied() else { return Cause::Unknown };
    let key = options.fingerprint_key.as_deref();
    let written = masked_digest(wanted, key);
    let masked_written = matches!((&last.masked, &written), (Some(last), Some(now)) if last != now);
    // A digest that was made with a key cannot be compared without it, and a different key looks like different values.
    // A change of a value in Intune also increases the profile's version.
    let comparable = |digest: &&String| {
        let has_key = key.is_some() || !is_keyed(digest);
        has_key && object.unread().next().is_none() && !delivery::is_as_marked(object)
    };
    let masked_there =
        last.masked.as_ref().filter(comparable).is_some_and(|last| !masked_digest_is(&object.profile, last, key));
    let you = readable_digest(wanted) != last.readable || masked_written || wanted.managed() != last.managed;
    let tenant = readable_digest(&object.profile.restricted(last.managed)) != last.readable || masked_there;
    match (you, tenant) {
        (true, true) => Cause::Both,
        (false, true) if only_assignments_are_missing(object, wanted) => Cause::Unassigned,
        (false, true) => Cause::Tenant,
        (true, false) => Cause::You,
        // A secret without a fingerprint key: its value differs, but it is not known which side changed.
        (false, false) => Cause::Unknown,
    }
}

/// Whether a profile is not assigned to anyone, and otherwise is as it was last applied.
fn only_assignments_are_missing(object: &LiveProfile, wanted: &Profile) -> bool {
    let Some(last) = object.last_applied() else { return false };
    let nobody = object.profile.assignments.as_ref().is_none_or(|all| all.is_empty());
    let assigned = Profile { assignments: wanted.assignments.clone(), ..object.profile.clone() };
    let unseen =
        matches!(delivery::since(object.delivery, object.revision, last.revision), Since::Earlier | Since::Same);
    nobody && unseen && readable_digest(&assigned.restricted(last.managed)) == last.readable
}

/// The change; `None`, with an error added to the plan, if the profile cannot be written.
fn change(
    policy: &Desired,
    before: Option<&Arc<LiveProfile>>,
    cause: Cause,
    reason: Reason,
    options: &PlanOptions,
    plan: &mut Plan,
) -> Option<Change> {
    let masked = masked_digest(&policy.profile, options.fingerprint_key.as_deref());
    let text = policy.profile.description.clone().or_else(|| before?.profile.description.clone()).unwrap_or_default();
    // Digests add up to 74 characters to a marker.
    let marker = Marker { owner: options.owner.clone(), key: policy.object.key.clone(), applied: Applied::Damaged };
    let longest = marker.append(&text).encode_utf16().count() + 74;
    if longest > MAX_DESCRIPTION {
        let most = MAX_DESCRIPTION - (longest - text.encode_utf16().count());
        plan.problems.push(
            Diagnostic::error(Code::DescriptionTooLong, format!("the description of {} is too long", policy.object))
                .at(policy.place.clone(), format!("with the marker, at most {most} characters fit"))
                .help("shorten `description:`"),
        );
        return None;
    }
    if let Some(problem) = as_masked(policy) {
        plan.problems.push(problem);
        return None;
    }
    if Marker::is_in(&text) {
        plan.problems.push(
            Diagnostic::error(
                Code::MarkerInDescription,
                format!("the description of {} contains text that looks like a marker", policy.object),
            )
            .at(policy.place.clone(), ""),
        );
        return None;
    }
    Some(Change {
        object: policy.object.clone(),
        before: before.cloned(),
        after: Some(Arc::clone(&policy.profile)),
        masked_digest: masked,
        cause,
        reason,
        target: policy.target.clone(),
        namesakes: Vec::new(),
        place: Some(policy.place.clone()),
    })
}

/// A placeholder that Intune shows instead of a value must never be written back, because the real value would be lost.
/// `check` reports it where it is written; this is the last check before requests are built.
fn as_masked(policy: &Desired) -> Option<Diagnostic> {
    let (address, _) = policy.profile.settings.iter().find(|(_, setting)| setting.value.is_mask())?;
    Some(
        Diagnostic::error(
            Code::MaskedValue,
            format!("{} has a placeholder that Intune shows instead of the value", address.short()),
        )
        .at(policy.place.clone(), "nothing is changed for this key"),
    )
}

/// A setting that moves leaves its old profile only after the new one has it. If the change to the new profile is
/// blocked or not selected, the change to the old one is removed from the plan, too.
fn hold_losses(desired: &[Desired], found: &ProfileMatches<'_, '_>, options: &PlanOptions, plan: &mut Plan) {
    let selected = |key: &str| options.only.as_ref().is_none_or(|only| only.matches(key));
    let planned: BTreeSet<&ObjectKey> = plan.changes.iter().map(|change| &change.object).collect();
    let unchanged: BTreeSet<&ObjectKey> = plan.unchanged.iter().collect();
    let stuck = desired.iter().filter(|policy| {
        let done = planned.contains(&policy.object) && selected(&policy.object.key);
        policy.fate == Fate::Kept && !done && !unchanged.contains(&policy.object)
    });
    let mut held: BTreeMap<ObjectKey, Diagnostic> = BTreeMap::new();
    for policy in stuck {
        let there = found.objects.get(&policy.object);
        // If assignments are still missing, some devices do not have the profile's settings yet.
        let whole = there.is_some_and(|object| !widens(object, &policy.profile));
        let missing =
            |address: &&Address| !(whole && there.is_some_and(|live| live.profile.settings.contains_key(*address)));
        for address in policy.profile.settings.keys().filter(missing) {
            let loses = |change: &&Change| {
                let has = |settings: Option<&Arc<Settings>>| settings.is_some_and(|all| all.contains_key(address));
                selected(&change.object.key)
                    && has(change.before.as_ref().map(|live| &live.profile.settings))
                    && !has(change.after.as_ref().map(|after| &after.settings))
            };
            for change in plan.changes.iter().filter(loses) {
                let problem = Diagnostic::error(
                    Code::WaitsForOtherPolicy,
                    format!("{} waits for {}", change.object, policy.object),
                )
                .at(
                    policy.place.clone(),
                    format!("{} moves to this policy, which is blocked or not selected", address.short()),
                )
                .help("fix what blocks this policy, or select both policies with `--only`");
                held.entry(change.object.clone()).or_insert(problem);
            }
        }
    }
    plan.changes.retain(|change| !held.contains_key(&change.object));
    plan.problems.extend(held.into_values());
}
