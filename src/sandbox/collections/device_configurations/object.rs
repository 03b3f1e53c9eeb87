//! One device configuration: creating it, changing it, and returning it to a client.

use serde_json::{Map, Value, json};

use crate::clock;
use crate::sandbox::collections::{assignments, oma_settings};
use crate::sandbox::http::answer::Refusal;
use crate::sandbox::http::call::{ApiVersion, Call};
use crate::sandbox::tenant::configurations::StoredConfiguration;
use crate::sandbox::tenant::state::TenantState;

/// The collection in an `@odata.context`.
pub(crate) const OF: &str = "deviceManagement/deviceConfigurations";
/// The properties of the base type, which is the type of the collection. Only these can be used in `$select`.
const BASE: [&str; 6] = ["id", "createdDateTime", "description", "displayName", "lastModifiedDateTime", "version"];
/// More of them, in beta only.
const BETA: [&str; 5] = [
    "roleScopeTagIds",
    "supportsScopeTags",
    "deviceManagementApplicabilityRuleOsEdition",
    "deviceManagementApplicabilityRuleOsVersion",
    "deviceManagementApplicabilityRuleDeviceMode",
];
/// "description ≤ 1500 characters" (terraform-provider-microsoft365, resource.go); .NET counts UTF-16 units.
const LONGEST_DESCRIPTION: usize = 1500;

/// The properties that `$select` may name.
pub(crate) fn selectable(version: ApiVersion) -> Vec<&'static str> {
    let mut properties = BASE.to_vec();
    if version == ApiVersion::Beta {
        properties.extend(BETA);
    }
    properties.push("assignments");
    properties
}

/// The properties of a new profile, with their defaults.
pub(crate) fn blank(kind: &str, id: &str, made: &str, own: Map<String, Value>) -> Map<String, Value> {
    let mut properties = Map::new();
    let mut put = |name: &str, value: Value| properties.insert(name.to_owned(), value);
    put("@odata.type", json!(kind));
    put("id", json!(id));
    put("lastModifiedDateTime", json!(made));
    put("roleScopeTagIds", json!(["0"]));
    put("supportsScopeTags", json!(true));
    for rule in &BETA[2..] {
        put(rule, Value::Null);
    }
    put("createdDateTime", json!(made));
    put("description", Value::Null);
    put("displayName", json!(""));
    put("version", json!(1));
    properties.extend(own);
    properties
}

/// Raises the version and sets the time of the change.
pub(crate) fn touch(properties: &mut Map<String, Value>) {
    let version = properties.get("version").and_then(Value::as_i64).unwrap_or(0);
    properties.insert("version".to_owned(), json!(version + 1));
    properties.insert("lastModifiedDateTime".to_owned(), json!(now()));
}

/// Seven decimals, as .NET writes it.
pub(crate) fn now() -> String {
    format!("{:.7}", clock::now())
}

/// Applies the properties in a request's body.
pub(crate) fn change(
    properties: &mut Map<String, Value>,
    body: &Map<String, Value>,
    version: ApiVersion,
    state: &TenantState,
) -> Result<(), Refusal> {
    let id = properties.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    for (name, value) in body {
        let value = match name.as_str() {
            "displayName" => display_name(value)?,
            "description" => description(value)?,
            "roleScopeTagIds" if version == ApiVersion::Beta => scope_tags(value, state)?,
            "omaSettings" if properties.contains_key(name) => oma_settings::accepted(value, version, &id)?,
            "id" | "createdDateTime" | "lastModifiedDateTime" | "version" | "supportsScopeTags" => {
                return Err(Refusal::bad(format!("The property '{name}' is read-only.")));
            }
            name if name.contains("@odata.") => continue,
            _ if version == ApiVersion::V1 && BETA.contains(&name.as_str()) => return Err(unknown(name)),
            _ => own_value(properties, name, value)?,
        };
        properties.insert(name.clone(), value);
    }
    Ok(())
}

/// A property that belongs to the kind has to keep its JSON type. Applicability rules are always null here.
fn own_value(properties: &Map<String, Value>, name: &str, value: &Value) -> Result<Value, Refusal> {
    let old = properties.get(name).ok_or_else(|| unknown(name))?;
    match std::mem::discriminant(old) == std::mem::discriminant(value) {
        true => Ok(value.clone()),
        false => Err(Refusal::bad(format!("The sandbox cannot set '{name}' to {value}; it is {old}."))),
    }
}

fn unknown(name: &str) -> Refusal {
    Refusal::bad(format!("The property '{name}' does not exist on this type."))
}

fn display_name(value: &Value) -> Result<Value, Refusal> {
    match value.as_str() {
        Some(name) if !name.trim().is_empty() => Ok(value.clone()),
        _ => Err(Refusal::bad("displayName has to be a string that is not empty.")),
    }
}

fn description(value: &Value) -> Result<Value, Refusal> {
    match value {
        Value::Null => Ok(Value::Null),
        Value::String(text) if text.encode_utf16().count() <= LONGEST_DESCRIPTION => Ok(value.clone()),
        _ => Err(Refusal::bad(format!(
            "description has to be null or a string of at most {LONGEST_DESCRIPTION} characters."
        ))),
    }
}

/// An empty list restores the default tag: every object in Intune has a tag.
fn scope_tags(value: &Value, state: &TenantState) -> Result<Value, Refusal> {
    let ids = value.as_array().ok_or_else(|| Refusal::bad("roleScopeTagIds has to be an array of strings."))?;
    if let Some(id) = ids.iter().find(|id| !id.is_string() || !state.scope_tags.iter().any(|tag| tag["id"] == **id)) {
        return Err(Refusal::bad(format!("There is no role scope tag {id}.")));
    }
    Ok(if ids.is_empty() { json!(["0"]) } else { value.clone() })
}

/// A stored profile as a client sees it.
pub(crate) fn seen(
    configuration: &StoredConfiguration,
    call: &Call,
    state: &TenantState,
    with_assignments: bool,
) -> Map<String, Value> {
    let mut properties = configuration.properties.clone();
    if let Some(settings) = properties.get_mut("omaSettings") {
        oma_settings::seen(settings, call.version, state.behavior.masking);
    }
    if call.version == ApiVersion::V1 {
        properties.retain(|name, _| !BETA.contains(&name.as_str()));
    }
    if with_assignments {
        let id = properties.get("id").and_then(Value::as_str).unwrap_or_default();
        let context = call.context(&format!("{OF}('{id}')/assignments"));
        properties.insert("assignments@odata.context".to_owned(), json!(context));
        properties.insert("assignments".to_owned(), assignments::seen(&configuration.assignments, call.version));
    }
    properties
}
