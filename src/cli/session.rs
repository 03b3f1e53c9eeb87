//! A tenant to talk to: the embedded sandbox, or a server that speaks Graph.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use super::output::{Failure, Output};
use super::workspace::Workspace;
use super::{check, secrets};
use crate::catalogue::Catalogue;
use crate::compile::{Compiled, Context, Directory, Secrets, compile, resolve, wanted};
use crate::diagnostic::{Diagnostic, Severity, any_error};
use crate::graph::{Client, Organization};
use crate::plan::{
    Action, Change, Desired, Fate, Frame, Names, Options, Plan, PlanDocument, TenantLine, build, document, order,
    to_decrypt,
};
use crate::policy::{AuthMethod, Environment, State};
use crate::report::Header;
use crate::rules::{Claim, Origin, Reach, Subject};
use crate::setting::{Audience, Inclusion, OmaUri, OmaValue, Who};
use crate::tenant::{self, Tenant};
use crate::{profile::LiveProfile, rules, sandbox};

/// How long Graph's servers may take to show what one of them has taken. The embedded sandbox shows it at once.
const PATIENCE: Duration = Duration::from_secs(60);

/// A tenant that is known to be the right one.
pub(super) struct Session {
    pub client: Client,
    pub tenant: TenantLine,
    /// Nobody's tenant: secrets stay away from it.
    pub is_sandbox: bool,
    pub patience: Duration,
    embedded: Option<sandbox::Running>,
}

impl Session {
    /// Connects, and asks the tenant who it is before anything else.
    pub async fn open(workspace: &Workspace, environment: &Environment) -> Result<Self, Failure> {
        let (client, embedded) = connect(workspace, environment).await?;
        let organization = tenant::organization(&client).await?;
        check_tenant(environment, &organization)?;
        let is_sandbox = organization.id == sandbox::TENANT_ID;
        let name = organization.display_name.clone().unwrap_or_else(|| organization.id.clone());
        let patience = match std::env::var("SSPR_POLICY_PATIENCE_SECONDS").ok().and_then(|text| text.parse().ok()) {
            Some(seconds) => Duration::from_secs(seconds),
            None if embedded.is_some() => Duration::ZERO,
            None => PATIENCE,
        };
        Ok(Self { client, tenant: TenantLine { id: organization.id, name }, is_sandbox, patience, embedded })
    }

    /// Stops the embedded sandbox, so that its lock is free when the command ends.
    pub async fn close(self) -> Result<(), Failure> {
        match self.embedded {
            Some(running) => Ok(running.stop().await?),
            None => Ok(()),
        }
    }
}

async fn connect(
    workspace: &Workspace,
    environment: &Environment,
) -> Result<(Client, Option<sandbox::Running>), Failure> {
    if environment.is_sandbox() && environment.graph_url.is_none() {
        let running = sandbox::Sandbox::open(&workspace.state(), sandbox_options(environment))?
            .serve(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
            .await?;
        return Ok((Client::new(running.url(), None)?, Some(running)));
    }
    match environment.auth.as_ref().map(|auth| auth.method.value) {
        Some(AuthMethod::Token) => {}
        Some(_) => {
            return Err(Failure::with_help(
                "not yet: this environment's way to sign in",
                "write `auth: { method: token }` and put an access token into SSPR_POLICY_TOKEN, for example from \
                 `az account get-access-token --resource-type ms-graph`",
            ));
        }
        None if environment.graph_url().starts_with("http://") => {}
        None => {
            return Err(Failure::with_help(
                "this environment does not say how to sign in",
                "write `auth: { method: token }` and put an access token into SSPR_POLICY_TOKEN",
            ));
        }
    }
    let token = std::env::var("SSPR_POLICY_TOKEN").ok().filter(|token| !token.is_empty());
    if token.is_none() && !environment.graph_url().starts_with("http://") {
        return Err(Failure::with_help(
            "SSPR_POLICY_TOKEN is not set",
            "put an access token for Microsoft Graph into it, for example from `az account get-access-token --resource-type ms-graph`",
        ));
    }
    Ok((Client::new(environment.graph_url(), token)?, None))
}

/// What the configuration asks of a sandbox.
pub(super) fn sandbox_options(environment: &Environment) -> sandbox::Options {
    let names = |names: &[crate::source::Spanned<String>]| names.iter().map(|name| name.value.clone()).collect();
    let seed = sandbox::Seed {
        groups: names(&environment.seed.groups),
        filters: names(&environment.seed.filters),
        scope_tags: names(&environment.seed.scope_tags),
    };
    sandbox::Options { seed, ..sandbox::Options::default() }
}

/// Nothing else is asked until the tenant is the configured one.
fn check_tenant(environment: &Environment, organization: &Organization) -> Result<(), Failure> {
    let wanted = environment.tenant.value.as_str();
    let domains: Vec<&str> = organization.verified_domains.iter().filter_map(|domain| domain.name.as_deref()).collect();
    let right = match wanted {
        "sandbox" => organization.id == sandbox::TENANT_ID,
        _ => {
            organization.id.eq_ignore_ascii_case(wanted)
                || domains.iter().any(|domain| domain.eq_ignore_ascii_case(wanted))
        }
    };
    if right {
        return Ok(());
    }
    Err(Failure::with_help(
        format!(
            "this is another tenant: {wanted} is configured, and {} ({}) answers",
            organization.id,
            domains.join(", ")
        ),
        "use a token for the configured tenant, or correct `tenant:`; nothing else was asked",
    ))
}

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
            problem.severity == Severity::Error && (problem.name.is_some() || problem.code == "SP0509")
        };
        self.plan.problems.iter().filter(stops).collect()
    }
}

/// What a plan is asked for.
#[derive(Debug, Clone, Default)]
pub(super) struct Wishes {
    /// Only keys that match.
    pub only: Option<glob::Pattern>,
    /// Limits are not looked at.
    pub override_limits: bool,
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
    let files = secrets::files(workspace);
    let values = if session.is_sandbox { Secrets::Placeholders } else { secrets::secrets(workspace) };
    let context = Context {
        catalogue: Catalogue::embedded(),
        configuration: &workspace.configuration,
        configuration_source: &workspace.configuration_source,
        environment: name,
        settings: environment,
        tenant_id: &session.tenant.id,
        secrets: &values,
        files: &files,
    };
    let mut problems = workspace.problems.clone();
    let compiled = compile(&workspace.policies, &context, &mut problems);
    if any_error(&problems) {
        return Err(Failure::Diagnostics(problems));
    }
    let options = options(workspace, name, environment, session, wishes)?;
    let client = &session.client;
    let sent: Vec<&Compiled<'_>> = compiled.iter().filter(|policy| is_sent(policy)).collect();
    let directory = tenant::look_up(client, &wanted(sent.iter().copied())).await?;
    let mut tenant = tenant::read(client).await?;
    let desired = desired(&compiled, &directory, &mut problems);
    if any_error(&problems) {
        return Err(Failure::Diagnostics(problems));
    }
    let mut unread = to_decrypt(&desired, &tenant.profiles, &options);
    unread.extend(foreign_masked(&tenant, &compiled, &options.owner));
    tenant::decrypt(client, &mut tenant.profiles, &unread).await?;
    let mut plan = build(&desired, &tenant.profiles, &options);
    let (mut findings, others): (Vec<_>, Vec<_>) = problems.into_iter().partition(|problem| problem.name.is_some());
    findings.extend(rules::evaluate(&rules::claims(&compiled), context.catalogue));
    findings.extend(tenant_findings(&compiled, &desired, &tenant, &options.owner, context.catalogue));
    plan.problems.extend(others);
    plan.problems.extend(
        rules::waive(findings, &compiled, check::today())
            .into_iter()
            .filter(|finding| finding.severity > Severity::Info),
    );
    plan.problems.extend(retire_warnings(&plan, context.catalogue));
    plan.problems.extend(exchange_warnings(&plan));
    let names = names(client, &directory, &plan).await?;
    let frame = Frame {
        environment: name,
        sandbox: session.is_sandbox,
        tenant: session.tenant.clone(),
        owner: &options.owner,
        policies: workspace.digest(),
        catalogue: context.catalogue,
        names: &names,
        other_kinds: tenant.other_kinds,
        only: wishes.only.as_ref().map(ToString::to_string),
    };
    crate::diagnostic::sort(&mut plan.problems);
    let document = document(&plan, &frame);
    let read = format!(
        "Read {} profiles and {} names in {} requests, {:.1} s",
        tenant.profiles.len() + tenant.other_kinds,
        directory.groups.len() + directory.filters.len() + directory.scope_tags.len(),
        client.requests(),
        started.elapsed().as_secs_f32()
    );
    Ok(Planned { plan, document, header: Header { read: Some(read) } })
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
    let limits = environment.limits.clone();
    let wide = wishes.override_limits;
    Ok(Options {
        owner: workspace.configuration.owner.value.clone(),
        environment: name.to_string(),
        only: wishes.only.clone(),
        prune: environment.prune.unwrap_or(false),
        fingerprint_key: key,
        max_changes: limits.max_changes.filter(|_| !wide),
        max_deletes: limits.max_deletes.filter(|_| !wide),
        allow_all_targets: wide || limits.allow_all_targets.unwrap_or(true),
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
fn foreign_masked(tenant: &Tenant, compiled: &[Compiled<'_>], owner: &str) -> Vec<(String, Vec<OmaUri>)> {
    let ours: BTreeSet<&OmaUri> = compiled
        .iter()
        .filter(|policy| is_sent(policy))
        .flat_map(|policy| policy.settings.iter().map(|setting| &setting.uri))
        .collect();
    let matters = |uri: &OmaUri| ours.contains(uri) || !rules::explain(uri).is_empty();
    let foreign = tenant.profiles.iter().filter(|profile| !is_ours(profile, owner));
    let masked = foreign.map(|profile| {
        let uris = tenant::masked_settings(profile).into_iter().filter(|uri| matters(uri)).collect::<Vec<_>>();
        (profile.id.clone(), uris)
    });
    masked.filter(|(_, uris)| !uris.is_empty()).collect()
}

/// What rules say because of the tenant's other profiles. Groups are told apart by id here.
fn tenant_findings(
    compiled: &[Compiled<'_>],
    desired: &[Desired],
    tenant: &Tenant,
    owner: &str,
    catalogue: &Catalogue,
) -> Vec<Diagnostic> {
    let sent = compiled.iter().filter(|policy| is_sent(policy)).filter_map(|policy| {
        let profile = &desired.iter().find(|one| one.key == policy.key)?.profile;
        Some(rules::of_policy(policy, reach(profile.assignments.as_ref())))
    });
    let ours: Vec<Claim> = sent.flatten().collect();
    let adopted: BTreeSet<&str> =
        desired.iter().filter_map(|one| one.adopt.as_ref().map(|(id, _)| id.as_str())).collect();
    let foreign =
        tenant.profiles.iter().filter(|profile| !is_ours(profile, owner) && !adopted.contains(profile.id.as_str()));
    let theirs: Vec<Claim> = foreign.flat_map(foreign_claims).collect();
    rules::evaluate_beside(&ours, &theirs, catalogue)
}

fn foreign_claims(profile: &LiveProfile) -> Vec<Claim> {
    let reach = reach(profile.profile.assignments.as_ref());
    let claim = |(uri, setting): (&OmaUri, &crate::profile::Setting)| {
        // The same node, whichever way its profile spells it.
        let uri = OmaUri::parse(uri.as_str()).ok()?;
        Some(Claim {
            subject: Subject::Node(uri, setting.value.clone()),
            reach: reach.clone(),
            origin: Origin::Tenant(profile.profile.name.clone(), profile.id.clone()),
            oldest_build: None,
        })
    };
    let readable = profile.profile.settings.iter().filter(|(_, setting)| !matches!(setting.value, OmaValue::Masked(_)));
    readable.filter_map(claim).collect()
}

fn reach(assignments: Option<&BTreeSet<crate::profile::Assignment>>) -> Reach {
    let Some(assignments) = assignments else { return Reach::Unknown };
    let mut audience = Audience::default();
    for one in assignments {
        if one.excluded {
            audience.exclude.insert(one.who.clone());
        } else {
            audience.include.insert(Inclusion { who: one.who.clone(), filter: one.filter.clone() });
        }
    }
    Reach::Known(audience)
}

/// A retired policy's last values stay on devices; taking a feature back is a value first, and then the deletion.
fn retire_warnings(plan: &Plan, catalogue: &Catalogue) -> Vec<Diagnostic> {
    let deleted = plan.changes.iter().filter(|change| change.action() == Action::Delete);
    deleted.filter_map(|change| retire_warning(change, catalogue)).collect()
}

fn retire_warning(change: &Change, catalogue: &Catalogue) -> Option<Diagnostic> {
    let live = change.before.as_ref()?;
    let unsafe_values = live.profile.settings.iter().filter_map(|(uri, setting)| {
        let default = catalogue.node(uri)?.default.as_ref()?;
        let differs =
            !default.eq_ignore_ascii_case(&setting.value.canonical()) && !matches!(setting.value, OmaValue::Masked(_));
        differs
            .then(|| format!("{} stays at {}; Windows' own value is {default}", uri.short(), setting.value.canonical()))
    });
    let lines: Vec<String> = unsafe_values.collect();
    if lines.is_empty() {
        return None;
    }
    let mut warning =
        Diagnostic::warning("SP0510", format!("{} goes, and its last values stay on devices", change.key));
    if let Some(place) = &change.place {
        warning = warning.at(place.clone(), "");
    }
    for line in lines {
        warning = warning.note(line);
    }
    Some(warning.help(
        "to take a feature back: first write the safe value, apply and wait for the devices; then `state: retired`",
    ))
}

fn exchange_warnings(plan: &Plan) -> Vec<Diagnostic> {
    let exchanges = order(&plan.changes).into_iter().filter(|next| next.exchange);
    exchanges
        .map(|next| {
            let key = &plan.changes[next.index].key;
            Diagnostic::warning("SP0511", format!("{key} exchanges settings with another policy"))
                .note("for a moment devices may have neither of the two profiles' values")
                .help("move one of the settings first, apply, then the other")
        })
        .collect()
}

/// Names for all ids that the plan mentions.
async fn names(client: &Client, directory: &Directory, plan: &Plan) -> Result<Names, Failure> {
    let table = |entries: &[crate::compile::Entry]| {
        entries.iter().map(|entry| (entry.id.clone(), entry.name.clone())).collect()
    };
    let mut names = Names {
        groups: table(&directory.groups),
        filters: table(&directory.filters),
        scope_tags: table(&directory.scope_tags),
    };
    names.scope_tags.insert(crate::profile::DEFAULT_TAG.into(), "Default".into());
    let mentioned = plan.changes.iter().flat_map(|change| {
        let before = change.before.as_ref().and_then(|live| live.profile.assignments.as_ref());
        let after = change.after.as_ref().and_then(|after| after.assignments.as_ref());
        before.into_iter().chain(after).flatten()
    });
    let unknown: BTreeSet<String> = mentioned
        .filter_map(|one| match &one.who {
            Who::Group(id) if !names.groups.contains_key(id) => Some(id.clone()),
            _ => None,
        })
        .collect();
    names.groups.extend(tenant::names_of_groups(client, &unknown).await?);
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
