//! A plan as a document: what `--output-format json` prints, what a plan file contains, and what the output for people
//! is made from.
//!
//! A document never contains a secret: a value with a secret is shown with the reference in its place. A plan file can
//! therefore be a public artifact. It is not executed, but compared with a new plan.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::reach_document::{LimitLine, ReachDocument};
use super::target_kind::{Side, TargetKind};
use super::unverified_document::{ForeignUnverifiedLine, Unverified};
use super::value_lines::ValueLine;
use crate::diagnostic::{DiagnosticDocument, Severity};
use crate::setting::{Delivery, Members, ObjectKey, OmaType};

/// The version of this format.
pub const FORMAT: u32 = 2;

/// A plan, as printed and saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Plan")]
pub struct PlanDocument {
    /// The version of this format: 2.
    pub format: u32,
    /// The version of sspr-policy that made the plan.
    pub program: String,
    /// The name of the environment.
    pub environment: String,
    /// Whether the tenant is a sandbox rather than a real one.
    pub sandbox: bool,
    /// The tenant that the plan is for.
    pub tenant: TenantLine,
    /// The owner in the markers of managed profiles.
    pub owner: String,
    /// A digest of the policies and the configuration.
    pub policies: String,
    /// A digest of the catalogue of Windows settings.
    pub catalogue: String,
    /// Whether managed profiles without a policy file are deleted.
    pub prune: bool,
    /// The pattern of `--only`; absent if all keys were planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only: Option<String>,
    /// The changes, sorted by key.
    pub changes: Vec<ChangeDocument>,
    /// The targets that the changes reach.
    #[serde(default, skip_serializing_if = "ReachDocument::is_empty")]
    pub reach: ReachDocument,
    /// Keys of new profiles whose policies have no `scope_tags:`. Graph gives them the default tag, whose ID is 0. An
    /// administrator who only has other tags is not allowed to create such a profile (Micke-K/IntuneManagement issue
    /// 401).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub default_scope_tag: Vec<String>,
    /// Limits that the plan exceeds and that `--override-limits` overrides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits_overridden: Vec<LimitLine>,
    /// Managed profiles without a policy file.
    pub orphans: Vec<ObjectLine>,
    /// Managed profiles with masked values that could not be compared, sorted by key.
    pub unverified: Vec<Unverified>,
    /// Profiles that are not managed here and may conflict with the plan, because some of their masked values could not
    /// be read; sorted by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub foreign_unverified: Vec<ForeignUnverifiedLine>,
    /// Keys of policies that do not apply to this environment; their profiles stay as they are.
    pub held: Vec<String>,
    /// Keys of policies that only have registry values; these are exported and not sent to Intune.
    pub registry_only: Vec<String>,
    /// Errors, warnings and infos; errors block changes.
    pub diagnostics: Vec<DiagnosticDocument>,
    /// The numbers of profiles to add, change and delete, and of the others.
    pub summary: Summary,
}

impl PlanDocument {
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }
}

/// A Microsoft Entra tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TenantLine {
    /// The tenant's ID.
    pub id: String,
    /// The tenant's name.
    pub name: String,
}

/// The numbers of profiles to add, change and delete, and of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// Profiles to add.
    pub create: usize,
    /// Profiles to change.
    pub update: usize,
    /// Profiles to delete.
    pub delete: usize,
    /// Managed profiles that do not change.
    pub unchanged: usize,
    /// Profiles of any kind that are not managed here.
    pub not_ours: usize,
}

/// A profile in the tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectLine {
    /// The key in its marker.
    pub key: String,
    /// How the settings are delivered; `custom` if absent.
    #[serde(default, skip_serializing_if = "Delivery::is_default")]
    pub delivery: Delivery,
    /// Its name in Intune.
    pub name: String,
    /// Its ID in Intune.
    pub id: String,
}

/// The change of one profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeDocument {
    /// The key of the policy.
    pub key: String,
    /// How the settings are delivered; `custom` if absent.
    #[serde(default, skip_serializing_if = "Delivery::is_default")]
    pub delivery: Delivery,
    /// The profile's name after the change.
    pub name: String,
    /// What happens to the profile.
    pub action: ActionWord,
    /// Why the profile changes, for people: who changed it, or another reason.
    pub because: String,
    /// The profile's ID; absent if it will be created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// A digest of the profile's current state; absent if it will be created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The place of the policy's name, as `file:line:column`; absent if there is no policy file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The name of the target that its assignments come from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Changes of the name, the description and the scope tags.
    pub fields: Vec<FieldLine>,
    /// Changes of settings.
    pub settings: Vec<SettingLine>,
    /// Changes of assignments.
    pub assignments: Vec<AssignmentLine>,
    /// Parts that will be managed from now on.
    pub newly_managed: Vec<String>,
    /// Parts that the policy does not manage and that stay as they are.
    pub not_managed: Vec<NotManaged>,
}

/// A part of a profile that its policy does not manage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NotManaged {
    /// `description`, `assignments` or `scope_tags`.
    pub part: String,
    /// Whether it was managed at the last apply.
    pub released: bool,
    /// Its content.
    pub holds: String,
}

/// What happens to a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ActionWord {
    /// It is created.
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
    /// It is removed.
    #[serde(rename = "-")]
    Remove,
}

impl Sign {
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
    /// The current value.
    pub before: String,
    /// The value after the change.
    pub after: String,
    /// The lines that differ, if the values do not fit one line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<ValueLine>,
}

/// A setting that changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingLine {
    /// What happens to it.
    pub sign: Sign,
    /// Its short name, such as `Start/HideLock`.
    pub name: String,
    /// `device` or `user`.
    pub scope: String,
    /// Its OMA-URI.
    pub uri: String,
    /// The current value; absent if the setting is added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<ValueText>,
    /// The value after the change; absent if the setting is removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<ValueText>,
    /// The lines that differ, for lists, documents, payloads and texts that do not fit one line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<ValueLine>,
}

/// A value with its type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ValueText {
    /// Its type in Graph.
    #[serde(rename = "type")]
    pub kind: OmaType,
    /// The value for people, such as `Allowed (1)`; null if it is hidden.
    pub text: Option<String>,
}

/// An assignment that is added or removed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignmentLine {
    /// What happens to it.
    pub sign: Sign,
    /// `include` or `exclude`.
    pub side: Side,
    /// `group`, `all devices`, `all users`, or another kind.
    pub kind: TargetKind,
    /// The group's ID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The group's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The filter's mode and name; with its ID if several filters have this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// The filter's ID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter_id: Option<String>,
    /// Whether an exclusion is removed, so that its members will now get the profile.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub widens: bool,
    /// The number of its members; absent if it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members: Option<Members>,
}

impl AssignmentLine {
    /// `include group SSPR Pilot (filter include Windows 11)`
    pub fn words(&self) -> String {
        let kind = self.kind.word();
        let who = match self.name.as_ref().or(self.id.as_ref()) {
            Some(name) => format!("{kind} {name}"),
            None => kind.to_string(),
        };
        let filter = self.filter.as_ref().map_or(String::new(), |filter| format!(" (filter {filter})"));
        format!("{} {who}{filter}", self.side.word())
    }
}

impl ObjectLine {
    pub fn object(&self) -> ObjectKey {
        ObjectKey { key: self.key.clone(), delivery: self.delivery }
    }
}

impl ChangeDocument {
    pub fn object(&self) -> ObjectKey {
        ObjectKey { key: self.key.clone(), delivery: self.delivery }
    }

    /// Whether the change only writes the profile's marker.
    pub fn is_marker_only(&self) -> bool {
        self.action == ActionWord::Update
            && self.fields.is_empty()
            && self.settings.is_empty()
            && self.assignments.is_empty()
            && self.newly_managed.is_empty()
            && self.not_managed.is_empty()
    }
}
