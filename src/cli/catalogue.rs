//! `catalogue`: searches, compares and imports catalogues of Windows settings.

mod diff;
mod import;
mod search;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::Global;
use super::output::Output;
use crate::failure::Failure;

#[derive(Debug, Args)]
pub(super) struct CatalogueArgs {
    #[command(subcommand)]
    command: CatalogueCommand,
}

#[derive(Debug, Subcommand)]
enum CatalogueCommand {
    /// Find settings by words in names, titles, paths and labels
    #[command(after_help = "Example: sspr-policy catalogue search lock screen")]
    Search(search::SearchArgs),
    /// Show what a newer release adds, removes and changes, and which of your policies it affects
    #[command(after_help = "Example: sspr-policy catalogue diff embedded DDFv2Sept26.zip")]
    Diff(diff::DiffArgs),
    /// Create a catalogue from Microsoft's DDF files, for `catalogue:` in sspr-policy.yaml
    #[command(after_help = "Example: sspr-policy catalogue import DDFv2Sept26.zip --out schemas/windows.jsonl")]
    Import(import::CatalogueImportArgs),
}

pub(super) fn run(args: &CatalogueArgs, global: &Global, output: &Output) -> Result<ExitCode, Failure> {
    match &args.command {
        CatalogueCommand::Search(args) => search::run(args, global, output),
        CatalogueCommand::Diff(args) => diff::run(args, global, output),
        CatalogueCommand::Import(args) => import::run(args, global, output),
    }
}
