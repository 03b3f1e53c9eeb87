//! `import`: writes policies that adopt a tenant's custom profiles.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::output::{Output, exit, prompt};
use super::{Global, today};
use crate::adoption::{self, Folder, Import, ImportState, ImportedProfile, Update, require_readable};
use crate::diagnostic::counted;
use crate::failure::Failure;
use crate::planning::connection;
use crate::report::{Paint, differences};
use crate::repository::Repository;
use crate::session::{Purpose, Session};

#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// Files to import (not supported yet: only a tenant can be imported)
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Import only this custom profile, by name or ID
    #[arg(long, value_name = "NAME|ID")]
    profile: Option<String>,
    /// Change the policy with this key so that it says what its profile has now
    #[arg(long, value_name = "KEY", conflicts_with_all = ["files", "profile", "out"])]
    update: Option<String>,
    /// Folder for the policies, inside policies/
    #[arg(long, value_name = "FOLDER", default_value = "policies/imported")]
    out: String,
}

pub(super) async fn run(args: &ImportArgs, global: &Global, output: &Output) -> Result<ExitCode, Failure> {
    if !args.files.is_empty() {
        return Err(Failure::with_help(
            "`import` cannot read files yet",
            "leave out FILE to import the custom profiles of the environment's tenant; `--profile` selects one by its \
             name or ID",
        ));
    }
    let repository = Repository::open(&global.dir)?;
    let (name, environment) = repository.environment(global.env.as_deref())?;
    let folder = Folder::new(&repository.root, &args.out)?;
    if let Err(failure) = require_readable(&repository) {
        output.diagnostics(&mut repository.problems.clone());
        return Err(failure);
    }
    let session = Session::open(&connection(&repository, environment), Purpose::Plan, prompt()).await?;
    if let Some(key) = &args.update {
        let done = adoption::update_policy(&session, &repository, name, key, today()).await;
        session.close().await?;
        let update = done?;
        print_update(&update, output);
        return Ok(exit(!update.is_complete()));
    }
    let done = import(args, &session, &repository, name, &folder, output).await;
    session.close().await?;
    let mut import = done?;
    output.diagnostics(&mut import.problems);
    print(&import, output);
    Ok(exit(!import.is_complete()))
}

async fn import(
    args: &ImportArgs,
    session: &Session,
    repository: &Repository,
    environment: &str,
    folder: &Folder,
    output: &Output,
) -> Result<Import, Failure> {
    let selection = adoption::select_profiles(session, repository, environment, args.profile.as_deref()).await?;
    if !selection.is_empty() {
        let profiles = counted(selection.len(), "profile");
        output
            .say(&format!("reading {profiles}; a plan of each policy then proves that adopting changes nothing else"));
    }
    adoption::import(session, repository, environment, selection, folder, today()).await
}

fn print(import: &Import, output: &Output) {
    for line in &import.skipped {
        output.result(&format!("skipped {line}\n"));
    }
    for one in &import.profiles {
        output.result(&first_line(one));
        for remark in &one.remarks {
            output.result(&format!("  {}: {}\n", remark.severity.word(), remark.text));
        }
        let verdict = one.verdict.as_ref();
        let problems = verdict.iter().flat_map(|verdict| verdict.problems.iter().cloned());
        let changes = verdict.and_then(|verdict| verdict.change.as_ref());
        for line in problems.chain(changes.iter().flat_map(|change| differences(change, Paint::PLAIN))) {
            output.result(&format!("  plan: {line}\n"));
        }
    }
    let (written, proven) = (import.written(), import.proven());
    let done = match import.profiles.len() {
        0 => "nothing to write".to_string(),
        count => {
            format!("{written} of {} written, {proven} proven to be adopted unchanged", counted(count, "profile"))
        }
    };
    let rest = format!("{} skipped, {} of other kinds", import.skipped.len(), import.other_kinds);
    output.result(&format!("\nImport: {done}; {rest}. Nothing was changed in the tenant.\n"));
}

fn print_update(update: &Update, output: &Output) {
    let Update { path, id, name, .. } = update;
    let first = match (update.is_written, update.is_complete()) {
        (true, true) => format!("updated {path}  from \"{name}\" ({id}); a plan changes nothing"),
        (true, false) => format!("updated {path}  from \"{name}\" ({id}), but a plan would still change it"),
        (false, true) => format!("unchanged {path}  it says what \"{name}\" ({id}) has"),
        (false, false) => format!("not updated: {path}  \"{name}\" ({id})"),
    };
    output.result(&format!("{first}\n"));
    for line in &update.changes {
        output.result(&format!("  {line}\n"));
    }
    for remark in &update.remarks {
        output.result(&format!("  {}: {}\n", remark.severity.word(), remark.text));
    }
    let verdict = update.verdict.as_ref();
    let problems = verdict.iter().flat_map(|verdict| verdict.problems.iter().cloned());
    let changes = verdict.and_then(|verdict| verdict.change.as_ref());
    for line in problems.chain(changes.iter().flat_map(|change| differences(change, Paint::PLAIN))) {
        output.result(&format!("  plan: {line}\n"));
    }
    output.result("\nNothing was changed in the tenant.\n");
}

fn first_line(one: &ImportedProfile) -> String {
    let ImportedProfile { id, name, path, .. } = one;
    let adopts = format!("wrote {path}  adopts {id}");
    match one.state() {
        ImportState::Proven => format!("{adopts}, nothing else\n"),
        ImportState::NotProven => format!("{adopts}, not proven\n"),
        ImportState::NotApplicable => format!("wrote {path}  for {id}, but it cannot be applied yet\n"),
        ImportState::Differs => format!("{adopts}, but changes it\n"),
        ImportState::NotWritten => format!("not written: {path}  \"{name}\" ({id})\n"),
    }
}
