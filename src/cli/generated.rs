//! `schema`, `reference`, `completions`, `man`: files that are generated from the program itself.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::Value;

use super::output::Output;
use super::{Global, catalogue_of};
use crate::catalogue::Catalogue;
use crate::failure::Failure;
use crate::plan::PlanDocument;
use crate::policy::{Configuration, PolicyDocument, schema as schema_of, written_schema};
use crate::report::{self, CatalogueDiffDocument, CheckDocument, ReadinessDocument};
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

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Document {
    Policy,
    Configuration,
    Plan,
    Check,
    Readiness,
    CatalogueDiff,
}

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// Shell to generate completions for
    shell: clap_complete::Shell,
}

/// The schemas by file name.
pub(super) fn schemas(catalogue: &Catalogue) -> [(&'static str, String); 6] {
    let text = |value: Value| format!("{value:#}\n");
    [
        ("policy.schema.json", policy_schema(catalogue)),
        ("configuration.schema.json", text(written_schema::<Configuration>("sspr-policy: sspr-policy.yaml"))),
        ("plan.schema.json", text(schema_of::<PlanDocument>("sspr-policy: a plan"))),
        ("check.schema.json", text(schema_of::<CheckDocument>("sspr-policy: the findings of check"))),
        ("readiness.schema.json", text(schema_of::<ReadinessDocument>("sspr-policy: the report of doctor"))),
        ("catalogue-diff.schema.json", text(schema_of::<CatalogueDiffDocument>("sspr-policy: a catalogue diff"))),
    ]
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
    let [policy, configuration, plan, check, readiness, difference] = schemas(catalogue);
    match (&args.out, args.document) {
        (Some(folder), _) => {
            let failed = |error: std::io::Error| Failure::new(format!("{}: {error}", folder.display()));
            fs::create_dir_all(folder).map_err(failed)?;
            for (name, text) in [policy, configuration, plan, check, readiness, difference] {
                fs::write(folder.join(name), text).map_err(failed)?;
                output.say(&format!("wrote {}", folder.join(name).display()));
            }
        }
        (None, Some(Document::Configuration)) => output.result(&configuration.1),
        (None, Some(Document::Plan)) => output.result(&plan.1),
        (None, Some(Document::Check)) => output.result(&check.1),
        (None, Some(Document::Readiness)) => output.result(&readiness.1),
        (None, Some(Document::CatalogueDiff)) => output.result(&difference.1),
        (None, _) => output.result(&policy.1),
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
pub(super) fn reference(args: &ReferenceArgs, output: &Output) -> Result<ExitCode, Failure> {
    let failed = |error: std::io::Error| Failure::new(format!("{}: {error}", args.out.display()));
    fs::create_dir_all(&args.out).map_err(failed)?;
    for (name, text) in report::pages() {
        fs::write(args.out.join(name), text).map_err(failed)?;
        output.say(&format!("wrote {}", args.out.join(name).display()));
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn completions(args: &CompletionsArgs, output: &Output) -> Result<ExitCode, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut super::definition(), "sspr-policy", &mut text);
    output.bytes(&text);
    Ok(ExitCode::SUCCESS)
}

pub(super) fn man(output: &Output) -> Result<ExitCode, Failure> {
    let mut page = Vec::new();
    let written = clap_mangen::Man::new(super::definition()).render(&mut page);
    written.map_err(|error| Failure::new(format!("cannot generate the manual page: {error}")))?;
    output.bytes(&page);
    Ok(ExitCode::SUCCESS)
}
