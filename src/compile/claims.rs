//! What policies claim.

use std::sync::Arc;

use super::{Compiled, NamedWho};
use crate::policy::State;
use crate::setting::{Audience, Claim, Inclusion, Origin, Subject, Who};

/// The claims of what is sent: active policies that are not kept out of the environment.
pub fn claims(policies: &[Compiled<'_>]) -> Vec<Claim> {
    let active = || policies.iter().filter(|policy| policy.state == State::Active && !policy.held);
    // Of some hundred thousand claims, a vector that grows by doubling would be the largest thing in memory.
    let mut claims = Vec::with_capacity(active().map(|policy| policy.settings.len() + policy.registry.len()).sum());
    active().for_each(|policy| claims.extend(policy.claims(policy.audience())));
    claims
}

impl Compiled<'_> {
    /// What it claims for an audience.
    pub fn claims(&self, audience: Option<Arc<Audience>>) -> impl Iterator<Item = Claim> {
        let key: Arc<str> = self.key.as_str().into();
        let origin = move |place| Origin::Policy { key: Arc::clone(&key), place };
        let of_registry = origin.clone();
        let oldest_build = self.oldest_build.as_ref().map(|build| build.value);
        let nodes = self.settings.iter().map(move |setting| Claim {
            subject: Subject::Node(setting.uri.clone(), setting.value.clone()),
            audience: audience.clone(),
            origin: origin(setting.name_place.clone()),
            oldest_build,
            is_secret: setting.shown.is_some(),
        });
        let registry = self.registry.iter().map(move |entry| Claim {
            subject: Subject::Registry(Arc::clone(&entry.change)),
            // Files are imported wherever someone imports them.
            audience: None,
            origin: of_registry(entry.place.clone()),
            oldest_build,
            is_secret: entry.is_secret,
        });
        nodes.chain(registry)
    }

    /// Whom it reaches, by the names that are written; `None` where that is not managed. Groups are told apart by their
    /// names, and filters too where no id is written: two of one name must not pass for one.
    pub fn audience(&self) -> Option<Arc<Audience>> {
        let mut audience = Audience::default();
        for assignment in self.assignments.as_ref()? {
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
        Some(Arc::new(audience))
    }
}
