//! Looks up names for the ids in a plan.

use std::collections::{BTreeMap, BTreeSet};

use crate::compile::{Directory, NamedObject, NamesToResolve};
use crate::graph::{Client, Error};
use crate::plan::{Names, Plan};
use crate::setting::Who;
use crate::tenant;

/// The names for all ids in the plan. Only those that are not in `directory` are read.
pub(super) async fn names(client: &Client, directory: &Directory, plan: &Plan) -> Result<Names, Error> {
    let table = |entries: &[NamedObject]| -> BTreeMap<String, String> {
        entries.iter().map(|entry| (entry.id.clone(), entry.name.clone())).collect()
    };
    let mut names = Names {
        groups: table(&directory.groups),
        filters: table(&directory.filters),
        scope_tags: table(&directory.scope_tags),
    };
    names.scope_tags.insert(crate::profile::DEFAULT_TAG.into(), "Default".into());
    let profiles = plan.changes.iter().flat_map(|change| {
        change.before.as_deref().map(|live| &live.profile).into_iter().chain(change.after.as_deref())
    });
    let (mut groups, mut filters, mut tags) = (BTreeSet::new(), false, false);
    for profile in profiles {
        for one in profile.assignments.iter().flatten() {
            if let Who::Group(id) = &one.who
                && !names.groups.contains_key(id)
            {
                groups.insert(id.clone());
            }
            filters |= one.filter.as_ref().is_some_and(|(_, id)| !names.filters.contains_key(id));
        }
        tags |= profile.scope_tags.iter().flatten().any(|id| !names.scope_tags.contains_key(id));
    }
    names.groups.extend(tenant::names_of_groups(client, &groups).await?);
    if filters || tags {
        let wanted = NamesToResolve { filters, scope_tags: tags, ..NamesToResolve::default() };
        let more = tenant::look_up(client, &wanted).await?;
        names.filters.extend(table(&more.filters));
        names.scope_tags.extend(table(&more.scope_tags));
    }
    Ok(names)
}
