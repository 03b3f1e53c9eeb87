//! Proves an import: reads the written policies back and plans them. The plan must adopt the profiles and change nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::Date;

use crate::diagnostic::{Diagnostic, Severity};
use crate::failure::Failure;
use crate::plan::{ChangeDocument, Reason};
use crate::planning::{PlanRequest, Planned, plan};
use crate::policy::Policy;
use crate::repository::Repository;
use crate::session::Session;
use crate::setting::ObjectKey;
use crate::source::Place;

#[derive(Debug, Default)]
pub(super) struct Proof {
    pub verdicts: BTreeMap<ObjectKey, Verdict>,
    /// Why the policies could not be planned.
    pub problems: Vec<Diagnostic>,
}

/// What the plan says about a policy.
#[derive(Debug)]
pub struct Verdict {
    /// Whether the plan adopts its profile.
    pub is_planned: bool,
    pub problems: Vec<String>,
    pub change: Option<ChangeDocument>,
}

impl Verdict {
    pub fn only_adopts(&self) -> bool {
        let is_marker_only = self.change.as_ref().is_none_or(ChangeDocument::is_marker_only);
        self.is_planned && self.problems.is_empty() && is_marker_only
    }
}

impl Verdict {
    /// Whether a plan of an updated policy has nothing to do.
    pub fn changes_nothing(&self) -> bool {
        self.problems.is_empty() && self.change.as_ref().is_none_or(ChangeDocument::is_marker_only)
    }
}

/// A policy that was written.
struct ImportedPolicy {
    object: ObjectKey,
    path: String,
}

/// Plans only the policies of these files: errors elsewhere in the repository do not count.
pub(super) async fn prove(
    session: &Session,
    root: &Path,
    environment: &str,
    paths: &BTreeSet<&str>,
    today: Date,
) -> Result<Proof, Failure> {
    if paths.is_empty() {
        return Ok(Proof::default());
    }
    let repository = only(root, paths)?;
    let imported = |policy: &Policy| ImportedPolicy {
        object: ObjectKey { key: policy.key.clone(), delivery: policy.document.delivery() },
        path: policy.source.path.clone(),
    };
    let imported: Vec<ImportedPolicy> = repository.policies.iter().map(imported).collect();
    let by_object = |verdict: &dyn Fn(&ImportedPolicy) -> Verdict| {
        imported.iter().map(|policy| (policy.object.clone(), verdict(policy))).collect()
    };
    match plan(session, repository, environment, &PlanRequest::whole(today)).await {
        Ok(planned) => Ok(Proof { verdicts: by_object(&|policy| verdict(&planned, policy)), problems: Vec::new() }),
        Err(Failure::Diagnostics(problems)) => {
            Ok(Proof { verdicts: by_object(&|policy| not_planned(&problems, policy)), problems })
        }
        Err(failure) => Err(failure),
    }
}

/// Plans a policy that was updated. Errors elsewhere in the repository do not count.
pub(super) async fn prove_update(
    session: &Session,
    root: &Path,
    environment: &str,
    updated: &Policy,
    today: Date,
) -> Result<Option<Verdict>, Failure> {
    let path = updated.source.path.as_str();
    let object = ObjectKey { key: updated.key.clone(), delivery: updated.document.delivery() };
    let policy = ImportedPolicy { object, path: path.to_string() };
    match plan(session, only(root, &BTreeSet::from([path]))?, environment, &PlanRequest::whole(today)).await {
        Ok(planned) => {
            let mut verdict = verdict(&planned, &policy);
            if verdict.change.is_none() && planned.plan.unchanged.contains(&policy.object) {
                verdict = Verdict { is_planned: true, problems: Vec::new(), change: None };
            } else if verdict.change.is_some() {
                verdict.problems.retain(|problem| problem != NOT_ADOPTED);
            }
            Ok(Some(verdict))
        }
        Err(Failure::Diagnostics(problems)) => Ok(Some(not_planned(&problems, &policy))),
        Err(failure) => Err(failure),
    }
}

/// The repository with only the policies of these files.
fn only(root: &Path, paths: &BTreeSet<&str>) -> Result<Repository, Failure> {
    let mut repository = Repository::open(root)?;
    let is_new = |place: &Place| paths.contains(place.source.path.as_str());
    repository.policies.retain(|policy| paths.contains(policy.source.path.as_str()));
    repository.problems.retain(|problem| touches(problem, &is_new));
    Ok(repository)
}

const NOT_ADOPTED: &str = "the plan does not adopt the profile";

/// The verdict on a policy that could not be planned.
fn not_planned(problems: &[Diagnostic], policy: &ImportedPolicy) -> Verdict {
    let here = |place: &Place| place.source.path == policy.path;
    let mut own: Vec<String> = problems.iter().filter(|problem| touches(problem, &here)).map(in_one_line).collect();
    if own.is_empty() {
        own.push("it could not be planned, because of errors in other files".into());
    }
    Verdict { is_planned: false, problems: own, change: None }
}

fn touches(problem: &Diagnostic, is_new: &dyn Fn(&Place) -> bool) -> bool {
    problem.place.as_ref().is_some_and(is_new) || problem.related.iter().any(|related| is_new(&related.place))
}

fn in_one_line(problem: &Diagnostic) -> String {
    let label = if problem.label.is_empty() { String::new() } else { format!(": {}", problem.label) };
    let help = problem.help.as_ref().map_or(String::new(), |help| format!("; {help}"));
    format!("{}{label}{help}", problem.message)
}

fn verdict(planned: &Planned, policy: &ImportedPolicy) -> Verdict {
    let here = |place: &Place| place.source.path == policy.path;
    let errors = planned.plan.problems.iter().filter(|problem| problem.severity == Severity::Error);
    let mut problems: Vec<String> = errors.filter(|problem| touches(problem, &here)).map(in_one_line).collect();
    let is_adopted = |change: &crate::plan::Change| change.object == policy.object && change.reason == Reason::Adopted;
    let is_planned = planned.plan.changes.iter().any(is_adopted);
    if !is_planned && problems.is_empty() {
        problems.push(NOT_ADOPTED.into());
    }
    let change = planned.document.changes.iter().find(|change| change.object() == policy.object).cloned();
    Verdict { is_planned, problems, change }
}
