//! `deviceManagement/deviceConfigurations`.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::answer::{Answer, Body, Refusal, Trouble};
use super::call::{Call, Face};
use super::filter::unquoted;
use super::kinds::own_properties;
use super::query::{Allowed, TooLarge, Wanted};
use super::state::{Record, State, Written};
use super::store::Store;
use super::{assignments, ids, listing, settings};

/// The collection in an `@odata.context`.
const OF: &str = "deviceManagement/deviceConfigurations";
/// What `$select` may name: the properties of the base type, since the collection is one of the base type.
const BASE: [&str; 6] = ["id", "createdDateTime", "description", "displayName", "lastModifiedDateTime", "version"];
/// The same, of beta only.
const BETA: [&str; 5] = [
    "roleScopeTagIds",
    "supportsScopeTags",
    "deviceManagementApplicabilityRuleOsEdition",
    "deviceManagementApplicabilityRuleOsVersion",
    "deviceManagementApplicabilityRuleDeviceMode",
];
/// "description ≤ 1500 characters" (terraform-provider-microsoft365, resource.go); .NET counts UTF-16 units.
const LONGEST_DESCRIPTION: usize = 1500;

fn allowed<'a>(options: &'a [&'a str], face: Face, state: &State) -> Allowed<'a> {
    let mut properties = BASE.to_vec();
    if face == Face::Beta {
        properties.extend(BETA);
    }
    properties.push("assignments");
    Allowed {
        options,
        properties,
        prefixes: false,
        page_size: state.behaviour.page_size,
        max_page_size: state.behaviour.max_page_size,
        too_large: TooLarge::Cut,
    }
}

/// `GET /deviceConfigurations`.
pub(super) fn list(store: &Store, call: &Call) -> Result<Answer, Trouble> {
    let options = ["$filter", "$select", "$expand", "$top", "$count", "$skiptoken"];
    let wanted = Wanted::read(call, &allowed(&options, call.face, &store.state))?;
    let matches = |record: &Record| match &wanted.name {
        Some(name) => record.profile.get("displayName").and_then(Value::as_str) == Some(name),
        None => true,
    };
    let total = || store.listed(0).filter(|(_, record)| matches(record)).count();
    let items = store.listed(wanted.after).filter(|(_, record)| matches(record));
    let seen = |record: &Record| seen(record, call, &store.state, wanted.assignments);
    Ok(listing::page(call, &wanted, OF, total, items, seen))
}

/// `GET /deviceConfigurations/$count`: a bare number. "Asking with Accept: application/json is 415" (measured on a live
/// tenant: graph-api-gotchas of graph2otel).
pub(super) fn count(store: &Store, call: &Call) -> Result<Answer, Trouble> {
    Wanted::read(call, &allowed(&[], call.face, &store.state))?;
    if call.wants_json {
        return Err(Refusal::new(415, "UnsupportedMediaType", "$count answers text/plain only.").into());
    }
    Ok(Answer::new(200, Body::Text(store.listed(0).count().to_string())))
}

/// `GET /deviceConfigurations/{id}`.
pub(super) fn get(store: &Store, call: &Call, id: &str) -> Result<Answer, Trouble> {
    let wanted = Wanted::read(call, &allowed(&["$select", "$expand"], call.face, &store.state))?;
    let record = found(store, id)?;
    Ok(listing::entity(call, &wanted, OF, seen(record, call, &store.state, wanted.assignments)))
}

/// `POST /deviceConfigurations`.
pub(super) fn create(store: &mut Store, call: &Call) -> Result<Answer, Trouble> {
    let wanted = Wanted::read(call, &allowed(&[], call.face, &store.state))?;
    let body = call.object()?;
    let kind = odata_type(body)?;
    let own = own_properties(kind)
        .ok_or_else(|| Refusal::bad(format!("The sandbox knows no device configuration of the type '{kind}'.")))?;
    if !body.contains_key("displayName") {
        return Err(Refusal::bad("A device configuration needs a displayName.").into());
    }
    let id = ids::random();
    let mut profile = blank(kind, &id, &now(), own);
    change(&mut profile, body, call.face, &store.state)?;
    let record = Record { profile, assignments: Vec::new() };
    let body = seen(&record, call, &store.state, false);
    store.commit(call, &id, Written::Profile(Some(record)))?;
    let answer = listing::entity(call, &wanted, OF, body);
    Ok(Answer { status: 201, ..answer })
}

/// `PATCH /deviceConfigurations/{id}`: the given properties are replaced, `omaSettings` as a whole.
pub(super) fn update(store: &mut Store, call: &Call, id: &str) -> Result<Answer, Trouble> {
    let wanted = Wanted::read(call, &allowed(&[], call.face, &store.state))?;
    let mut record = found(store, id)?.clone();
    let body = call.object()?;
    let kind = odata_type(body)?;
    if record.profile.get("@odata.type").and_then(Value::as_str) != Some(kind) {
        return Err(Refusal::bad(format!("The device configuration {id} is not of the type '{kind}'.")).into());
    }
    change(&mut record.profile, body, call.face, &store.state)?;
    if let Some(settings) = record.profile.get_mut("omaSettings") {
        settings::renew_secrets(settings, id);
    }
    touch(&mut record.profile);
    let body = seen(&record, call, &store.state, false);
    store.commit(call, id, Written::Profile(Some(record)))?;
    match store.state.behaviour.patch_status {
        200 => Ok(listing::entity(call, &wanted, OF, body)),
        status => Ok(Answer::empty(status)),
    }
}

/// `DELETE /deviceConfigurations/{id}`, its assignments with it.
pub(super) fn delete(store: &mut Store, call: &Call, id: &str) -> Result<Answer, Trouble> {
    Wanted::read(call, &allowed(&[], call.face, &store.state))?;
    found(store, id)?;
    store.commit(call, id, Written::Profile(None))?;
    Ok(Answer::empty(store.state.behaviour.delete_status))
}

/// `GET /deviceConfigurations/{id}/getOmaSettingPlainTextValue(secretReferenceValueId='…')`; `function` is the last
/// segment.
pub(super) fn plain_text(store: &Store, call: &Call, id: &str, function: &str) -> Result<Answer, Trouble> {
    Wanted::read(call, &allowed(&[], call.face, &store.state))?;
    let record = found(store, id)?;
    let secret = function
        .strip_prefix("getOmaSettingPlainTextValue(secretReferenceValueId=")
        .and_then(|rest| unquoted(rest.strip_suffix(')')?))
        .ok_or_else(|| Refusal::bad(format!("'{function}' is not a call of getOmaSettingPlainTextValue.")))?;
    let settings = record.profile.get("omaSettings").unwrap_or(&Value::Null);
    let plain = settings::plain_text(settings, &secret).ok_or_else(|| {
        Refusal::not_found(format!("There is no secret value {secret} in the device configuration {id}."))
    })?;
    Ok(Answer::ok(json!({ "@odata.context": call.context("Edm.String"), "value": plain })))
}

/// The stored profile with this id.
pub(super) fn found<'a>(store: &'a Store, id: &str) -> Result<&'a Record, Refusal> {
    store.profile(id).ok_or_else(|| Refusal::not_found(format!("There is no device configuration {id}.")))
}

/// A profile in which nothing is said yet.
pub(super) fn blank(kind: &str, id: &str, made: &str, own: Map<String, Value>) -> Map<String, Value> {
    let mut profile = Map::new();
    let mut put = |name: &str, value: Value| profile.insert(name.to_owned(), value);
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
    profile.extend(own);
    profile
}

/// One more version, now.
pub(super) fn touch(profile: &mut Map<String, Value>) {
    let version = profile.get("version").and_then(Value::as_i64).unwrap_or(0);
    profile.insert("version".to_owned(), json!(version + 1));
    profile.insert("lastModifiedDateTime".to_owned(), json!(now()));
}

/// Seven decimals, as .NET writes it.
fn now() -> String {
    format!("{:.7}", Timestamp::now())
}

fn odata_type(body: &Map<String, Value>) -> Result<&str, Refusal> {
    let kind = body.get("@odata.type").and_then(Value::as_str);
    kind.ok_or_else(|| {
        Refusal::bad("The body needs an @odata.type, such as #microsoft.graph.windows10CustomConfiguration.")
    })
}

/// Takes over what a body says.
fn change(
    profile: &mut Map<String, Value>,
    body: &Map<String, Value>,
    face: Face,
    state: &State,
) -> Result<(), Refusal> {
    let id = profile.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    for (name, value) in body {
        let value = match name.as_str() {
            "displayName" => display_name(value)?,
            "description" => description(value)?,
            "roleScopeTagIds" if face == Face::Beta => scope_tags(value, state)?,
            "omaSettings" if profile.contains_key(name) => settings::accepted(value, face, &id)?,
            "id" | "createdDateTime" | "lastModifiedDateTime" | "version" | "supportsScopeTags" => {
                return Err(Refusal::bad(format!("The property '{name}' is read-only.")));
            }
            name if name.contains("@odata.") => continue,
            _ if face == Face::V1 && BETA.contains(&name.as_str()) => return Err(unknown(name)),
            _ => own_value(profile, name, value)?,
        };
        profile.insert(name.clone(), value);
    }
    Ok(())
}

/// A property of the kind's own has to keep its JSON type. Applicability rules are always null here, and stay so.
fn own_value(profile: &Map<String, Value>, name: &str, value: &Value) -> Result<Value, Refusal> {
    let old = profile.get(name).ok_or_else(|| unknown(name))?;
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

/// An empty list puts the default tag back: Intune has no object without a tag.
fn scope_tags(value: &Value, state: &State) -> Result<Value, Refusal> {
    let ids = value.as_array().ok_or_else(|| Refusal::bad("roleScopeTagIds has to be an array of strings."))?;
    if let Some(id) = ids.iter().find(|id| !id.is_string() || !state.scope_tags.iter().any(|tag| tag["id"] == **id)) {
        return Err(Refusal::bad(format!("There is no role scope tag {id}.")));
    }
    Ok(if ids.is_empty() { json!(["0"]) } else { value.clone() })
}

/// What a caller sees of a stored profile.
fn seen(record: &Record, call: &Call, state: &State, with_assignments: bool) -> Map<String, Value> {
    let mut profile = record.profile.clone();
    if let Some(settings) = profile.get_mut("omaSettings") {
        settings::seen(settings, call.face, state.behaviour.masking);
    }
    if call.face == Face::V1 {
        profile.retain(|name, _| !BETA.contains(&name.as_str()));
    }
    if with_assignments {
        let id = profile.get("id").and_then(Value::as_str).unwrap_or_default();
        let context = call.context(&format!("{OF}('{id}')/assignments"));
        profile.insert("assignments@odata.context".to_owned(), json!(context));
        profile.insert("assignments".to_owned(), assignments::seen(&record.assignments, call.face));
    }
    profile
}
