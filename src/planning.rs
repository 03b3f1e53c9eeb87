//! Makes a plan with its findings from a repository and a session. Several environments are planned one after the
//! other, each with its own session.

mod compare;
mod desired;
mod filtered;
mod findings;
mod foreign;
mod names;
mod unclear;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use jiff::civil::Date;

use compare::compare_shown;
use desired::{desired, is_sent};
use findings::{Compared, Evidence, add_findings};
use foreign::foreign_unverified;
use names::names;

use crate::compile::{Compiled, Secrets, compile, wanted};
use crate::diagnostic::{any_error, nearest, sort};
use crate::failure::Failure;
use crate::plan::{Desired, Frame, Overridden, Plan, PlanDocument, PlanLimits, PlanOptions, document, members_wanted};
use crate::policy::Environment;
use crate::repository::{OtherMeanings, Repository, variable};
use crate::session::{Connection, Session};
use crate::tenant::{self, KnownAddresses};

/// What to plan.
#[derive(Debug, Clone)]
pub struct PlanRequest {
    /// Plan only keys that match; `None` means all keys.
    pub only: Option<glob::Pattern>,
    /// Limits that do not block the plan.
    pub overridden: Overridden,
    /// Decides which waivers have expired.
    pub today: Date,
}

impl PlanRequest {
    /// A plan of all keys, with all limits in force.
    pub fn whole(today: Date) -> Self {
        Self { only: None, overridden: Overridden::Nothing, today }
    }
}

#[derive(Debug)]
pub struct Planned {
    pub plan: Plan,
    pub document: PlanDocument,
    pub reading: Reading,
}

/// How much was read for a plan.
#[derive(Debug, Clone)]
pub struct Reading {
    pub profiles: usize,
    /// Groups, filters and scope tags.
    pub names: usize,
    pub requests: usize,
    pub time: Duration,
    /// What the server does not count, so that a missing object would not be noticed.
    pub uncounted: Vec<&'static str>,
}

/// The connection to an environment of a repository.
pub fn connection(repository: &Repository, environment: &Environment) -> Connection {
    Connection::of(environment, &repository.configuration_source, &repository.state())
}

/// Compiles the policies, reads the tenant and compares both. Errors in the files prevent a plan.
///
/// The repository is consumed: unless the caller keeps a copy (copies share their policies), its policies are freed once
/// they are compiled, because they and the tenant's profiles together would need half again as much memory.
pub async fn plan(
    session: &Session,
    mut repository: Repository,
    environment: &str,
    request: &PlanRequest,
) -> Result<Planned, Failure> {
    let started = Instant::now();
    repository.require_policies()?;
    let digest = repository.digest();
    let files = repository.referenced_files();
    let secrets = if session.is_sandbox { Secrets::Placeholders } else { repository.secrets() };
    let mut problems = std::mem::take(&mut repository.problems);
    let policies = std::mem::take(&mut repository.policies);
    let (name, environment) = repository.environment(Some(environment))?;
    let context = repository.context(name, environment, &session.tenant.id, &secrets, &files);
    let compiled = compile(&policies, &context, &mut problems);
    drop(policies);
    let mut meanings = OtherMeanings::default();
    compiled.iter().for_each(|policy| meanings.add(policy, &repository));
    problems.extend(meanings.notice(&repository));
    if any_error(&problems) {
        return Err(Failure::Diagnostics(problems));
    }
    let mut options = options(&repository, name, environment, session, request)?;
    let client = &session.client;
    let sent: Vec<&Compiled<'_>> = compiled.iter().filter(|policy| is_sent(policy)).collect();
    let wanted = wanted(sent.iter().copied());
    // Names are looked up while the profiles are read.
    let (directory, mut tenant, shown) = futures_util::future::try_join3(
        tenant::look_up(client, &wanted),
        tenant::read(client, &KnownAddresses::of(&compiled)),
        tenant::shown(client),
    )
    .await?;
    let desired = desired(&compiled, &directory, request.today, &mut problems);
    if any_error(&problems) {
        return Err(Failure::Diagnostics(problems));
    }
    let mut plan = compare_shown(client, &shown, &mut tenant, &compiled, &desired, &mut options).await?;
    unclear::set_aside(&mut plan, &tenant);
    plan.foreign_unverified = foreign_unverified(&plan, &tenant, &compiled, &options.owner);
    complain_of_no_match(request, &desired, &plan)?;
    let names = names(client, &directory, &plan).await?;
    let (groups, all_devices) = members_wanted(&plan.changes);
    let membership = tenant::membership(client, &groups, all_devices).await?;
    let read = tenant.profiles.len() + tenant.other_kinds;
    // What was compared is freed before the rules need memory for claims; the plan shares what it changes.
    tenant.profiles.retain(|profile| !profile.is_owned_by(&options.owner));
    let evidence = Evidence {
        compiled: &compiled,
        compared: &Compared::of(desired),
        tenant: &tenant,
        membership: &membership,
        names: &names,
        catalogue: context.catalogue,
        only: request.only.as_ref(),
    };
    add_findings(&mut plan, problems, &evidence, request.today);
    plan.check_limits(&limits(environment, request), &membership, &names);
    let frame = Frame {
        environment: name,
        sandbox: session.is_sandbox,
        tenant: session.tenant.clone(),
        owner: &options.owner,
        policies: digest,
        catalogue: context.catalogue,
        names: &names,
        membership: &membership,
        other_kinds: tenant.other_kinds,
        prune: options.prune,
        only: request.only.as_ref().map(ToString::to_string),
    };
    sort(&mut plan.problems);
    let document = document(&plan, &frame);
    let reading = Reading {
        profiles: read,
        names: directory.groups.len() + directory.filters.len() + directory.scope_tags.len(),
        requests: client.requests(),
        time: started.elapsed(),
        uncounted: client.uncounted(),
    };
    Ok(Planned { plan, document, reading })
}

fn options(
    repository: &Repository,
    name: &str,
    environment: &Environment,
    session: &Session,
    request: &PlanRequest,
) -> Result<PlanOptions, Failure> {
    let key = match &environment.fingerprint_key {
        Some(reference) if !session.is_sandbox => {
            let name = reference.trim_start_matches("${env:").trim_end_matches('}');
            let value = variable(name).map_err(|reason| {
                Failure::new(format!("the fingerprint key {} cannot be read: {reason}", reference.value))
            })?;
            Some(value.into_bytes())
        }
        _ => None,
    };
    Ok(PlanOptions {
        owner: repository.configuration.owner.value.clone(),
        environment: name.to_string(),
        only: request.only.clone(),
        prune: environment.prune.unwrap_or(false),
        fingerprint_key: key,
        is_filtered: false,
        elsewhere: BTreeMap::new(),
    })
}

fn limits(environment: &Environment, request: &PlanRequest) -> PlanLimits {
    let limits = &environment.limits;
    PlanLimits {
        max_changes: limits.max_changes,
        max_deletes: limits.max_deletes,
        max_devices: limits.max_devices,
        allow_all_targets: limits.allow_all_targets.unwrap_or(true),
        overridden: request.overridden.clone(),
    }
}

/// Refuses a pattern that no key matches, because it is probably a mistake.
fn complain_of_no_match(request: &PlanRequest, desired: &[Desired], plan: &Plan) -> Result<(), Failure> {
    let Some(only) = &request.only else { return Ok(()) };
    let keys: BTreeSet<&str> = desired
        .iter()
        .map(|policy| policy.object.key.as_str())
        .chain(plan.orphans.iter().map(|orphan| orphan.object.key.as_str()))
        .collect();
    if keys.iter().any(|key| only.matches(key)) {
        return Ok(());
    }
    let bare = only.as_str().trim_matches(['*', '/']);
    let near = nearest(bare, keys.iter().copied());
    let alike = keys.iter().copied().filter(|key| Some(*key) == near || !bare.is_empty() && key.contains(bare));
    let alike: Vec<&str> = alike.take(10).collect();
    let message = format!("`--only {only}` matches no key");
    Err(match alike.as_slice() {
        [] => Failure::with_help(message, "a key is the path of a policy file below policies/, without .yaml"),
        alike => Failure::with_help(message, format!("Did you mean {}?", alike.join(" or "))),
    })
}
