//! Adds to a plan the findings of rules about the tenant's other profiles, and warnings about deletions and swapped
//! settings.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;

use super::desired::is_sent;
use crate::catalogue::Catalogue;
use crate::compile::Compiled;
use crate::diagnostic::{Code, Diagnostic, Kind, Severity};
use crate::plan::{Action, Change, Desired, Names, Plan, order};
use crate::profile::{Address, Assignments, LiveProfile, Setting};
use crate::rules::{self, Exclusion};
use crate::setting::{Audience, Claim, Membership, ObjectKey, OmaUri, OmaValue, Origin, ProfileKind, Subject};
use crate::tenant::{CatalogPolicy, Tenant};

/// What findings are based on.
pub(super) struct Evidence<'a> {
    pub compiled: &'a [Compiled<'a>],
    pub compared: &'a Compared,
    /// Its profiles are those that are not managed here.
    pub tenant: &'a Tenant,
    pub membership: &'a Membership,
    pub names: &'a Names,
    pub catalogue: &'a Catalogue,
}

/// What findings need of the policies after they were compared.
pub(super) struct Compared {
    /// The assignments by object, with ids; `None` if they are not managed.
    assignments: BTreeMap<ObjectKey, Option<Assignments>>,
    /// The ids of the profiles that are taken over.
    adopted: BTreeSet<String>,
}

impl Compared {
    /// Frees the rest.
    pub fn of(desired: Vec<Desired>) -> Self {
        let mut compared = Self { assignments: BTreeMap::new(), adopted: BTreeSet::new() };
        for one in desired {
            compared.adopted.extend(one.adopt.map(|id| id.value));
            compared.assignments.insert(one.object, one.profile.assignments.clone());
        }
        compared
    }
}

/// Adds earlier problems, findings and warnings to a plan.
pub(super) fn add_findings(plan: &mut Plan, problems: Vec<Diagnostic>, evidence: &Evidence<'_>, today: Date) {
    let &Evidence { compiled, compared, tenant, membership, names, catalogue } = evidence;
    let (mut findings, others): (Vec<_>, Vec<_>) = problems.into_iter().partition(Diagnostic::is_finding);
    let ours = our_claims(compiled, compared, membership);
    let theirs = other_claims(compared, tenant, membership, catalogue);
    findings.extend(claim_findings(&ours, &theirs, catalogue));
    findings.extend(mixed_exclusions(compiled, plan, membership, names));
    plan.problems.extend(others);
    let waivable = |problem: &Diagnostic| matches!(problem.kind, Kind::Problem(code) if code.is_waivable());
    findings.extend(plan.problems.extract_if(.., |problem| waivable(problem)));
    let policies: Vec<_> = compiled.iter().map(Compiled::accepts).collect();
    let remaining = rules::one_of_each_target(rules::waive(findings, &policies, today));
    plan.problems.extend(remaining.into_iter().filter(|finding| finding.severity > Severity::Info));
    let warnings = [retire_warnings(plan, catalogue), exchange_warnings(plan)].concat();
    plan.problems.extend(warnings);
    plan.problems.extend(not_compared(tenant));
}

/// Findings about exclusions of changed policies that have no effect.
fn mixed_exclusions(compiled: &[Compiled<'_>], plan: &Plan, membership: &Membership, names: &Names) -> Vec<Diagnostic> {
    let name = |id: &str| names.groups.get(id).cloned().unwrap_or_else(|| id.to_string());
    let policies: BTreeMap<ObjectKey, &Compiled<'_>> =
        compiled.iter().map(|policy| (policy.object(), policy)).collect();
    let changed = plan.changes.iter().filter_map(|change| {
        let policy = policies.get(&change.object)?;
        let assignments = change.after.as_ref()?.assignments.as_ref()?;
        let written = |id: &str| {
            let name = name(id);
            Exclusion { place: policy.exclusion(id, &name).cloned(), name }
        };
        let (place, build) = (&policy.name_place, policy.oldest_build.as_ref().map(|build| build.value));
        Some(rules::mixed_exclusions(&assignments.audience(), membership, place, build, written))
    });
    changed.flatten().collect()
}

struct PolicyClaims {
    /// Whether it is sent to Intune, and not only exported.
    is_sent: bool,
    claims: Vec<Claim>,
}

/// The claims of our active policies. Here, groups are identified by id, and exclusions without effect are ignored.
fn our_claims(compiled: &[Compiled<'_>], compared: &Compared, membership: &Membership) -> Vec<PolicyClaims> {
    let active = compiled.iter().filter(|policy| policy.is_active());
    let claims = |policy: &Compiled<'_>| {
        let assignments = compared.assignments.get(&policy.object())?;
        let claims = policy.claims(reach(assignments.as_ref(), membership)).collect();
        Some(PolicyClaims { is_sent: is_sent(policy), claims })
    };
    active.filter_map(claims).collect()
}

/// The claims of the tenant's other profiles.
fn other_claims(compared: &Compared, tenant: &Tenant, membership: &Membership, catalogue: &Catalogue) -> Vec<Claim> {
    let foreign = tenant.profiles.iter().filter(|profile| !compared.adopted.contains(&profile.id));
    let profiles = foreign.flat_map(|profile| foreign_claims(profile, membership));
    let policies = tenant.catalog.iter().flat_map(|catalog| &catalog.policies);
    let policies = policies.flat_map(|policy| catalog_claims(policy, membership, catalogue));
    profiles.chain(policies).collect()
}

/// Findings about our policies, and about what the tenant's other profiles do to those that are sent.
fn claim_findings(ours: &[PolicyClaims], theirs: &[Claim], catalogue: &Catalogue) -> Vec<Diagnostic> {
    let all = || ours.iter().flat_map(|policy| &policy.claims);
    let sent = || ours.iter().filter(|policy| policy.is_sent).flat_map(|policy| &policy.claims);
    let mut findings = rules::evaluate(all(), [], catalogue);
    let of_sent;
    let alone = if ours.iter().all(|policy| policy.is_sent) {
        &findings
    } else {
        of_sent = rules::evaluate(sent(), [], catalogue);
        &of_sent
    };
    let because_of_them = rules::evaluate_beside(alone, sent(), theirs, catalogue);
    findings.extend(because_of_them);
    findings
}

/// A warning about settings catalog policies that could not be read.
fn not_compared(tenant: &Tenant) -> Option<Diagnostic> {
    let unread = &tenant.catalog.as_ref()?.unread;
    let message = match unread.as_slice() {
        [] => return None,
        [one] => format!("settings catalog policies could not be read and were not compared: {one}"),
        [one, more @ ..] => {
            format!("settings catalog policies could not be read and were not compared: {one}, and {} more", more.len())
        }
    };
    Some(Diagnostic::warning(Code::NotCompared, message))
}

/// The claims of a settings catalog policy, for the nodes that it is known to set.
fn catalog_claims(policy: &CatalogPolicy, membership: &Membership, catalogue: &Catalogue) -> Vec<Claim> {
    let audience = reach(Some(&policy.assignments), membership);
    let origin = in_tenant(ProfileKind::SettingsCatalog, &policy.name, &policy.id);
    let claim = |(uri, value)| foreign_claim(uri, value, &audience, &origin);
    policy.nodes(catalogue).into_iter().map(claim).collect()
}

fn foreign_claims(profile: &LiveProfile, membership: &Membership) -> Vec<Claim> {
    let audience = reach(profile.profile.assignments.as_ref(), membership);
    let origin = in_tenant(ProfileKind::Custom, &profile.profile.name, &profile.id);
    let claim = |(address, setting): (&Address, &Setting)| {
        // Parsing gives different spellings of a node the same URI.
        let uri = OmaUri::parse(address.node()?.as_str()).ok()?;
        Some(foreign_claim(uri, setting.value.clone(), &audience, &origin))
    };
    let readable = profile.profile.settings.iter().filter(|(_, setting)| !matches!(setting.value, OmaValue::Masked(_)));
    readable.filter_map(claim).collect()
}

fn in_tenant(kind: ProfileKind, name: &str, id: &str) -> Origin {
    Origin::Tenant { kind, name: name.into(), id: id.into() }
}

fn foreign_claim(uri: OmaUri, value: OmaValue, audience: &Option<Arc<Audience>>, origin: &Origin) -> Claim {
    let subject = Subject::Node(uri, value);
    Claim { subject, audience: audience.clone(), origin: origin.clone(), oldest_build: None, is_secret: false }
}

fn reach(assignments: Option<&Assignments>, membership: &Membership) -> Option<Arc<Audience>> {
    assignments.map(|all| Arc::new(rules::effective(all.audience(), membership)))
}

/// Warns about deleted profiles, because their last values stay on devices: to undo a feature, the safe value must be
/// applied before the deletion.
fn retire_warnings(plan: &Plan, catalogue: &Catalogue) -> Vec<Diagnostic> {
    let deleted = plan.changes.iter().filter(|change| change.action() == Action::Delete);
    deleted.filter_map(|change| retire_warning(change, catalogue)).collect()
}

fn retire_warning(change: &Change, catalogue: &Catalogue) -> Option<Diagnostic> {
    let live = change.before.as_ref()?;
    let unsafe_values = live.profile.settings.iter().filter_map(|(address, setting)| {
        let uri = address.node()?;
        let default = catalogue.node(uri)?.default.as_ref()?;
        let differs =
            !default.eq_ignore_ascii_case(&setting.value.canonical()) && !matches!(setting.value, OmaValue::Masked(_));
        differs.then(|| {
            format!("{} stays at {}; the Windows default is {default}", uri.short(), setting.value.canonical())
        })
    });
    let lines: Vec<String> = unsafe_values.collect();
    if lines.is_empty() {
        return None;
    }
    let mut warning = Diagnostic::warning(
        Code::LastValuesStay,
        format!("{} will be deleted; devices keep its last values", change.object),
    );
    if let Some(place) = &change.place {
        warning = warning.at(place.clone(), "");
    }
    for line in lines {
        warning = warning.note(line);
    }
    Some(warning.help(
        "to undo a feature, first set the safe value, apply, and wait until devices have it; then retire the policy",
    ))
}

fn exchange_warnings(plan: &Plan) -> Vec<Diagnostic> {
    let exchanges = order(&plan.changes).into_iter().filter(|next| next.exchange);
    exchanges
        .map(|next| {
            let key = &plan.changes[next.index].object;
            Diagnostic::warning(Code::SettingsSwapped, format!("{key} swaps settings with another policy"))
                .note("for a moment, devices may have neither profile's values")
                .help("to avoid this, move one setting, apply, and then move the other")
        })
        .collect()
}
