//! Finds masked values of profiles that are not managed here and may conflict with a plan.

use std::collections::BTreeSet;

use super::desired::is_sent;
use crate::compile::Compiled;
use crate::plan::{ForeignUnverified, Plan};
use crate::profile::{Address, Assignments, LiveProfile};
use crate::rules;
use crate::setting::OmaUri;
use crate::tenant::Tenant;

/// Masked values of other profiles that rules check, or that our policies set, too.
pub(super) fn foreign_masked<'t>(
    tenant: &'t Tenant,
    compiled: &[Compiled<'_>],
    owner: &str,
) -> Vec<(&'t LiveProfile, Vec<Address>)> {
    let foreign = || tenant.profiles.iter().filter(|profile| !profile.is_owned_by(owner));
    let hidden: BTreeSet<&OmaUri> = foreign().flat_map(|profile| profile.unread()).filter_map(Address::node).collect();
    let sent = compiled.iter().filter(|policy| is_sent(policy)).flat_map(|policy| policy.settings.iter());
    let set_here: BTreeSet<&OmaUri> = sent.map(|setting| setting.uri).filter(|uri| hidden.contains(uri)).collect();
    let matters = |uri: &OmaUri| set_here.contains(uri) || !rules::explain(uri).is_empty();
    let mut masked = Vec::new();
    for profile in foreign() {
        let rows = profile.unread().filter(|address| address.node().is_some_and(matters));
        let rows: Vec<Address> = rows.cloned().collect();
        if !rows.is_empty() {
            masked.push((profile.as_ref(), rows));
        }
    }
    masked
}

/// Those of [`foreign_masked`] that could not be read. Profiles that are adopted, or not assigned to anyone, are left
/// out.
pub(super) fn foreign_unverified(
    plan: &Plan,
    tenant: &Tenant,
    compiled: &[Compiled<'_>],
    owner: &str,
) -> Vec<ForeignUnverified> {
    let changed: BTreeSet<&str> =
        plan.changes.iter().filter_map(|change| change.before.as_ref()).map(|live| live.id.as_str()).collect();
    let interferes = |profile: &LiveProfile| {
        let reaches = profile.profile.assignments.as_ref().is_some_and(Assignments::include_somebody);
        reaches && !changed.contains(profile.id.as_str())
    };
    let masked = foreign_masked(tenant, compiled, owner).into_iter().filter(|(profile, _)| interferes(profile));
    let unverified = |(profile, addresses): (&LiveProfile, Vec<Address>)| ForeignUnverified {
        name: profile.profile.name.clone(),
        id: profile.id.clone(),
        addresses,
    };
    masked.map(unverified).collect()
}
