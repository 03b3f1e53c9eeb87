//! Writes a profile of a tenant as a policy that adopts it: the shortest YAML that compiles to exactly the same
//! profile.
//!
//! Everything is compiled and compared before it is written. If the language cannot express a setting, there is no
//! policy: it would remove the setting from the profile. What else it cannot express becomes a comment in the file and a
//! [`Remark`]; nothing is silently left out.

mod audience;
mod file;
mod key;
mod setting;
#[cfg(test)]
mod tests;
mod update;
mod value;

pub use file::{PolicyFile, ProfileToWrite, Remark};
pub use key::file_names;
pub use update::{PolicyToUpdate, UpdatedPolicy, update};

use std::collections::BTreeSet;

use super::yaml::{self, Yaml, comment};
use crate::compile::{Context, Secrets, SuggestionBudget, compile};
use crate::diagnostic::{Severity, any_error};
use crate::policy::read_policy;
use crate::source::Source;
use file::beside;
use setting::SettingRow;

/// Writes a profile as a policy that adopts it. `variables` contains the names of secrets so far; the new ones are
/// added.
///
/// # Errors
/// Why there cannot be a policy: not all of its settings can be expressed, or the whole policy is not valid.
pub fn write(
    profile: &ProfileToWrite<'_>,
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
    // Apply would remove a row that the policy does not have.
    if lines.iter().any(|line| line.lost.is_some()) {
        return Err(lines.into_iter().filter_map(|line| line.lost).map(Remark::error).collect());
    }
    lines.into_iter().for_each(|line| settle(&mut file, line));
    file.text.push('\n');
    audience::write(profile, &mut file);
    let adopt = Yaml::Map(vec![(context.environment.to_string(), Yaml::id(&profile.live.id))]);
    yaml::entry(&mut file.text, 0, "adopt", &adopt);
    complaints(profile, &file, context).map_or(Ok(file), Err)
}

/// Adds one setting with its comments.
fn settle(file: &mut PolicyFile, line: SettingRow) {
    line.remarks.iter().for_each(|remark| comment(&mut file.text, 2, &remark.text));
    file.remarks.extend(line.remarks);
    file.remarks.extend(line.notes);
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

/// The problems of the whole file; its parts were already checked.
fn complaints(profile: &ProfileToWrite<'_>, file: &PolicyFile, context: &Context<'_>) -> Option<Vec<Remark>> {
    let mut problems = Vec::new();
    let source = Source::new(profile.path, file.text.clone().into_bytes()).ok()?;
    let files = beside(profile.path, &file.files);
    let context = Context {
        files: &files,
        secrets: &Secrets::Placeholders,
        suggestions: SuggestionBudget::default(),
        ..*context
    };
    if let Some(policy) = read_policy(&source, Some("import"), &mut problems) {
        compile(&[policy], &context, &mut problems);
    }
    if !any_error(&problems) {
        return None;
    }
    let errors = problems.into_iter().filter(|problem| problem.severity == Severity::Error);
    Some(errors.map(|problem| Remark::error(format!("{}: {}", problem.message, problem.label))).collect())
}
