//! `apply`.

use std::convert::Infallible;
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use tokio::sync::watch;

use super::identity::Purpose;
use super::output::{Failure, Output, exit, waiting};
use super::plan::{has_errors, load};
use super::planning::{Planned, Wishes, make_plan};
use super::session::Session;
use super::workspace::Workspace;
use super::{Global, lock};
use crate::apply::{Counts, Executor, Journal, Progress, Stop, await_pending};
use crate::graph::WINDOW;
use crate::plan::{ChangeDocument, Overridden, Plan, PlanDocument, stages};
use crate::policy::Environment;
use crate::report;

/// Pipelines tell by it whether to go on later.
pub(super) const EXIT_CODES: &str =
    "Exit codes: 0 done, 1 something failed, 3 nothing failed and something waits for approval";

#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct ApplyArgs {
    /// A plan that `plan --out` saved: what it does not approve is refused
    plan: Option<PathBuf>,
    /// Do not ask
    #[arg(long)]
    auto_approve: bool,
    /// Only keys that match, such as 'sspr/*'
    #[arg(long, value_name = "GLOB", conflicts_with = "plan")]
    only: Option<glob::Pattern>,
    /// The limits of the environment do not stop this, if you say yes to what it passes over; a saved plan says itself
    #[arg(long, conflicts_with = "plan")]
    override_limits: bool,
    /// What approvers read, where a second administrator has to approve
    #[arg(long, value_name = "TEXT", value_parser = justification)]
    justification: Option<String>,
}

/// Approvers read it. Intune takes 1,024 characters, and what tells the writes apart comes behind it.
pub(super) fn justification(text: &str) -> Result<String, String> {
    match text.trim().chars().count() {
        0 => Err("approvers want to know why".into()),
        count if count > 700 => Err(format!("it has {count} characters, and 700 fit")),
        _ => Ok(text.to_string()),
    }
}

pub(super) async fn run(args: &ApplyArgs, global: &Global, output: &Output) -> Result<ExitCode, Failure> {
    require_somebody(args)?;
    let workspace = Workspace::open(&global.dir)?;
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
    let (name, environment) = workspace.environment(wanted)?;
    let _folder = lock::folder(&workspace.state())?;
    let journal = Journal::open(&workspace.state().join("journal.json"))?;
    let session = Session::open(&workspace, environment, Purpose::Apply).await?;
    let _tenant = lock::tenant(&workspace, environment, &session, output)?;
    let run = Run { args, output, workspace: &workspace, session: &session, name, environment };
    let code = run.carry_out(approved.as_ref(), &journal).await;
    session.close().await?;
    code
}

/// Limits are passed over by somebody: at the terminal, or in a saved plan that was approved.
fn require_somebody(args: &ApplyArgs) -> Result<(), Failure> {
    let is_asked = !args.auto_approve && std::io::stdin().is_terminal();
    if !args.override_limits || is_asked {
        return Ok(());
    }
    Err(Failure::with_help(
        "nobody is asked here, and `--override-limits` needs somebody who says yes; nothing was changed",
        "save a plan with `plan --override-limits --out FILE`, have that approved, then `apply FILE`",
    ))
}

/// How an apply ended.
#[derive(PartialEq, Eq)]
enum Ended {
    Done,
    /// Nothing failed, and something waits for approval.
    Waiting,
    Failed,
}

/// One apply.
struct Run<'a> {
    args: &'a ApplyArgs,
    output: &'a Output,
    workspace: &'a Workspace,
    session: &'a Session,
    name: &'a str,
    environment: &'a Environment,
}

impl Run<'_> {
    async fn carry_out(&self, approved: Option<&PlanDocument>, journal: &Journal) -> Result<ExitCode, Failure> {
        let (session, owner) = (self.session, self.workspace.configuration.owner.value.as_str());
        if let Some(approved) = approved {
            check_binding(approved, session, owner)?;
        }
        await_pending(&session.client, journal, &session.tenant.id, owner, session.patience).await?;
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
        let wishes = Wishes { only, overridden };
        let planned = make_plan(session, self.workspace, self.name, self.environment, &wishes).await?;
        self.output.result(&report::plan_text(&planned.document, &planned.header, self.output.paint()));
        if let Some(approved) = approved {
            check_approved(approved, &planned.document)?;
        }
        let stops = planned.stops().len();
        if stops > 0 {
            return Err(Failure::with_help(
                format!("{stops} error{} above; nothing was changed", if stops == 1 { "" } else { "s" }),
                "mend what is named, or accept a finding with `waive:`; limits are in sspr-policy.yaml",
            ));
        }
        let failed = has_errors(&planned.document);
        if planned.plan.changes.is_empty() {
            return Ok(exit(failed));
        }
        if !self.args.auto_approve && approved.is_none() {
            let count = planned.plan.changes.len();
            let question =
                format!("Apply {count} change{} to {}?", if count == 1 { "" } else { "s" }, session.tenant.name);
            if !self.output.confirm(&question)? {
                return Err(Failure::new("not approved; nothing was changed"));
            }
        }
        Ok(match self.execute(&planned, owner, journal).await {
            Ended::Waiting if !failed => waiting(),
            ended => exit(failed || ended == Ended::Failed),
        })
    }

    /// Carries the plan out.
    async fn execute(&self, planned: &Planned, owner: &str, journal: &Journal) -> Ended {
        let (asked, stop) = watch::channel(Stop::No);
        let paint = self.output.paint();
        let tell = |progress: Progress<'_>| {
            if let Progress::Ended(change, outcome) = progress {
                self.output.result(&format!("{}\n", report::outcome_line(change, outcome, paint)));
            }
        };
        let executor = Executor {
            client: &self.session.client,
            tenant_id: &self.session.tenant.id,
            owner,
            journal,
            patience: self.session.patience,
            justification: self.args.justification.as_deref().map_or("sspr-policy apply", str::trim),
            stop,
            tell: &tell,
        };
        self.say_how_long(&planned.plan);
        let report = tokio::select! {
            report = executor.run(&planned.plan.changes) => report,
            never = interrupts(&asked, self.output) => match never {},
        };
        let counts = report.counts();
        self.output.result(&report::outcome_summary(counts));
        // What is left because something waits is no failure; what is left because of an interrupt is.
        match counts {
            Counts { failed: 0, waiting: 1.., .. } if *asked.borrow() == Stop::No => Ended::Waiting,
            Counts { failed: 0, waiting: 0, left: 0, .. } => Ended::Done,
            _ => Ended::Failed,
        }
    }
}

impl Run<'_> {
    /// Nothing seems to happen while a window of Intune's limits is full; a person wants to know for how long.
    fn say_how_long(&self, plan: &Plan) {
        let writes: usize = plan.changes.iter().map(|change| stages(change).len()).sum();
        let pause = self.session.client.pause_for(writes);
        if pause >= WINDOW {
            let minutes = pause.as_secs().div_ceil(60);
            let about = if minutes == 1 { "a minute".to_string() } else { format!("{minutes} minutes") };
            self.output.say(&format!("{writes} writes; Intune takes 100 in 20 seconds, so this takes about {about}"));
        }
    }
}

/// Waits for interrupts: the first one lets what is in flight come to its end, the second one lets go of it.
async fn interrupts(asked: &watch::Sender<Stop>, output: &Output) -> Infallible {
    if interrupted().await.is_ok() {
        asked.send_replace(Stop::Soon);
        output.say("stopping: what is in flight is finished first; once more, and it is left as it is");
        if interrupted().await.is_ok() {
            asked.send_replace(Stop::Now);
        }
    }
    // Without signals there is nothing to wait for.
    std::future::pending().await
}

/// Ctrl+C; and where there is one, the signal with which pipelines end a job.
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

/// A plan is for one tenant and one owner.
fn check_binding(approved: &PlanDocument, session: &Session, owner: &str) -> Result<(), Failure> {
    if approved.tenant.id != session.tenant.id {
        return Err(Failure::new(format!(
            "this plan is for the tenant {} ({}), and this one is {} ({}); nothing was changed",
            approved.tenant.name, approved.tenant.id, session.tenant.name, session.tenant.id
        )));
    }
    if approved.owner != owner {
        return Err(Failure::new(format!(
            "this plan is for the owner {}, and this repository's is {owner}; nothing was changed",
            approved.owner
        )));
    }
    Ok(())
}

/// Each change must be one that the plan approved, in the state that it saw, or what an apply of it has left to do. What the
/// plan has besides is done already, unless the policies are others: then it may be what nobody wants any more.
fn check_approved(approved: &PlanDocument, fresh: &PlanDocument) -> Result<(), Failure> {
    let mut refused = Vec::new();
    for change in &fresh.changes {
        match approved.changes.iter().find(|other| other.key == change.key) {
            Some(other) if other.is_same_as(change) || other.leaves(change) => {}
            Some(other) if other.before != change.before || other.id != change.id => {
                refused.push(format!("{}: it was changed in the tenant since the plan", change.key));
            }
            Some(_) => refused.push(format!("{}: the change is another one than the plan approved", change.key)),
            None => refused.push(format!("{}: the plan does not have this change", change.key)),
        }
    }
    if approved.policies != fresh.policies {
        let whole = |change: &ChangeDocument| fresh.changes.iter().any(|other| change.is_same_as(other));
        let gone = approved.changes.iter().filter(|change| !whole(change));
        let named = |key: &str| refused.iter().any(|line| line.starts_with(&format!("{key}: ")));
        let gone: Vec<String> = gone
            .filter(|change| !named(&change.key))
            .map(|change| format!("{}: the policies changed since the plan, and do not ask for all of it", change.key))
            .collect();
        refused.extend(gone);
    }
    if refused.is_empty() {
        return Ok(());
    }
    Err(Failure::with_help(
        format!("the plan does not approve what would be done; nothing was changed\n  {}", refused.join("\n  ")),
        "plan again, and have that approved",
    ))
}
