//! Imports assignments and scope tags by name.

use std::collections::BTreeSet;

use super::super::yaml::{self, Yaml, comment};
use super::file::{PolicyFile, ProfileToWrite, Remark};
use crate::compile::{Directory, NamedObject};
use crate::profile::{Assignment, DEFAULT_TAG};
use crate::setting::{FilterMode, Who};

/// Writes both blocks.
pub(super) fn write(profile: &ProfileToWrite<'_>, file: &mut PolicyFile) {
    assignments(profile, file);
    file.text.push('\n');
    scope_tags(profile, file);
}

/// The targets of a profile.
#[derive(Default)]
pub(super) struct Targets {
    pub include: Vec<Yaml>,
    pub exclude: Vec<Yaml>,
    /// Why some of them cannot be written.
    pub lost: Vec<String>,
}

impl Targets {
    pub fn of(profile: &ProfileToWrite<'_>) -> Self {
        let mut targets = Self::default();
        let mut taken: BTreeSet<&Who> = BTreeSet::new();
        for assignment in profile.live.profile.assignments.iter().flatten() {
            let target = target(assignment, profile.directory).and_then(|target| match taken.insert(&assignment.who) {
                true => Ok(target),
                false => Err("a target is listed twice, but Microsoft Graph accepts each target once".into()),
            });
            match target {
                Ok(target) if assignment.excluded => targets.exclude.push(target),
                Ok(target) => targets.include.push(target),
                Err(reason) => {
                    let side = if assignment.excluded { "excluded" } else { "included" };
                    targets.lost.push(format!("an {side} target cannot be written here: {reason}"));
                }
            }
        }
        targets
    }
}

/// Writes all targets. If one cannot be written, none is, and the profile keeps its assignments: the other targets
/// alone would reach fewer devices, or more if an exclusion is missing.
fn assignments(profile: &ProfileToWrite<'_>, file: &mut PolicyFile) {
    let Targets { include, exclude, lost } = Targets::of(profile);
    let any = !(include.is_empty() && exclude.is_empty());
    let mut block = "assignments:\n".to_string();
    side(&mut block, "include", include, true);
    side(&mut block, "exclude", exclude, false);
    if lost.is_empty() {
        file.text.push_str(&block);
        return;
    }
    for reason in lost {
        let remark = Remark::error(format!("assignments are not imported: {reason}"));
        comment(&mut file.text, 0, &remark.text);
        file.remarks.push(remark);
    }
    if any {
        comment(&mut file.text, 0, "the other targets of the profile:");
        block.lines().for_each(|line| file.text.push_str(&format!("# {line}\n")));
    }
}

/// Writes a list of targets, one per line: all devices and users first, then groups by name.
fn side(text: &mut String, word: &str, targets: Vec<Yaml>, always: bool) {
    let mut lines: Vec<(bool, String)> =
        targets.iter().map(|target| (!target.flow().starts_with("{ all:"), target.flow())).collect();
    lines.sort();
    if lines.is_empty() {
        text.push_str(&if always { format!("  {word}: []\n") } else { String::new() });
        return;
    }
    text.push_str(&format!("  {word}:\n"));
    lines.iter().for_each(|(_, line)| text.push_str(&format!("    - {line}\n")));
}

pub(super) fn target(assignment: &Assignment, directory: &Directory) -> Result<Yaml, String> {
    let mut entries = match &assignment.who {
        Who::AllDevices => vec![("all".to_string(), Yaml::text("devices"))],
        Who::AllUsers => vec![("all".to_string(), Yaml::text("users"))],
        Who::Group(group_id) => group(group_id, directory)?,
        Who::Other(raw) => return Err(other_kind(raw)),
    };
    if let Some((mode, filter_id)) = &assignment.filter {
        if assignment.excluded {
            return Err("an excluded group cannot have a filter".into());
        }
        let filter = name_or_id(&directory.filters, filter_id, "assignment filter")?;
        let filter = match mode {
            FilterMode::Include => filter,
            FilterMode::Exclude => Yaml::map([("exclude", filter)]),
        };
        entries.push(("filter".into(), filter));
    }
    Ok(Yaml::Map(entries))
}

/// Describes a target that a policy cannot express.
fn other_kind(raw: &str) -> String {
    let target: serde_json::Value = serde_json::from_str(raw).unwrap_or_default();
    if let Some(intent) = target["intent"].as_str() {
        return format!("an assignment with the intent `{intent}`");
    }
    match target["collectionId"].as_str() {
        Some(id) => format!("the Configuration Manager collection {id}"),
        None => format!("a target of the kind {}", target["@odata.type"].as_str().unwrap_or(raw)),
    }
}

/// A group by name, and by ID if other groups have the same name.
fn group(group_id: &str, directory: &Directory) -> Result<Vec<(String, Yaml)>, String> {
    let Some(found) = directory.groups.iter().find(|entry| entry.id == *group_id) else {
        return Err(format!("the group {group_id} no longer exists"));
    };
    if found.name.trim().is_empty() {
        return Ok(vec![("id".into(), Yaml::id(group_id))]);
    }
    let name = ("group".to_string(), Yaml::text(&found.name));
    let namesakes: BTreeSet<&str> =
        directory.groups.iter().filter(|entry| entry.name == found.name).map(|entry| entry.id.as_str()).collect();
    Ok(if namesakes.len() == 1 { vec![name] } else { vec![name, ("id".into(), Yaml::id(group_id))] })
}

/// A filter or a tag by name, and by ID if others have the same name.
fn name_or_id(entries: &[NamedObject], entry_id: &str, what: &str) -> Result<Yaml, String> {
    let Some(found) = entries.iter().find(|entry| entry.id == entry_id) else {
        return Err(format!("the {what} {entry_id} no longer exists"));
    };
    let name = Yaml::text(&found.name);
    // This name means the default tag, which every tenant has.
    let is_default = what == SCOPE_TAG && found.name == "Default";
    Ok(match entries.iter().filter(|entry| entry.name == found.name).count() {
        _ if found.name.trim().is_empty() => Yaml::map([("id", Yaml::id(entry_id))]),
        1 if !is_default => name,
        _ => Yaml::map([("name", name), ("id", Yaml::id(entry_id))]),
    })
}

const SCOPE_TAG: &str = "scope tag";

/// Writes the tags by name. If one cannot be written, none is, and the profile keeps its tags.
fn scope_tags(profile: &ProfileToWrite<'_>, file: &mut PolicyFile) {
    let ids = profile.live.profile.scope_tags.iter().flatten();
    match ids.map(|id| tag(id, profile.directory)).collect::<Result<Vec<Yaml>, String>>() {
        Ok(tags) if tags.is_empty() => {}
        Ok(mut tags) => {
            tags.sort_by_key(Yaml::flow);
            yaml::entry(&mut file.text, 0, "scope_tags", &Yaml::List(tags));
        }
        Err(reason) => {
            let remark = Remark::error(format!("scope tags are not imported: {reason}"));
            comment(&mut file.text, 0, &remark.text);
            file.remarks.push(remark);
        }
    }
}

pub(super) fn tag(id: &str, directory: &Directory) -> Result<Yaml, String> {
    match id {
        DEFAULT_TAG => Ok(Yaml::text("Default")),
        id => name_or_id(&directory.scope_tags, id, SCOPE_TAG),
    }
}
