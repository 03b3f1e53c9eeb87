//! `export reg` and `export admx`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::Global;
use super::output::Output;
use crate::compile::{Compiled, Secrets, compile};
use crate::diagnostic::any_error;
use crate::failure::Failure;
use crate::formats::{Unsupported, admx, reg};
use crate::repository::{Repository, select};

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
    let repository = Repository::open(&global.dir)?;
    let (name, environment) = repository.environment(global.env.as_deref())?;
    let files = repository.referenced_files();
    let context = repository.context((name, environment), &environment.tenant, &Secrets::Placeholders, &files);
    let mut problems = repository.problems.clone();
    let compiled = compile(&repository.policies, &context, &mut problems);
    if any_error(&problems) {
        return Err(Failure::Diagnostics(problems));
    }
    let selected = select(&repository.root, &compiled, &selection.paths)?;
    match &args.format {
        Format::Reg(_) => export_reg(&selected, selection, output),
        Format::Admx(_) => export_admx(&selected, selection, &repository.configuration.owner, output),
    }
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
    for (key, document) in reg::export_each(policies) {
        if document.changes().is_empty() {
            output.say(&format!("{key}: nothing to write"));
            continue;
        }
        write(&selection.out.join(format!("{key}.reg")), &document.to_bytes(), output)?;
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
