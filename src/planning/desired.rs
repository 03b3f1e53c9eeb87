//! Prepares policies for the comparison with the tenant.

use std::sync::Arc;

use jiff::civil::Date;

use crate::compile::{Compiled, Directory, resolve};
use crate::diagnostic::Diagnostic;
use crate::plan::{Desired, Fate};
use crate::policy::State;
use crate::rules;

/// Whether the policy is sent to Intune.
pub(super) fn is_sent(policy: &Compiled<'_>) -> bool {
    policy.is_active() && !policy.is_registry_only()
}

/// Prepares all policies. Names are resolved only for those that are sent.
pub(super) fn desired(
    compiled: &[Compiled<'_>],
    directory: &Directory,
    today: Date,
    problems: &mut Vec<Diagnostic>,
) -> Vec<Desired> {
    let mut all = Vec::with_capacity(compiled.len());
    for policy in compiled {
        let fate = match policy.state {
            _ if policy.held => Fate::Held,
            State::Draft => Fate::Draft,
            State::Retired => Fate::Retired,
            State::Active if policy.is_registry_only() => Fate::RegistryOnly,
            State::Active => Fate::Kept,
        };
        let bare;
        let written = if fate == Fate::Kept {
            policy
        } else {
            bare = Compiled { assignments: None, scope_tags: None, ..policy.clone() };
            &bare
        };
        let Some(profile) = resolve(written, directory, problems) else { continue };
        all.push(Desired {
            object: policy.object(),
            fate,
            profile: Arc::new(profile),
            adopt: policy.adopt.clone().map(|id| id.map(|id| id.to_lowercase())),
            moved_from: policy.moved_from.clone(),
            accepts: rules::accepted_problems(&policy.waivers, today),
            target: policy.target.as_ref().map(|name| name.value.clone()),
            place: policy.name_place.clone(),
        });
    }
    all
}
