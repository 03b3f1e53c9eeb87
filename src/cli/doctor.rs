//! `doctor`: whether an environment can be used, line by line.

use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::Global;
use super::output::{HumanOrJson, Output, exit, prompt};
use crate::clock;
use crate::failure::Failure;
use crate::readiness::examine;
use crate::report::readiness_text;
use crate::repository::Repository;
use crate::session::Purpose;

#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// Identity to check: `plan` and `apply` can use different applications
    #[arg(long = "for", value_name = "WHAT", default_value = "plan")]
    purpose: For,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    output_format: HumanOrJson,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum For {
    Plan,
    Apply,
}

pub(super) async fn run(args: &DoctorArgs, global: &Global, output: &Output) -> Result<ExitCode, Failure> {
    let repository = Repository::open(&global.dir)?;
    let (name, _) = repository.environment(global.env.as_deref())?;
    let purpose = match args.purpose {
        For::Plan => Purpose::Plan,
        For::Apply => Purpose::Apply,
    };
    let document = examine(&repository, name, purpose, prompt(), clock::now).await?;
    let (command, is_ready) = match purpose {
        Purpose::Plan => ("plan", document.can_plan),
        Purpose::Apply => ("apply", document.can_apply),
    };
    match args.output_format {
        HumanOrJson::Human => output.result(&readiness_text(&document, command, is_ready)),
        HumanOrJson::Json => output.json(&document)?,
    }
    Ok(exit(is_ready == Some(false)))
}
