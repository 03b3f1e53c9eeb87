//! `doctor`: whether an environment can be used, line by line.

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use jiff::Timestamp;

use super::Global;
use super::output::{Output, exit, prompt};
use crate::failure::Failure;
use crate::readiness::{PERMISSIONS, Readiness, Status, examine};
use crate::repository::Repository;
use crate::session::Purpose;

#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// As whom: commands that read, and commands that write, may have their own application
    #[arg(long = "for", value_name = "WHAT", default_value = "plan")]
    purpose: For,
    /// The form of the report
    #[arg(long, value_name = "FORM", default_value = "human")]
    output_format: DoctorFormat,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum For {
    Plan,
    Apply,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum DoctorFormat {
    Human,
    Json,
}

pub(super) async fn run(args: &DoctorArgs, global: &Global, output: &Output) -> Result<ExitCode, Failure> {
    let repository = Repository::open(&global.dir)?;
    let (name, _) = repository.environment(global.env.as_deref())?;
    let purpose = match args.purpose {
        For::Plan => Purpose::Plan,
        For::Apply => Purpose::Apply,
    };
    let readiness = examine(&repository, name, (purpose, prompt()), Timestamp::now).await?;
    match args.output_format {
        DoctorFormat::Human => output.result(&human(&readiness)),
        DoctorFormat::Json => output.json(&readiness.document())?,
    }
    Ok(exit(readiness.is_ready() == Some(false)))
}

fn human(readiness: &Readiness) -> String {
    let mut text = format!("Environment {}   tenant {}\n", readiness.environment, readiness.tenant);
    let mut area = "";
    for check in &readiness.checks {
        if check.area != area {
            area = check.area;
            text.push_str(&format!("\n{area}\n"));
        }
        let status = match check.status {
            Status::Ok => "ok",
            Status::Warn => "warn",
            Status::Fail => "FAIL",
            Status::Note => "",
        };
        text.push_str(&format!("  {status:<5} {}\n", check.what.replace('\n', "\n        ")));
        if let Some(help) = &check.help {
            text.push_str(&format!("        help: {help}\n"));
        }
    }
    if !readiness.permissions.is_empty() && area != PERMISSIONS {
        text.push_str(&format!("\n{PERMISSIONS}\n"));
    }
    for row in &readiness.permissions {
        let has = match (row.granted, row.optional) {
            (Some(true), _) => "yes",
            (Some(false), true) => "no (optional)",
            (Some(false), false) => "no",
            (None, _) => "?",
        };
        text.push_str(&format!("  {:<32} {:<44} {has}\n", row.for_what, row.permission));
    }
    let done = match readiness.purpose {
        Purpose::Plan => "planned",
        Purpose::Apply => "applied",
    };
    let end = match readiness.is_ready() {
        Some(true) => format!("\nThis environment can be {done}.\n"),
        None => format!("\nAs far as can be seen, this environment can be {done}.\n"),
        Some(false) => format!("\nThis environment cannot be {done} yet.\n"),
    };
    text + &end
}
