//! Finds the policies of the repository that set something.

use crate::catalogue::CspNode;
use crate::policy::{Policy, RegistryValues};
use crate::repository::Repository;
use crate::setting::{RegistryKey, RegistryLocation, Scope};
use crate::source::Span;

/// `policies/a.yaml:6: Allowed`, for a node in one scope, or for its registry values.
pub(super) fn by_node(repository: &Repository, node: &CspNode, scope: Scope) -> Vec<String> {
    let mut lines = Vec::new();
    for policy in &repository.policies {
        for (name, written) in policy.document.settings.iter() {
            let found = repository.catalogue().resolve(name).ok();
            let same = found.is_some_and(|found| {
                found.uri.scope() == scope && found.node.is_some_and(|found| std::ptr::eq(found, node))
            });
            if same {
                lines.push(line(policy, name.span, written.span));
            }
        }
    }
    lines.extend(by_registry(repository, &node.registry_places(scope)));
    lines
}

/// The same for registry values.
pub(super) fn by_registry(repository: &Repository, places: &[RegistryLocation]) -> Vec<String> {
    let mut lines = Vec::new();
    for policy in &repository.policies {
        for (key, values) in policy.document.registry.iter() {
            let (Ok(key), RegistryValues::Values(values)) = (RegistryKey::parse(key), values) else { continue };
            for (name, node) in values {
                let place = RegistryLocation { key: key.clone(), name: name.value.clone() };
                if places.contains(&place) {
                    lines.push(format!("{}, in the registry", line(policy, name.span, node.span)));
                }
            }
        }
    }
    lines
}

fn line(policy: &Policy, name: Span, value: Span) -> String {
    let place = policy.place(name);
    let mut value = policy.source.slice(value).lines();
    let shown = match (value.next(), value.next()) {
        (Some(only), None) if only.chars().count() <= 40 => format!(": {}", only.trim()),
        _ => String::new(),
    };
    format!("{}:{}{shown}", place.source.path, place.position().line)
}
