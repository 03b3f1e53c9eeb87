//! What policies claim, for rules.

use std::sync::Arc;

use super::{Claim, Origin, Reach, Subject};
use crate::compile::{Compiled, NamedWho, RegistryChange};
use crate::policy::State;
use crate::setting::{Audience, Inclusion, Who};

/// The claims of what is sent: active policies that are not kept out of the environment. Groups are told apart by their
/// names, and filters too where no id is written: two of one name must not pass for one.
pub fn claims(policies: &[Compiled<'_>]) -> Vec<Claim> {
    let active = policies.iter().filter(|policy| policy.state == State::Active && !policy.held);
    active.flat_map(|policy| of_policy(policy, reach(policy))).collect()
}

/// The claims of one policy for a given reach.
pub fn of_policy(policy: &Compiled<'_>, reach: Reach) -> Vec<Claim> {
    let claim = |subject, reach, place| Claim {
        subject,
        reach,
        origin: Origin::Policy(policy.key.clone(), place),
        oldest_build: policy.oldest_build.as_ref().map(|build| build.value),
    };
    let nodes = policy.settings.iter().map(|setting| {
        let subject = Subject::Node(setting.uri.clone(), setting.value.clone());
        claim(subject, reach.clone(), setting.name_place.clone())
    });
    let registry = policy.registry.iter().filter_map(|entry| match &entry.change {
        RegistryChange::Value(place, action) => {
            let subject = Subject::Registry(place.clone(), action.clone());
            // Files are imported wherever somebody imports them.
            Some(claim(subject, Reach::Unknown, entry.place.clone()))
        }
        RegistryChange::DeleteKey(_) => None,
    });
    nodes.chain(registry).collect()
}

fn reach(policy: &Compiled<'_>) -> Reach {
    let Some(assignments) = &policy.assignments else { return Reach::Unknown };
    let mut audience = Audience::default();
    for assignment in assignments {
        let who = match &assignment.who {
            NamedWho::AllDevices => Who::AllDevices,
            NamedWho::AllUsers => Who::AllUsers,
            NamedWho::Group { name: Some(name), .. } => Who::Group(name.clone()),
            NamedWho::Group { id, .. } => Who::Group(id.clone().unwrap_or_default()),
        };
        if assignment.excluded {
            audience.exclude.insert(who);
        } else {
            let filter = assignment.filter.as_ref().map(|(mode, filter)| (*mode, filter.identity().to_string()));
            audience.include.insert(Inclusion { who, filter });
        }
    }
    Reach::Known(Arc::new(audience))
}
