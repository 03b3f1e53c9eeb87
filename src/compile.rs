//! Compiles policies, an environment and the catalogue to canonical profiles.
//!
//! [`compile`] determines what each policy means in one environment, still with names. [`resolve`] then replaces names
//! with IDs from a directory that the caller has read from the tenant.

mod accounts;
mod admx;
mod audience;
mod choice;
mod claims;
mod compiled_settings;
mod context;
mod expand;
mod find;
mod fits;
mod kept_address;
mod names;
mod node;
mod registry;
mod scalar;
mod settings;
mod value;
mod value_problem;

pub use accounts::well_known_account;
pub use audience::{NameOrId, NamedAssignment, NamedWho};
pub use claims::Claims;
pub use compiled_settings::{CompiledSetting, CompiledSettings};
pub use context::{Context, SuggestionBudget};
pub use expand::{Expander, References, Secrets, join, references};
pub use names::{Directory, NamedObject, NamesToResolve, resolve, wanted};
pub use registry::read_block;

use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{Policy, State, Waiver};
use crate::rules::{AcceptedFinding, Accepts};
use crate::setting::{Delivery, ObjectKey, RegistryEntry};
use crate::source::{Place, Placed, Source, Spanned};

/// One policy in one environment, with names that are not resolved yet.
#[derive(Debug, Clone)]
pub struct Compiled<'a> {
    pub key: String,
    /// The name of the profile in Intune.
    pub name: String,
    pub name_place: Place,
    /// The description without the marker; `None` if it is not managed.
    pub description: Option<Placed<String>>,
    pub delivery: Delivery,
    pub state: State,
    /// Whether `environments:` excludes this environment.
    pub held: bool,
    /// The settings that are sent to Intune.
    pub settings: CompiledSettings<'a>,
    /// The registry values, which are only exported.
    pub registry: Vec<RegistryEntry>,
    /// The assignments; `None` if they are not managed.
    pub assignments: Option<Vec<NamedAssignment>>,
    /// The name of the target, if it uses one.
    pub target: Option<Placed<String>>,
    /// The scope tags; `None` if they are not managed.
    pub scope_tags: Option<Vec<NameOrId>>,
    /// The ID of the existing profile to adopt.
    pub adopt: Option<Placed<String>>,
    pub moved_from: Vec<Placed<String>>,
    pub waivers: Vec<AcceptedFinding>,
    /// The oldest build that must be supported.
    pub oldest_build: Option<Placed<u32>>,
    /// The paths of its files.
    pub files: Vec<String>,
}

impl Compiled<'_> {
    pub fn object(&self) -> ObjectKey {
        ObjectKey { key: self.key.clone(), delivery: self.delivery }
    }

    /// Whether a place is in one of its files.
    pub fn is_at(&self, place: &Place) -> bool {
        self.files.contains(&place.source.path)
    }

    /// Whether it is in effect in this environment.
    pub fn is_active(&self) -> bool {
        self.state == State::Active && !self.held
    }

    pub fn accepts(&self) -> Accepts<'_> {
        Accepts { waivers: &self.waivers, files: &self.files, is_sent: self.is_active() }
    }

    /// The place where it excludes a group, by ID or name.
    pub fn exclusion(&self, id: &str, name: &str) -> Option<&Place> {
        let is = |who: &NamedWho| match who {
            NamedWho::Group { id: Some(own), .. } => own.eq_ignore_ascii_case(id),
            NamedWho::Group { name: own, .. } => own.as_deref() == Some(name),
            NamedWho::AllDevices | NamedWho::AllUsers => false,
        };
        self.assignments.iter().flatten().find(|one| one.excluded && is(&one.who)).map(|one| &one.place)
    }

    /// Whether it has nothing that can be sent to Intune.
    pub fn is_registry_only(&self) -> bool {
        self.settings.is_empty()
    }
}

/// Compiles each policy for this environment, and adds errors to `problems`. A policy with an error is left out.
pub fn compile<'a>(policies: &[Policy], context: &Context<'a>, problems: &mut Vec<Diagnostic>) -> Vec<Compiled<'a>> {
    let mut compiled = Vec::with_capacity(policies.len());
    compiled.extend(policies.iter().filter_map(|policy| compile_one(policy, context, problems)));
    compiled
}

fn compile_one<'a>(policy: &Policy, context: &Context<'a>, problems: &mut Vec<Diagnostic>) -> Option<Compiled<'a>> {
    let mut found = Vec::new();
    let document = &policy.document;
    let held =
        document.environments.as_ref().is_some_and(|names| !names.iter().any(|name| name.value == context.environment));
    let with = |secrets| Expander { variables: &context.settings.variables, environment: context.environment, secrets };
    // Secrets are only needed for what is sent, and exported files, which anyone may read, never contain any.
    let placeholders = with(&Secrets::Placeholders);
    let expander =
        if document.state() == State::Active && !held { with(context.secrets) } else { with(&Secrets::Placeholders) };
    let mut text = |text: &Spanned<String>| expander.plain(text, &policy.source, &mut found);
    let name = text(&document.name);
    let description = document.description.as_ref();
    let description = description.map(|written| Placed::new(text(written), &policy.source, written.span));
    let settings = settings::compile(policy, context, &expander, &mut found);
    let registry = registry::read_block(&document.registry, &policy.source, &placeholders, &mut found);
    let (assignments, target) = audience::compile(policy, context, &expander, &mut found);
    let placed = |written: &Spanned<String>| Placed::of(written, &policy.source);
    let scope_tags = document.scope_tags.as_ref().map(|tags| {
        tags.iter().map(|tag| NameOrId::of(tag, &policy.source, &expander, &mut found)).collect::<Vec<_>>()
    });
    complain_of_environments(policy, context, &mut found);
    let wrong = crate::diagnostic::any_error(&found);
    problems.append(&mut found);
    if wrong {
        return None;
    }
    Some(Compiled {
        key: policy.key.clone(),
        name,
        name_place: policy.place(document.name.span),
        description,
        delivery: document.delivery(),
        state: document.state(),
        held,
        settings,
        registry,
        assignments,
        target,
        scope_tags,
        adopt: document.adopt.get(context.environment).map(placed),
        moved_from: document.moved_from.iter().map(placed).collect(),
        waivers: document.waive.iter().map(|one| accepted(one, &policy.source)).collect(),
        oldest_build: document.windows.as_ref().map(|windows| Placed::new(windows.build, &policy.source, windows.span)),
        files: vec![policy.source.path.clone()],
    })
}

fn accepted(waiver: &Waiver, source: &Arc<Source>) -> AcceptedFinding {
    AcceptedFinding { rule: Placed::of(&waiver.rule, source), until: Placed::of(&waiver.until, source) }
}

fn complain_of_environments(policy: &Policy, context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let known: Vec<&str> = context.configuration.environments.keys().collect();
    let adopted = policy.document.adopt.iter().map(|(name, _)| name);
    for name in policy.document.environments.iter().flatten().chain(adopted) {
        if known.contains(&name.value.as_str()) {
            continue;
        }
        let mut problem =
            Diagnostic::error(Code::UnknownEnvironment, format!("the environment `{}` does not exist", name.value))
                .at(policy.place(name.span), "not defined in sspr-policy.yaml")
                .note(format!("environments: {}", known.join(", ")));
        if let Some(near) = crate::diagnostic::nearest(name, known.iter().copied()) {
            problem = problem.help(format!("Did you mean `{near}`?")).fix(policy.place(name.span), near, false);
        }
        found.push(problem);
    }
}
