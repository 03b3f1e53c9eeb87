//! The published form of a plan: what `--output-format json` prints, what a plan file holds, and what people are shown.
//!
//! It never holds a secret: where one is part of a value, the reference stands instead. So a plan file is safe as a
//! public artifact, and it is compared with a fresh plan rather than carried out.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::reach_document::{LimitLine, ReachDocument};
use crate::diagnostic::Severity;
use crate::setting::{Delivery, Members, OmaType};

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
    /// Whether what is ours and nobody writes is deleted.
    pub prune: bool,
    /// What `--only` let through; nothing where everything was planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only: Option<String>,
    /// What would happen, sorted by key.
    pub changes: Vec<ChangeDocument>,
    /// Whom the changes reach.
    #[serde(default, skip_serializing_if = "ReachDocument::is_empty")]
    pub reach: ReachDocument,
    /// Keys of new profiles whose policies have no `scope_tags:`; Graph gives them the default tag, whose id is 0. An
    /// administrator who has only other tags may not make such a profile (Micke-K/IntuneManagement issue 401).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub default_scope_tag: Vec<String>,
    /// Limits that the plan exceeds, and that `--override-limits` passed over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits_overridden: Vec<LimitLine>,
    /// Ours in the tenant, and no policy writes them.
    pub orphans: Vec<ObjectLine>,
    /// Keys whose masked values could not be compared, with the settings.
    pub unverified: BTreeMap<String, Vec<String>>,
    /// Names of others' profiles whose masked values could not be compared with what is planned, with the settings.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub foreign_unverified: BTreeMap<String, Vec<String>>,
    /// Keys that are kept out of this environment, and stay as they are.
    pub held: Vec<String>,
    /// Keys that only write to the registry: exported, not sent.
    pub registry_only: Vec<String>,
    /// What blocks changes, and what to look at.
    pub diagnostics: Vec<DiagnosticDocument>,
    /// Counts.
    pub summary: Summary,
}

impl PlanDocument {
    /// Whether anything in it is wrong.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }
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
    /// How Intune gets it; a custom profile where it is not said.
    #[serde(default, skip_serializing_if = "Delivery::is_default")]
    pub delivery: Delivery,
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
    /// How Intune gets it; a custom profile where it is not said.
    #[serde(default, skip_serializing_if = "Delivery::is_default")]
    pub delivery: Delivery,
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
    /// Parts that are managed from now on.
    pub newly_managed: Vec<String>,
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
    /// The filter: mode and name, with the id where others have the name, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// The filter's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter_id: Option<String>,
    /// Whether an exclusion goes, and its members come into reach.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub widens: bool,
    /// How many it has; nothing where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members: Option<Members>,
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

impl ChangeDocument {
    /// Whether nothing of the profile but its marker is written.
    pub fn is_marker_only(&self) -> bool {
        self.action == ActionWord::Update
            && self.fields.is_empty()
            && self.settings.is_empty()
            && self.assignments.is_empty()
            && self.newly_managed.is_empty()
            && self.not_managed.is_empty()
    }
}
