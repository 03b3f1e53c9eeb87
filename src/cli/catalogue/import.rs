//! `catalogue import`: Microsoft's files to one node a line.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::cli::output::Output;
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

pub(super) fn run(args: &CatalogueImportArgs, output: &Output) -> Result<ExitCode, Failure> {
    let imported = make_catalogue(&args.ddf, args.admx.as_deref(), args.release.as_deref())?;
    for warning in &imported.warnings {
        output.detail(&format!("warning: {warning}"));
    }
    match &args.out {
        Some(path) => {
            let failed = |error: std::io::Error| Failure::new(format!("{}: {error}", path.display()));
            // The complete file or none: a truncated catalogue would lack settings.
            let part = path.with_extension("part");
            fs::write(&part, &imported.text).and_then(|()| fs::rename(&part, path)).map_err(|error| {
                let _ = fs::remove_file(&part);
                failed(error)
            })?;
        }
        None => output.result(&imported.text),
    }
    let notes = match imported.warnings.len() {
        0 => String::new(),
        count => format!("; {} (`-v` shows them)", counted(count, "warning")),
    };
    let (nodes, policies) = (counted(imported.nodes, "node"), counted(imported.policies, "Group Policy"));
    output.say(&format!("{nodes}, {policies} without a node{notes}"));
    Ok(ExitCode::SUCCESS)
}
