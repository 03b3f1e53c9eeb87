//! `deviceManagement/deviceConfigurations` and their assignments.

use serde_json::{Map, Value, json};

use super::{assignments, oma_settings};
use crate::sandbox::http::answer::{Answer, AnswerBody, Declined, Refusal};
use crate::sandbox::http::call::{ApiVersion, Call};
use crate::sandbox::http::filter::unquoted;
use crate::sandbox::http::listing;
use crate::sandbox::http::query::{AllowedOptions, QueryOptions, TooLarge};
use crate::sandbox::tenant::configurations::StoredConfiguration;
use crate::sandbox::tenant::ids;
use crate::sandbox::tenant::state::{ObjectWrite, TenantState};
use crate::sandbox::tenant::store::Store;

pub(crate) mod kinds;
pub(crate) mod object;

use object::OF;

/// `GET /deviceConfigurations`.
pub(crate) fn list(store: &Store, call: &Call) -> Result<Answer, Declined> {
    let names = ["$filter", "$select", "$expand", "$top", "$count", "$skiptoken"];
    let options = QueryOptions::read(call, &allowed(&names, call.version, &store.state))?;
    let matches = |configuration: &StoredConfiguration| match &options.name {
        Some(name) => configuration.properties.get("displayName").and_then(Value::as_str) == Some(name),
        None => true,
    };
    let total = || store.listed(0).filter(|(_, configuration)| matches(configuration)).count();
    let items = store.listed(options.after).filter(|(_, configuration)| matches(configuration));
    let seen =
        |configuration: &StoredConfiguration| object::seen(configuration, call, &store.state, options.assignments);
    Ok(listing::page(call, &options, OF, total, items, seen))
}

/// `GET /deviceConfigurations/$count`: a bare number. "Asking with Accept: application/json is 415" (measured on a live
/// tenant: graph-api-gotchas of graph2otel).
pub(crate) fn count(store: &Store, call: &Call) -> Result<Answer, Declined> {
    QueryOptions::read(call, &allowed(&[], call.version, &store.state))?;
    if call.wants_json {
        return Err(Refusal::new(415, "UnsupportedMediaType", "$count answers text/plain only.").into());
    }
    Ok(Answer::new(200, AnswerBody::Text(store.listed(0).count().to_string())))
}

/// `GET /deviceConfigurations/{id}`.
pub(crate) fn get(store: &Store, call: &Call, id: &str) -> Result<Answer, Declined> {
    let options = QueryOptions::read(call, &allowed(&["$select", "$expand"], call.version, &store.state))?;
    let configuration = find(store, id)?;
    Ok(listing::entity(call, &options, OF, object::seen(configuration, call, &store.state, options.assignments)))
}

/// `POST /deviceConfigurations`.
pub(crate) fn create(store: &mut Store, call: &Call) -> Result<Answer, Declined> {
    let options = QueryOptions::read(call, &allowed(&[], call.version, &store.state))?;
    let body = call.object()?;
    let kind = odata_type(body)?;
    let own = kinds::own_properties(kind)
        .ok_or_else(|| Refusal::bad(format!("The sandbox knows no device configuration of the type '{kind}'.")))?;
    if !body.contains_key("displayName") {
        return Err(Refusal::bad("A device configuration needs a displayName.").into());
    }
    let id = ids::random();
    let mut properties = object::blank(kind, &id, &object::now(), own);
    object::change(&mut properties, body, call.version, &store.state)?;
    let configuration = StoredConfiguration { properties, assignments: Vec::new() };
    let body = object::seen(&configuration, call, &store.state, false);
    store.commit(call, &id, ObjectWrite::DeviceConfiguration(Some(configuration)))?;
    let answer = listing::entity(call, &options, OF, body);
    Ok(Answer { status: 201, ..answer })
}

/// `PATCH /deviceConfigurations/{id}`: the given properties are replaced, `omaSettings` as a whole.
pub(crate) fn update(store: &mut Store, call: &Call, id: &str) -> Result<Answer, Declined> {
    let options = QueryOptions::read(call, &allowed(&[], call.version, &store.state))?;
    let mut configuration = find(store, id)?.clone();
    let body = call.object()?;
    let kind = odata_type(body)?;
    if configuration.properties.get("@odata.type").and_then(Value::as_str) != Some(kind) {
        return Err(Refusal::bad(format!("The device configuration {id} is not of the type '{kind}'.")).into());
    }
    object::change(&mut configuration.properties, body, call.version, &store.state)?;
    if let Some(settings) = configuration.properties.get_mut("omaSettings") {
        oma_settings::renew_secrets(settings, id);
    }
    object::touch(&mut configuration.properties);
    let body = object::seen(&configuration, call, &store.state, false);
    store.commit(call, id, ObjectWrite::DeviceConfiguration(Some(configuration)))?;
    match store.state.behavior.patch_status {
        200 => Ok(listing::entity(call, &options, OF, body)),
        status => Ok(Answer::empty(status)),
    }
}

/// `DELETE /deviceConfigurations/{id}`, its assignments with it.
pub(crate) fn delete(store: &mut Store, call: &Call, id: &str) -> Result<Answer, Declined> {
    QueryOptions::read(call, &allowed(&[], call.version, &store.state))?;
    find(store, id)?;
    store.commit(call, id, ObjectWrite::DeviceConfiguration(None))?;
    Ok(Answer::empty(store.state.behavior.delete_status))
}

/// `GET /deviceConfigurations/{id}/getOmaSettingPlainTextValue(secretReferenceValueId='…')`; `function` is the last
/// segment of the path.
pub(crate) fn plain_text(store: &Store, call: &Call, id: &str, function: &str) -> Result<Answer, Declined> {
    QueryOptions::read(call, &allowed(&[], call.version, &store.state))?;
    let configuration = find(store, id)?;
    let secret = function
        .strip_prefix("getOmaSettingPlainTextValue(secretReferenceValueId=")
        .and_then(|rest| unquoted(rest.strip_suffix(')')?))
        .ok_or_else(|| Refusal::bad(format!("'{function}' is not a call of getOmaSettingPlainTextValue.")))?;
    let settings = configuration.properties.get("omaSettings").unwrap_or(&Value::Null);
    let plain = oma_settings::plain_text(settings, &secret).ok_or_else(|| {
        Refusal::not_found(format!("There is no secret value {secret} in the device configuration {id}."))
    })?;
    Ok(Answer::ok(json!({ "@odata.context": call.context("Edm.String"), "value": plain })))
}

/// `GET /deviceConfigurations/{id}/assignments`.
pub(crate) fn list_assignments(store: &Store, call: &Call, id: &str) -> Result<Answer, Declined> {
    QueryOptions::none(call)?;
    let configuration = find(store, id)?;
    Ok(assignments_answer(call, id, configuration))
}

/// `POST /deviceConfigurations/{id}/assign`: the given set replaces the old one.
pub(crate) fn assign(store: &mut Store, call: &Call, id: &str) -> Result<Answer, Declined> {
    QueryOptions::none(call)?;
    let mut configuration = find(store, id)?.clone();
    configuration.assignments = assignments::asked_for(call, id, &store.state)?;
    if store.state.behavior.assign_raises_version {
        object::touch(&mut configuration.properties);
    }
    let answer = assignments_answer(call, id, &configuration);
    store.commit(call, id, ObjectWrite::DeviceConfiguration(Some(configuration)))?;
    Ok(answer)
}

fn assignments_answer(call: &Call, id: &str, configuration: &StoredConfiguration) -> Answer {
    let context = call.context(&format!("{OF}('{id}')/assignments"));
    Answer::ok(
        json!({ "@odata.context": context, "value": assignments::seen(&configuration.assignments, call.version) }),
    )
}

fn find<'a>(store: &'a Store, id: &str) -> Result<&'a StoredConfiguration, Refusal> {
    let found = store.device_configuration(id);
    found.ok_or_else(|| Refusal::not_found(format!("There is no device configuration {id}.")))
}

fn allowed<'a>(options: &'a [&'a str], version: ApiVersion, state: &TenantState) -> AllowedOptions<'a> {
    AllowedOptions {
        options,
        properties: object::selectable(version),
        prefixes: false,
        page_size: state.behavior.page_size,
        max_page_size: state.behavior.max_page_size,
        too_large: TooLarge::Cut,
    }
}

fn odata_type(body: &Map<String, Value>) -> Result<&str, Refusal> {
    let kind = body.get("@odata.type").and_then(Value::as_str);
    kind.ok_or_else(|| {
        Refusal::bad("The body needs an @odata.type, such as #microsoft.graph.windows10CustomConfiguration.")
    })
}
