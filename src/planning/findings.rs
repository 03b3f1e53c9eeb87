//! What rules say of a plan, because of what the tenant holds besides, and what goes when something goes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;

use super::desired::is_sent;
use super::foreign::is_ours;
use crate::catalogue::Catalogue;
use crate::compile::Compiled;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::plan::{Action, Change, Desired, Names, Plan, order};
use crate::policy::State;
use crate::profile::LiveProfile;
use crate::rules::{self, Claim, Origin, Reach, Subject};
use crate::setting::{Audience, Inclusion, Membership, OmaUri, OmaValue};
use crate::tenant::{CatalogPolicy, Tenant};

/// What findings are about.
pub(super) struct Evidence<'a> {
    pub compiled: &'a [Compiled<'a>],
    pub desired: &'a [Desired],
    pub tenant: &'a Tenant,
    pub owner: &'a str,
    pub membership: &'a Membership,
    pub names: &'a Names,
    pub catalogue: &'a Catalogue,
}

/// Adds to a plan what was wrong before, and what is to be said of it.
pub(super) fn add_findings(plan: &mut Plan, problems: Vec<Diagnostic>, evidence: &Evidence<'_>, today: Date) {
    let &Evidence { compiled, desired, tenant, owner, membership, names, catalogue } = evidence;
    let (mut findings, others): (Vec<_>, Vec<_>) = problems.into_iter().partition(Diagnostic::is_finding);
    let active = compiled.iter().filter(|policy| policy.state == State::Active && !policy.held);
    findings.extend(rules::evaluate(&our_claims(active, desired, membership), catalogue));
    let sent = our_claims(compiled.iter().filter(|policy| is_sent(policy)), desired, membership);
    findings.extend(tenant_findings(&sent, desired, tenant, (owner, membership), catalogue));
    findings.extend(mixed_exclusions(compiled, plan, membership, names));
    plan.problems.extend(others);
    let left = rules::said_once(rules::waive(findings, compiled, today));
    plan.problems.extend(left.into_iter().filter(|finding| finding.severity > Severity::Info));
    let warnings = [retire_warnings(plan, catalogue), exchange_warnings(plan)].concat();
    plan.problems.extend(warnings);
    plan.problems.extend(not_compared(tenant));
}

/// Exclusions of changed policies that have no effect.
fn mixed_exclusions(compiled: &[Compiled<'_>], plan: &Plan, membership: &Membership, names: &Names) -> Vec<Diagnostic> {
    let name = |id: &str| names.groups.get(id).cloned().unwrap_or_else(|| id.to_string());
    let changed = plan.changes.iter().filter_map(|change| {
        let policy = compiled.iter().find(|policy| policy.key == change.key)?;
        let assignments = change.after.as_ref()?.assignments.as_ref()?;
        Some(rules::mixed_exclusions(policy, &audience(assignments), membership, name))
    });
    changed.flatten().collect()
}

/// What our policies claim. Groups are told apart by id here, and exclusions without effect do not count.
fn our_claims<'c>(
    policies: impl Iterator<Item = &'c Compiled<'c>>,
    desired: &[Desired],
    membership: &Membership,
) -> Vec<Claim> {
    let profiles: BTreeMap<&str, &Desired> = desired.iter().map(|one| (one.key.as_str(), one)).collect();
    let claims = policies.filter_map(|policy| {
        let assignments = profiles.get(policy.key.as_str())?.profile.assignments.as_ref();
        Some(rules::of_policy(policy, reach(assignments, membership)))
    });
    claims.flatten().collect()
}

/// What rules say because of the tenant's other profiles.
fn tenant_findings(
    ours: &[Claim],
    desired: &[Desired],
    tenant: &Tenant,
    (owner, membership): (&str, &Membership),
    catalogue: &Catalogue,
) -> Vec<Diagnostic> {
    let adopted: BTreeSet<&str> =
        desired.iter().filter_map(|one| one.adopt.as_ref().map(|(id, _)| id.as_str())).collect();
    let foreign =
        tenant.profiles.iter().filter(|profile| !is_ours(profile, owner) && !adopted.contains(profile.id.as_str()));
    let profiles = foreign.flat_map(|profile| foreign_claims(profile, membership));
    let policies = tenant.catalog.iter().flat_map(|catalog| &catalog.policies);
    let policies = policies.flat_map(|policy| catalog_claims(policy, membership, catalogue));
    let theirs: Vec<Claim> = profiles.chain(policies).collect();
    rules::evaluate_beside(ours, &theirs, catalogue)
}

/// That settings catalog policies are there which were not looked at.
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

/// What a settings catalog policy claims, as far as it is known which nodes it sets.
fn catalog_claims(policy: &CatalogPolicy, membership: &Membership, catalogue: &Catalogue) -> Vec<Claim> {
    let reach = reach(Some(&policy.assignments), membership);
    let claim = |(uri, value)| Claim {
        subject: Subject::Node(uri, value),
        reach: reach.clone(),
        origin: Origin::Catalog(policy.name.clone(), policy.id.clone()),
        oldest_build: None,
    };
    policy.nodes(catalogue).into_iter().map(claim).collect()
}

fn foreign_claims(profile: &LiveProfile, membership: &Membership) -> Vec<Claim> {
    let reach = reach(profile.profile.assignments.as_ref(), membership);
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

fn reach(assignments: Option<&BTreeSet<crate::profile::Assignment>>, membership: &Membership) -> Reach {
    assignments.map_or(Reach::Unknown, |all| Reach::Known(Arc::new(rules::effective(audience(all), membership))))
}

fn audience(assignments: &BTreeSet<crate::profile::Assignment>) -> Audience {
    let mut audience = Audience::default();
    for one in assignments {
        if one.excluded {
            audience.exclude.insert(one.who.clone());
        } else {
            audience.include.insert(Inclusion { who: one.who.clone(), filter: one.filter.clone() });
        }
    }
    audience
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
        Diagnostic::warning(Code::LastValuesStay, format!("{} goes, and its last values stay on devices", change.key));
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
            Diagnostic::warning(Code::SettingsSwapped, format!("{key} exchanges settings with another policy"))
                .note("for a moment devices may have neither of the two profiles' values")
                .help("move one of the settings first, apply, then the other")
        })
        .collect()
}
