//! A profile of a tenant as the policy that takes it over: as little YAML as compiles back to exactly the same profile.
//!
//! Nothing is written that was not compiled and compared first. What the language cannot say becomes a comment in the
//! file and a [`Remark`]; it is never left out in silence.

mod audience;
mod key;
mod setting;
#[cfg(test)]
mod tests;
mod value;

pub use key::file_names;

use std::collections::{BTreeMap, BTreeSet};

use super::yaml::{self, Yaml, comment};
use crate::compile::{Context, Directory, Secrets, compile};
use crate::diagnostic::{Severity, any_error};
use crate::policy::read_policy;
use crate::profile::LiveProfile;
use crate::source::Source;
use setting::Line;

/// A policy as a file.
#[derive(Debug, Clone, Default)]
pub struct PolicyFile {
    /// The YAML.
    pub text: String,
    /// Files that values refer to, by path beside the policy, with their exact bytes.
    pub files: BTreeMap<String, Vec<u8>>,
    /// What a person has to know about it.
    pub remarks: Vec<Remark>,
    /// Whether a secret has to be supplied before the policy can be planned.
    pub needs_secrets: bool,
}

/// Something that a person has to know about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// An error: the file says less than the profile.
    pub severity: Severity,
    /// In one line without a full stop.
    pub text: String,
}

impl Remark {
    fn error(text: impl Into<String>) -> Self {
        Self { severity: Severity::Error, text: text.into() }
    }

    fn warning(text: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, text: text.into() }
    }
}

/// A profile to write down.
pub struct Profile<'a> {
    /// The profile; values that stay masked become references to secrets.
    pub live: &'a LiveProfile,
    /// The path of the policy to be, from the root of the repository.
    pub path: &'a str,
    /// Names of what has ids: the groups of its assignments by id, and all groups that share their names; all filters and
    /// scope tags.
    pub directory: &'a Directory,
}

/// Writes a profile as a policy that adopts it. `variables` are the names of secrets so far; those of its own are added.
///
/// # Errors
/// Why there would be no policy: nothing of it can be said, or the whole is refused.
pub fn write(
    profile: &Profile<'_>,
    context: &Context<'_>,
    variables: &mut BTreeSet<String>,
) -> Result<PolicyFile, Vec<Remark>> {
    let mut file = PolicyFile::default();
    let live = &profile.live.profile;
    let depth = profile.path.matches('/').count();
    file.text = format!("# yaml-language-server: $schema={}schemas/policy.schema.json\n", "../".repeat(depth));
    yaml::entry(&mut file.text, 0, "name", &Yaml::text(&live.name));
    if let Some(description) = live.description.as_ref().filter(|text| !text.trim().is_empty()) {
        yaml::entry(&mut file.text, 0, "description", &Yaml::text(description));
    }
    file.text.push_str("\nsettings:\n");
    let lines = setting::lines(profile, context, variables);
    if lines.is_empty() {
        return Err(vec![Remark::error("the profile does not have any settings, but a policy needs at least one")]);
    }
    if lines.iter().all(|line| line.written.is_none()) {
        return Err(lines.into_iter().filter_map(|line| line.lost).map(Remark::error).collect());
    }
    lines.into_iter().for_each(|line| settle(&mut file, line));
    file.text.push('\n');
    audience::write(profile, &mut file);
    let adopt = Yaml::Map(vec![(context.environment.to_string(), id(&profile.live.id))]);
    yaml::entry(&mut file.text, 0, "adopt", &adopt);
    complaints(profile, &file, context).map_or(Ok(file), Err)
}

/// One setting with its comments.
fn settle(file: &mut PolicyFile, line: Line) {
    line.remarks.iter().for_each(|remark| comment(&mut file.text, 2, &remark.text));
    file.remarks.extend(line.remarks);
    let Some(written) = line.written else { return };
    let start = file.text.len();
    yaml::entry(&mut file.text, 2, &written.name, &written.value);
    if let Some(label) = &written.label
        && file.text[start..].matches('\n').count() == 1
    {
        file.text.pop();
        file.text.push_str(&format!("     # {label}\n"));
    }
    file.files.extend(written.file);
    file.needs_secrets |= written.is_secret;
}

/// An id as people copy it, in quotes where it could be a number.
fn id(id: &str) -> Yaml {
    let is_text = id.contains('-') && id.parse::<f64>().is_err();
    if is_text { Yaml::Bare(id.to_string()) } else { Yaml::text(id) }
}

/// What the program would say of the whole file; parts were looked at one by one before.
fn complaints(profile: &Profile<'_>, file: &PolicyFile, context: &Context<'_>) -> Option<Vec<Remark>> {
    let mut problems = Vec::new();
    let source = Source::new(profile.path, file.text.clone().into_bytes()).ok()?;
    let files = beside(profile.path, &file.files);
    let context = Context { files: &files, secrets: &Secrets::Placeholders, ..*context };
    if let Some(policy) = read_policy(&source, Some("import"), &mut problems) {
        compile(&[policy], &context, &mut problems);
    }
    if !any_error(&problems) {
        return None;
    }
    let errors = problems.into_iter().filter(|problem| problem.severity == Severity::Error);
    Some(errors.map(|problem| Remark::error(format!("{}: {}", problem.message, problem.label))).collect())
}

/// Files beside a policy, by path from the root of the repository.
fn beside(path: &str, files: &BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Result<Vec<u8>, String>> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let at = |name: &String| if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
    files.iter().map(|(name, bytes)| (at(name), Ok(bytes.clone()))).collect()
}
