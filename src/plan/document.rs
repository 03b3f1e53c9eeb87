//! The published form of a plan: what `--output-format json` prints, what a plan file holds, and what people are shown.
//!
//! It never holds a secret: where one is part of a value, the reference stands instead. So a plan file is safe as a
//! public artefact, and it is compared with a fresh plan rather than carried out.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Action, Cause, Change, Plan, Reason, SettingChange, Verified, difference};
use crate::catalogue::{Allowed, Catalogue};
use crate::diagnostic::{Diagnostic, Severity};
use crate::profile::{Assignment, LiveProfile, Profile, Setting, is_keyed};
use crate::setting::{FilterMode, OmaType, OmaUri, OmaValue, Scope, Who};

/// The version of this form.
pub const FORMAT: u32 = 1;

/// A plan, as printed and saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Plan")]
pub struct PlanDocument {
    /// The version of this form: 1.
    pub format: u32,
    /// The version of the program that made it.
    pub program: String,
    /// The environment's name.
    pub environment: String,
    /// Whether the tenant is a sandbox, and nobody's.
    pub sandbox: bool,
    /// The tenant.
    pub tenant: TenantLine,
    /// Who owns what is made.
    pub owner: String,
    /// A digest of the policies and the configuration.
    pub policies: String,
    /// A digest of the catalogue.
    pub catalogue: String,
    /// What `--only` let through; nothing where everything was planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only: Option<String>,
    /// What would happen, sorted by key.
    pub changes: Vec<ChangeDocument>,
    /// Ours in the tenant, and no policy writes them.
    pub orphans: Vec<ObjectLine>,
    /// Keys whose masked values could not be compared, with the settings.
    pub unverified: BTreeMap<String, Vec<String>>,
    /// Keys that are kept out of this environment, and stay as they are.
    pub held: Vec<String>,
    /// Keys that only write to the registry: exported, not sent.
    pub registry_only: Vec<String>,
    /// What blocks changes, and what to look at.
    pub diagnostics: Vec<DiagnosticDocument>,
    /// Counts.
    pub summary: Summary,
}

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TenantLine {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// Counts of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// Profiles to add.
    pub create: usize,
    /// Profiles to change.
    pub update: usize,
    /// Profiles to delete.
    pub delete: usize,
    /// Profiles that are as written.
    pub unchanged: usize,
    /// Profiles of others, of any kind.
    pub not_ours: usize,
}

/// An object in the tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectLine {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: String,
}

/// One change of one profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeDocument {
    /// The key.
    pub key: String,
    /// The profile's name, as it will be.
    pub name: String,
    /// What happens.
    pub action: ActionWord,
    /// Who made it necessary, or why it is more than a difference of content.
    pub because: String,
    /// The object's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// A digest of what is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Where the policy's name stands: file:line:column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The target whose assignments it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Name, description and scope tags that change.
    pub fields: Vec<FieldLine>,
    /// Settings that change.
    pub settings: Vec<SettingLine>,
    /// Assignments that change.
    pub assignments: Vec<AssignmentLine>,
    /// Parts that the policy does not manage, and that stay as they are.
    pub not_managed: Vec<NotManaged>,
}

/// A part of a profile that its policy does not manage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NotManaged {
    /// `description`, `assignments` or `scope_tags`.
    pub part: String,
    /// Whether it was managed when last applied.
    pub released: bool,
    /// What it holds.
    pub holds: String,
}

/// What happens to a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ActionWord {
    /// It is made.
    Create,
    /// It is changed.
    Update,
    /// It is deleted.
    Delete,
}

/// What happens to a part of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum Sign {
    /// It is added.
    #[serde(rename = "+")]
    Add,
    /// It changes.
    #[serde(rename = "~")]
    Change,
    /// It goes.
    #[serde(rename = "-")]
    Remove,
}

impl Sign {
    /// The character.
    pub fn symbol(self) -> char {
        match self {
            Self::Add => '+',
            Self::Change => '~',
            Self::Remove => '-',
        }
    }
}

/// A field that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldLine {
    /// `name`, `description` or `scope_tags`.
    pub field: String,
    /// What is there.
    pub before: String,
    /// What will be there.
    pub after: String,
}

/// A setting that changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingLine {
    /// What happens to it.
    pub sign: Sign,
    /// What people call it.
    pub name: String,
    /// `device` or `user`.
    pub scope: String,
    /// Its OMA-URI.
    pub uri: String,
    /// What is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<ValueText>,
    /// What will be there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<ValueText>,
}

/// A value with its type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ValueText {
    /// Graph's type.
    #[serde(rename = "type")]
    pub kind: OmaType,
    /// The value as people read it, such as `Allowed (1)`; nothing where it is hidden.
    pub text: Option<String>,
}

/// An assignment that comes or goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignmentLine {
    /// What happens to it.
    pub sign: Sign,
    /// `include` or `exclude`.
    pub side: String,
    /// `group`, `all devices`, `all users`, or another kind.
    pub kind: String,
    /// The group's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The group's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The filter: mode and name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// Whether an exclusion goes, and its members come into reach.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub widens: bool,
}

impl AssignmentLine {
    /// `include group SSPR Pilot (filter include Windows 11)`
    pub fn words(&self) -> String {
        let who = match (&self.name, &self.id) {
            (Some(name), _) => format!("{} {name}", self.kind),
            (None, Some(id)) => format!("{} {id}", self.kind),
            (None, None) => self.kind.clone(),
        };
        let filter = self.filter.as_ref().map_or(String::new(), |filter| format!(" (filter {filter})"));
        format!("{} {who}{filter}", self.side)
    }
}

/// A finding or a problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DiagnosticDocument {
    /// Its code.
    pub code: String,
    /// A rule's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// The file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The column, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// What is said at the place.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// More facts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// Names of what has ids.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// Groups.
    pub groups: BTreeMap<String, String>,
    /// Assignment filters.
    pub filters: BTreeMap<String, String>,
    /// Scope tags.
    pub scope_tags: BTreeMap<String, String>,
}

/// A diagnostic as printed and saved.
pub fn diagnostic_document(diagnostic: &Diagnostic) -> DiagnosticDocument {
    let place = diagnostic.place.as_ref();
    let related = diagnostic.related.iter().map(|(place, text)| format!("{place}: {text}"));
    DiagnosticDocument {
        code: diagnostic.code.to_string(),
        name: diagnostic.name.map(String::from),
        severity: diagnostic.severity,
        message: diagnostic.message.clone(),
        file: place.map(|place| place.source.path.clone()),
        line: place.map(|place| place.position().0),
        column: place.map(|place| place.position().1),
        label: diagnostic.label.clone(),
        notes: related.chain(diagnostic.notes.iter().cloned()).chain(diagnostic.fact.clone()).collect(),
        help: diagnostic.help.clone(),
    }
}

/// What a document is made with besides the plan.
pub struct Frame<'a> {
    /// The environment's name.
    pub environment: &'a str,
    /// Whether the tenant is a sandbox.
    pub sandbox: bool,
    /// The tenant.
    pub tenant: TenantLine,
    /// Who owns what is made.
    pub owner: &'a str,
    /// A digest of the policies.
    pub policies: String,
    /// What Windows accepts.
    pub catalogue: &'a Catalogue,
    /// Names of what has ids.
    pub names: &'a Names,
    /// Profiles of other kinds than custom ones.
    pub other_kinds: usize,
    /// What `--only` let through.
    pub only: Option<String>,
}

/// Makes the published form of a plan.
pub fn document(plan: &Plan, frame: &Frame<'_>) -> PlanDocument {
    let orphans =
        plan.orphans.iter().map(|(key, name, id)| ObjectLine { key: key.clone(), name: name.clone(), id: id.clone() });
    let unverified =
        plan.unverified.iter().map(|(key, uris)| (key.clone(), uris.iter().map(Catalogue::short).collect()));
    PlanDocument {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").to_string(),
        environment: frame.environment.to_string(),
        sandbox: frame.sandbox,
        tenant: frame.tenant.clone(),
        owner: frame.owner.to_string(),
        policies: frame.policies.clone(),
        catalogue: frame.catalogue.digest(),
        only: frame.only.clone(),
        changes: plan.changes.iter().map(|change| change_document(change, frame)).collect(),
        orphans: orphans.collect(),
        unverified: unverified.collect(),
        held: plan.held.clone(),
        registry_only: plan.registry_only.clone(),
        diagnostics: plan.problems.iter().map(diagnostic_document).collect(),
        summary: Summary {
            create: plan.count(Action::Create),
            update: plan.count(Action::Update),
            delete: plan.count(Action::Delete),
            unchanged: plan.unchanged.len(),
            not_ours: plan.foreign + frame.other_kinds,
        },
    }
}

fn change_document(change: &Change, frame: &Frame<'_>) -> ChangeDocument {
    let action = match change.action() {
        Action::Create => ActionWord::Create,
        Action::Update => ActionWord::Update,
        Action::Delete => ActionWord::Delete,
    };
    let mut document = ChangeDocument {
        key: change.key.clone(),
        name: change.name().to_string(),
        action,
        because: because(change),
        id: change.before.as_ref().map(|live| live.id.clone()),
        before: change.before.as_ref().map(LiveProfile::digest),
        file: change.place.as_ref().map(ToString::to_string),
        target: change.target.clone(),
        fields: Vec::new(),
        settings: Vec::new(),
        assignments: Vec::new(),
        not_managed: Vec::new(),
    };
    match (&change.before, &change.after) {
        (None, Some(after)) => {
            let settings = after.settings.iter();
            document.settings =
                settings.map(|(uri, setting)| setting_line(frame, uri, None, Some(setting), true)).collect();
            document.assignments = lines(after.assignments.iter().flatten(), Sign::Add, frame.names);
            if let Some(text) = after.description.as_ref().filter(|text| !text.is_empty()) {
                let field = "description".to_string();
                document.fields.push(FieldLine { field, before: String::new(), after: text.clone() });
            }
            if let Some(tags) = after.scope_tags.as_ref().filter(|tags| !tags.is_empty()) {
                let field = "scope_tags".to_string();
                document.fields.push(FieldLine { field, before: String::new(), after: tag_names(tags, frame.names) });
            }
        }
        (Some(live), None) => {
            let settings = live.profile.settings.iter();
            document.settings =
                settings.map(|(uri, setting)| setting_line(frame, uri, Some(setting), None, false)).collect();
            document.assignments = lines(live.profile.assignments.iter().flatten(), Sign::Remove, frame.names);
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
    let last = live.marker.as_ref().and_then(|marker| marker.digests.as_ref());
    let rewritten = match (last.and_then(|last| last.masked.as_ref()), &change.masked_digest) {
        (Some(last), Some(now)) if last == now => Verified::Yes,
        (None, None) if last.is_some() => Verified::No,
        _ => Verified::Changed,
    };
    let differs = difference(live, after, rewritten);
    // A value that we decrypted may be a secret that was written earlier. The marker says whether there was one; a
    // damaged marker does not. What a portal-made profile holds was never ours.
    let plain = match (&live.marker, last) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(_), Some(last)) => last.masked.as_deref().is_some_and(|digest| !is_keyed(digest)),
    };
    let mut field = |name: &str, before: &str, after: &str| {
        document.fields.push(FieldLine { field: name.into(), before: before.into(), after: after.into() });
    };
    if let Some((before, after)) = &differs.name {
        field("name", before, after);
    }
    if let Some((before, after)) = &differs.description {
        field("description", before, after);
    }
    if let Some((before, after)) = &differs.scope_tags {
        field("scope_tags", &tag_names(before, frame.names), &tag_names(after, frame.names));
    }
    let line =
        |change: &SettingChange| setting_line(frame, &change.uri, change.before.as_ref(), change.after.as_ref(), plain);
    document.settings = differs.settings.iter().map(line).collect();
    document.assignments = lines(&differs.assignments_added, Sign::Add, frame.names);
    document.assignments.extend(lines(&differs.assignments_removed, Sign::Remove, frame.names));
    let reaches_somebody = after.assignments.iter().flatten().any(|one| !one.excluded);
    for line in &mut document.assignments {
        line.widens = line.sign == Sign::Remove && line.side == "exclude" && reaches_somebody;
    }
    document.not_managed = not_managed(live, after, &differs.released, frame.names);
}

/// What stays as it is because the policy says nothing about it; empty parts only where they were managed before.
fn not_managed(live: &LiveProfile, after: &Profile, released: &[&str], names: &Names) -> Vec<NotManaged> {
    let managed = after.managed();
    let actual = &live.profile;
    let assignments = lines(actual.assignments.iter().flatten(), Sign::Add, names);
    let words: Vec<String> = assignments.iter().map(AssignmentLine::words).collect();
    let parts = [
        ("description", managed.description, actual.description.clone().unwrap_or_default()),
        ("assignments", managed.assignments, words.join(", ")),
        (
            "scope_tags",
            managed.scope_tags,
            actual
                .scope_tags
                .as_ref()
                .filter(|tags| !tags.is_empty())
                .map_or(String::new(), |tags| tag_names(tags, names)),
        ),
    ];
    let unmanaged =
        parts.into_iter().filter(|(part, managed, holds)| !managed && (!holds.is_empty() || released.contains(part)));
    unmanaged
        .map(|(part, _, holds)| NotManaged { part: part.into(), released: released.contains(&part), holds })
        .collect()
}

fn because(change: &Change) -> String {
    match (&change.reason, change.cause, change.action()) {
        (Reason::Adopted, ..) => "adopted: ours from now on".into(),
        (Reason::Moved(key), ..) => format!("moved from {key}"),
        (Reason::Retired, ..) => "retired".into(),
        (Reason::Pruned, ..) => "no policy writes it (prune: true)".into(),
        (Reason::Content, _, Action::Create) => "new".into(),
        (Reason::Content, Cause::You, _) => "you changed the policy".into(),
        (Reason::Content, Cause::Tenant, _) => "changed in the tenant".into(),
        (Reason::Content, Cause::Both, _) => "you changed the policy, and the tenant was changed".into(),
        (Reason::Content, Cause::Unknown, _) => "who changed it is not known".into(),
    }
}

fn setting_line(
    frame: &Frame<'_>,
    uri: &OmaUri,
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
    let text = |setting: &Setting, hide: bool| ValueText {
        kind: setting.value.oma_type(),
        text: if hide { None } else { shown(frame.catalogue, uri, setting) },
    };
    SettingLine {
        sign,
        name: Catalogue::short(uri),
        scope: if uri.scope() == Scope::User { "user" } else { "device" }.to_string(),
        uri: uri.to_string(),
        before: before.map(|setting| text(setting, hidden(setting))),
        after: after.map(|setting| text(setting, false)),
    }
}

/// A value as people read it: with its label, an ADMX state as a word; nothing for one that is masked.
pub(crate) fn shown(catalogue: &Catalogue, uri: &OmaUri, setting: &Setting) -> Option<String> {
    if let Some(shown) = &setting.shown {
        return Some(shown.clone());
    }
    if matches!(setting.value, OmaValue::Masked(_)) {
        return None;
    }
    let text = setting.value.canonical();
    let Some(node) = catalogue.node(uri) else { return Some(text) };
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

fn lines<'s>(assignments: impl IntoIterator<Item = &'s Assignment>, sign: Sign, names: &Names) -> Vec<AssignmentLine> {
    assignments.into_iter().map(|assignment| assignment_line(assignment, sign, names)).collect()
}

fn assignment_line(assignment: &Assignment, sign: Sign, names: &Names) -> AssignmentLine {
    let (kind, id) = match &assignment.who {
        Who::AllDevices => ("all devices", None),
        Who::AllUsers => ("all users", None),
        Who::Group(id) => ("group", Some(id.clone())),
        Who::Other(_) => ("a target of another kind", None),
    };
    let filter = assignment.filter.as_ref().map(|(mode, id)| {
        let name = names.filters.get(id).unwrap_or(id);
        format!("{} {name}", if *mode == FilterMode::Include { "include" } else { "exclude" })
    });
    AssignmentLine {
        sign,
        side: if assignment.excluded { "exclude" } else { "include" }.to_string(),
        kind: kind.to_string(),
        name: id.as_ref().and_then(|id| names.groups.get(id)).cloned(),
        id,
        filter,
        widens: false,
    }
}

fn tag_names(tags: &std::collections::BTreeSet<String>, names: &Names) -> String {
    let name = |id: &String| names.scope_tags.get(id).cloned().unwrap_or_else(|| id.clone());
    let mut named: Vec<String> = tags.iter().map(name).collect();
    named.sort();
    if named.is_empty() { "Default".into() } else { named.join(", ") }
}

impl ChangeDocument {
    /// Whether a fresh plan's change is this one: the same object in the same state, and the same change.
    pub fn is_same_as(&self, fresh: &Self) -> bool {
        let bare = |change: &Self| Self { because: String::new(), file: None, target: None, ..change.clone() };
        bare(self) == bare(fresh)
    }
}
