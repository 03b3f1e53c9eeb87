//! `catalogue diff`: what a newer release of Windows adds, removes and changes, and which policies are affected.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::import::{make, read};
use crate::catalogue::{Catalogue, Changed, Comparison, compare};
use crate::cli::output::Output;
use crate::cli::{Global, repository_if_any};
use crate::failure::Failure;
use crate::report::{CatalogueDiffDocument, TouchedSetting, catalogue_diff_text};
use crate::repository::Repository;
use crate::setting::Scope;

#[derive(Debug, Args)]
pub(super) struct DiffArgs {
    /// Catalogue from `catalogue import`, DDF bundle or its folder, or `embedded`
    #[arg(value_name = "OLD")]
    old: String,
    /// Newer catalogue, in any of these forms
    #[arg(value_name = "NEW")]
    new: String,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    output_format: DiffFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
enum DiffFormat {
    Human,
    Json,
}

pub(super) fn run(args: &DiffArgs, global: &Global, output: &Output) -> Result<ExitCode, Failure> {
    let (old, new) = (open(&args.old)?, open(&args.new)?);
    let comparison = compare(&old, &new);
    let touched = match repository_if_any(global, output) {
        Some(repository) => touched(&repository, &comparison, &old, &new),
        None => Vec::new(),
    };
    let document = CatalogueDiffDocument::new(comparison, touched, old.release.clone(), new.release.clone());
    match args.output_format {
        DiffFormat::Human => output.result(&catalogue_diff_text(&document, global.verbose > 0)),
        DiffFormat::Json => output.json(&document)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn open(what: &str) -> Result<Catalogue, Failure> {
    if what == "embedded" {
        return Ok(Catalogue::unpack());
    }
    let path = Path::new(what);
    let broken = |error: crate::catalogue::TableError| Failure::new(format!("{what}: {error}"));
    let bytes = if path.is_dir() { None } else { Some(read(path)?) };
    let Some(bytes) = bytes.filter(|bytes| !bytes.starts_with(b"PK")) else {
        return Catalogue::parse(make(path, None, None)?.text).map_err(broken);
    };
    let no_table = |reason: String| {
        Failure::with_help(
            format!("{what}: {reason}"),
            "use a catalogue from `catalogue import`, a DDF bundle (.zip), its folder, or `embedded`",
        )
    };
    let text = String::from_utf8(bytes).map_err(|_| no_table("this is not a catalogue".into()))?;
    Catalogue::parse(text).map_err(|error| no_table(error.to_string()))
}

fn touched(repository: &Repository, found: &Comparison, old: &Catalogue, new: &Catalogue) -> Vec<TouchedSetting> {
    let changed: BTreeMap<(&str, Scope), &Changed> = found
        .changed
        .iter()
        .flat_map(|changed| changed.scopes.iter().map(move |scope| ((changed.name.as_str(), *scope), changed)))
        .collect();
    let mut touched = Vec::new();
    for policy in &repository.policies {
        for (name, _) in policy.document.settings.iter() {
            let (before, after) = (old.resolve(name).ok(), new.resolve(name).ok());
            let what = match (before.and_then(|found| found.node), &after) {
                (Some(_), None) => "removed".to_string(),
                (None, Some(after)) if after.node.is_some() => "now known".into(),
                (Some(node), Some(after)) => {
                    let short = node.short();
                    let Some(change) = changed.get(&(short.as_str(), after.uri.scope())) else { continue };
                    let facts: Vec<&str> = change.facts.iter().map(|fact| fact.fact).collect();
                    format!("changed: {}", facts.join(", "))
                }
                _ => continue,
            };
            let place = policy.place(name.span);
            let (file, line) = (place.source.path.clone(), place.position().0);
            touched.push(TouchedSetting { file, line, setting: name.value.clone(), what });
        }
    }
    touched
}
