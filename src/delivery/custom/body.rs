//! The body of a custom profile. Other properties are ignored, because Graph may add some at any time.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::delivery::Assigned;
use crate::delivery::target::text_or_null;

/// The type of custom profiles; the collection also has other types.
pub(super) const KIND: &str = "#microsoft.graph.windows10CustomConfiguration";

/// A device configuration of any type. If it is not a custom profile, only its id and name are read, because the rest
/// may have any form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(try_from = "BodyFields")]
pub struct DeviceConfiguration {
    /// Its type, such as `#microsoft.graph.windows10CustomConfiguration`; empty if the body has none.
    pub kind: String,
    pub id: String,
    pub display_name: Option<String>,
    pub description: Option<String>,
    /// Increases with each change.
    pub version: i64,
    pub last_modified_date_time: Option<String>,
    pub role_scope_tag_ids: Option<Vec<String>>,
    /// Its settings, if it is a custom profile.
    pub oma_settings: Option<Vec<OmaSetting>>,
    /// Its assignments, if they were requested.
    pub assignments: Option<Vec<Assigned>>,
    /// The link to the rest of its assignments, if the answer does not have all.
    pub assignments_link: Option<String>,
    /// The fields that could not be read, with the reasons.
    pub unclear: Vec<(&'static str, String)>,
}

impl DeviceConfiguration {
    pub fn is_custom(&self) -> bool {
        self.kind == KIND
    }

    /// `the profile "Cameras" (5f1c…)`
    pub fn shown(&self) -> String {
        format!("the profile \"{}\" ({})", self.display_name.as_deref().unwrap_or_default(), self.id)
    }
}

/// The raw fields: fields that are not needed are not parsed, and one invalid field does not prevent reading the
/// others.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a device configuration")]
struct BodyFields {
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

impl TryFrom<BodyFields> for DeviceConfiguration {
    type Error = String;

    fn try_from(fields: BodyFields) -> Result<Self, String> {
        let text = |field: &Option<Box<RawValue>>| field.as_ref().and_then(|raw| serde_json::from_str(raw.get()).ok());
        let (kind, name) = (text(&fields.kind).unwrap_or_default(), text(&fields.display_name));
        let id = text(&fields.id)
            .ok_or_else(|| format!("the profile \"{}\" has no ID", name.clone().unwrap_or_default()))?;
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

/// The value of a field; `None` if it is absent, null or invalid. The reason for an invalid one is added to `unclear`.
fn take<T: DeserializeOwned>(
    field: Option<Box<RawValue>>,
    name: &'static str,
    unclear: &mut Vec<(&'static str, String)>,
) -> Option<T> {
    let field = field?;
    // On failure, parse it again as a tree: that error has no line and column, which would be useless here.
    let read = serde_json::from_str(field.get())
        .or_else(|_| serde_json::from_value(serde_json::from_str::<Value>(field.get())?));
    read.map_err(|error: serde_json::Error| unclear.push((name, error.to_string()))).ok()
}

/// The id of a scope tag; a number is accepted like a string.
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
    /// Its type, such as `#microsoft.graph.omaSettingInteger`.
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
    /// The reference with which a masked value can be read.
    #[serde(default)]
    pub secret_reference_value_id: Option<String>,
    /// The name of the file from which Base64 or XML was uploaded in the portal.
    #[serde(default)]
    pub file_name: Option<String>,
    /// Whether an integer is read from devices and not written to them (Microsoft Graph beta, omaSettingInteger: "by
    /// setting to true, the CSP (configuration service provider) specified in the OMA-URI will perform a get, instead
    /// of set").
    #[serde(default)]
    pub is_read_only: Option<bool>,
}
