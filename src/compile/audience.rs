//! The assignments of a policy, by name.

use std::sync::Arc;

use super::context::Context;
use super::expand::Expander;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::policy::{self, All, Audiences, Filter, Policy, WrittenAssignments};
use crate::setting::FilterMode;
use crate::source::{Place, Placed, Source, Span, Spanned};

/// A target as it is in the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NamedWho {
    /// A group by name, by ID (which takes precedence), or both.
    Group { name: Option<String>, id: Option<String> },
    /// Every device.
    AllDevices,
    /// Every licensed user.
    AllUsers,
}

impl NamedWho {
    /// Its name, for messages.
    pub fn shown(&self) -> String {
        match self {
            Self::Group { name: Some(name), .. } => name.clone(),
            Self::Group { id: Some(id), .. } => id.clone(),
            Self::Group { .. } => "(no group)".into(),
            Self::AllDevices => "all devices".into(),
            Self::AllUsers => "all users".into(),
        }
    }
}

/// An assignment filter or a scope tag by name, by ID (which takes precedence), or both.
#[derive(Debug, Clone)]
pub struct NameOrId {
    pub name: Option<String>,
    pub id: Option<String>,
    /// Its place in the file.
    pub place: Place,
}

impl NameOrId {
    /// Replaces variables in the name and the ID.
    pub(super) fn of(
        written: &policy::WrittenNameOrId,
        source: &Arc<Source>,
        expander: &Expander<'_>,
        problems: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut text = |text: &Spanned<String>| expander.plain(text, source, problems);
        let (name, id) = (written.name.as_ref().map(&mut text), written.id.as_ref().map(&mut text));
        Self { name, id, place: Place::new(source, written.span) }
    }

    /// Identifies it as far as possible without a tenant: the ID, or else the name.
    pub fn identity(&self) -> &str {
        self.id.as_ref().or(self.name.as_ref()).map_or("", String::as_str)
    }
}

/// An assignment as it is in the policy.
#[derive(Debug, Clone)]
pub struct NamedAssignment {
    pub who: NamedWho,
    /// Whether the target is excluded.
    pub excluded: bool,
    pub filter: Option<(FilterMode, NameOrId)>,
    /// Its place in the file.
    pub place: Place,
}

/// The assignments of a policy and the name of their target; `None` if they are not managed.
pub(super) fn compile(
    policy: &Policy,
    context: &Context<'_>,
    expander: &Expander<'_>,
    problems: &mut Vec<Diagnostic>,
) -> (Option<Vec<NamedAssignment>>, Option<Placed<String>>) {
    let Some(written) = &policy.document.assignments else {
        return (None, None);
    };
    match &written.value {
        Audiences::Written(assignments) => (Some(named(assignments, &policy.source, expander, problems)), None),
        Audiences::Target(name) => {
            let text = Spanned::new(name.clone(), written.span);
            let name = expander.plain(&text, &policy.source, problems);
            let found = context.settings.targets.get(&name).or_else(|| context.configuration.targets.get(&name));
            let Some(target) = found else {
                problems.push(no_target(&name, policy.place(written.span), context));
                return (None, None);
            };
            let assignments = named(target, context.configuration_source, expander, problems);
            (Some(assignments), Some(Placed::new(name, &policy.source, written.span)))
        }
    }
}

fn no_target(name: &str, place: Place, context: &Context<'_>) -> Diagnostic {
    let known: Vec<&str> = context.configuration.targets.keys().chain(context.settings.targets.keys()).collect();
    let mut problem = Diagnostic::error(
        Code::UnknownTarget,
        format!("the environment `{}` has no target `{name}`", context.environment),
    )
    .at(place.clone(), "not found under `targets:` of the file or of the environment");
    if let Some(near) = nearest(name, known.iter().copied()) {
        problem = problem.help(format!("Did you mean `{near}`?")).fix(place, near, false);
    } else if !known.is_empty() {
        problem = problem.note(format!("targets: {}", known.join(", ")));
    }
    problem
}

fn named(
    assignments: &WrittenAssignments,
    source: &Arc<Source>,
    expander: &Expander<'_>,
    problems: &mut Vec<Diagnostic>,
) -> Vec<NamedAssignment> {
    let mut all = Vec::with_capacity(assignments.include.len() + assignments.exclude.len());
    let group = |name: &Option<Spanned<String>>, id: &Option<Spanned<String>>, problems: &mut Vec<Diagnostic>| {
        let mut text = |text: &Spanned<String>| expander.plain(text, source, problems);
        let (name, id) = (name.as_ref().map(&mut text), id.as_ref().map(&mut text));
        NamedWho::Group { name, id: id.map(|id| id.to_lowercase()) }
    };
    let filter = |filter: &Option<Filter>, problems: &mut Vec<Diagnostic>| {
        let (mode, written) = match filter.as_ref()? {
            Filter::Include(written) => (FilterMode::Include, written),
            Filter::Exclude(written) => (FilterMode::Exclude, written),
        };
        Some((mode, NameOrId::of(written, source, expander, problems)))
    };
    for include in &assignments.include {
        let who = match include.all.as_ref().map(|all| all.value) {
            Some(All::Devices) => NamedWho::AllDevices,
            Some(All::Users) => NamedWho::AllUsers,
            None => group(&include.group, &include.id, problems),
        };
        let filter = filter(&include.filter, problems);
        all.push(NamedAssignment {
            who,
            excluded: false,
            filter,
            place: place_of(source, &include.group, include.span),
        });
    }
    for exclude in &assignments.exclude {
        let who = group(&exclude.group, &exclude.id, problems);
        all.push(NamedAssignment {
            who,
            excluded: true,
            filter: None,
            place: place_of(source, &exclude.group, exclude.span),
        });
    }
    complain_of_twins(&all, problems);
    all
}

fn place_of(source: &Arc<Source>, name: &Option<Spanned<String>>, whole: Span) -> Place {
    Place::new(source, name.as_ref().map_or(whole, |name| name.span))
}

fn complain_of_twins(all: &[NamedAssignment], problems: &mut Vec<Diagnostic>) {
    for (at, assignment) in all.iter().enumerate() {
        let Some(twin) = all[..at].iter().find(|other| other.who == assignment.who) else {
            continue;
        };
        let message = if twin.excluded == assignment.excluded {
            format!("`{}` is listed twice", assignment.who.shown())
        } else {
            format!("`{}` is both included and excluded", assignment.who.shown())
        };
        problems.push(
            Diagnostic::error(Code::DuplicateTarget, message)
                .at(assignment.place.clone(), "again here")
                .and(twin.place.clone(), "first here")
                .note("Microsoft Graph accepts each target once, with one filter"),
        );
    }
}
