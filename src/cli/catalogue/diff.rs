//! `catalogue diff`: what a newer release of Windows adds, removes and changes, and which policies are affected.

use std::process::ExitCode;

use clap::Args;

use crate::catalogue::compare;
use crate::cli::output::{HumanOrJson, Output};
use crate::cli::{Global, repository_if_any};
use crate::failure::Failure;
use crate::report::{CatalogueDiffDocument, catalogue_diff_text};
use crate::repository::read_catalogue;

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
    output_format: HumanOrJson,
}

pub(super) fn run(args: &DiffArgs, global: &Global, output: &Output) -> Result<ExitCode, Failure> {
    let (old, new) = (read_catalogue(&args.old)?, read_catalogue(&args.new)?);
    let comparison = compare(&old, &new);
    let repository = repository_if_any(global, output);
    let policies = repository.as_ref().map_or(&[][..], |repository| &repository.policies);
    let document = CatalogueDiffDocument::new(comparison, policies, &old, &new);
    match args.output_format {
        HumanOrJson::Human => output.result(&catalogue_diff_text(&document, global.verbose > 0)),
        HumanOrJson::Json => output.json(&document)?,
    }
    Ok(ExitCode::SUCCESS)
}
