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
use crate::apply::{Event, Executor, Journal, JournalError, PendingError, Stop, await_pending};
use crate::diagnostic::counted;
use crate::failure::Failure;
use crate::file_lock::FileLock;
use crate::plan::{Counts, Outcome, Overridden, Plan, PlanDocument, bound_elsewhere, not_approved, stages};
use crate::planning::{PlanRequest, Planned, connection, plan};
use crate::policy::Environment;
use crate::report;
use crate::repository::{Guard, Repository, lock_folder, lock_tenant};
use crate::session::{Purpose, Session};

/// Shown in the help, because pipelines decide by it whether to run again later.
pub(super) const EXIT_CODES: &str =
    "Exit codes: 0 = done, 1 = something failed, 3 = nothing failed, but something waits for approval";

#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
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
    let approved = args.plan.as_deref().map(load).transpose()?;
    let wanted = match (&approved, &global.env) {
        (Some(approved), Some(name)) if approved.environment != *name => {
            return Err(Failure::new(format!(
                "this plan is for the environment `{}`, not `{name}`",
                approved.environment
            )));
        }
        (Some(approved), _) => Some(approved.environment.as_str()),
        (None, name) => name.as_deref(),
    };
    let (name, environment) = repository.environment(wanted)?;
    let writing = WriteSession::open(&repository, environment, output).await?;
    let (name, owner) = (name.to_string(), repository.configuration.owner.value.clone());
    let run = Run { args, output, writing: &writing, environment: &name, owner: &owner };
    let code = run.carry_out(repository, approved.as_ref()).await;
    writing.session.close().await?;
    code
}

/// A session that writes, with the locks that keep others from writing at the same time.
pub(super) struct WriteSession {
    pub session: Session,
    pub journal: Journal,
    _folder: FileLock,
    _tenant: Option<FileLock>,
}

impl WriteSession {
    pub async fn open(repository: &Repository, environment: &Environment, output: &Output) -> Result<Self, Failure> {
        let state = repository.state();
        let folder = lock_folder(&state)?;
        let journal = Journal::open(&state.join("journal.json"))?;
        let connection = connection(repository, environment);
        let session = Session::open(&connection, Purpose::Apply, prompt()).await?;
        let mut tenant = None;
        // The embedded sandbox belongs to its folder and has its own lock.
        if !connection.is_embedded() {
            let owner = &repository.configuration.owner;
            match lock_tenant(&repository.root, connection.graph_url(), &session.tenant.id, owner)? {
                Guard::Locked(file) => tenant = Some(file),
                Guard::Unlocked(why) => output.say(&format!("warning: {why}")),
            }
        }
        Ok(Self { session, journal, _folder: folder, _tenant: tenant })
    }
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

#[derive(PartialEq, Eq)]
enum Ended {
    Done,
    /// Nothing failed, but something waits for approval.
    Waiting,
    Failed,
}

struct Run<'a> {
    args: &'a ApplyArgs,
    output: &'a Output,
    writing: &'a WriteSession,
    environment: &'a str,
    owner: &'a str,
}

impl Run<'_> {
    async fn carry_out(&self, repository: Repository, approved: Option<&PlanDocument>) -> Result<ExitCode, Failure> {
        let (session, owner) = (&self.writing.session, self.owner);
        if let Some(why) = approved.and_then(|approved| bound_elsewhere(approved, &session.tenant, owner)) {
            return Err(Failure::new(format!("{why}; nothing was changed")));
        }
        await_pending(&session.client, &self.writing.journal, &session.tenant.id, owner, session.patience).await?;
        let planned = plan(session, repository, self.environment, &self.request(approved)?).await?;
        // Nobody should confirm a plan that was not shown.
        let is_confirmed_here = !self.args.auto_approve && approved.is_none();
        let whole = is_confirmed_here || !self.output.quiet;
        print_for_people(&planned.document, &header(&planned), whole, self.output);
        let refused = approved.map_or(Vec::new(), |approved| not_approved(approved, &planned.document));
        if !refused.is_empty() {
            return Err(Failure::with_help(
                format!(
                    "the saved plan no longer matches what apply would do; nothing was changed\n  {}",
                    refused.join("\n  ")
                ),
                "run `plan --out FILE` again and have the new plan approved",
            ));
        }
        let stops = planned.plan.stops().len();
        if stops > 0 {
            return Err(Failure::with_help(
                format!("{} above; nothing was changed", counted(stops, "error")),
                "fix the errors above, or accept a finding with `waive:`; limits are in sspr-policy.yaml",
            ));
        }
        let failed = planned.document.has_errors();
        if planned.plan.changes.is_empty() {
            return Ok(exit(failed));
        }
        if is_confirmed_here {
            let count = planned.plan.changes.len();
            let question = format!("Apply {} to {}?", counted(count, "change"), session.tenant.name);
            if !self.output.confirm(&question)? {
                return Err(Failure::new("not approved; nothing was changed"));
            }
        }
        Ok(match self.execute(&planned).await {
            Ended::Waiting if !failed => waiting(),
            ended => exit(failed || ended == Ended::Failed),
        })
    }

    /// A saved plan is planned again with the options that it was made with.
    fn request(&self, approved: Option<&PlanDocument>) -> Result<PlanRequest, Failure> {
        let only = match approved.and_then(|approved| approved.only.as_deref()) {
            Some(only) => {
                Some(glob::Pattern::new(only).map_err(|error| Failure::new(format!("the plan's `only`: {error}")))?)
            }
            None => self.args.only.clone(),
        };
        let overridden = match approved {
            Some(approved) => Overridden::Approved(approved.limits_overridden.clone()),
            None if self.args.override_limits => Overridden::Everything,
            None => Overridden::Nothing,
        };
        Ok(PlanRequest { only, overridden, today: today() })
    }

    async fn execute(&self, planned: &Planned) -> Ended {
        let session = &self.writing.session;
        let (asked, stop) = watch::channel(Stop::No);
        let paint = self.output.paint();
        let on_event = |event: Event<'_>| {
            if let Event::Ended(change, outcome) = event
                && (!self.output.quiet || matches!(outcome, Outcome::Failed(..)))
            {
                self.output.result(&format!("{}\n", report::outcome_line(change, outcome, paint)));
            }
        };
        let executor = Executor {
            client: &session.client,
            tenant_id: &session.tenant.id,
            owner: self.owner,
            journal: &self.writing.journal,
            patience: session.patience,
            justification: self.args.justification.as_deref().map_or("sspr-policy apply", str::trim),
            stop,
            on_event: &on_event,
        };
        self.announce_duration(&planned.plan);
        let report = tokio::select! {
            report = executor.run(&planned.plan.changes) => report,
            never = interrupts(&asked, self.output) => match never {},
        };
        let counts = report.counts();
        self.output.result(&report::outcome_summary(counts));
        // A change that was not started because another one waits is not a failure; after an interrupt, it is.
        match counts {
            Counts { failed: 0, waiting: 1.., .. } if *asked.borrow() == Stop::No => Ended::Waiting,
            Counts { failed: 0, waiting: 0, skipped: 0, .. } => Ended::Done,
            _ => Ended::Failed,
        }
    }
}

impl Run<'_> {
    /// Intune's request limits can pause the run, which looks like a hang unless it is announced.
    fn announce_duration(&self, plan: &Plan) {
        let writes: usize = plan.changes.iter().map(|change| stages(change).len()).sum();
        if let Some(pause) = self.writing.session.pause_for(writes) {
            let minutes = pause.as_secs().div_ceil(60);
            let about = counted(minutes as usize, "minute");
            self.output
                .say(&format!("{writes} writes; Intune accepts 100 every 20 seconds, so this takes about {about}"));
        }
    }
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

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<PendingError> for Failure {
    fn from(error: PendingError) -> Self {
        match error {
            PendingError::Graph(error) => error.into(),
            PendingError::Journal(error) => error.into(),
            unlisted @ PendingError::Unlisted { .. } => {
                Self::with_help(unlisted.to_string(), "run `sspr-policy apply` again in a few minutes")
            }
        }
    }
}
