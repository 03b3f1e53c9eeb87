//! `catalogue`: what Windows accepts, searched, compared and made anew.

mod import;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::output::{Failure, Output};

#[derive(Debug, Args)]
pub(super) struct CatalogueArgs {
    #[command(subcommand)]
    command: CatalogueCommand,
}

#[derive(Debug, Subcommand)]
enum CatalogueCommand {
    /// Make a catalogue from Microsoft's DDF files, for `catalogue:` in sspr-policy.yaml
    Import(import::ImportArgs),
}

pub(super) fn run(args: &CatalogueArgs, output: &Output) -> Result<ExitCode, Failure> {
    match &args.command {
        CatalogueCommand::Import(args) => import::run(args, output),
    }
}
