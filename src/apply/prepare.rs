//! From a repository to the changes that may be applied: settles earlier runs, plans, and compares the plan with the
//! approved one.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::civil::Date;
use tokio::sync::watch;

use super::executor::Event;
use super::pending::await_pending;
use super::stop::Stop;
use super::write_session::WriteSession;
use crate::diagnostic::counted;
use crate::failure::Failure;
use crate::plan::{ActionWord, Counts, Overridden, PlanDocument, bound_elsewhere, invented, not_approved, stages};
use crate::planning::{PlanRequest, Planned, plan};
use crate::repository::Repository;
use crate::setting::ObjectKey;

/// What to apply.
pub struct ApplyRequest<'a> {
    /// The saved plan that was approved. Its own options replace the following two.
    pub approved: Option<&'a PlanDocument>,
    /// Apply only keys that match.
    pub only: Option<glob::Pattern>,
    /// Whether a person agreed to ignore the environment's limits.
    pub override_limits: bool,
    /// Decides which waivers have expired.
    pub today: Date,
}

/// Changes that may be applied.
pub struct Prepared {
    pub planned: Planned,
    owner: String,
}

/// How an apply ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    Done,
    /// Nothing failed, but a change is waiting for approval.
    Waiting,
    /// A change failed or was not started, or the plan has errors for other keys.
    Failed,
}

/// Plans what to apply, and gives the plan to `show` before it is refused or returned.
///
/// # Errors
/// If the plan has errors, or contains anything that was not approved; as for [`plan`] and [`await_pending`]. Nothing
/// was changed then.
pub async fn prepare(
    writing: &WriteSession,
    repository: Repository,
    environment: &str,
    request: &ApplyRequest<'_>,
    show: impl FnOnce(&Planned),
) -> Result<Prepared, Failure> {
    let (session, owner) = (&writing.session, repository.configuration.owner.value.clone());
    if let Some(why) = request.approved.and_then(|approved| bound_elsewhere(approved, &session.tenant, &owner)) {
        return Err(Failure::with_help(
            format!("{why}; nothing was changed"),
            "use the repository that the plan was made with, or save a new plan with `plan --out FILE`",
        ));
    }
    await_pending(&session.client, &writing.journal, &session.tenant.id, &owner, session.patience).await?;
    let planned = plan(session, repository, environment, &request.to_plan()?).await?;
    show(&planned);
    let refused = request.approved.map_or_else(Vec::new, |approved| {
        let kept: BTreeSet<&ObjectKey> = planned.plan.unchanged.iter().collect();
        // What is to be deleted is gone if the plan does not know it any more.
        let is_there = |object: &ObjectKey, action| kept.contains(object) || action == ActionWord::Delete;
        let invented = invented(approved, &planned.document, is_there);
        [not_approved(approved, &planned.document), invented].concat()
    });
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
    Ok(Prepared { planned, owner })
}

impl ApplyRequest<'_> {
    /// A saved plan is planned again with the options that it was made with.
    fn to_plan(&self) -> Result<PlanRequest, Failure> {
        let today = self.today;
        let Some(approved) = self.approved else {
            let overridden = if self.override_limits { Overridden::Everything } else { Overridden::Nothing };
            return Ok(PlanRequest { only: self.only.clone(), overridden, today });
        };
        let only = approved.only.as_deref().map(glob::Pattern::new).transpose();
        let only = only.map_err(|error| Failure::new(format!("the plan's `only`: {error}")))?;
        Ok(PlanRequest { only, overridden: Overridden::Approved(approved.limits_overridden.clone()), today })
    }
}

impl Prepared {
    /// The number of changes.
    pub fn changes(&self) -> usize {
        self.planned.plan.changes.len()
    }

    /// The number of requests that write.
    pub fn writes(&self) -> usize {
        self.planned.plan.changes.iter().map(|change| stages(change).len()).sum()
    }

    /// How long Intune's limits will delay these writes, if that is long.
    pub fn pause(&self, writing: &WriteSession) -> Option<Duration> {
        writing.session.pause_for(self.writes())
    }

    /// How an apply without changes ends.
    pub fn without_changes(&self) -> Ended {
        if self.planned.document.has_errors() { Ended::Failed } else { Ended::Done }
    }

    /// Carries out the changes.
    pub async fn carry_out(
        &self,
        writing: &WriteSession,
        justification: &str,
        stop: watch::Receiver<Stop>,
        on_event: &dyn Fn(Event<'_>),
    ) -> (Counts, Ended) {
        let executor = writing.executor(&self.owner, justification, stop.clone(), on_event);
        let counts = executor.run(&self.planned.plan.changes).await.counts();
        // A change that was not started because another one waits is not a failure; after a stop, it is.
        let ended = match counts {
            Counts { failed: 0, waiting: 1.., .. } if *stop.borrow() == Stop::No => Ended::Waiting,
            Counts { failed: 0, waiting: 0, skipped: 0, .. } => Ended::Done,
            _ => Ended::Failed,
        };
        (counts, if self.planned.document.has_errors() { Ended::Failed } else { ended })
    }
}
