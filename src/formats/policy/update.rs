//! Changes a policy so that it says what its profile in the tenant has. Everything that still says the same stays as it
//! is written: comments, order, the name of a target, variables.

use std::collections::{BTreeMap, BTreeSet};

use super::audience::{self, Targets};
use super::file::{ProfileToWrite, Remark};
use super::setting::{RowNames, WrittenSetting};
use super::value::UNCHECKED;
use crate::compile::{Compiled, Context, Directory, NamedAssignment, compile, join, resolve};
use crate::diagnostic::{Diagnostic, Severity};
use crate::policy::{Audiences, Policy, SettingInput, read_policy};
use crate::profile::{Assignment, LiveProfile, Profile};
use crate::setting::OmaValue;
use crate::source::{Node, Source, Spanned, Value, parse};

use super::super::yaml::{Edits, NewEntry, Yaml};

/// A policy, and the profile that it should describe.
pub struct PolicyToUpdate<'a> {
    pub policy: &'a Policy,
    pub live: &'a LiveProfile,
    /// Names and ids of both.
    pub directory: &'a Directory,
    /// Files that other settings refer to, too; they are not changed.
    pub shared_files: &'a BTreeSet<String>,
}

/// A policy after an update.
#[derive(Debug, Default)]
pub struct UpdatedPolicy {
    /// The YAML, without a byte order mark; `None` if it is unchanged.
    pub text: Option<String>,
    /// The files that change, by path from the root of the repository.
    pub files: BTreeMap<String, Vec<u8>>,
    /// New files, by the same paths.
    pub new_files: BTreeMap<String, Vec<u8>>,
    /// What changed, one line each.
    pub changes: Vec<String>,
    pub remarks: Vec<Remark>,
}

/// Changes a policy. Nothing is written here.
///
/// # Errors
/// Why the policy cannot say what the profile has.
pub fn update(wanted: &PolicyToUpdate<'_>, context: &Context<'_>) -> Result<UpdatedPolicy, Vec<Remark>> {
    let (compiled, now) = compiled(wanted.policy, wanted.directory, context)?;
    let root = parse(&wanted.policy.source).map_err(|error| vec![Remark::error(error.message)])?;
    let mut update = PolicyEdit {
        wanted,
        context,
        compiled: &compiled,
        root: &root,
        edits: Edits::of(&wanted.policy.source),
        found: UpdatedPolicy::default(),
        errors: Vec::new(),
    };
    update.texts(&now);
    update.settings();
    if now.assignments.is_some() && now.assignments != wanted.live.profile.assignments {
        update.assignments();
    }
    if now.scope_tags.is_some() && now.scope_tags != wanted.live.profile.scope_tags {
        update.scope_tags();
    }
    let PolicyEdit { edits, mut found, errors, .. } = update;
    if !errors.is_empty() {
        return Err(errors);
    }
    let text = edits.apply();
    if text != wanted.policy.source.text {
        found.text = Some(text);
    }
    proven(wanted, context, found)
}

/// Compiles a policy to the profile that it describes.
fn compiled<'a>(
    policy: &Policy,
    directory: &Directory,
    context: &Context<'a>,
) -> Result<(Compiled<'a>, Profile), Vec<Remark>> {
    let mut problems = Vec::new();
    let compiled = compile(std::slice::from_ref(policy), context, &mut problems).pop();
    let profile = compiled.as_ref().and_then(|compiled| resolve(compiled, directory, &mut problems));
    match compiled.zip(profile) {
        Some(both) => Ok(both),
        None => Err(errors(&problems)),
    }
}

fn errors(problems: &[Diagnostic]) -> Vec<Remark> {
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
    errors.map(|problem| Remark::error(format!("{}: {}", problem.message, problem.label))).collect()
}

/// Reads the changed policy back; it has to describe the profile now, except for values that could not be compared.
fn proven(
    wanted: &PolicyToUpdate<'_>,
    context: &Context<'_>,
    found: UpdatedPolicy,
) -> Result<UpdatedPolicy, Vec<Remark>> {
    let policy = wanted.policy;
    if found.text.is_none() && found.files.is_empty() {
        return Ok(found);
    }
    let text = found.text.as_ref().unwrap_or(&policy.source.text);
    let source = Source::new(policy.source.path.clone(), text.clone().into_bytes())
        .map_err(|reason| vec![Remark::error(reason)])?;
    let mut files = context.files.clone();
    let new = found.files.iter().chain(&found.new_files);
    files.extend(new.map(|(path, bytes)| (path.clone(), Ok(bytes.clone()))));
    let context = Context { files: &files, ..*context };
    let mut problems = Vec::new();
    let Some(read) = read_policy(&source, Some(&policy.key), &mut problems) else { return Err(errors(&problems)) };
    let (_, now) = compiled(&read, wanted.directory, &context)?;
    let live = &wanted.live.profile;
    let same_rows = now.settings.keys().eq(live.settings.keys());
    let is_as_there = now.name == live.name
        && same_rows
        && (now.description.is_none() || now.description == live.description)
        && (now.assignments.is_none() || now.assignments == live.assignments)
        && (now.scope_tags.is_none() || now.scope_tags == live.scope_tags)
        && now.settings.iter().zip(live.settings.values()).all(|((_, setting), there)| {
            setting.shown.is_some() || matches!(there.value, OmaValue::Masked(_)) || setting.value == there.value
        });
    if is_as_there {
        return Ok(found);
    }
    let text = "the file is written in a way that cannot be changed here: change it by hand, or write it on several \
                lines and run this again";
    Err(vec![Remark::error(text)])
}

struct PolicyEdit<'u, 'a> {
    wanted: &'u PolicyToUpdate<'u>,
    context: &'u Context<'a>,
    compiled: &'u Compiled<'a>,
    root: &'u Node,
    edits: Edits<'u>,
    found: UpdatedPolicy,
    errors: Vec<Remark>,
}

impl<'u> PolicyEdit<'u, '_> {
    fn part(&self, name: &str) -> Option<(&'_ Spanned<String>, &'_ Node)> {
        let Value::Map(entries) = &self.root.value else { return None };
        entries.iter().find(|(key, _)| key.value == name).map(|(key, value)| (key, value))
    }

    fn set_part(&mut self, name: &str, new: &Yaml, change: String) {
        let Value::Map(entries) = &self.root.value else { return };
        if let Some((key, value)) = entries.iter().find(|(key, _)| key.value == name) {
            self.edits.set(key, value, new);
            self.found.changes.push(change);
        }
    }

    /// Name and description.
    fn texts(&mut self, now: &Profile) {
        let live = &self.wanted.live.profile;
        if now.name != live.name {
            self.set_part("name", &Yaml::text(&live.name), format!("name: \"{}\"", live.name));
        }
        if now.description.is_some() && now.description != live.description {
            let text = live.description.clone().unwrap_or_default();
            self.set_part("description", &Yaml::text(text), "description".into());
        }
    }

    fn settings(&mut self) {
        let (wanted, compiled) = (self.wanted, self.compiled);
        let live = &wanted.live.profile.settings;
        let profile = self.profile();
        let mut variables = BTreeSet::new();
        let (taken, files) = (BTreeSet::new(), self.taken_files());
        let mut rows = RowNames { profile: &profile, context: self.context, variables: &mut variables, taken, files };
        let (mut changed, mut removed, mut added) = (BTreeMap::new(), BTreeSet::new(), Vec::new());
        let written = compiled.settings.iter().zip(compiled.settings.of_profile().iter());
        for (setting, (address, here)) in written {
            let span = setting.name_place().span;
            let mut names = wanted.policy.document.settings.iter();
            let Some(at) = names.position(|(name, _)| name.span == span) else { continue };
            let (name, input) = (setting.uri.short(), &wanted.policy.document.settings.0[at].1.input);
            match live.get(address).map(|there| &there.value) {
                None => {
                    removed.insert(at);
                    self.found.changes.push(format!("- {name}"));
                }
                Some(there) if *there == here.value => {}
                Some(OmaValue::Masked(_)) => {
                    let text = format!("{name}: its value cannot be read here, so it stays as it is written");
                    self.found.remarks.push(Remark::warning(text));
                }
                Some(_) if here.shown.is_some() => {
                    let text = format!("{name}: Intune has another value, and the policy a secret: change the secret");
                    self.found.remarks.push(Remark::error(text));
                }
                Some(there) if self.goes_into_file(input, there) => self.found.changes.push(format!("~ {name}")),
                Some(there) => match rows.row(address, there).written_or(&mut self.errors, &mut self.found.remarks) {
                    Some(row) => {
                        if let Some(new) = self.replaced(at, row) {
                            changed.insert(at, new);
                            self.found.changes.push(format!("~ {name}"));
                        }
                    }
                    None => continue,
                },
            }
        }
        for (address, there) in
            live.iter().filter(|(address, _)| !compiled.settings.of_profile().contains_key(*address))
        {
            let row = rows.row(address, &there.value);
            let remarks = row.remarks.iter().map(|remark| remark.text.clone()).collect();
            let Some(row) = row.written_or(&mut self.errors, &mut self.found.remarks) else { continue };
            self.found.changes.push(format!("+ {}", address.short()));
            self.new_file(row.file);
            added.push(NewEntry { key: row.name, value: row.value, label: row.label, remarks });
        }
        let Some((_, map)) = self.part("settings") else { return };
        if removed.len() == compiled.settings.len() && added.is_empty() {
            self.errors.push(Remark::error("the profile has no settings any more, but a policy needs at least one"));
            return;
        }
        let map = map.clone();
        self.edits.change_map(&map, &changed, &removed, &added);
    }

    /// The paths of files that exist, from the policy's folder and without extension.
    fn taken_files(&self) -> BTreeSet<String> {
        let path = &self.wanted.policy.source.path;
        let folder = path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
        let files = self.context.files.keys().filter_map(|file| file.strip_prefix(folder.as_str()));
        files.map(|file| file.rsplit_once('.').map_or(file, |(stem, _)| stem).to_string()).collect()
    }

    fn new_file(&mut self, file: Option<(String, Vec<u8>)>) {
        self.found.new_files.extend(file.map(|(path, bytes)| (self.beside(&path), bytes)));
    }

    /// A path from the policy's folder, from the root of the repository.
    fn beside(&self, path: &str) -> String {
        let file = &self.wanted.policy.source.path;
        join(file.rsplit_once('/').map_or("", |(folder, _)| folder), path)
    }

    /// Takes a value into the file that the policy already has for it.
    fn goes_into_file(&mut self, input: &SettingInput, there: &OmaValue) -> bool {
        let SettingInput::File(path) = input else { return false };
        let path = self.beside(path);
        let bytes = match there {
            // Reading a file of text makes its line ends equal.
            OmaValue::String(text) | OmaValue::Xml(text) if !text.contains('\r') => text.as_bytes().to_vec(),
            OmaValue::Base64(bytes) => bytes.to_vec(),
            _ => return false,
        };
        if self.wanted.shared_files.contains(&path) {
            return false;
        }
        self.found.files.insert(path, bytes);
        true
    }

    /// The new value of a setting, with what the policy says of it besides.
    fn replaced(&mut self, at: usize, row: WrittenSetting) -> Option<Yaml> {
        let (name, old) = &self.wanted.policy.document.settings.0[at];
        if old.form().registry.is_some() {
            let text = format!("{}: its `registry:` is for the old value: change both by hand", name.value);
            self.errors.push(Remark::error(text));
            return None;
        }
        self.new_file(row.file);
        let Yaml::Map(mut entries) = row.value else { return Some(row.value) };
        let written = self.written_reason(at);
        let is_generic = |text: &str| text == UNCHECKED;
        for (word, value) in &mut entries {
            if let (true, Yaml::Text(reason), Some(own)) = (word == "unchecked", &*value, &written)
                && (is_generic(reason) || !is_generic(own))
            {
                *value = Yaml::text(own);
            }
        }
        Some(Yaml::Map(entries))
    }

    /// The reason for `unchecked:` of a setting.
    fn written_reason(&self, at: usize) -> Option<String> {
        let (_, Node { value: Value::Map(settings), .. }) = self.part("settings")? else { return None };
        let Value::Map(form) = &settings.get(at)?.1.value else { return None };
        let (_, reason) = form.iter().find(|(word, _)| word.value == "unchecked")?;
        if let Value::Text(text) = &reason.value { Some(text.clone()) } else { None }
    }

    fn assignments(&mut self) {
        let profile = self.profile();
        let targets = Targets::of(&profile);
        if !targets.lost.is_empty() {
            let lost = |reason: String| Remark::error(format!("the assignments cannot be written: {reason}"));
            self.errors.extend(targets.lost.into_iter().map(lost));
            return;
        }
        let document = &self.wanted.policy.document;
        if let Some(Audiences::Target(name)) = document.assignments.as_ref().map(|written| &written.value) {
            let text = format!("the assignments no longer are those of the target `{name}`, which is not changed");
            self.found.remarks.push(Remark::warning(text));
        } else if self.changed_targets(&profile) {
            self.found.changes.push("assignments".into());
            return;
        }
        let Targets { include, exclude, .. } = targets;
        let mut sides = vec![("include".to_string(), Yaml::List(include))];
        if !exclude.is_empty() {
            sides.push(("exclude".into(), Yaml::List(exclude)));
        }
        self.set_part("assignments", &Yaml::Map(sides), "assignments".into());
    }

    /// Changes the lists of targets item by item; false if one of them would be empty or new.
    fn changed_targets(&mut self, profile: &ProfileToWrite<'_>) -> bool {
        let Some((_, Node { value: Value::Map(sides), .. })) = self.part("assignments") else { return false };
        let sides = sides.clone();
        let here = self.each_assignment();
        let live = self.wanted.live.profile.assignments.clone().unwrap_or_default();
        let mut plans = Vec::new();
        for (excluded, side) in [(false, "include"), (true, "exclude")] {
            let own: Vec<_> = here.iter().filter(|one| one.excluded == excluded).collect();
            let gone = |(at, one): (usize, &&Assignment)| (!live.has(one)).then_some(at);
            let removed: BTreeSet<usize> = own.iter().enumerate().filter_map(gone).collect();
            let new = live.iter().filter(|one| one.excluded == excluded && !own.contains(one));
            let added: Result<Vec<Yaml>, String> = new.map(|one| audience::target(one, profile.directory)).collect();
            let Ok(added) = added else { return false };
            if removed.is_empty() && added.is_empty() {
                continue;
            }
            let list = sides.iter().find(|(word, _)| word.value == side).map(|(_, list)| list);
            let Some(list) = list.filter(|_| removed.len() < own.len()) else { return false };
            plans.push((list, removed, added));
        }
        for (list, removed, added) in plans {
            self.edits.change_list(list, &removed, &added);
        }
        true
    }

    /// The policy's assignments, each with ids, in the order of the file.
    fn each_assignment(&self) -> Vec<Assignment> {
        let alone = |one: &NamedAssignment| {
            let policy = Compiled { assignments: Some(vec![one.clone()]), scope_tags: None, ..self.compiled.clone() };
            let profile = resolve(&policy, self.wanted.directory, &mut Vec::new())?;
            profile.assignments.iter().flatten().next().cloned()
        };
        self.compiled.assignments.iter().flatten().filter_map(alone).collect()
    }

    /// Writes the scope tags again; those that stay keep their text.
    fn scope_tags(&mut self) {
        let live = self.wanted.live.profile.scope_tags.clone().unwrap_or_default();
        let (mut tags, mut kept) = (Vec::new(), BTreeSet::new());
        let own = match self.part("scope_tags") {
            Some((_, Node { value: Value::List(items), .. })) => items.clone(),
            _ => Vec::new(),
        };
        for (named, item) in self.compiled.scope_tags.iter().flatten().zip(&own) {
            let policy = Compiled { scope_tags: Some(vec![named.clone()]), assignments: None, ..self.compiled.clone() };
            let profile = resolve(&policy, self.wanted.directory, &mut Vec::new());
            let ids: BTreeSet<String> = profile.and_then(|profile| profile.scope_tags).unwrap_or_default();
            if let Some(id) = ids.into_iter().next().filter(|id| live.contains(id)) {
                tags.push(Yaml::Bare(self.wanted.policy.source.slice(item.span).to_string()));
                kept.insert(id);
            }
        }
        for id in live.difference(&kept) {
            match audience::tag(id, self.wanted.directory) {
                Ok(tag) => tags.push(tag),
                Err(reason) => self.errors.push(Remark::error(format!("the scope tags cannot be written: {reason}"))),
            }
        }
        if live.is_empty() {
            tags = vec![Yaml::text("Default")];
        }
        self.set_part("scope_tags", &Yaml::List(tags), "scope tags".into());
    }

    fn profile(&self) -> ProfileToWrite<'u> {
        let wanted = self.wanted;
        ProfileToWrite { live: wanted.live, path: &wanted.policy.source.path, directory: wanted.directory }
    }
}
