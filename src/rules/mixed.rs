//! R05: users and devices do not exclude each other.
//!
//! Microsoft, "Assign policies in Microsoft Intune" (learn.microsoft.com, intune/device-configuration/assign-device-profile,
//! formerly device-profile-assign), section "Exclude groups from a policy assignment": Intune does not evaluate which user
//! has which device. Rows 3, 4, 7 and 8 of its table: device groups without user groups are not supported, the users'
//! devices are not excluded. Rows 9, 10, 13 and 14: neither are user groups without device groups. An earlier edition says
//! it of All Users, too: everybody gets the policy, and the excluded device group does not apply.

use super::{Rule, rule};
use crate::compile::{Compiled, NamedAssignment, NamedWho};
use crate::diagnostic::Diagnostic;
use crate::setting::{Audience, Kind, Membership, Who};

/// The exclusions of one policy that have no effect, because all of the included are of one kind and all of the excluded
/// of the other. `audience` is by ids; `name` is what people call a group.
pub fn mixed_exclusions(
    policy: &Compiled<'_>,
    audience: &Audience,
    membership: &Membership,
    name: impl Fn(&str) -> String,
) -> Vec<Diagnostic> {
    let Some((included, ineffective)) = ineffective(audience, membership) else { return Vec::new() };
    let (has, lacks) = match included {
        Kind::Users => ("users", "devices"),
        Kind::Devices => ("devices", "users"),
    };
    ineffective
        .into_iter()
        .filter_map(|who| {
            let Who::Group(id) = who else { return None };
            let name = name(id);
            let message = format!("excluding `{name}` has no effect: it has {lacks}, and the included are {has}");
            finding(policy, written(policy, id, &name), message)
        })
        .collect()
}

/// The audience without the exclusions that have no effect, as far as the kinds of groups are known.
pub fn effective(mut audience: Audience, membership: &Membership) -> Audience {
    if let Some((_, ineffective)) = ineffective(&audience, membership) {
        let ineffective: Vec<Who> = ineffective.into_iter().cloned().collect();
        audience.exclude.retain(|who| !ineffective.contains(who));
    }
    audience
}

/// The one kind of the included, and the exclusions of the other kind; nothing where the included are not all of one kind.
fn ineffective<'a>(audience: &'a Audience, membership: &Membership) -> Option<(Kind, Vec<&'a Who>)> {
    let kind = |who: &Who| match who {
        Who::AllUsers => Some(Kind::Users),
        Who::AllDevices => Some(Kind::Devices),
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

/// Where the exclusion stands.
fn written<'p>(policy: &'p Compiled<'_>, id: &str, name: &str) -> Option<&'p NamedAssignment> {
    let is = |who: &NamedWho| match who {
        NamedWho::Group { id: Some(own), .. } => own.eq_ignore_ascii_case(id),
        NamedWho::Group { name: own, .. } => own.as_deref() == Some(name),
        _ => false,
    };
    policy.assignments.iter().flatten().find(|one| one.excluded && is(&one.who))
}

fn finding(policy: &Compiled<'_>, written: Option<&NamedAssignment>, message: String) -> Option<Diagnostic> {
    let rule = rule("R05")?;
    let mut found = Diagnostic::finding(rule.id(), rule.severity.severity(None), message);
    found = match written.map(|one| &one.place) {
        Some(place) if policy.is_at(place) => found.at(place.clone(), rule.symptom),
        // A target of the configuration: a policy accepts findings at its own lines.
        Some(place) => found.at(policy.name_place.clone(), rule.symptom).and(place.clone(), "excluded here"),
        None => found.at(policy.name_place.clone(), rule.symptom),
    };
    Some(found.help(rule.remedy).fact(format!("source: {}; `explain {}`", rule.sources.join("; "), rule.code)))
}

/// One exclusion of a target, found in many policies, is said once.
pub fn said_once(findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mixed = rule("R05").map(Rule::id);
    let mut said: Vec<(Diagnostic, usize)> = Vec::new();
    for finding in findings {
        let same = |other: &Diagnostic| {
            mixed.is_some_and(|rule| finding.is_finding_of(rule))
                && other.message == finding.message
                && !finding.related.is_empty()
                && other.related == finding.related
        };
        match said.iter_mut().find(|(other, _)| same(other)) {
            Some((_, more)) => *more += 1,
            None => said.push((finding, 0)),
        }
    }
    let with_count = |(finding, more): (Diagnostic, usize)| match more {
        0 => finding,
        1 => finding.note("the same for another policy of this target"),
        more => finding.note(format!("the same for {more} other policies of this target")),
    };
    said.into_iter().map(with_count).collect()
}
