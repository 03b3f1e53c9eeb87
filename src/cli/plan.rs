//! `plan` and `show`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::output::{Output, exit, json_text, prompt, write_file};
use super::{Global, today};
use crate::diagnostic::counted;
use crate::failure::Failure;
use crate::folder::read_given;
use crate::plan::{Overridden, PlanDocument, PlanError};
use crate::planning::{PlanRequest, Planned, connection, plan};
use crate::report::{self, PlanHeader};
use crate::repository::Repository;
use crate::session::{Purpose, Session};

/// In bytes. A plan of 2,000 new policies with 300 settings each has about 200 MB.
const LARGEST_PLAN: usize = 1 << 30;

#[derive(Debug, Args)]
pub(super) struct PlanArgs {
    /// Save the plan for `apply FILE`; it contains no secrets
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Plan only policies whose key matches, such as 'sspr/*'
    #[arg(long, value_name = "GLOB")]
    only: Option<glob::Pattern>,
    /// Print the requests that would be sent, without secrets
    #[arg(long)]
    requests: bool,
    /// Exit with code 2 if there are changes
    #[arg(long)]
    detailed_exitcode: bool,
    /// Fail if a masked value could not be compared
    #[arg(long)]
    strict: bool,
    /// Let this plan exceed the environment's limits; the plan lists which
    #[arg(long)]
    override_limits: bool,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    output_format: PlanFormat,
}

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// File that `plan --out` wrote
    file: PathBuf,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    output_format: PlanFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
enum PlanFormat {
    Human,
    Json,
    Markdown,
}

pub(super) async fn run(args: &PlanArgs, global: &Global, output: &Output) -> Result<ExitCode, Failure> {
    let repository = Repository::open(&global.dir)?;
    let (name, environment) = repository.environment(global.env.as_deref())?;
    let session = Session::open(&connection(&repository, environment), Purpose::Plan, prompt()).await?;
    let overridden = if args.override_limits { Overridden::Everything } else { Overridden::Nothing };
    let request = PlanRequest { only: args.only.clone(), overridden, today: today() };
    let name = name.to_string();
    let planned = plan(&session, repository, &name, &request).await;
    session.close().await?;
    let planned = planned?;
    if args.requests {
        output.diagnostics(&mut planned.plan.problems.clone());
        if let Some(line) = report::limits_line(&planned.document) {
            output.say(&line);
        }
        output.result(&report::requests_text(&planned.plan, &planned.document.owner));
    } else {
        print(&planned.document, &header(&planned), args.output_format, output)?;
    }
    if let Some(file) = &args.out {
        save(&global.dir, &planned.document, file)?;
        let use_ = match planned.plan.stops().is_empty() {
            true => format!("run `sspr-policy apply {}` to apply exactly this plan", file.display()),
            false => "fix its errors and plan again before you apply".to_string(),
        };
        output.say(&format!("saved the plan to {}; {use_}", file.display()));
    }
    let failed = planned.document.has_errors();
    if args.strict && !failed {
        all_verified(&planned.document)?;
    }
    if !failed && args.detailed_exitcode && !planned.document.changes.is_empty() {
        return Ok(ExitCode::from(2));
    }
    Ok(exit(failed))
}

pub(super) fn show(args: &ShowArgs, global: &Global, output: &Output) -> Result<ExitCode, Failure> {
    let document = load(&global.dir, &args.file)?;
    print(&document, &PlanHeader::default(), args.output_format, output)?;
    Ok(ExitCode::SUCCESS)
}

/// One line about what was read for the plan.
pub(super) fn header(planned: &Planned) -> PlanHeader<'_> {
    let reading = &planned.reading;
    let uncounted = match reading.uncounted.as_slice() {
        [] => String::new(),
        what => format!("; this server did not confirm the number of {}", what.join(", ")),
    };
    let read = format!(
        "Read {} and {} in {}, {:.1} s{uncounted}",
        counted(reading.profiles, "profile"),
        counted(reading.names, "name"),
        counted(reading.requests, "request"),
        reading.time.as_secs_f32(),
    );
    PlanHeader { read: Some(read), findings: Some(&planned.plan.problems) }
}

/// What `--strict` demands.
///
/// # Errors
/// If masked values of a managed profile could not be compared.
fn all_verified(document: &PlanDocument) -> Result<(), Failure> {
    if document.unverified.is_empty() {
        return Ok(());
    }
    let profiles: Vec<String> = document.unverified.iter().map(|one| one.object().to_string()).collect();
    Err(Failure::with_help(
        format!("--strict: masked values could not be compared in {}", profiles.join(", ")),
        format!(
            "{}; sign in with an identity that has it, or plan without --strict",
            report::needed_for_masked_values()
        ),
    ))
}

fn print(document: &PlanDocument, header: &PlanHeader<'_>, format: PlanFormat, output: &Output) -> Result<(), Failure> {
    match format {
        PlanFormat::Human => {
            print_for_people(document, header, !output.quiet, output);
            if !document.changes.is_empty() && !output.quiet {
                output.result("Nothing was changed.\n");
            }
        }
        PlanFormat::Json => output.json(document)?,
        PlanFormat::Markdown => output.document(&report::markdown(document)),
    }
    Ok(())
}

/// Prints a plan for people: the `whole` plan, or its errors and its summary.
pub(super) fn print_for_people(document: &PlanDocument, header: &PlanHeader<'_>, whole: bool, output: &Output) {
    let text = if whole { report::plan_text } else { report::plan_errors_text };
    output.result(&text(document, header, output.paint()));
}

/// Saves a plan. Another file that is there stays: a wrong name in a pipeline must not cost a file.
fn save(root: &Path, document: &PlanDocument, file: &Path) -> Result<(), Failure> {
    match read_given(root, file, LARGEST_PLAN) {
        Ok(there) if there.is_empty() || PlanDocument::is_one(&there) => {}
        Err(error) if error.is_missing() => {}
        Ok(_) => {
            return Err(Failure::with_help(
                format!("{} exists and is not a saved plan; it was not replaced", file.display()),
                "choose another name for `--out`",
            ));
        }
        Err(error) => return Err(Failure::with_help(error.to_string(), "choose another name for `--out`")),
    }
    write_file(root, file, json_text(document)?.as_bytes())
}

/// Reads a saved plan.
pub(super) fn load(root: &Path, file: &Path) -> Result<PlanDocument, Failure> {
    let broken = |reason: String| Failure::new(format!("{} is not a readable plan: {reason}", file.display()));
    let bytes = read_given(root, file, LARGEST_PLAN).map_err(|error| match error.is_missing() {
        true => Failure::with_help(error.to_string(), "create it with `plan --out FILE`"),
        false => Failure::new(error.to_string()),
    })?;
    PlanDocument::parse(&bytes).map_err(|error| match &error {
        PlanError::Newer { program, .. } => Failure::with_help(
            format!("{} was made by a newer version of sspr-policy ({error})", file.display()),
            match program {
                Some(version) => format!("install sspr-policy {version}, or make a new plan with `plan --out FILE`"),
                None => "install the newest sspr-policy, or make a new plan with `plan --out FILE`".into(),
            },
        ),
        PlanError::Older { .. } => Failure::with_help(
            format!("{} was made by an older version of sspr-policy ({error})", file.display()),
            "make a new plan with `plan --out FILE`, and have it approved",
        ),
        PlanError::NotAPlan(_) | PlanError::NoFormat | PlanError::Contradiction(_) => broken(error.to_string()),
    })
}
