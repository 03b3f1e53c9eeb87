//! `schema`, `reference`, `completions`, `man`: files that are generated from the program itself.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::Value;

use super::output::{Output, write_file};
use super::{Global, catalogue_of};
use crate::catalogue::Catalogue;
use crate::failure::Failure;
use crate::plan::PlanDocument;
use crate::policy::{Configuration, PolicyDocument, schema as schema_of, written_schema};
use crate::report::{self, CatalogueDiffDocument, CatalogueSearchDocument, CheckDocument, ReadinessDocument};
use crate::repository::Repository;

#[derive(Debug, Args)]
pub(super) struct SchemaArgs {
    /// Document to print the schema of
    #[arg(required_unless_present = "out")]
    document: Option<Document>,
    /// Write all schemas into this folder
    #[arg(long, value_name = "FOLDER", conflicts_with = "document")]
    out: Option<PathBuf>,
}

/// A document that has a schema.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Document {
    Policy,
    Configuration,
    Plan,
    Check,
    Readiness,
    CatalogueDiff,
    CatalogueSearch,
}

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// Shell to generate completions for
    shell: clap_complete::Shell,
}

impl Document {
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Policy => "policy.schema.json",
            Self::Configuration => "configuration.schema.json",
            Self::Plan => "plan.schema.json",
            Self::Check => "check.schema.json",
            Self::Readiness => "readiness.schema.json",
            Self::CatalogueDiff => "catalogue-diff.schema.json",
            Self::CatalogueSearch => "catalogue-search.schema.json",
        }
    }

    /// Its JSON Schema. Only that of a policy depends on the catalogue.
    pub fn schema(self, catalogue: &Catalogue) -> String {
        let schema = match self {
            Self::Policy => return policy_schema(catalogue),
            Self::Configuration => written_schema::<Configuration>("sspr-policy: sspr-policy.yaml"),
            Self::Plan => schema_of::<PlanDocument>("sspr-policy: a plan"),
            Self::Check => schema_of::<CheckDocument>("sspr-policy: the findings of check"),
            Self::Readiness => schema_of::<ReadinessDocument>("sspr-policy: the report of doctor"),
            Self::CatalogueDiff => schema_of::<CatalogueDiffDocument>("sspr-policy: a catalogue diff"),
            Self::CatalogueSearch => {
                schema_of::<CatalogueSearchDocument>("sspr-policy: the results of a catalogue search")
            }
        };
        format!("{schema:#}\n")
    }
}

/// The schema of a policy with every setting of the catalogue, one line each.
fn policy_schema(catalogue: &Catalogue) -> String {
    let mut schema = written_schema::<PolicyDocument>("sspr-policy: a policy");
    schema["properties"]["settings"] = catalogue.settings_schema();
    let mut text = String::new();
    write_lines(&schema, 0, &mut text);
    text + "\n"
}

/// Writes a value on several lines; anything deeper than four levels goes on one line.
fn write_lines(value: &Value, depth: usize, text: &mut String) {
    match value {
        Value::Object(entries) if depth < 4 && !entries.is_empty() => {
            for (at, (key, value)) in entries.iter().enumerate() {
                text.push_str(if at == 0 { "{\n" } else { ",\n" });
                text.push_str(&format!("{}{}: ", "  ".repeat(depth + 1), Value::from(key.as_str())));
                write_lines(value, depth + 1, text);
            }
            text.push_str(&format!("\n{}}}", "  ".repeat(depth)));
        }
        value => text.push_str(&value.to_string()),
    }
}

pub(super) fn schema(args: &SchemaArgs, global: &Global, output: &Output) -> Result<ExitCode, Failure> {
    // An editor has to know the same settings as `check`.
    let repository = if Repository::is_at(&global.dir) { Some(Repository::open(&global.dir)?) } else { None };
    let catalogue = catalogue_of(repository.as_ref());
    if let Some(folder) = &args.out {
        let all = Document::value_variants().iter().map(|one| (one.file_name(), one.schema(catalogue)));
        write_files(&global.dir, folder, all, output)?;
    } else if let Some(document) = args.document {
        output.document(&document.schema(catalogue));
    }
    Ok(ExitCode::SUCCESS)
}

#[derive(Debug, Args)]
pub(super) struct ReferenceArgs {
    /// Write the pages into this folder
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
}

/// The pages of the documentation that are generated.
pub(super) fn reference(args: &ReferenceArgs, global: &Global, output: &Output) -> Result<ExitCode, Failure> {
    write_files(&global.dir, &args.out, report::pages().into_iter(), output)?;
    Ok(ExitCode::SUCCESS)
}

fn write_files(
    root: &Path,
    folder: &Path,
    files: impl Iterator<Item = (&'static str, String)>,
    output: &Output,
) -> Result<(), Failure> {
    for (name, text) in files {
        write_file(root, &folder.join(name), text.as_bytes())?;
        output.say(&format!("wrote {}", folder.join(name).display()));
    }
    Ok(())
}

pub(super) fn completions(args: &CompletionsArgs, output: &Output) -> Result<ExitCode, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut super::definition(), "sspr-policy", &mut text);
    output.bytes(&text);
    Ok(ExitCode::SUCCESS)
}

#[derive(Debug, Args)]
pub(super) struct ManArgs {
    /// Write a page for each command into this folder
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

pub(super) fn man(args: &ManArgs, global: &Global, output: &Output) -> Result<ExitCode, Failure> {
    if let Some(folder) = &args.out {
        let mut program = super::definition();
        program.build();
        return write_pages(&program, &global.dir, folder, output).map(|()| ExitCode::SUCCESS);
    }
    let mut page = Vec::new();
    let written = clap_mangen::Man::new(super::definition()).render(&mut page);
    written.map_err(|error| Failure::new(format!("cannot generate the manual page: {error}")))?;
    output.bytes(&page);
    Ok(ExitCode::SUCCESS)
}

/// A page for a command and for each command below it: `sspr-policy-export-reg.1`.
fn write_pages(command: &clap::Command, root: &Path, folder: &Path, output: &Output) -> Result<(), Failure> {
    let man = clap_mangen::Man::new(command.clone().disable_help_subcommand(true));
    let file = folder.join(man.get_filename());
    let mut page = Vec::new();
    man.render(&mut page).map_err(|error| Failure::new(format!("cannot generate {}: {error}", file.display())))?;
    write_file(root, &file, &page)?;
    output.say(&format!("wrote {}", file.display()));
    let mut below = command.get_subcommands().filter(|below| !below.is_hide_set() && below.get_name() != "help");
    below.try_for_each(|below| write_pages(below, root, folder, output))
}
