//! Resolves names to IDs with a directory that was read from the tenant.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Compiled, NameOrId, NamedAssignment, NamedWho};
use crate::diagnostic::{Code, Diagnostic};
use crate::profile::{Assignment, Assignments, DEFAULT_TAG, Profile, canonical_tags, normal_text};
use crate::setting::Who;
use crate::source::Place;

/// The words for these objects in messages.
const GROUP: &str = "group";
const FILTER: &str = "assignment filter";
const SCOPE_TAG: &str = "scope tag";

/// An object in the tenant that has a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct NamedObject {
    pub id: String,
    pub name: String,
}

/// The objects in the tenant with the names in the policies. Names are not unique in a tenant.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    pub groups: Vec<NamedObject>,
    pub filters: Vec<NamedObject>,
    pub scope_tags: Vec<NamedObject>,
    /// Similar names of groups, by the name that was not found.
    pub similar_groups: BTreeMap<String, Vec<String>>,
}

/// What has to be read from the tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NamesToResolve {
    /// Groups by name.
    pub group_names: BTreeSet<String>,
    /// Groups by id.
    pub group_ids: BTreeSet<String>,
    /// Whether a policy names a filter.
    pub filters: bool,
    /// Whether a policy names a scope tag.
    pub scope_tags: bool,
}

/// What the policies name.
pub fn wanted<'p>(policies: impl IntoIterator<Item = &'p Compiled<'p>>) -> NamesToResolve {
    let mut wanted = NamesToResolve::default();
    for policy in policies {
        for assignment in policy.assignments.iter().flatten() {
            match &assignment.who {
                NamedWho::Group { id: Some(id), .. } => {
                    wanted.group_ids.insert(id.clone());
                }
                NamedWho::Group { name: Some(name), .. } => {
                    wanted.group_names.insert(name.clone());
                }
                _ => {}
            }
            wanted.filters |= assignment.filter.is_some();
        }
        wanted.scope_tags |= policy.scope_tags.as_ref().is_some_and(|tags| !tags.is_empty());
    }
    wanted
}

/// Creates a profile with IDs from a policy with names. A name that does not exist, or exists twice, is an error at its
/// line, with suggestions.
pub fn resolve(policy: &Compiled<'_>, directory: &Directory, problems: &mut Vec<Diagnostic>) -> Option<Profile> {
    let before = problems.len();
    let assignments = policy.assignments.as_ref().map(|all| {
        let found = all.iter().filter_map(|one| Some((one, resolve_assignment(one, directory, problems)?)));
        let found: Vec<_> = found.collect();
        complain_of_twins(&found, problems);
        found.into_iter().map(|(_, assignment)| assignment).collect::<Assignments>()
    });
    let scope_tags = policy.scope_tags.as_ref().map(|tags| {
        let ids = tags.iter().filter_map(|tag| match (&tag.name, &tag.id) {
            (Some(name), None) if name == "Default" => Some(DEFAULT_TAG.to_string()),
            _ => by_name_or_id(&directory.scope_tags, tag, SCOPE_TAG, problems),
        });
        canonical_tags(ids.collect::<Vec<_>>())
    });
    if problems.len() > before {
        return None;
    }
    Some(Profile {
        name: policy.name.clone(),
        description: policy.description.as_ref().map(|text| normal_text(&text.value)),
        settings: Arc::clone(policy.settings.of_profile()),
        assignments,
        scope_tags,
    })
}

/// Reports a group that is listed by name and by ID, which is unknown before names are resolved.
fn complain_of_twins(all: &[(&NamedAssignment, Assignment)], problems: &mut Vec<Diagnostic>) {
    for (at, (written, assignment)) in all.iter().enumerate() {
        let Some((first, _)) = all[..at].iter().find(|(_, other)| other.who == assignment.who) else { continue };
        problems.push(
            Diagnostic::error(
                Code::DuplicateTarget,
                format!("`{}` and `{}` are the same target", first.who.shown(), written.who.shown()),
            )
            .at(written.place.clone(), "again here")
            .and(first.place.clone(), "first here")
            .note("Microsoft Graph accepts each target once, with one filter"),
        );
    }
}

fn resolve_assignment(
    assignment: &NamedAssignment,
    directory: &Directory,
    problems: &mut Vec<Diagnostic>,
) -> Option<Assignment> {
    let place = &assignment.place;
    let who = match &assignment.who {
        NamedWho::AllDevices => Some(Who::AllDevices),
        NamedWho::AllUsers => Some(Who::AllUsers),
        NamedWho::Group { name, id: Some(id) } => {
            by_id(&directory.groups, id, name.as_deref(), place, GROUP, problems).map(Who::Group)
        }
        NamedWho::Group { name, id: None } => {
            let name = name.as_deref().unwrap_or_default();
            let similar = directory.similar_groups.get(name).map_or(&[][..], Vec::as_slice);
            by_name(&directory.groups, name, place, GROUP, similar, problems).map(Who::Group)
        }
    };
    let filter = match &assignment.filter {
        None => None,
        Some((mode, filter)) => Some((*mode, by_name_or_id(&directory.filters, filter, FILTER, problems)?)),
    };
    Some(Assignment { excluded: assignment.excluded, who: who?, filter })
}

fn by_name_or_id(
    entries: &[NamedObject],
    wanted: &NameOrId,
    what: &str,
    problems: &mut Vec<Diagnostic>,
) -> Option<String> {
    let name = wanted.name.as_deref();
    match &wanted.id {
        Some(id) => by_id(entries, id, name, &wanted.place, what, problems),
        None => by_name(entries, name.unwrap_or_default(), &wanted.place, what, &[], problems),
    }
}

/// The entry with an ID. If the policy also gives a name, reports a different one.
fn by_id(
    entries: &[NamedObject],
    id: &str,
    name: Option<&str>,
    place: &Place,
    what: &str,
    problems: &mut Vec<Diagnostic>,
) -> Option<String> {
    let Some(entry) = entries.iter().find(|entry| entry.id.eq_ignore_ascii_case(id)) else {
        let problem = Diagnostic::error(Code::NotInTenant, format!("no {what} in the tenant has the ID {id}"))
            .at(place.clone(), "not found in the tenant");
        // All filters and tags were read, but only some groups.
        let named = entries.iter().filter(|entry| what != GROUP && name.is_none_or(|name| entry.name == name));
        let listed: Vec<String> = named.take(10).map(|entry| format!("{} ({})", entry.name, entry.id)).collect();
        problems.push(if listed.is_empty() { problem } else { problem.note(candidates(&listed)) });
        return None;
    };
    match name {
        Some(name) if name != entry.name => {
            problems.push(
                Diagnostic::error(Code::NameMismatch, format!("the {what} {id} is not called `{name}`"))
                    .at(place.clone(), format!("in Intune it is called `{}`", entry.name))
                    .help("correct the name or the ID"),
            );
            None
        }
        _ => Some(entry.id.clone()),
    }
}

fn candidates(listed: &[impl AsRef<str>]) -> String {
    let listed: Vec<&str> = listed.iter().map(AsRef::as_ref).collect();
    format!("candidates: {}", listed.join(", "))
}

/// The only entry with a name.
fn by_name(
    entries: &[NamedObject],
    name: &str,
    place: &Place,
    what: &str,
    similar: &[String],
    problems: &mut Vec<Diagnostic>,
) -> Option<String> {
    let found: BTreeSet<&NamedObject> = entries.iter().filter(|entry| entry.name == name).collect();
    if found.len() == 1 {
        return found.first().map(|entry| entry.id.clone());
    }
    problems.push(if found.is_empty() {
        no_entry(entries, name, place, what, similar)
    } else {
        several(&found, name, place, what)
    });
    None
}

fn no_entry(entries: &[NamedObject], name: &str, place: &Place, what: &str, similar: &[String]) -> Diagnostic {
    let mut problem = Diagnostic::error(Code::NotInTenant, format!("the tenant has no {what} `{name}`"))
        .at(place.clone(), "not found in the tenant");
    let names: Vec<&str> =
        entries.iter().map(|entry| entry.name.as_str()).chain(similar.iter().map(String::as_str)).collect();
    if let Some(near) = crate::diagnostic::nearest(name, names.iter().copied()) {
        problem = problem.help(format!("Did you mean `{near}`?"));
    } else if what != GROUP && entries.iter().any(|entry| entry.id.eq_ignore_ascii_case(name)) {
        problem = problem.help(format!("this looks like an ID: write `{{ id: \"{name}\" }}`"));
    }
    let likely: BTreeSet<&str> = if similar.is_empty() && what != GROUP {
        names.into_iter().collect()
    } else {
        similar.iter().map(String::as_str).collect()
    };
    let listed: Vec<&str> = likely.into_iter().take(10).collect();
    if listed.is_empty() { problem } else { problem.note(candidates(&listed)) }
}

fn several(found: &BTreeSet<&NamedObject>, name: &str, place: &Place, what: &str) -> Diagnostic {
    let ids: Vec<&str> = found.iter().map(|entry| entry.id.as_str()).collect();
    let word = if what == GROUP { "group" } else { "name" };
    Diagnostic::error(Code::AmbiguousName, format!("the tenant has {} {what}s `{name}`", found.len()))
        .at(place.clone(), "this name is not unique")
        .note(candidates(&ids))
        .help(format!("write `{{ {word}: {name}, id: … }}` with the ID of the right one"))
}
