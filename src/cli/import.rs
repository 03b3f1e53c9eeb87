//! `import`: a tenant's custom profiles as policies that adopt them.

mod choose;
mod proof;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::Global;
use super::identity::Purpose;
use super::output::{Failure, Output, exit};
use super::session::Session;
use super::workspace::Workspace;
use crate::compile::{Directory, Secrets, Wanted};
use crate::diagnostic::{Severity, any_error};
use crate::formats::policy::{PolicyFile, Profile, Remark};
use crate::graph::Client;
use crate::policy::Environment;
use crate::profile::LiveProfile;
use crate::setting::{OmaUri, Who, grouped};
use crate::{formats, tenant};
use choose::{Chosen, choose};
use proof::{Proof, Verdict, prove};

#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// Files to read (not yet: only a tenant can be imported)
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Only this custom profile, by its name or its id
    #[arg(long, value_name = "NAME|ID")]
    profile: Option<String>,
    /// Where the policies go: a folder below policies/
    #[arg(long, value_name = "FOLDER", default_value = "policies/imported")]
    out: String,
}

/// What became of one profile.
struct Imported<'p> {
    live: &'p LiveProfile,
    path: String,
    key: String,
    /// Whether its files were written.
    is_written: bool,
    /// Whether secrets have to be supplied before it can be planned.
    needs_secrets: bool,
    remarks: Vec<Remark>,
}

pub(super) async fn run(args: &ImportArgs, global: &Global, output: &Output) -> Result<ExitCode, Failure> {
    if !args.files.is_empty() {
        return Err(Failure::with_help(
            "not yet: `import` reads no files",
            "without FILE it reads the custom profiles of an environment's tenant; `--profile NAME|ID` reads one of them",
        ));
    }
    let workspace = Workspace::open(&global.dir)?;
    let (name, environment) = workspace.environment(global.env.as_deref())?;
    let folder = write::Folder::new(&workspace.root, &args.out)?;
    require_readable(&workspace, output)?;
    let session = Session::open(&workspace, environment, Purpose::Plan).await?;
    let done = import(args, &session, &workspace, (name, environment), &folder, output).await;
    session.close().await?;
    Ok(exit(!done?))
}

/// A policy that cannot be read may be the one that adopts a profile already.
fn require_readable(workspace: &Workspace, output: &Output) -> Result<(), Failure> {
    if !any_error(&workspace.problems) {
        return Ok(());
    }
    output.diagnostics(&mut workspace.problems.clone());
    Err(Failure::with_help(
        "nothing was imported: policies with errors may adopt the same profiles",
        "mend them first; `check` shows them, too",
    ))
}

/// Answers whether everything that was asked for was written, and is adopted as it is.
async fn import(
    args: &ImportArgs,
    session: &Session,
    workspace: &Workspace,
    (name, environment): (&str, &Environment),
    folder: &write::Folder,
    output: &Output,
) -> Result<bool, Failure> {
    let client = &session.client;
    let mut tenant = tenant::read(client).await?;
    let chosen = choose(args.profile.as_deref(), &tenant, workspace, name, client).await?;
    match chosen.profiles(&tenant).count() {
        0 => {}
        1 => output.say("reading 1 profile; its policy is compiled and planned before it counts"),
        count => output
            .say(&format!("reading {} profiles; each policy is compiled and planned before it counts", grouped(count))),
    }
    let unread = |live: &LiveProfile| (live.id.clone(), live.unread().cloned().collect::<Vec<OmaUri>>());
    let masked: Vec<_> = chosen.profiles(&tenant).map(unread).filter(|(_, uris)| !uris.is_empty()).collect();
    tenant::decrypt(client, &mut tenant.profiles, &masked).await?;
    let directory = directory(client, chosen.profiles(&tenant)).await?;
    let context = workspace.context((name, environment), &session.tenant.id, &Secrets::Placeholders, &NO_FILES);
    let (mut all, mut variables) = (Vec::new(), BTreeSet::new());
    for live in chosen.profiles(&tenant) {
        let file_name = chosen.file_names.get(&live.id).cloned().unwrap_or_default();
        let (path, key) = folder.place(&file_name);
        let profile = Profile { live, path: &path, directory: &directory };
        let file = formats::policy::write(&profile, &context, &mut variables);
        all.push(keep(live, path, key, file, folder));
    }
    all.sort_by(|a, b| a.key.cmp(&b.key));
    let provable: BTreeSet<&str> =
        all.iter().filter(|one| one.is_written && !one.needs_secrets).map(|one| one.path.as_str()).collect();
    let proof = prove(session, &workspace.root, (name, environment), &provable, output).await?;
    Ok(tell(&chosen, &all, &proof, tenant.other_kinds, output))
}

/// Values of policies that are only being written refer to no files.
static NO_FILES: BTreeMap<String, Result<Vec<u8>, String>> = BTreeMap::new();

/// Writes the files of a policy, where nothing is in their way.
fn keep<'p>(
    live: &'p LiveProfile,
    path: String,
    key: String,
    file: Result<PolicyFile, Vec<Remark>>,
    folder: &write::Folder,
) -> Imported<'p> {
    let mut imported = Imported { live, path, key, is_written: false, needs_secrets: false, remarks: Vec::new() };
    match file {
        Err(remarks) => imported.remarks = remarks,
        Ok(file) => {
            imported.needs_secrets = file.needs_secrets;
            match folder.write(&imported.path, &file) {
                Ok(()) => imported.is_written = true,
                Err(text) => imported.remarks.push(Remark { severity: Severity::Error, text }),
            }
            // Of what was not written, only the reason matters.
            if imported.is_written {
                imported.remarks.extend(file.remarks);
            }
        }
    }
    imported
}

/// Names for everything that the profiles have by id; groups with a name that several have are all in it.
async fn directory<'p>(client: &Client, profiles: impl Iterator<Item = &'p LiveProfile>) -> Result<Directory, Failure> {
    let mut wanted = Wanted::default();
    for live in profiles {
        for assignment in live.profile.assignments.iter().flatten() {
            if let Who::Group(id) = &assignment.who {
                wanted.group_ids.insert(id.clone());
            }
            wanted.filters |= assignment.filter.is_some();
        }
        wanted.scope_tags |= live.profile.scope_tags.as_ref().is_some_and(|tags| !tags.is_empty());
    }
    let mut directory = tenant::look_up(client, &wanted).await?;
    let group_names = directory.groups.iter().map(|group| group.name.clone()).collect();
    let namesakes = tenant::look_up(client, &Wanted { group_names, ..Wanted::default() }).await?;
    directory.groups.extend(namesakes.groups);
    Ok(directory)
}

/// Prints what became of every profile, and whether all is well.
fn tell(chosen: &Chosen, all: &[Imported<'_>], proof: &Proof, other_kinds: usize, output: &Output) -> bool {
    for line in &chosen.skipped {
        output.result(&format!("skipped {line}\n"));
    }
    let (mut written, mut proven) = (0, 0);
    for one in all {
        let verdict = proof.get(&one.key);
        let is_error = |remark: &Remark| remark.severity == Severity::Error;
        let only_adopts =
            one.is_written && verdict.is_some_and(Verdict::only_adopts) && !one.remarks.iter().any(is_error);
        written += usize::from(one.is_written);
        proven += usize::from(only_adopts);
        let adopts = format!("wrote {}  adopts {}", one.path, one.live.id);
        output.result(&match (one.is_written, only_adopts) {
            (true, true) => format!("{adopts}, nothing else\n"),
            (true, false) if one.needs_secrets => format!("{adopts}, not proven\n"),
            (true, false) if verdict.is_some_and(|verdict| !verdict.is_planned) => {
                format!("wrote {}  for {}, and it cannot be applied as it is\n", one.path, one.live.id)
            }
            (true, false) => format!("{adopts}, and not as it is\n"),
            (false, _) => format!("not written: {}  \"{}\" ({})\n", one.path, one.live.profile.name, one.live.id),
        });
        for remark in &one.remarks {
            output.result(&format!("  {}: {}\n", remark.severity.word(), remark.text));
        }
        for line in verdict.iter().flat_map(|verdict| &verdict.besides) {
            output.result(&format!("  plan: {line}\n"));
        }
    }
    let done = match all.len() {
        0 => "nothing to write".to_string(),
        1 => format!("{written} of 1 profile written, {proven} proven to be adopted as it is"),
        count => format!("{written} of {count} profiles written, {proven} proven to be adopted as they are"),
    };
    let skipped = chosen.skipped.len();
    let rest = format!("{skipped} skipped, {other_kinds} of other kinds");
    output.result(&format!("\nImport: {done}; {rest}. Nothing was changed in the tenant.\n"));
    written == all.len() && proven == written
}
