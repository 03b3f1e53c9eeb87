//! `export reg` and `export admx`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::Global;
use super::output::{Output, write_file};
use crate::compile::{Secrets, compile};
use crate::diagnostic::any_error;
use crate::failure::Failure;
use crate::formats::{Export, ExportRemark, Unsupported, admx, reg};
use crate::repository::{Repository, select_policies};

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    #[command(subcommand)]
    format: ExportFormat,
}

#[derive(Debug, Subcommand)]
enum ExportFormat {
    /// Export .reg files, for devices that Intune does not manage, such as Windows 7 and 8.1
    #[command(after_help = "Example: sspr-policy export reg --out sspr.reg")]
    Reg(PolicySelection),
    /// Export a Group Policy template for settings that Windows' own templates lack (Intune rejects its keys)
    #[command(after_help = "Example: sspr-policy export admx --out templates/")]
    Admx(PolicySelection),
}

#[derive(Debug, Args)]
struct PolicySelection {
    /// Policy files or folders [default: all active and retired policies; name a draft's file to export it]
    paths: Vec<PathBuf>,
    /// Output: a file for one document, or a folder (existing, or ending with a slash) for one per policy
    #[arg(long, value_name = "PATH")]
    out: PathBuf,
    /// Skip settings that the format cannot express, and list them
    #[arg(long)]
    skip_unsupported: bool,
}

pub(super) fn run(args: &ExportArgs, global: &Global, output: &Output) -> Result<ExitCode, Failure> {
    let selection = match &args.format {
        ExportFormat::Reg(selection) | ExportFormat::Admx(selection) => selection,
    };
    let repository = Repository::open(&global.dir)?;
    let (name, environment) = repository.environment(global.env.as_deref())?;
    let files = repository.referenced_files();
    let context = repository.context(name, environment, &environment.tenant, &Secrets::Placeholders, &files);
    let mut problems = repository.problems.clone();
    let compiled = compile(&repository.policies, &context, &mut problems);
    if any_error(&problems) {
        return Err(Failure::Diagnostics(problems));
    }
    let selected = select_policies(&repository.root, &compiled, &selection.paths)?;
    let (folder, file) = destination(&selection.out);
    let mut problems = Vec::new();
    let export = match &args.format {
        ExportFormat::Reg(_) => {
            let division = file.as_deref().map_or(reg::Division::ByPolicy, reg::Division::Whole);
            reg::export(&selected, division, selection.skip_unsupported, &mut problems)
        }
        ExportFormat::Admx(_) => {
            let stem = file.as_ref().and_then(|file| Path::new(file).file_stem()).map(|stem| stem.to_string_lossy());
            let owner = &repository.configuration.owner;
            admx::export(&selected, owner, stem.as_deref(), selection.skip_unsupported, &mut problems)
        }
    };
    let Some(export) = export else { return Err(Failure::Diagnostics(problems)) };
    output.diagnostics(&mut problems);
    write_all(&export, &global.dir, &folder, output)
}

/// The folder of an export, and the file's name if `--out` names a file.
fn destination(out: &Path) -> (PathBuf, Option<String>) {
    if is_folder(out) {
        return (out.to_path_buf(), None);
    }
    let name = out.file_name().unwrap_or_default().to_string_lossy().into_owned();
    (out.parent().unwrap_or(Path::new("")).to_path_buf(), Some(name))
}

/// Prints what the export reports, and writes the files.
fn write_all(export: &Export, root: &Path, folder: &Path, output: &Output) -> Result<ExitCode, Failure> {
    list_unsupported(&export.unsupported, output);
    let in_box = |remark: &ExportRemark| matches!(remark, ExportRemark::InBox(_));
    if export.remarks.iter().any(in_box) {
        output.result("Windows' own templates and security settings already have these; set them there:\n");
    }
    for remark in &export.remarks {
        if let ExportRemark::InBox(line) = remark {
            output.result(&format!("  {}\n    {}\n    {}\n", line.setting, line.path, line.choose));
        }
    }
    for file in &export.files {
        write(root, &folder.join(&file.path), &file.bytes, output)?;
    }
    for remark in &export.remarks {
        if let ExportRemark::Note(note) = remark {
            output.say(note);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A folder that exists, or a path that ends with a slash.
fn is_folder(path: &Path) -> bool {
    path.is_dir() || path.to_string_lossy().ends_with(['/', '\\'])
}

fn list_unsupported(unsupported: &[Unsupported], output: &Output) {
    if unsupported.is_empty() {
        return;
    }
    output.say(&format!(
        "skipped, because the format cannot express {}:",
        if unsupported.len() == 1 { "it" } else { "them" }
    ));
    for one in unsupported {
        output.say(&format!("  {}: {} ({})", one.place, one.name, one.reason));
    }
}

fn write(root: &Path, path: &Path, bytes: &[u8], output: &Output) -> Result<(), Failure> {
    if path == Path::new("-") {
        output.bytes(bytes);
        return Ok(());
    }
    write_file(root, path, bytes)?;
    output.say(&format!("wrote {}", path.display()));
    Ok(())
}
