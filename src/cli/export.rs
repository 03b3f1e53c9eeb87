//! `export reg` and `export admx`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::output::{Failure, Output};
use super::workspace::{Workspace, relative};
use super::{Global, secrets};
use crate::compile::{Compiled, Secrets, compile};
use crate::diagnostic::{Diagnostic, any_error};
use crate::formats::{Unsupported, admx, reg};
use crate::policy::State;

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    #[command(subcommand)]
    format: Format,
}

#[derive(Debug, Subcommand)]
enum Format {
    /// Registry files, for environments without Intune, also Windows 7 and 8.1
    Reg(Selection),
    /// A Group Policy template for what Windows' own templates do not offer (not for Intune: it refuses these keys)
    Admx(Selection),
}

#[derive(Debug, Args)]
struct Selection {
    /// Policy files or folders; all active and retired ones without this. Drafts only when named
    paths: Vec<PathBuf>,
    /// A file: one document. A folder (it is there, or ends with a slash): one per policy
    #[arg(long, value_name = "PATH")]
    out: PathBuf,
    /// List what the format cannot express, and go on
    #[arg(long)]
    skip_unsupported: bool,
}

pub(super) fn run(args: &ExportArgs, global: &Global, output: &Output) -> Result<ExitCode, Failure> {
    let selection = match &args.format {
        Format::Reg(selection) | Format::Admx(selection) => selection,
    };
    let workspace = Workspace::open(&global.dir)?;
    let (name, environment) = workspace.environment(global.env.as_deref())?;
    let files = secrets::files(&workspace);
    let context = workspace.context((name, environment), &environment.tenant, &Secrets::Placeholders, &files);
    let mut problems = workspace.problems.clone();
    let compiled = compile(&workspace.policies, &context, &mut problems);
    if any_error(&problems) {
        return Err(Failure::Diagnostics(problems));
    }
    let selected = select(&workspace, &compiled, selection, global)?;
    match &args.format {
        Format::Reg(_) => export_reg(&selected, selection, output),
        Format::Admx(_) => export_admx(&selected, selection, &workspace.configuration.owner, output),
    }
}

/// The policies that are named; without names, all but drafts and those kept out of the environment.
fn select<'c, 'a>(
    workspace: &Workspace,
    compiled: &'c [Compiled<'a>],
    selection: &Selection,
    global: &Global,
) -> Result<Vec<&'c Compiled<'a>>, Failure> {
    if selection.paths.is_empty() {
        return Ok(compiled.iter().filter(|policy| policy.state != State::Draft && !policy.held).collect());
    }
    let mut selected: Vec<&Compiled<'a>> = Vec::new();
    for path in &selection.paths {
        let here = if path.exists() { path.clone() } else { global.dir.join(path) };
        let failed = |error: std::io::Error| Failure::new(format!("{}: {error}", path.display()));
        if !here.exists() {
            return Err(Failure::new(format!("{}: there is no such file or folder", path.display())));
        }
        let root = fs::canonicalize(&workspace.root).map_err(failed)?;
        let name = relative(&root, &fs::canonicalize(&here).map_err(failed)?);
        let inside = |source: &str| source == name || source.starts_with(&format!("{name}/"));
        // A draft is exported when its own file is named, not when its folder is.
        let named = |policy: &&Compiled<'_>| {
            inside(&policy.source.path) && (policy.state != State::Draft || policy.source.path == name)
        };
        let before = selected.len();
        selected.extend(compiled.iter().filter(named));
        if selected.len() == before {
            let drafts = compiled.iter().any(|policy| inside(&policy.source.path));
            let reason = if drafts {
                "only drafts are there: name a draft's own file"
            } else {
                "there is no policy of this repository"
            };
            return Err(Failure::new(format!("{}: {reason}", path.display())));
        }
    }
    selected.sort_by(|a, b| a.key.cmp(&b.key));
    selected.dedup_by(|a, b| a.key == b.key);
    Ok(selected)
}

fn export_reg(policies: &[&Compiled<'_>], selection: &Selection, output: &Output) -> Result<ExitCode, Failure> {
    let mut problems = Vec::new();
    // All at once first: what contradicts itself across policies must not go into two files either.
    let whole = reg::export(policies, selection.skip_unsupported, &mut problems);
    let Some(whole) = whole.filter(|_| !any_error(&problems)) else { return Err(Failure::Diagnostics(problems)) };
    output.diagnostics(&mut problems);
    list_unsupported(&whole.unsupported, output);
    if !is_folder(&selection.out) {
        write(&selection.out, &whole.document.to_bytes(), output)?;
        return Ok(ExitCode::SUCCESS);
    }
    for policy in policies {
        // A value that a retired policy would delete and an active one sets stays.
        let set_elsewhere = |other: &&&Compiled<'_>| policy.state == State::Retired && other.state == State::Active;
        let mut together: Vec<&Compiled<'_>> = vec![policy];
        together.extend(policies.iter().filter(set_elsewhere).copied());
        let mut ignored: Vec<Diagnostic> = Vec::new();
        let alone = reg::export(&[policy], true, &mut ignored);
        let beside = reg::export(&together, true, &mut ignored);
        let (Some(alone), Some(beside)) = (alone, beside) else { continue };
        let kept: Vec<_> = alone
            .document
            .changes()
            .iter()
            .filter(|change| beside.document.changes().contains(change))
            .cloned()
            .collect();
        let document = reg::RegDocument::new(kept);
        if document.changes().is_empty() {
            output.say(&format!("{}: nothing to write", policy.key));
            continue;
        }
        write(&selection.out.join(format!("{}.reg", policy.key)), &document.to_bytes(), output)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn export_admx(
    policies: &[&Compiled<'_>],
    selection: &Selection,
    owner: &str,
    output: &Output,
) -> Result<ExitCode, Failure> {
    let mut problems = Vec::new();
    let export = admx::export(policies, owner, selection.skip_unsupported, &mut problems);
    let Some(export) = export.filter(|_| !any_error(&problems)) else { return Err(Failure::Diagnostics(problems)) };
    output.diagnostics(&mut problems);
    list_unsupported(&export.unsupported, output);
    if !export.in_box.is_empty() {
        output.result("Windows' own templates and security settings offer these; choose there:\n");
        for line in &export.in_box {
            output.result(&format!("  {}\n    {}\n    {}\n", line.setting, line.path, line.choose));
        }
    }
    let Some(files) = export.files else {
        output.say("there is nothing that Windows' own templates do not offer: no template was written");
        return Ok(ExitCode::SUCCESS);
    };
    let (folder, stem) = if is_folder(&selection.out) {
        (selection.out.clone(), files.stem.clone())
    } else {
        let stem = selection.out.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        (selection.out.parent().unwrap_or(Path::new("")).to_path_buf(), stem)
    };
    write(&folder.join(format!("{stem}.admx")), &files.admx, output)?;
    write(&folder.join("en-US").join(format!("{stem}.adml")), &files.adml, output)?;
    output.say(
        "This template is for Group Policy: copy both files to PolicyDefinitions of a central store or a computer.\n\
         Intune cannot ingest it: it refuses templates that write below Software\\Policies\\Microsoft. For Intune, use `apply`.",
    );
    Ok(ExitCode::SUCCESS)
}

/// A folder that is there, or is written with a slash at its end.
fn is_folder(path: &Path) -> bool {
    path.is_dir() || path.to_string_lossy().ends_with(['/', '\\'])
}

fn list_unsupported(unsupported: &[Unsupported], output: &Output) {
    if unsupported.is_empty() {
        return;
    }
    output.say(&format!(
        "left out, because the format cannot express {}:",
        if unsupported.len() == 1 { "it" } else { "them" }
    ));
    for one in unsupported {
        output.say(&format!("  {}: {} ({})", one.place, one.name, one.reason));
    }
}

fn write(path: &Path, bytes: &[u8], output: &Output) -> Result<(), Failure> {
    if path == Path::new("-") {
        output.bytes(bytes);
        return Ok(());
    }
    let failed = |error: std::io::Error| Failure::new(format!("{} cannot be written: {error}", path.display()));
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::write(path, bytes).map_err(failed)?;
    output.say(&format!("wrote {}", path.display()));
    Ok(())
}
