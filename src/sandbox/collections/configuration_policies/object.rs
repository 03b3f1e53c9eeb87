//! One policy of the settings catalog: creating it and returning it to a client. The sandbox does not know which
//! settings exist: it accepts everything that has the form of a setting.

use serde_json::{Map, Value, json};

use crate::clock;
use crate::sandbox::http::answer::Refusal;
use crate::sandbox::http::call::Call;
use crate::sandbox::http::query::QueryOptions;
use crate::sandbox::tenant::state::TenantState;

/// The collection in an `@odata.context`.
pub(super) const OF: &str = "deviceManagement/configurationPolicies";
/// Properties that are only returned with `$expand`.
const EXPANDED: [&str; 2] = ["settings", "assignments"];
const PLATFORMS: [&str; 11] = [
    "none",
    "android",
    "iOS",
    "macOS",
    "windows10X",
    "windows10",
    "linux",
    "androidEnterprise",
    "aosp",
    "visionOS",
    "tvOS",
];
/// The technologies of Windows policies in real exports; Graph's description has more.
const TECHNOLOGIES: [&str; 9] = [
    "none",
    "mdm",
    "windows10XManagement",
    "configManager",
    "appleRemoteManagement",
    "microsoftSense",
    "enrollment",
    "endpointPrivilegeManagement",
    "linuxMdm",
];
const TEXTS: [&str; 2] = ["description", "creationSource"];
const SETTING: &str = "#microsoft.graph.deviceManagementConfigurationSetting";
const INSTANCE: &str = "#microsoft.graph.deviceManagementConfiguration";

/// The policy in a request's body.
pub(super) fn made(body: &Map<String, Value>, id: &str, state: &TenantState) -> Result<Value, Refusal> {
    let now = format!("{:.7}", clock::now());
    let mut policy = json!({
        "id": id,
        "createdDateTime": now,
        "creationSource": null,
        "description": "",
        "lastModifiedDateTime": now,
        "name": null,
        "platforms": "none",
        "priorityMetaData": null,
        "roleScopeTagIds": ["0"],
        "settingCount": 0,
        "technologies": "none",
        "isAssigned": false,
        "templateReference": {
            "templateId": "",
            "templateFamily": "none",
            "templateDisplayName": null,
            "templateDisplayVersion": null,
        },
        "settings": [],
        "assignments": [],
    });
    for (name, value) in body {
        policy[name] = match name.as_str() {
            "name" if value.as_str().is_some_and(|name| !name.trim().is_empty()) => value.clone(),
            text if TEXTS.contains(&text) && (value.is_string() || value.is_null()) => value.clone(),
            "platforms" => flags(name, value, &PLATFORMS)?,
            "technologies" => flags(name, value, &TECHNOLOGIES)?,
            "roleScopeTagIds" => scope_tags(value, state)?,
            "settings" => settings(value)?,
            name if name.contains("@odata.") => continue,
            name => return Err(Refusal::bad(format!("A configuration policy cannot be made with '{name}': {value}."))),
        };
    }
    if policy["name"].is_null() {
        return Err(Refusal::bad("A configuration policy needs a name."));
    }
    let count = policy["settings"].as_array().map_or(0, Vec::len);
    if count == 0 {
        return Err(Refusal::bad("A configuration policy needs settings."));
    }
    policy["settingCount"] = json!(count);
    Ok(policy)
}

/// Flags are words of one text, divided by commas.
fn flags(name: &str, value: &Value, known: &[&str]) -> Result<Value, Refusal> {
    let words = value.as_str().unwrap_or_default().split(',').map(str::trim);
    match words.clone().find(|word| !known.contains(word)) {
        None => Ok(json!(words.collect::<Vec<_>>().join(","))),
        Some(word) => Err(Refusal::bad(format!("'{word}' is none of the {name} that the sandbox knows."))),
    }
}

fn scope_tags(value: &Value, state: &TenantState) -> Result<Value, Refusal> {
    let known = |id: &&Value| state.scope_tags.iter().any(|tag| tag["id"] == **id);
    match value.as_array() {
        Some(ids) if ids.iter().all(|id| known(&id)) => Ok(if ids.is_empty() { json!(["0"]) } else { value.clone() }),
        _ => Err(Refusal::bad(format!("These are not role scope tags: {value}."))),
    }
}

/// Settings are numbered in their order.
fn settings(value: &Value) -> Result<Value, Refusal> {
    let given = value.as_array().ok_or_else(|| Refusal::bad("The settings of a configuration policy are an array."))?;
    let stored = given.iter().enumerate().map(|(number, setting)| {
        let instance = &setting["settingInstance"];
        let kind = instance["@odata.type"].as_str().unwrap_or_default();
        let typed = setting.get("@odata.type").is_none_or(|kind| kind == SETTING);
        let fine = typed && kind.starts_with(INSTANCE) && kind.ends_with("Instance");
        if !fine || instance["settingDefinitionId"].as_str().is_none_or(str::is_empty) {
            return Err(Refusal::bad(format!("This is not a setting of a configuration policy: {setting}.")));
        }
        Ok(json!({ "id": number.to_string(), "settingInstance": instance }))
    });
    stored.collect::<Result<Vec<_>, _>>().map(Value::Array)
}

/// One policy as a read of it alone returns it: expanding assignments returns none, although lists have them (measured
/// on the same tenant).
pub(super) fn seen_alone(policy: &Value, call: &Call, options: &QueryOptions) -> Map<String, Value> {
    let mut seen = seen(policy, call, options);
    if options.assignments {
        seen.insert("assignments".to_owned(), json!([]));
    }
    seen
}

/// One policy with nothing expanded.
pub(super) fn seen_unexpanded(policy: &Value) -> Map<String, Value> {
    let mut seen = policy.as_object().cloned().unwrap_or_default();
    seen.retain(|name, _| !EXPANDED.contains(&name.as_str()));
    seen
}

pub(super) fn seen(policy: &Value, call: &Call, options: &QueryOptions) -> Map<String, Value> {
    let mut seen = policy.as_object().cloned().unwrap_or_default();
    for (name, asked) in EXPANDED.into_iter().zip([options.settings, options.assignments]) {
        let Some(value) = seen.shift_remove(name).filter(|_| asked) else {
            continue;
        };
        let id = policy["id"].as_str().unwrap_or_default();
        let context = call.context(&format!("{OF}('{id}')/{name}"));
        seen.insert(format!("{name}@odata.context"), json!(context));
        seen.insert(name.to_owned(), value);
    }
    seen
}
