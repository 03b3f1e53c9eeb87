//! `doctor`: whether an environment can be used, line by line.

mod answers;
mod examine;
mod permissions;

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::Global;
use super::identity::Purpose;
use super::output::{Failure, Output, exit};
use super::workspace::Workspace;
use permissions::Granted;

/// The area of the requests.
const GRAPH: &str = "Microsoft Graph";
/// The area of the table.
const PERMISSIONS: &str = "Permissions of Microsoft Graph";

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

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Ok,
    Warn,
    /// What the command needs is not there.
    Fail,
    /// Neither good nor bad.
    Note,
}

/// One line of the report.
#[derive(Debug, Serialize)]
struct Check {
    area: &'static str,
    status: Status,
    what: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

/// The report.
#[derive(Debug, Serialize)]
struct Report {
    environment: String,
    tenant: String,
    #[serde(skip)]
    purpose: Purpose,
    checks: Vec<Check>,
    permissions: Vec<Granted>,
}

/// The report for programs.
#[derive(Serialize)]
struct Document<'a> {
    /// Nothing (`null`): as far as can be seen, for the token cannot be read and no answer tells.
    can_plan: Option<bool>,
    can_apply: Option<bool>,
    #[serde(flatten)]
    report: &'a Report,
}

impl Report {
    fn add(&mut self, area: &'static str, status: Status, what: impl Into<String>) {
        self.checks.push(Check { area, status, what: what.into(), help: None });
    }

    fn add_with_help(&mut self, area: &'static str, status: Status, what: impl Into<String>, help: Option<String>) {
        self.checks.push(Check { area, status, what: what.into(), help });
    }

    /// Whether everything but a permission of `apply` is there; nothing where nobody can tell.
    fn can_plan(&self) -> Option<bool> {
        let fails = |check: &Check| check.status == Status::Fail && check.area != PERMISSIONS;
        if self.checks.iter().any(fails) { Some(false) } else { permissions::suffice(&self.permissions, "plan") }
    }

    /// Whether `apply` could do its work with the identity that was looked at; nothing where nobody can tell.
    fn can_apply(&self) -> Option<bool> {
        match (self.can_plan(), permissions::suffice(&self.permissions, "apply")) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        }
    }

    fn can(&self) -> Option<bool> {
        match self.purpose {
            Purpose::Plan => self.can_plan(),
            Purpose::Apply => self.can_apply(),
        }
    }
}

pub(super) async fn run(args: &DoctorArgs, global: &Global, output: &Output) -> Result<ExitCode, Failure> {
    let workspace = Workspace::open(&global.dir)?;
    let (name, environment) = workspace.environment(global.env.as_deref())?;
    let purpose = match args.purpose {
        For::Plan => Purpose::Plan,
        For::Apply => Purpose::Apply,
    };
    let report = examine::examine(&workspace, name, environment, purpose).await;
    match args.output_format {
        DoctorFormat::Human => output.result(&human(&report)),
        DoctorFormat::Json => {
            let document = Document { can_plan: report.can_plan(), can_apply: report.can_apply(), report: &report };
            let text = serde_json::to_string_pretty(&document).map_err(|error| Failure::new(error.to_string()))?;
            output.result(&(text + "\n"));
        }
    }
    Ok(exit(report.can() == Some(false)))
}

fn human(report: &Report) -> String {
    let mut text = format!("Environment {}   tenant {}\n", report.environment, report.tenant);
    let mut area = "";
    for check in &report.checks {
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
    if !report.permissions.is_empty() && area != PERMISSIONS {
        text.push_str(&format!("\n{PERMISSIONS}\n"));
    }
    for row in &report.permissions {
        let has = match (row.granted, row.optional) {
            (Some(true), _) => "yes",
            (Some(false), true) => "no (optional)",
            (Some(false), false) => "no",
            (None, _) => "?",
        };
        text.push_str(&format!("  {:<32} {:<44} {has}\n", row.for_what, row.permission));
    }
    let done = match report.purpose {
        Purpose::Plan => "planned",
        Purpose::Apply => "applied",
    };
    let end = match report.can() {
        Some(true) => format!("\nThis environment can be {done}.\n"),
        None => format!("\nAs far as can be seen, this environment can be {done}.\n"),
        Some(false) => format!("\nThis environment cannot be {done} yet.\n"),
    };
    text + &end
}
