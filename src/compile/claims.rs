//! What policies set, as claims for the rules.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

use super::{Compiled, NamedWho};
use crate::setting::{Audience, Claim, Inclusion, OmaUri, OmaValue, Origin, Subject, Who};

/// The claims of what is sent to Intune: active policies whose `environments:` include this one. Equal addresses and
/// texts are stored once, whichever policies they come from.
#[derive(Default)]
pub struct Claims {
    /// One list for each policy: a single one would need twice the memory while it grows.
    policies: Vec<Vec<Claim>>,
    addresses: HashSet<OmaUri>,
    texts: HashSet<Arc<str>>,
}

impl Claims {
    pub fn add(&mut self, policy: &Compiled<'_>) {
        if !policy.is_active() {
            return;
        }
        let mut claims: Vec<Claim> = policy.claims(policy.audience()).collect();
        claims.iter_mut().for_each(|claim| self.share(claim));
        self.policies.push(claims);
    }

    pub fn iter(&self) -> impl Iterator<Item = &Claim> {
        self.policies.iter().flatten()
    }

    fn share(&mut self, claim: &mut Claim) {
        let Subject::Node(address, value) = &mut claim.subject else { return };
        *address = shared(&mut self.addresses, address);
        if let OmaValue::String(text) = value {
            *text = shared(&mut self.texts, text);
        }
    }
}

fn shared<T: Clone + Eq + Hash>(known: &mut HashSet<T>, one: &T) -> T {
    if let Some(known) = known.get(one) {
        return known.clone();
    }
    known.insert(one.clone());
    one.clone()
}

impl Compiled<'_> {
    /// The claims of this policy, for these assignments.
    pub fn claims(&self, audience: Option<Arc<Audience>>) -> impl Iterator<Item = Claim> {
        let key: Arc<str> = self.key.as_str().into();
        let origin = move |place| Origin::Policy { key: Arc::clone(&key), place };
        let of_registry = origin.clone();
        let oldest_build = self.oldest_build.as_ref().map(|build| build.value);
        let nodes = self.settings.iter().map(move |setting| Claim {
            subject: Subject::Node(setting.uri.clone(), setting.value.clone()),
            audience: audience.clone(),
            origin: origin(setting.name_place()),
            oldest_build,
            is_secret: setting.shown.is_some(),
        });
        let registry = self.registry.iter().map(move |entry| Claim {
            subject: Subject::Registry(Arc::clone(&entry.change)),
            // Registry values are never assigned: anyone can import an exported file.
            audience: None,
            origin: of_registry(entry.place.clone()),
            oldest_build,
            is_secret: entry.is_secret,
        });
        nodes.chain(registry)
    }

    /// The assignments, by the names in the policy; `None` if they are not managed. Groups are identified by name, and
    /// so are filters without an ID: two filters with the same name must not count as one.
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
