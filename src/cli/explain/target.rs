//! Explains a target of the repository: its groups and filters in each environment.

use crate::policy::{Filter, WrittenAssignments};
use crate::repository::Repository;

/// The screen for a target; `None` if the repository does not have it.
pub(super) fn target_text(what: &str, repository: &Repository) -> Option<String> {
    let mut text = String::new();
    let mut describe = |place: &str, target: &WrittenAssignments| {
        text.push_str(&format!("target {what} ({place})\n"));
        for include in &target.include {
            let who = include.group.as_ref().map(|name| format!("group {}", name.value));
            let who = who.or_else(|| include.id.as_ref().map(|id| format!("group {}", id.value)));
            let who = who.unwrap_or_else(|| {
                include.all.as_ref().map_or(String::new(), |all| format!("all {:?}", all.value).to_lowercase())
            });
            let filter = match &include.filter {
                Some(Filter::Include(filter)) => format!(", only devices that match the filter {}", filter.shown()),
                Some(Filter::Exclude(filter)) => format!(", except devices that match the filter {}", filter.shown()),
                None => String::new(),
            };
            text.push_str(&format!("  include {who}{filter}\n"));
        }
        for exclude in &target.exclude {
            let name = exclude.group.as_ref().or(exclude.id.as_ref()).map_or("", |name| name.value.as_str());
            text.push_str(&format!("  exclude group {name}\n"));
        }
    };
    if let Some(target) = repository.configuration.targets.get(what) {
        describe("everywhere", target);
    }
    for (name, environment) in repository.configuration.environments.iter() {
        if let Some(target) = environment.targets.get(what) {
            describe(name, target);
        }
    }
    for policy in &repository.policies {
        if let Some(written) = &policy.document.assignments
            && matches!(&written.value, crate::policy::Audiences::Target(name) if name == what)
        {
            text.push_str(&format!("  used by {}\n", policy.key));
        }
    }
    (!text.is_empty()).then_some(text)
}
