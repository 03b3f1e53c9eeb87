//! The proof of an import: what was written is read again and planned, and the plan adopts and does nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::super::output::{Failure, Output};
use super::super::planning::{Planned, Wishes, make_plan};
use super::super::session::Session;
use super::super::workspace::Workspace;
use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::Reason;
use crate::policy::Environment;
use crate::report::{Paint, differences};
use crate::source::Place;

/// What plans say, by key.
pub(super) type Proof = BTreeMap<String, Verdict>;

/// What the plan says of a policy.
pub(super) struct Verdict {
    /// Whether the plan adopts its profile.
    pub is_planned: bool,
    /// What the plan says besides.
    pub besides: Vec<String>,
}

impl Verdict {
    pub fn only_adopts(&self) -> bool {
        self.is_planned && self.besides.is_empty()
    }
}

/// Plans the policies of these files, and no others: what else is wrong in the repository is another matter.
pub(super) async fn prove(
    session: &Session,
    root: &Path,
    (name, environment): (&str, &Environment),
    paths: &BTreeSet<&str>,
    output: &Output,
) -> Result<Proof, Failure> {
    if paths.is_empty() {
        return Ok(Proof::new());
    }
    let mut workspace = Workspace::open(root)?;
    let is_new = |place: &Place| paths.contains(place.source.path.as_str());
    workspace.policies.retain(|policy| paths.contains(policy.source.path.as_str()));
    workspace.problems.retain(|problem| touches(problem, &is_new));
    match make_plan(session, &workspace, name, environment, &Wishes::default()).await {
        Ok(planned) => Ok(workspace
            .policies
            .iter()
            .map(|policy| (policy.key.clone(), besides(&planned, &policy.key, &policy.source.path)))
            .collect()),
        Err(Failure::Diagnostics(problems)) => {
            output.diagnostics(&mut problems.clone());
            let words = |policy: &crate::policy::Policy| {
                let here = |place: &Place| place.source.path == policy.source.path;
                let own = problems.iter().filter(|problem| touches(problem, &here)).map(said);
                let own: Vec<String> = own.collect();
                let others = || vec!["there is no plan, because of other files".into()];
                Verdict { is_planned: false, besides: if own.is_empty() { others() } else { own } }
            };
            Ok(workspace.policies.iter().map(|policy| (policy.key.clone(), words(policy))).collect())
        }
        Err(failure) => Err(failure),
    }
}

fn touches(problem: &Diagnostic, is_new: &dyn Fn(&Place) -> bool) -> bool {
    problem.place.as_ref().is_some_and(is_new) || problem.related.iter().any(|(place, _)| is_new(place))
}

fn said(problem: &Diagnostic) -> String {
    let label = if problem.label.is_empty() { String::new() } else { format!(": {}", problem.label) };
    let help = problem.help.as_ref().map_or(String::new(), |help| format!("; {help}"));
    format!("{}{label}{help}", problem.message)
}

/// What the plan says of a key besides its adoption.
fn besides(planned: &Planned, key: &str, path: &str) -> Verdict {
    let here = |place: &Place| place.source.path == path;
    let errors = planned.plan.problems.iter().filter(|problem| problem.severity == Severity::Error);
    let mut words: Vec<String> = errors.filter(|problem| touches(problem, &here)).map(said).collect();
    let adopted = planned.plan.changes.iter().any(|change| change.key == key && change.reason == Reason::Adopted);
    if !adopted && words.is_empty() {
        words.push("it adopts nothing".into());
    }
    let change = planned.document.changes.iter().find(|change| change.key == key);
    words.extend(change.iter().flat_map(|change| differences(change, Paint { colour: false })));
    Verdict { is_planned: adopted, besides: words }
}
