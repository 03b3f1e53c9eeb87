//! Assignments: what `assign` accepts, how they are stored, and what is returned.

use serde_json::{Map, Value, json};

use crate::sandbox::http::answer::Refusal;
use crate::sandbox::http::call::{ApiVersion, Call};
use crate::sandbox::tenant::state::TenantState;

const ALL_DEVICES: &str = "#microsoft.graph.allDevicesAssignmentTarget";
const ALL_USERS: &str = "#microsoft.graph.allLicensedUsersAssignmentTarget";
const GROUP: &str = "#microsoft.graph.groupAssignmentTarget";
const NOT_GROUP: &str = "#microsoft.graph.exclusionGroupAssignmentTarget";
const COLLECTION: &str = "#microsoft.graph.configurationManagerCollectionAssignmentTarget";

const FILTER_ID: &str = "deviceAndAppManagementAssignmentFilterId";
const FILTER_TYPE: &str = "deviceAndAppManagementAssignmentFilterType";

/// The assignments that an `assign` asks for, as they are stored.
pub(crate) fn asked_for(call: &Call, id: &str, state: &TenantState) -> Result<Vec<Value>, Refusal> {
    let body = call.object()?;
    if let Some(name) = body.keys().find(|name| *name != "assignments" && !name.contains("@odata.")) {
        return Err(Refusal::bad(format!("The parameter '{name}' does not exist on 'assign'.")));
    }
    let Some(Value::Array(given)) = body.get("assignments") else {
        return Err(Refusal::bad("'assign' needs the array 'assignments'; an empty one assigns to nobody."));
    };
    accepted(given, call.version, id, state)
}

/// Stored assignments as a client sees them. v1.0 has neither filters nor intent.
pub(crate) fn seen(assignments: &[Value], version: ApiVersion) -> Value {
    let mut assignments = assignments.to_vec();
    if version == ApiVersion::V1 {
        for assignment in assignments.iter_mut().filter_map(Value::as_object_mut) {
            assignment.retain(|name, _| matches!(name.as_str(), "id" | "target"));
            if let Some(Value::Object(target)) = assignment.get_mut("target") {
                target.retain(|name, _| name != FILTER_ID && name != FILTER_TYPE);
            }
        }
    }
    Value::Array(assignments)
}

/// Checks a set of assignments and converts it to the form in which it is stored.
fn accepted(given: &[Value], version: ApiVersion, profile: &str, state: &TenantState) -> Result<Vec<Value>, Refusal> {
    let mut stored: Vec<Value> = Vec::with_capacity(given.len());
    for assignment in given {
        let target = target_of(assignment, version)?;
        let assignment = stored_assignment(profile, &target_id(target, state)?, stored_target(target, version, state)?);
        // An id consists of profile and group, so this refuses duplicate targets and also a group that is both included
        // and excluded, as the portal does.
        if stored.iter().any(|earlier| earlier["id"] == assignment["id"]) {
            return Err(Refusal::bad(format!(
                "There is more than one assignment for the same target: {}",
                assignment["target"]
            )));
        }
        stored.push(assignment);
    }
    Ok(stored)
}

fn target_of(assignment: &Value, version: ApiVersion) -> Result<&Map<String, Value>, Refusal> {
    let Value::Object(given) = assignment else {
        return Err(Refusal::bad("An assignment is not an object."));
    };
    for (name, value) in given {
        let fine = match name.as_str() {
            "target" => true,
            "intent" => version == ApiVersion::Beta && *value == "apply",
            "source" => version == ApiVersion::Beta && *value == "direct",
            name => name.contains("@odata."),
        };
        if !fine {
            return Err(Refusal::bad(format!("An assignment cannot be written with '{name}': {value}.")));
        }
    }
    match given.get("target") {
        Some(Value::Object(target)) => Ok(target),
        _ => Err(Refusal::bad("An assignment needs a target.")),
    }
}

/// The second half of an assignment's id: the group, or the well-known id that Intune uses for an all-target.
fn target_id(target: &Map<String, Value>, state: &TenantState) -> Result<String, Refusal> {
    let text = |name: &str| target.get(name).and_then(Value::as_str).unwrap_or_default();
    match text("@odata.type") {
        ALL_DEVICES => Ok("adadadad-808e-44e2-905a-0b7873a8a531".to_owned()),
        ALL_USERS => Ok("acacacac-9df4-4c7d-9d50-4ef0226f57a9".to_owned()),
        GROUP | NOT_GROUP => match text("groupId") {
            id if state.groups.iter().any(|group| group["id"] == id) => Ok(id.to_owned()),
            id => Err(Refusal::bad(format!("There is no group '{id}' to assign to."))),
        },
        COLLECTION => match text("collectionId") {
            "" => Err(Refusal::bad("The target needs a collectionId.")),
            id => Ok(id.to_owned()),
        },
        kind => Err(Refusal::bad(format!("There is no assignment target of the type '{kind}'."))),
    }
}

fn stored_target(target: &Map<String, Value>, version: ApiVersion, state: &TenantState) -> Result<Value, Refusal> {
    let kind = target.get("@odata.type").and_then(Value::as_str).unwrap_or_default();
    let own = match kind {
        GROUP | NOT_GROUP => Some("groupId"),
        COLLECTION => Some("collectionId"),
        _ => None,
    };
    let known = |name: &str| {
        Some(name) == own
            || name.contains("@odata.")
            || (version == ApiVersion::Beta && (name == FILTER_ID || name == FILTER_TYPE))
    };
    if let Some(name) = target.keys().find(|name| !known(name)) {
        return Err(Refusal::bad(format!("The property '{name}' does not exist on '{kind}'.")));
    }
    let filter = filter_of(target, state)?;
    if kind == NOT_GROUP && filter.id.is_some() {
        return Err(Refusal::bad("An excluded group takes no filter."));
    }
    let mut stored = Map::new();
    stored.insert("@odata.type".to_owned(), json!(kind));
    stored.insert(FILTER_ID.to_owned(), json!(filter.id));
    stored.insert(FILTER_TYPE.to_owned(), json!(filter.mode));
    if let Some(name) = own
        && let Some(id) = target.get(name)
    {
        stored.insert(name.to_owned(), id.clone());
    }
    Ok(Value::Object(stored))
}

/// The filter of a target, in Graph's words.
struct UsedFilter<'a> {
    id: Option<&'a str>,
    mode: &'a str,
}

/// The filter of a target. An unused one is stored as null and `none`, however it was sent; half a filter is refused.
fn filter_of<'a>(target: &'a Map<String, Value>, state: &TenantState) -> Result<UsedFilter<'a>, Refusal> {
    let id = match target.get(FILTER_ID) {
        None | Some(Value::Null) => None,
        Some(Value::String(id)) if id == "00000000-0000-0000-0000-000000000000" => None,
        Some(Value::String(id)) if state.filters.iter().any(|filter| filter["id"] == **id) => Some(id.as_str()),
        Some(id) => return Err(Refusal::bad(format!("There is no assignment filter {id}."))),
    };
    let mode = match target.get(FILTER_TYPE) {
        None => "none",
        Some(mode) => mode.as_str().unwrap_or_default(),
    };
    match (id, mode) {
        (None, "none") | (Some(_), "include" | "exclude") => Ok(UsedFilter { id, mode }),
        _ => Err(Refusal::bad(format!("{FILTER_TYPE} '{mode}' does not go with {FILTER_ID} {}.", json!(id)))),
    }
}

fn stored_assignment(profile: &str, target_id: &str, target: Value) -> Value {
    json!({
        "id": format!("{profile}_{target_id}"),
        "source": "direct",
        "sourceId": profile,
        "intent": "apply",
        "target": target,
    })
}

/// The assignments of a profile made in the portal, from targets that are known to be valid.
pub(crate) fn portal(profile: &str, targets: &[Value], state: &TenantState) -> Vec<Value> {
    let given: Vec<Value> = targets.iter().map(|target| json!({ "target": target })).collect();
    accepted(&given, ApiVersion::Beta, profile, state).unwrap_or_default()
}
