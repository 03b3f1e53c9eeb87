//! Names to ids, from a plain directory value.

use std::collections::{BTreeMap, BTreeSet};

use super::{Compiled, NamedAssignment, NamedWho};
use crate::diagnostic::{Diagnostic, Place};
use crate::profile::{Assignment, DEFAULT_TAG, Profile, Setting, canonical_tags, normal_text};
use crate::setting::Who;

/// Something in the tenant that has a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// Its display name.
    pub name: String,
}

/// What the tenant holds under the names that are wanted; names are not unique there.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    /// Groups.
    pub groups: Vec<Entry>,
    /// Assignment filters.
    pub filters: Vec<Entry>,
    /// Scope tags.
    pub scope_tags: Vec<Entry>,
    /// Groups whose names are like the ones that were not found, by that name.
    pub similar_groups: BTreeMap<String, Vec<String>>,
}

/// What has to be looked up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Groups by name.
    pub group_names: BTreeSet<String>,
    /// Groups by id.
    pub group_ids: BTreeSet<String>,
    /// Whether any filter is named.
    pub filters: bool,
    /// Whether any scope tag is named.
    pub scope_tags: bool,
}

/// What the policies name.
pub fn wanted<'p>(policies: impl IntoIterator<Item = &'p Compiled<'p>>) -> Wanted {
    let mut wanted = Wanted::default();
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

/// Makes a profile with ids of a policy with names. Names that are not found, or found twice, are complained of
/// at their line with what could be meant.
pub fn resolve(policy: &Compiled<'_>, directory: &Directory, problems: &mut Vec<Diagnostic>) -> Option<Profile> {
    let before = problems.len();
    let assignments = policy.assignments.as_ref().map(|all| {
        let found = all.iter().filter_map(|one| Some((one, resolve_assignment(one, directory, problems)?)));
        let found: Vec<_> = found.collect();
        complain_of_twins(&found, problems);
        found.into_iter().map(|(_, assignment)| assignment).collect::<BTreeSet<_>>()
    });
    let scope_tags = policy.scope_tags.as_ref().map(|tags| {
        let ids = tags.iter().filter_map(|(name, place)| match name.as_str() {
            "Default" => Some(DEFAULT_TAG.to_string()),
            name => one(&directory.scope_tags, name, place, "scope tag", &[], problems),
        });
        canonical_tags(ids.collect::<Vec<_>>())
    });
    if problems.len() > before {
        return None;
    }
    let settings = policy
        .settings
        .iter()
        .map(|setting| (setting.uri.clone(), Setting { value: setting.value.clone(), shown: setting.shown.clone() }));
    Some(Profile {
        name: policy.name.clone(),
        description: policy.description.as_deref().map(normal_text),
        settings: settings.collect(),
        assignments,
        scope_tags,
    })
}

/// One group by its name and by its id: seen only now.
fn complain_of_twins(all: &[(&NamedAssignment, Assignment)], problems: &mut Vec<Diagnostic>) {
    for (at, (written, assignment)) in all.iter().enumerate() {
        let Some((first, _)) = all[..at].iter().find(|(_, other)| other.who == assignment.who) else { continue };
        problems.push(
            Diagnostic::error(
                "SP0406",
                format!("`{}` and `{}` are one target", first.who.shown(), written.who.shown()),
            )
            .at(written.place.clone(), "again here")
            .and(first.place.clone(), "first here")
            .note("Graph takes each target once, with one filter"),
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
            by_id(directory, id, name.as_deref(), place, problems).map(Who::Group)
        }
        NamedWho::Group { name, id: None } => {
            let name = name.as_deref().unwrap_or_default();
            let similar = directory.similar_groups.get(name).map_or(&[][..], Vec::as_slice);
            one(&directory.groups, name, place, "group", similar, problems).map(Who::Group)
        }
    };
    let filter = match &assignment.filter {
        None => None,
        Some((mode, name, place)) => {
            Some((*mode, one(&directory.filters, name, place, "assignment filter", &[], problems)?))
        }
    };
    Some(Assignment { excluded: assignment.excluded, who: who?, filter })
}

fn by_id(
    directory: &Directory,
    id: &str,
    name: Option<&str>,
    place: &Place,
    problems: &mut Vec<Diagnostic>,
) -> Option<String> {
    let Some(entry) = directory.groups.iter().find(|entry| entry.id == id) else {
        problems.push(
            Diagnostic::error("SP0501", format!("no group has the id {id}"))
                .at(place.clone(), "not found in the tenant"),
        );
        return None;
    };
    match name {
        Some(name) if name != entry.name => {
            problems.push(
                Diagnostic::error("SP0503", format!("the group {id} is not called `{name}`"))
                    .at(place.clone(), format!("in the tenant it is `{}`", entry.name))
                    .help("the id decides; correct the name, or the id"),
            );
            None
        }
        _ => Some(entry.id.clone()),
    }
}

/// The one entry with a name.
fn one(
    entries: &[Entry],
    name: &str,
    place: &Place,
    what: &str,
    similar: &[String],
    problems: &mut Vec<Diagnostic>,
) -> Option<String> {
    let found: BTreeSet<&Entry> = entries.iter().filter(|entry| entry.name == name).collect();
    if found.len() == 1 {
        return found.first().map(|entry| entry.id.clone());
    }
    let problem = if found.is_empty() {
        let mut problem = Diagnostic::error("SP0501", format!("the tenant has no {what} `{name}`"))
            .at(place.clone(), "not found in the tenant");
        let names: Vec<&str> =
            entries.iter().map(|entry| entry.name.as_str()).chain(similar.iter().map(String::as_str)).collect();
        if let Some(near) = crate::diagnostic::nearest(name, names.iter().copied()) {
            problem = problem.help(format!("did you mean `{near}`"));
        }
        let candidates: BTreeSet<&str> = if similar.is_empty() && what != "group" {
            names.into_iter().collect()
        } else {
            similar.iter().map(String::as_str).collect()
        };
        if !candidates.is_empty() {
            let listed: Vec<&str> = candidates.into_iter().take(10).collect();
            problem = problem.note(format!("candidates: {}", listed.join(", ")));
        }
        problem
    } else {
        let ids: Vec<&str> = found.iter().map(|entry| entry.id.as_str()).collect();
        let problem = Diagnostic::error("SP0502", format!("the tenant has {} {what}s `{name}`", found.len()))
            .at(place.clone(), "which of them is meant?")
            .note(format!("candidates: {}", ids.join(", ")));
        if what == "group" {
            problem.help(format!("write `{{ group: {name}, id: … }}` with the id of the one that is meant"))
        } else {
            problem.help(format!("rename one of the {what}s in Intune"))
        }
    };
    problems.push(problem);
    None
}
