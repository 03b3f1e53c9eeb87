//! Turns a plan into its document, with names for ids and labels for values, and without anything that may be a secret.

use super::difference::{BeforeAfter, written_otherwise};
use super::document::{
    ActionWord, AssignmentLine, ChangeDocument, FORMAT, FieldLine, NotManaged, ObjectLine, PlanDocument, SettingLine,
    Sign, Summary, TenantLine, ValueText,
};
use super::names::Names;
use super::target_kind::{Side, TargetKind};
use super::unverified_document::{ForeignUnverifiedLine, Unverified};
use super::value_lines::{text_lines, value_lines};
use super::{Action, Cause, Change, Plan, Reason, SettingChange, difference, reach};
use crate::catalogue::{Allowed, Catalogue, CspNode, may_be_secret};
use crate::delivery::is_as_marked;
use crate::diagnostic::DiagnosticDocument;
use crate::profile::{
    Address, Applied, Assignment, Assignments, LiveProfile, Managed, Part, Profile, Setting, is_keyed,
};
use crate::setting::{FilterMode, Membership, ObjectKey, OmaValue, Scope};

/// What a document contains besides the plan.
pub struct Frame<'a> {
    pub environment: &'a str,
    pub sandbox: bool,
    pub tenant: TenantLine,
    /// The owner in the markers of managed profiles.
    pub owner: &'a str,
    /// A digest of the policies and the configuration.
    pub policies: String,
    pub catalogue: &'a Catalogue,
    /// Names by id.
    pub names: &'a Names,
    /// The members of the groups in the plan.
    pub membership: &'a Membership,
    /// The number of profiles that are not custom profiles.
    pub other_kinds: usize,
    /// Whether managed profiles without a policy file are deleted.
    pub prune: bool,
    /// The pattern of `--only`.
    pub only: Option<String>,
}

pub fn document(plan: &Plan, frame: &Frame<'_>) -> PlanDocument {
    let orphans = plan.orphans.iter().map(|orphan| ObjectLine {
        key: orphan.object.key.clone(),
        delivery: orphan.object.delivery,
        name: orphan.name.clone(),
        id: orphan.id.clone(),
    });
    let short = |addresses: &[Address]| addresses.iter().map(Address::short).collect::<Vec<_>>();
    let mut unverified: Vec<Unverified> = plan
        .unverified
        .iter()
        .map(|(object, addresses)| Unverified {
            key: object.key.clone(),
            delivery: object.delivery,
            settings: short(addresses),
        })
        .collect();
    unverified.sort_by_key(Unverified::object);
    let mut foreign: Vec<ForeignUnverifiedLine> = plan
        .foreign_unverified
        .iter()
        .map(|profile| ForeignUnverifiedLine {
            name: profile.name.clone(),
            id: profile.id.clone(),
            settings: short(&profile.addresses),
        })
        .collect();
    foreign.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    let keys = |objects: &[ObjectKey]| objects.iter().map(ToString::to_string).collect::<Vec<_>>();
    let key = |change: &Change| change.object.to_string();
    // A profile that is adopted is counted as a change, so it is not counted as not managed.
    let adopted = plan.changes.iter().filter(|change| change.reason == Reason::Adopted).count();
    PlanDocument {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").to_string(),
        environment: frame.environment.to_string(),
        sandbox: frame.sandbox,
        tenant: frame.tenant.clone(),
        owner: frame.owner.to_string(),
        policies: frame.policies.clone(),
        catalogue: frame.catalogue.digest(),
        prune: frame.prune,
        only: frame.only.clone(),
        changes: plan.changes.iter().map(|change| change_document(change, frame)).collect(),
        reach: reach::document(&plan.changes, frame.membership, frame.names),
        default_scope_tag: plan.changes.iter().filter(|change| gets_default_tag(change)).map(key).collect(),
        limits_overridden: plan.limits_overridden.clone(),
        orphans: orphans.collect(),
        unverified,
        foreign_unverified: foreign,
        held: keys(&plan.held),
        registry_only: keys(&plan.registry_only),
        diagnostics: plan.problems.iter().map(DiagnosticDocument::new).collect(),
        summary: Summary {
            create: plan.count(Action::Create),
            update: plan.count(Action::Update),
            delete: plan.count(Action::Delete),
            unchanged: plan.unchanged.len(),
            not_ours: plan.foreign + frame.other_kinds - adopted,
        },
    }
}

fn gets_default_tag(change: &Change) -> bool {
    change.before.is_none() && change.after.as_ref().is_some_and(|after| after.scope_tags.is_none())
}

fn change_document(change: &Change, frame: &Frame<'_>) -> ChangeDocument {
    let action = match change.action() {
        Action::Create => ActionWord::Create,
        Action::Update => ActionWord::Update,
        Action::Delete => ActionWord::Delete,
    };
    let mut document = ChangeDocument {
        key: change.object.key.clone(),
        delivery: change.object.delivery,
        name: change.name().to_string(),
        action,
        because: because(change),
        id: change.before.as_ref().map(|live| live.id.clone()),
        before: change.before.as_deref().map(LiveProfile::digest),
        file: change.place.as_ref().map(ToString::to_string),
        target: change.target.clone(),
        fields: Vec::new(),
        settings: Vec::new(),
        assignments: Vec::new(),
        newly_managed: Vec::new(),
        not_managed: Vec::new(),
    };
    match (&change.before, &change.after) {
        (None, Some(after)) => {
            let settings = after.settings.iter();
            document.settings =
                settings.map(|(address, setting)| setting_line(frame, address, None, Some(setting), true)).collect();
            document.assignments = lines(after.assignments.iter().flatten(), Sign::Add, frame);
            if let Some(text) = after.description.as_ref().filter(|text| !text.is_empty()) {
                let field = "description".to_string();
                document.fields.push(field_line(&field, "", text));
            }
            if let Some(tags) = after.scope_tags.as_ref().filter(|tags| !tags.is_empty()) {
                let field = "scope_tags".to_string();
                document.fields.push(field_line(&field, "", &frame.names.tags(tags)));
            }
        }
        (Some(live), None) => {
            let settings = live.profile.settings.iter();
            document.settings =
                settings.map(|(address, setting)| setting_line(frame, address, Some(setting), None, false)).collect();
            document.assignments = lines(live.profile.assignments.iter().flatten(), Sign::Remove, frame);
        }
        (Some(live), Some(after)) => update_document(change, live, after, frame, &mut document),
        (None, None) => {}
    }
    document
}

fn update_document(
    change: &Change,
    live: &LiveProfile,
    after: &Profile,
    frame: &Frame<'_>,
    document: &mut ChangeDocument,
) {
    let last = live.last_applied();
    let differs = difference(live, after, written_otherwise(live, change));
    // A decrypted value may be a secret that an earlier apply wrote. The marker shows whether there was one, unless it
    // is damaged. A profile without a marker never had a secret from a policy.
    let plain = match (&live.marker, last) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(_), Some(last)) => last.masked.as_deref().is_some_and(|digest| !is_keyed(digest)),
    };
    let mut field = |name: &str, before: &str, after: &str| {
        document.fields.push(field_line(name, before, after));
    };
    if let Some(BeforeAfter { before, after }) = &differs.name {
        field("name", before, after);
    }
    if let Some(BeforeAfter { before, after }) = &differs.description {
        field("description", before, after);
    }
    if let Some(BeforeAfter { before, after }) = &differs.scope_tags {
        field("scope_tags", &frame.names.tags(before), &frame.names.tags(after));
    }
    let line = |change: &SettingChange| {
        setting_line(frame, &change.address, change.before.as_ref(), change.after.as_ref(), plain)
    };
    document.settings = differs.settings.iter().map(line).collect();
    document.assignments = lines(&differs.assignments_added, Sign::Add, frame);
    document.assignments.extend(lines(&differs.assignments_removed, Sign::Remove, frame));
    let reaches_somebody = after.assignments.as_ref().is_some_and(Assignments::include_somebody);
    // A group that was deleted has no members.
    let is_there = |id: &String| frame.membership.groups.contains_key(id) || !frame.membership.unknown.is_empty();
    for line in &mut document.assignments {
        let widens = line.sign == Sign::Remove && line.side == Side::Exclude && reaches_somebody;
        line.widens = widens && line.id.as_ref().is_none_or(is_there);
    }
    document.newly_managed = last.map_or_else(Vec::new, |last| newly_managed(last.managed, after.managed()));
    document.not_managed = not_managed(live, after, &differs.released, frame);
}

fn field_line(field: &str, before: &str, after: &str) -> FieldLine {
    FieldLine { field: field.into(), before: before.into(), after: after.into(), lines: text_lines(before, after) }
}

fn newly_managed(last: Managed, now: Managed) -> Vec<String> {
    now.without(last).map(|part| part.word().to_string()).collect()
}

/// The parts that stay as they are because the policy does not have them. Empty parts are listed only if they were
/// managed before.
fn not_managed(live: &LiveProfile, after: &Profile, released: &[Part], frame: &Frame<'_>) -> Vec<NotManaged> {
    let managed = after.managed();
    let actual = &live.profile;
    let assignments = lines(actual.assignments.iter().flatten(), Sign::Add, frame);
    let words: Vec<String> = assignments.iter().map(AssignmentLine::words).collect();
    let tags = actual.scope_tags.as_ref().filter(|tags| !tags.is_empty());
    let holds = |part: Part| match part {
        Part::Description => actual.description.clone().unwrap_or_default(),
        Part::Assignments => words.join(", "),
        Part::ScopeTags => tags.map_or(String::new(), |tags| frame.names.tags(tags)),
    };
    let unmanaged = Part::ALL.into_iter().filter(|part| !managed.has(*part));
    unmanaged
        .map(|part| NotManaged { part: part.word().into(), released: released.contains(&part), holds: holds(part) })
        .filter(|part| part.released || !part.holds.is_empty())
        .collect()
}

fn because(change: &Change) -> String {
    match (&change.reason, change.cause, change.action()) {
        (Reason::Adopted, ..) => "adopted: will be managed here from now on".into(),
        (Reason::Moved(key), ..) => format!("moved from {key}"),
        (Reason::Retired, ..) => "retired".into(),
        (Reason::Pruned, ..) => "it no longer has a policy file (prune: true)".into(),
        (Reason::Content, _, Action::Create) => "new".into(),
        (Reason::Content, Cause::You, _) => "you changed the policy".into(),
        (Reason::Content, Cause::Tenant, _) => {
            format!("someone changed this in Intune{}; apply will put it back", when(change))
        }
        (Reason::Content, Cause::Unassigned, _) => {
            "not assigned: an apply was interrupted, or someone removed the assignments".into()
        }
        (Reason::Content, Cause::Both, _) => {
            format!("you changed the policy, and someone changed this in Intune{}", when(change))
        }
        (Reason::Content, ..) if change.before.as_deref().is_some_and(has_damaged_marker) => {
            "its marker was damaged and will be written again".into()
        }
        (Reason::Content, Cause::Unknown, _) => "it is not known who changed this".into(),
    }
}

/// ` on 2026-11-26 13:38 UTC`: when the profile was last changed, as far as Graph says.
fn when(change: &Change) -> String {
    // An assignment does not change the time of its profile, so this would be the time of our own last write.
    let changed = change.before.as_deref().filter(|live| !is_as_marked(live));
    let modified = changed.map_or("", |live| live.modified.as_str());
    match modified.parse::<jiff::Timestamp>() {
        Ok(time) => time.strftime(" on %Y-%m-%d %H:%M UTC").to_string(),
        Err(_) => String::new(),
    }
}

fn has_damaged_marker(live: &LiveProfile) -> bool {
    live.marker.as_ref().is_some_and(|marker| marker.applied == Applied::Damaged)
}

fn setting_line(
    frame: &Frame<'_>,
    address: &Address,
    before: Option<&Setting>,
    after: Option<&Setting>,
    plain: bool,
) -> SettingLine {
    let sign = match (before, after) {
        (None, _) => Sign::Add,
        (_, None) => Sign::Remove,
        _ => Sign::Change,
    };
    let secret = after.is_some_and(|after| after.shown.is_some());
    let hidden = |setting: &Setting| (secret || !plain) && setting.value.oma_type().is_masked();
    let uri = address.uri();
    let node = address.node().and_then(|uri| frame.catalogue.node(uri));
    let text = |setting: &Setting, hide: bool| {
        let hide = hide || setting.shown.is_none() && may_be_secret(uri, node, &setting.value);
        ValueText { kind: setting.value.oma_type(), text: if hide { None } else { shown(node, setting) } }
    };
    let before = before.map(|setting| text(setting, hidden(setting)));
    let after = after.map(|setting| text(setting, false));
    let seen = |value: &'_ Option<ValueText>| value.as_ref().and_then(|value| value.text.clone());
    let lines = value_lines(node, seen(&before).as_deref(), seen(&after).as_deref());
    SettingLine {
        sign,
        lines,
        name: address.short(),
        scope: if uri.scope() == Scope::User { "user" } else { "device" }.to_string(),
        uri: address.to_string(),
        before,
        after,
    }
}

/// A value as text for people: with its label, or as a word for an ADMX state. `None` for a masked value.
pub(crate) fn shown(node: Option<&CspNode>, setting: &Setting) -> Option<String> {
    if let Some(shown) = &setting.shown {
        return Some(shown.to_string());
    }
    if matches!(setting.value, OmaValue::Masked(_)) {
        return None;
    }
    let text = setting.value.canonical();
    let Some(node) = node else { return Some(text) };
    match &node.allowed {
        Allowed::Enum(values) => {
            let label = values.iter().find(|value| value.0.eq_ignore_ascii_case(&text));
            Some(label.map_or(text, crate::catalogue::EnumValue::shown))
        }
        Allowed::Admx => Some(match text.as_str() {
            "<enabled/>" => "enabled".into(),
            "<disabled/>" => "disabled".into(),
            _ => text,
        }),
        _ => Some(match &node.list {
            Some(separator) if separator == "\u{f000}" => text.replace('\u{f000}', "; "),
            _ => text,
        }),
    }
}

fn lines<'s>(
    assignments: impl IntoIterator<Item = &'s Assignment>,
    sign: Sign,
    frame: &Frame<'_>,
) -> Vec<AssignmentLine> {
    let mut lines: Vec<_> =
        assignments.into_iter().map(|assignment| assignment_line(assignment, sign, frame)).collect();
    // Includes first, and then by name rather than by id.
    lines.sort_by_key(|line| (line.side == Side::Exclude, line.kind, line.name.clone(), line.id.clone()));
    lines
}

fn assignment_line(assignment: &Assignment, sign: Sign, frame: &Frame<'_>) -> AssignmentLine {
    let names = frame.names;
    let id = assignment.who.group().cloned();
    let filter = assignment.filter.as_ref().map(|(mode, id)| {
        let name = names.filter(id);
        format!("{} {name}", if *mode == FilterMode::Include { "include" } else { "exclude" })
    });
    AssignmentLine {
        sign,
        side: if assignment.excluded { Side::Exclude } else { Side::Include },
        kind: TargetKind::of(&assignment.who),
        name: id.as_ref().and_then(|id| names.groups.get(id)).cloned(),
        id,
        filter,
        filter_id: assignment.filter.as_ref().map(|(_, id)| id.clone()),
        widens: false,
        members: reach::members_of(&assignment.who, frame.membership),
    }
}
