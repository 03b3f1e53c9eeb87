//! R05: excluding users from devices, or devices from users, has no effect.
//!
//! Microsoft, "Assign policies in Microsoft Intune" (learn.microsoft.com,
//! intune/device-configuration/assign-device-profile, formerly device-profile-assign), section "Exclude groups from a
//! policy assignment": Intune does not evaluate which user has which device. Rows 3, 4, 7 and 8 of its table: device
//! groups without user groups are not supported, the users' devices are not excluded. Rows 9, 10, 13 and 14: user
//! groups without device groups are not supported, either. An earlier edition says this about All Users, too: everyone
//! gets the policy, and the excluded device group does not apply.

use super::profiles::MIXED_EXCLUSION;
use crate::diagnostic::{Diagnostic, counted};
use crate::setting::{Audience, MemberKind, Membership, Who};
use crate::source::Place;

/// An exclusion in a file.
pub struct Exclusion {
    /// The group, as the file names it.
    pub name: String,
    /// `None` if the place in the file is not known.
    pub place: Option<Place>,
}

/// Findings about the exclusions of one policy that have no effect, because all included targets are of one kind and
/// the excluded group is of the other. `audience` has ids; `written` finds the exclusion of a group in a file; `policy`
/// is the place of the policy's name, and `oldest_build` the oldest build that it must support.
pub fn mixed_exclusions(
    audience: &Audience,
    membership: &Membership,
    policy: &Place,
    oldest_build: Option<u32>,
    written: impl Fn(&str) -> Exclusion,
) -> Vec<Diagnostic> {
    let Some((included, ineffective)) = ineffective(audience, membership) else { return Vec::new() };
    let (has, lacks) = match included {
        MemberKind::Users => ("users", "devices"),
        MemberKind::Devices => ("devices", "users"),
    };
    ineffective
        .into_iter()
        .filter_map(|who| {
            let Who::Group(id) = who else { return None };
            let exclusion = written(id);
            let name = &exclusion.name;
            let message =
                format!("excluding `{name}` has no effect: it has {lacks}, but the included targets are {has}");
            Some(finding(policy, oldest_build, exclusion.place, message))
        })
        .collect()
}

/// Removes from an audience the exclusions that have no effect, as far as the kinds of groups are known.
pub fn effective(mut audience: Audience, membership: &Membership) -> Audience {
    if let Some((_, ineffective)) = ineffective(&audience, membership) {
        let ineffective: Vec<Who> = ineffective.into_iter().cloned().collect();
        audience.exclude.retain(|who| !ineffective.contains(who));
    }
    audience
}

/// The kind of the included targets, and the exclusions of the other kind; `None` if the included targets are not all
/// of one kind.
fn ineffective<'a>(audience: &'a Audience, membership: &Membership) -> Option<(MemberKind, Vec<&'a Who>)> {
    let kind = |who: &Who| match who {
        Who::AllUsers => Some(MemberKind::Users),
        Who::AllDevices => Some(MemberKind::Devices),
        Who::Group(id) => membership.groups.get(id)?.kind(),
        Who::Other(_) => None,
    };
    let mut kinds = audience.include.iter().map(|one| kind(&one.who));
    let included = kinds.next()??;
    if !kinds.all(|other| other == Some(included)) {
        return None;
    }
    let other = |who: &&Who| kind(who).is_some_and(|other| other != included);
    Some((included, audience.exclude.iter().filter(other).collect()))
}

fn finding(policy: &Place, oldest_build: Option<u32>, written: Option<Place>, message: String) -> Diagnostic {
    let rule = &MIXED_EXCLUSION;
    let mut found = rule.finding(oldest_build);
    found.message = message;
    found.fact = Some(format!("source: {}; `explain {}`", rule.sources.join("; "), rule.id.code));
    match written {
        Some(place) if place.source.path == policy.source.path => found.at(place, rule.symptom),
        // The exclusion is in a target of the configuration. A waiver accepts only findings in its own policy's file.
        Some(place) => found.at(policy.clone(), rule.symptom).and(place, "excluded here"),
        None => found.at(policy.clone(), rule.symptom),
    }
}

/// If many policies use the same target, keeps only the first finding about its exclusion, with the number of the
/// others.
pub fn one_of_each_target(findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut kept: Vec<(Diagnostic, usize)> = Vec::new();
    for finding in findings {
        let same = |other: &Diagnostic| {
            finding.is_finding_of(MIXED_EXCLUSION.id)
                && other.message == finding.message
                && !finding.related.is_empty()
                && other.related == finding.related
        };
        match kept.iter_mut().find(|(other, _)| same(other)) {
            Some((_, more)) => *more += 1,
            None => kept.push((finding, 0)),
        }
    }
    let with_count = |(finding, more): (Diagnostic, usize)| match more {
        0 => finding,
        more => finding.note(format!("the same is true for {} with this target", counted(more, "other policy"))),
    };
    kept.into_iter().map(with_count).collect()
}
