//! From a workspace and a tenant to a plan with its findings.

mod findings;
mod unclear;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use findings::{exchange_warnings, mixed_exclusions, not_compared, our_claims, retire_warnings, tenant_findings};

use super::output::{Failure, Output};
use super::session::Session;
use super::workspace::Workspace;
use super::{check, secrets};
use crate::compile::{Compiled, Directory, Secrets, Wanted, compile, resolve, wanted};
use crate::diagnostic::{Code, Diagnostic, Kind, Severity, any_error, nearest};
use crate::graph::Client;
use crate::plan::{
    Action, Desired, Fate, Frame, Limits, Names, Options, Overridden, Plan, PlanDocument, build, document,
    members_wanted, not_there, to_decrypt,
};
use crate::policy::{Environment, State};
use crate::report::Header;
use crate::setting::{OmaUri, Who, grouped};
use crate::tenant::{self, Tenant};
use crate::{profile::LiveProfile, rules};

/// A plan with everything that an apply needs.
pub(super) struct Planned {
    pub plan: Plan,
    pub document: PlanDocument,
    pub header: Header,
}

impl Planned {
    /// Errors that stop everything: findings of rules, and limits. Other errors block their own keys.
    pub fn stops(&self) -> Vec<&Diagnostic> {
        let stops = |problem: &&Diagnostic| {
            let of_all =
                matches!(problem.kind, Kind::Finding(_) | Kind::Problem(Code::LimitExceeded | Code::LimitNotChecked));
            problem.severity == Severity::Error && of_all
        };
        self.plan.problems.iter().filter(stops).collect()
    }
}

/// What a plan is asked for.
#[derive(Debug, Clone, Default)]
pub(super) struct Wishes {
    /// Only keys that match.
    pub only: Option<glob::Pattern>,
    /// Limits that are passed over.
    pub overridden: Overridden,
}

/// Plans: compiles, reads the tenant, compares. With errors in the files there is no plan.
pub(super) async fn make_plan(
    session: &Session,
    workspace: &Workspace,
    name: &str,
    environment: &Environment,
    wishes: &Wishes,
) -> Result<Planned, Failure> {
    let started = Instant::now();
    workspace.require_policies()?;
    let files = secrets::files(workspace);
    let values = if session.is_sandbox { Secrets::Placeholders } else { secrets::secrets(workspace) };
    let context = workspace.context((name, environment), &session.tenant.id, &values, &files);
    let mut problems = workspace.problems.clone();
    let compiled = compile(&workspace.policies, &context, &mut problems);
    if any_error(&problems) {
        return Err(Failure::Diagnostics(problems));
    }
    let mut options = options(workspace, name, environment, session, wishes)?;
    let client = &session.client;
    let sent: Vec<&Compiled<'_>> = compiled.iter().filter(|policy| is_sent(policy)).collect();
    let directory = tenant::look_up(client, &wanted(sent.iter().copied())).await?;
    let mut tenant = tenant::read(client).await?;
    let desired = desired(&compiled, &directory, &mut problems);
    if any_error(&problems) {
        return Err(Failure::Diagnostics(problems));
    }
    let mut plan = compare(client, &mut tenant, (&compiled, &desired), &mut options).await?;
    unclear::set_aside(&mut plan, &tenant);
    plan.foreign_unverified = foreign_unverified(&plan, &tenant, &compiled, &options.owner);
    complain_of_no_match(wishes, &desired, &plan)?;
    let names = names(client, &directory, &plan).await?;
    let (groups, all_devices) = members_wanted(&plan.changes);
    let membership = tenant::membership(client, &groups, all_devices).await?;
    let (mut findings, others): (Vec<_>, Vec<_>) = problems.into_iter().partition(Diagnostic::is_finding);
    let active = compiled.iter().filter(|policy| policy.state == State::Active && !policy.held);
    findings.extend(rules::evaluate(&our_claims(active, &desired, &membership), &[], context.catalogue));
    let sent = our_claims(sent.into_iter(), &desired, &membership);
    findings.extend(tenant_findings(&sent, &desired, &tenant, (&options.owner, &membership), context.catalogue));
    findings.extend(mixed_exclusions(&compiled, &plan, &membership, &names));
    plan.problems.extend(others);
    let policies: Vec<_> = compiled.iter().map(Compiled::accepts).collect();
    let remaining = rules::one_of_each_target(rules::waive(findings, &policies, check::today()));
    plan.problems.extend(remaining.into_iter().filter(|finding| finding.severity > Severity::Info));
    plan.problems.extend(retire_warnings(&plan, context.catalogue));
    plan.problems.extend(exchange_warnings(&plan));
    plan.problems.extend(not_compared(&tenant));
    plan.check_limits(&limits(environment, wishes), &membership, &names);
    let frame = Frame {
        environment: name,
        sandbox: session.is_sandbox,
        tenant: session.tenant.clone(),
        owner: &options.owner,
        policies: workspace.digest(),
        catalogue: context.catalogue,
        names: &names,
        membership: &membership,
        other_kinds: tenant.other_kinds,
        prune: options.prune,
        only: wishes.only.as_ref().map(ToString::to_string),
    };
    crate::diagnostic::sort(&mut plan.problems);
    let document = document(&plan, &frame);
    let read = format!(
        "Read {} and {} in {}, {:.1} s{}",
        counted(tenant.profiles.len() + tenant.other_kinds, "profile"),
        counted(directory.groups.len() + directory.filters.len() + directory.scope_tags.len(), "name"),
        counted(client.requests(), "request"),
        started.elapsed().as_secs_f32(),
        uncounted(&client.uncounted())
    );
    Ok(Planned { plan, document, header: Header { read: Some(read) } })
}

/// Where a list that lacks something would not be noticed.
fn uncounted(what: &[&str]) -> String {
    if what.is_empty() { String::new() } else { format!("; this server does not count {}", what.join(", ")) }
}

fn counted(count: usize, what: &str) -> String {
    format!("{} {what}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// Compares what is written with what is there. What seems to be missing is looked for once more before it is planned
/// anew: absence needs two witnesses. (Right before it is made, its name is looked up on its own.)
async fn compare(
    client: &Client,
    tenant: &mut Tenant,
    (compiled, desired): (&[Compiled<'_>], &[Desired]),
    options: &mut Options,
) -> Result<Plan, Failure> {
    let plan = compare_once(client, tenant, (compiled, desired), options).await?;
    if plan.count(Action::Create) == 0 {
        return Ok(plan);
    }
    let overlooked = tenant::overlooked(client, tenant).await?;
    if overlooked.profiles.is_empty() {
        return Ok(plan);
    }
    tenant.profiles.extend(overlooked.profiles);
    tenant.unclear.extend(overlooked.unclear);
    compare_once(client, tenant, (compiled, desired), options).await
}

async fn compare_once(
    client: &Client,
    tenant: &mut Tenant,
    (compiled, desired): (&[Compiled<'_>], &[Desired]),
    options: &mut Options,
) -> Result<Plan, Failure> {
    let mut unread = to_decrypt(desired, &tenant.profiles, options);
    let foreign = foreign_masked(tenant, compiled, &options.owner).into_iter();
    unread.extend(foreign.map(|(profile, uris)| (profile.id.clone(), uris)));
    if tenant.catalog.is_none() && compiled.iter().any(is_sent) {
        tenant.catalog = Some(tenant::decrypt_beside_catalog(client, &mut tenant.profiles, &unread).await?);
    } else {
        tenant::decrypt(client, &mut tenant.profiles, &unread).await?;
    }
    options.elsewhere = elsewhere(client, desired, tenant, &options.owner).await?;
    Ok(build(desired, &tenant.profiles, options))
}

fn options(
    workspace: &Workspace,
    name: &str,
    environment: &Environment,
    session: &Session,
    wishes: &Wishes,
) -> Result<Options, Failure> {
    let key = match &environment.fingerprint_key {
        Some(reference) if !session.is_sandbox => {
            let variable = reference.trim_start_matches("${env:").trim_end_matches('}');
            let value = secrets::environment(variable).map_err(|reason| {
                Failure::new(format!("the fingerprint key {} cannot be read: {reason}", reference.value))
            })?;
            Some(value.into_bytes())
        }
        _ => None,
    };
    Ok(Options {
        owner: workspace.configuration.owner.value.clone(),
        environment: name.to_string(),
        only: wishes.only.clone(),
        prune: environment.prune.unwrap_or(false),
        fingerprint_key: key,
        elsewhere: BTreeMap::new(),
    })
}

fn limits(environment: &Environment, wishes: &Wishes) -> Limits {
    let limits = &environment.limits;
    Limits {
        max_changes: limits.max_changes,
        max_deletes: limits.max_deletes,
        max_devices: limits.max_devices,
        allow_all_targets: limits.allow_all_targets.unwrap_or(true),
        overridden: wishes.overridden.clone(),
    }
}

/// A pattern that no key matches is a slip of the pen.
fn complain_of_no_match(wishes: &Wishes, desired: &[Desired], plan: &Plan) -> Result<(), Failure> {
    let Some(only) = &wishes.only else { return Ok(()) };
    let keys: BTreeSet<&str> = desired
        .iter()
        .map(|policy| policy.key.as_str())
        .chain(plan.orphans.iter().map(|(key, ..)| key.as_str()))
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
        [] => Failure::with_help(message, "a key is a policy's path under policies/ without .yaml"),
        alike => Failure::with_help(message, format!("did you mean {}", alike.join(", "))),
    })
}

fn is_sent(policy: &Compiled<'_>) -> bool {
    policy.state == State::Active && !policy.held && !policy.is_registry_only()
}

/// Policies in the form in which they are compared. Names are looked up for what is sent only.
fn desired(compiled: &[Compiled<'_>], directory: &Directory, problems: &mut Vec<Diagnostic>) -> Vec<Desired> {
    let mut all = Vec::new();
    for policy in compiled {
        let fate = match policy.state {
            _ if policy.held => Fate::Held,
            State::Draft => Fate::Draft,
            State::Retired => Fate::Retired,
            State::Active if policy.is_registry_only() => Fate::RegistryOnly,
            State::Active => Fate::Kept,
        };
        let bare = Compiled { assignments: None, scope_tags: None, ..policy.clone() };
        let source = if fate == Fate::Kept { policy } else { &bare };
        let Some(profile) = resolve(source, directory, problems) else { continue };
        let adopt = policy.adopt.as_ref().map(|id| (id.value.to_lowercase(), policy.place(id.span)));
        all.push(Desired {
            key: policy.key.clone(),
            fate,
            profile,
            adopt,
            moved_from: policy.moved_from.iter().map(|key| (key.value.clone(), policy.place(key.span))).collect(),
            target: policy.target.clone(),
            place: policy.name_place.clone(),
        });
    }
    all
}

fn is_ours(profile: &LiveProfile, owner: &str) -> bool {
    profile.marker.as_ref().is_some_and(|marker| marker.owner == owner)
}

/// Masked values of other profiles that rules would look at, or that our policies set too.
fn foreign_masked<'t>(
    tenant: &'t Tenant,
    compiled: &[Compiled<'_>],
    owner: &str,
) -> Vec<(&'t LiveProfile, Vec<OmaUri>)> {
    let ours: BTreeSet<&OmaUri> = compiled
        .iter()
        .filter(|policy| is_sent(policy))
        .flat_map(|policy| policy.settings.iter().map(|setting| &setting.uri))
        .collect();
    let matters = |uri: &OmaUri| ours.contains(uri) || !rules::explain(uri).is_empty();
    let foreign = tenant.profiles.iter().filter(|profile| !is_ours(profile, owner));
    let masked =
        foreign.map(|profile| (profile, profile.unread().filter(|uri| matters(uri)).cloned().collect::<Vec<_>>()));
    masked.filter(|(_, uris)| !uris.is_empty()).collect()
}

/// Those of [`foreign_masked`] that could not be read, of profiles that somebody gets and that are not adopted.
fn foreign_unverified(
    plan: &Plan,
    tenant: &Tenant,
    compiled: &[Compiled<'_>],
    owner: &str,
) -> Vec<(String, Vec<OmaUri>)> {
    let changed: BTreeSet<&str> =
        plan.changes.iter().filter_map(|change| change.before.as_ref()).map(|live| live.id.as_str()).collect();
    let interferes = |profile: &LiveProfile| {
        let reaches = profile.profile.assignments.iter().flatten().any(|one| !one.excluded);
        reaches && !changed.contains(profile.id.as_str())
    };
    let masked = foreign_masked(tenant, compiled, owner).into_iter().filter(|(profile, _)| interferes(profile));
    masked.map(|(profile, uris)| (profile.profile.name.clone(), uris)).collect()
}

/// What ids to adopt belong to that no custom profile has: looked up only where there are such ids.
async fn elsewhere(
    client: &Client,
    desired: &[Desired],
    tenant: &Tenant,
    owner: &str,
) -> Result<BTreeMap<String, (String, String)>, Failure> {
    let found = tenant::look_elsewhere(client, &not_there(desired, &tenant.profiles, owner)).await?;
    Ok(found.into_iter().map(|one| (one.id.to_lowercase(), (one.shown(), one.help().into()))).collect())
}

/// Names for all ids that the plan mentions.
async fn names(client: &Client, directory: &Directory, plan: &Plan) -> Result<Names, Failure> {
    let table = |entries: &[crate::compile::Entry]| -> BTreeMap<String, String> {
        entries.iter().map(|entry| (entry.id.clone(), entry.name.clone())).collect()
    };
    let mut names = Names {
        groups: table(&directory.groups),
        filters: table(&directory.filters),
        scope_tags: table(&directory.scope_tags),
    };
    names.scope_tags.insert(crate::profile::DEFAULT_TAG.into(), "Default".into());
    let profiles = plan
        .changes
        .iter()
        .flat_map(|change| change.before.as_ref().map(|live| &live.profile).into_iter().chain(change.after.as_ref()));
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
        let wanted = Wanted { filters, scope_tags: tags, ..Wanted::default() };
        let more = tenant::look_up(client, &wanted).await?;
        names.filters.extend(table(&more.filters));
        names.scope_tags.extend(table(&more.scope_tags));
    }
    Ok(names)
}

/// Says in one line that the plan was made without some values, for `--strict`.
pub(super) fn is_verified(document: &PlanDocument, strict: bool, output: &Output) -> bool {
    if strict && !document.unverified.is_empty() {
        output.say("error: masked values could not be compared, which `--strict` does not accept");
        return false;
    }
    true
}
