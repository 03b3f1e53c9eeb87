//! The body of a custom profile. What is not named here is ignored: Graph adds properties at any time.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

use super::KIND;
use crate::delivery::Assigned;
use crate::delivery::target::text_or_null;

/// A device configuration of any kind. Of other kinds than custom profiles no more is read than its id and name: they are
/// somebody else's, and may hold anything.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(try_from = "Fields")]
pub struct DeviceConfiguration {
    /// Its kind, as `#microsoft.graph.windows10CustomConfiguration`; empty where it is not said.
    pub kind: String,
    pub id: String,
    pub display_name: Option<String>,
    pub description: Option<String>,
    /// Counts up with each change.
    pub version: i64,
    /// When it was last changed.
    pub last_modified_date_time: Option<String>,
    /// The ids of its scope tags.
    pub role_scope_tag_ids: Option<Vec<String>>,
    /// Its settings, where it is a custom profile.
    pub oma_settings: Option<Vec<OmaSetting>>,
    /// Its assignments, where they were asked for.
    pub assignments: Option<Vec<Assigned>>,
    /// Where the rest of its assignments is, where they are too many for the answer.
    pub assignments_link: Option<String>,
    /// What was there and could not be understood: the field, and why.
    pub unclear: Vec<(&'static str, String)>,
}

impl DeviceConfiguration {
    /// Whether it is a custom profile.
    pub fn is_custom(&self) -> bool {
        self.kind == KIND
    }

    /// `the profile "Cameras" (5f1c…)`
    pub fn shown(&self) -> String {
        format!("the profile \"{}\" ({})", self.display_name.as_deref().unwrap_or_default(), self.id)
    }
}

/// Its fields as they came: what is not looked at is not read, and what is nonsense does not hide the rest.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a device configuration")]
struct Fields {
    #[serde(rename = "@odata.type")]
    kind: Option<Box<RawValue>>,
    id: Option<Box<RawValue>>,
    display_name: Option<Box<RawValue>>,
    description: Option<Box<RawValue>>,
    version: Option<Box<RawValue>>,
    last_modified_date_time: Option<Box<RawValue>>,
    role_scope_tag_ids: Option<Box<RawValue>>,
    oma_settings: Option<Box<RawValue>>,
    assignments: Option<Box<RawValue>>,
    #[serde(rename = "assignments@odata.nextLink")]
    assignments_link: Option<Box<RawValue>>,
}

impl TryFrom<Fields> for DeviceConfiguration {
    type Error = String;

    fn try_from(fields: Fields) -> Result<Self, String> {
        let text = |field: &Option<Box<RawValue>>| field.as_ref().and_then(|raw| serde_json::from_str(raw.get()).ok());
        let (kind, name) = (text(&fields.kind).unwrap_or_default(), text(&fields.display_name));
        let id = text(&fields.id)
            .ok_or_else(|| format!("the profile \"{}\" has no id", name.clone().unwrap_or_default()))?;
        let mut found = Self { kind, id, display_name: name, ..Self::default() };
        if !found.kind.is_empty() && !found.is_custom() {
            return Ok(found);
        }
        let unclear = &mut found.unclear;
        found.display_name = take(fields.display_name, "displayName", unclear);
        found.description = take(fields.description, "description", unclear);
        found.version = take(fields.version, "version", unclear).unwrap_or_default();
        found.last_modified_date_time = take(fields.last_modified_date_time, "lastModifiedDateTime", unclear);
        let tags: Option<Vec<TagId>> = take(fields.role_scope_tag_ids, "roleScopeTagIds", unclear);
        found.role_scope_tag_ids = tags.map(|tags| tags.into_iter().map(String::from).collect());
        found.oma_settings = take(fields.oma_settings, "omaSettings", unclear);
        found.assignments = take(fields.assignments, "assignments", unclear);
        found.assignments_link = take(fields.assignments_link, "assignments@odata.nextLink", unclear);
        Ok(found)
    }
}

/// A field's value; nothing where there is none, or null, or where it cannot be understood, which is written down.
fn take<T: DeserializeOwned>(
    field: Option<Box<RawValue>>,
    name: &'static str,
    unclear: &mut Vec<(&'static str, String)>,
) -> Option<T> {
    let field = field?;
    // Once more as a tree where it fails: that error names no line and column, which nobody could look up.
    let read = serde_json::from_str(field.get())
        .or_else(|_| serde_json::from_value(serde_json::from_str::<Value>(field.get())?));
    read.map_err(|error: serde_json::Error| unclear.push((name, error.to_string()))).ok()
}

/// The id of a scope tag; a number is as good as a text.
#[derive(Deserialize)]
#[serde(untagged)]
enum TagId {
    Text(String),
    Number(u64),
}

impl From<TagId> for String {
    fn from(id: TagId) -> Self {
        match id {
            TagId::Text(text) => text,
            TagId::Number(number) => number.to_string(),
        }
    }
}

/// A setting of a custom profile.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OmaSetting {
    /// Its type, as `#microsoft.graph.omaSettingInteger`.
    #[serde(rename = "@odata.type", default, deserialize_with = "text_or_null")]
    pub kind: String,
    #[serde(default)]
    pub display_name: Option<String>,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub oma_uri: Option<String>,
    #[serde(default)]
    pub value: Value,
    #[serde(default)]
    pub is_encrypted: Option<bool>,
    /// Where the value can be read.
    #[serde(default)]
    pub secret_reference_value_id: Option<String>,
    /// The name of the file that Base64 or XML came from, in the portal.
    #[serde(default)]
    pub file_name: Option<String>,
    /// Whether an integer is read from devices and not written to them (Microsoft Graph beta, omaSettingInteger: "by
    /// setting to true, the CSP (configuration service provider) specified in the OMA-URI will perform a get, instead of
    /// set").
    #[serde(default)]
    pub is_read_only: Option<bool>,
}
