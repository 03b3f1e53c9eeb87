//! Compares the policies with the tenant.

use std::collections::BTreeMap;

use super::desired::is_sent;
use super::filtered::is_filtered;
use super::foreign::foreign_masked;
use crate::compile::Compiled;
use crate::graph::{Client, Error};
use crate::plan::{Action, Desired, Elsewhere, Plan, PlanOptions, build, not_there, to_decrypt};
use crate::profile::MaskedSettings;
use crate::tenant::{self, KnownAddresses, Shown, Tenant};

/// Compares the policies with what Intune shows of the tenant. If it is not known whether that is everything, Intune is
/// asked before a creation is planned.
pub(super) async fn compare_shown(
    client: &Client,
    shown: &Shown,
    tenant: &mut Tenant,
    compiled: &[Compiled<'_>],
    desired: &[Desired],
    options: &mut PlanOptions,
) -> Result<Plan, Error> {
    let mut filtered = is_filtered(shown);
    options.is_filtered = filtered.is_some();
    let mut plan = compare(client, tenant, compiled, desired, options).await?;
    if *shown == Shown::NotAsked && plan.count(Action::Create) > 0 {
        filtered = is_filtered(&tenant::ask(client).await?);
        if filtered.is_some() {
            options.is_filtered = true;
            plan = compare(client, tenant, compiled, desired, options).await?;
        }
    }
    plan.problems.extend(filtered);
    Ok(plan)
}

/// Compares the policies with the tenant. If a profile seems to be missing, all profiles are read again before its
/// creation is planned, because a list can lack a profile. (Right before it is created, `apply` also looks up its
/// name.)
async fn compare(
    client: &Client,
    tenant: &mut Tenant,
    compiled: &[Compiled<'_>],
    desired: &[Desired],
    options: &mut PlanOptions,
) -> Result<Plan, Error> {
    let plan = compare_once(client, tenant, compiled, desired, options).await?;
    if plan.count(Action::Create) == 0 {
        return Ok(plan);
    }
    let overlooked = tenant::overlooked(client, tenant, &KnownAddresses::of(compiled)).await?;
    if overlooked.profiles.is_empty() {
        return Ok(plan);
    }
    tenant.profiles.extend(overlooked.profiles);
    tenant.unclear.extend(overlooked.unclear);
    compare_once(client, tenant, compiled, desired, options).await
}

async fn compare_once(
    client: &Client,
    tenant: &mut Tenant,
    compiled: &[Compiled<'_>],
    desired: &[Desired],
    options: &mut PlanOptions,
) -> Result<Plan, Error> {
    let mut unread = to_decrypt(desired, &tenant.profiles, options);
    let foreign = foreign_masked(tenant, compiled, &options.owner).into_iter();
    unread.extend(foreign.map(|(profile, addresses)| MaskedSettings { profile_id: profile.id.clone(), addresses }));
    if tenant.catalog.is_none() && compiled.iter().any(is_sent) {
        tenant.catalog = Some(tenant::decrypt_beside_catalog(client, &mut tenant.profiles, &unread).await?);
    } else {
        tenant::decrypt(client, &mut tenant.profiles, &unread).await?;
    }
    options.elsewhere = elsewhere(client, desired, tenant, &options.owner).await?;
    Ok(build(desired, &tenant.profiles, options))
}

/// What the ids in `adopt:` belong to that no custom profile has. Nothing is read if there are no such ids.
async fn elsewhere(
    client: &Client,
    desired: &[Desired],
    tenant: &Tenant,
    owner: &str,
) -> Result<BTreeMap<String, Elsewhere>, Error> {
    let found = tenant::other_objects(client, &not_there(desired, &tenant.profiles, owner)).await?;
    Ok(found
        .into_iter()
        .map(|one| (one.id.to_lowercase(), Elsewhere { what: one.shown(), help: one.help() }))
        .collect())
}
