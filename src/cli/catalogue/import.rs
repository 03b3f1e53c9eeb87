//! `catalogue import`: Microsoft's files to one node a line.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::cli::Global;
use crate::cli::output::{Output, write_file};
use crate::diagnostic::counted;
use crate::failure::Failure;
use crate::repository::make_catalogue;

#[derive(Debug, Args)]
pub(super) struct CatalogueImportArgs {
    /// A DDF v2 bundle as Microsoft publishes it, or the folder that it was unpacked to
    #[arg(value_name = "DDF")]
    ddf: PathBuf,
    /// A PolicyDefinitions folder, such as C:\Windows\PolicyDefinitions, for elements and registry values
    #[arg(long, value_name = "FOLDER")]
    admx: Option<PathBuf>,
    /// Write the catalogue here instead of to stdout
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Name of the release [default: from the name of the bundle]
    #[arg(long, value_name = "NAME")]
    release: Option<String>,
}

pub(super) fn run(args: &CatalogueImportArgs, global: &Global, output: &Output) -> Result<ExitCode, Failure> {
    let imported = make_catalogue(&args.ddf, args.admx.as_deref(), args.release.as_deref())?;
    for warning in &imported.warnings {
        output.detail(&format!("warning: {warning}"));
    }
    match &args.out {
        Some(path) => {
            // The complete file or none: a truncated catalogue would lack settings.
            write_file(&global.dir, path, imported.text.as_bytes())?;
        }
        None => output.document(&imported.text),
    }
    let notes = match imported.warnings.len() {
        0 => String::new(),
        count => format!("; {} (`-v` shows them)", counted(count, "warning")),
    };
    let (nodes, policies) = (counted(imported.nodes, "node"), counted(imported.policies, "Group Policy"));
    output.say(&format!("{nodes}, {policies} without a node{notes}"));
    Ok(ExitCode::SUCCESS)
}
