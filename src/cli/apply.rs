//! `apply`: changes the tenant to match the policies.

use std::convert::Infallible;
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use tokio::sync::watch;

use super::output::{Output, exit, prompt, waiting};
use super::plan::{header, load, print_for_people};
use super::{Global, today};
use crate::apply::{ApplyRequest, Ended, Event, Stop, WriteSession, prepare};
use crate::diagnostic::counted;
use crate::failure::Failure;
use crate::plan::{Outcome, PlanDocument, environment_of};
use crate::planning::Planned;
use crate::policy::Environment;
use crate::report;
use crate::repository::Repository;

/// Shown in the help, because pipelines decide by it whether to run again later.
pub(super) const EXIT_CODES: &str =
    "Exit codes: 0 = done, 1 = something failed, 3 = nothing failed, but a change is waiting for approval";
const AFTER_HELP: &str = "Example: sspr-policy apply plan.json\n\nExit codes: 0 = done, 1 = something failed, 3 = nothing failed, but a change is waiting for approval";

#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct ApplyArgs {
    /// Saved plan from `plan --out`; anything that it does not contain is refused
    plan: Option<PathBuf>,
    /// Skip the confirmation
    #[arg(long)]
    auto_approve: bool,
    /// Apply only policies whose key matches, such as 'sspr/*'
    #[arg(long, value_name = "GLOB", conflicts_with = "plan")]
    only: Option<glob::Pattern>,
    /// Ignore the environment's limits, after confirmation; a saved plan records this itself
    #[arg(long, conflicts_with = "plan")]
    override_limits: bool,
    /// Justification that approvers see, where Multi Admin Approval is on
    #[arg(long, value_name = "TEXT", value_parser = justification)]
    justification: Option<String>,
}

/// Checks a justification. Intune takes 1,024 characters; the rest is for the text that identifies each write.
pub(super) fn justification(text: &str) -> Result<String, String> {
    match text.trim().chars().count() {
        0 => Err("the justification is empty; say why, for the approvers".into()),
        count if count > 700 => Err(format!("the justification has {count} characters; at most 700 are allowed")),
        _ => Ok(text.to_string()),
    }
}

pub(super) async fn run(args: &ApplyArgs, global: &Global, output: &Output) -> Result<ExitCode, Failure> {
    require_consent(args)?;
    let repository = Repository::open(&global.dir)?;
    let approved = args.plan.as_deref().map(|file| load(&global.dir, file)).transpose()?;
    let env = global.env.as_deref();
    let wanted = environment_of(approved.as_ref(), env).map_err(|why| {
        let name = env.unwrap_or_default();
        Failure::with_help(why, format!("leave out `--env`, or save a plan with `plan --env {name} --out FILE`"))
    })?;
    let (name, environment) = repository.environment(wanted)?;
    let name = name.to_string();
    let writing = open(&repository, environment, output).await?;
    let ended = apply(args, &writing, repository, &name, approved.as_ref(), output).await;
    writing.session.close().await?;
    Ok(match ended? {
        Ended::Done => exit(false),
        Ended::Waiting => waiting(),
        Ended::Failed => exit(true),
    })
}

/// Opens a session that writes, and warns if other applies are not kept out.
pub(super) async fn open(
    repository: &Repository,
    environment: &Environment,
    output: &Output,
) -> Result<WriteSession, Failure> {
    let writing = WriteSession::open(repository, environment, prompt()).await?;
    if let Some(why) = &writing.unlocked {
        output.say(&format!("warning: {why}"));
    }
    Ok(writing)
}

/// Ignoring limits needs a person's consent: at the terminal, or in a saved plan that was approved.
fn require_consent(args: &ApplyArgs) -> Result<(), Failure> {
    let is_asked = !args.auto_approve && std::io::stdin().is_terminal();
    if !args.override_limits || is_asked {
        return Ok(());
    }
    let message = match args.auto_approve {
        true => {
            "--override-limits needs a person to confirm, so it cannot be used with --auto-approve; nothing was changed"
        }
        false => {
            "--override-limits needs a person to confirm, and there is no terminal to confirm on; nothing was changed"
        }
    };
    Err(Failure::with_help(
        message,
        "save a plan with `plan --override-limits --out FILE`, have it approved, then run `apply FILE`",
    ))
}

/// Shows the plan, asks, and carries it out.
async fn apply(
    args: &ApplyArgs,
    writing: &WriteSession,
    repository: Repository,
    environment: &str,
    approved: Option<&PlanDocument>,
    output: &Output,
) -> Result<Ended, Failure> {
    let only = args.only.clone();
    let request = ApplyRequest { approved, only, override_limits: args.override_limits, today: today() };
    // Nobody should confirm a plan that was not shown.
    let is_confirmed_here = !args.auto_approve && approved.is_none();
    let whole = is_confirmed_here || !output.quiet;
    let show = |planned: &Planned| print_for_people(&planned.document, &header(planned), whole, output);
    let prepared = prepare(writing, repository, environment, &request, show).await?;
    if prepared.changes() == 0 {
        return Ok(prepared.without_changes());
    }
    if is_confirmed_here {
        let changes = counted(prepared.changes(), "change");
        if !output.confirm(&format!("Apply {changes} to {}?", writing.session.tenant.name))? {
            return Err(Failure::new("not approved; nothing was changed"));
        }
    }
    // Intune's request limits can pause the run, which looks like a hang unless it is announced.
    if let Some(pause) = prepared.pause(writing) {
        let about = counted(pause.as_secs().div_ceil(60) as usize, "minute");
        let writes = prepared.writes();
        output.say(&format!("{writes} writes; Intune accepts 100 every 20 seconds, so this takes about {about}"));
    }
    let bar = output.bar(prepared.changes());
    let on_event = |event: Event<'_>| {
        let Event::Ended(change, outcome) = event else { return };
        if !output.quiet || matches!(outcome, Outcome::Failed(..)) {
            let line = report::outcome_line(change, outcome, output.paint());
            bar.suspend(|| output.result(&format!("{line}\n")));
        }
        bar.inc(1);
    };
    let justification = args.justification.as_deref().map_or("sspr-policy apply", str::trim);
    let (asked, stop) = watch::channel(Stop::No);
    let (counts, ended) = tokio::select! {
        ended = prepared.carry_out(writing, justification, stop, &on_event) => ended,
        never = interrupts(&asked, output) => match never {},
    };
    bar.finish_and_clear();
    output.result(&report::outcome_summary(counts));
    Ok(ended)
}

/// Waits for interrupts: after the first one, requests in flight are finished; the second one abandons them.
async fn interrupts(asked: &watch::Sender<Stop>, output: &Output) -> Infallible {
    if interrupted().await.is_ok() {
        asked.send_replace(Stop::Soon);
        output.say("stopping after the requests in flight have finished; press Ctrl+C again to stop at once");
        if interrupted().await.is_ok() {
            asked.send_replace(Stop::Now);
        }
    }
    // If signals cannot be received, never end.
    std::future::pending().await
}

/// Ctrl+C, or on Unix SIGTERM, with which pipelines end a job.
async fn interrupted() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            ended = tokio::signal::ctrl_c() => ended,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
