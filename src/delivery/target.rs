//! Assignments in Graph's form, which is the same in every collection.

use serde::Deserialize;
use serde::de::Deserializer;
use serde_json::{Value, json};

use crate::profile::{Assignment, Assignments};
use crate::setting::{FilterMode, Who};

/// One of Graph's spellings of "no filter".
const NO_FILTER: &str = "00000000-0000-0000-0000-000000000000";

/// One assignment of a body.
#[derive(Debug, Clone, Deserialize)]
pub struct Assigned {
    target: GraphTarget,
    /// `apply` or `remove`; only beta has it.
    #[serde(default, deserialize_with = "text_or_null")]
    intent: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct GraphTarget {
    /// Its type, such as `#microsoft.graph.groupAssignmentTarget`.
    #[serde(rename = "@odata.type", default, deserialize_with = "text_or_null")]
    kind: String,
    #[serde(default)]
    group_id: Option<String>,
    /// The Configuration Manager collection.
    #[serde(default)]
    collection_id: Option<String>,
    #[serde(default)]
    device_and_app_management_assignment_filter_id: Option<String>,
    /// `none`, `include` or `exclude`.
    #[serde(default)]
    device_and_app_management_assignment_filter_type: Option<String>,
}

/// A string; null is read as the empty one.
pub(super) fn text_or_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Converts an assignment to canonical form.
pub fn read_assignment(Assigned { target, intent }: &Assigned) -> Assignment {
    // A profile that is to be removed from a target is not assigned to it. No policy can say that.
    if !intent.is_empty() && !intent.eq_ignore_ascii_case("apply") {
        return Assignment { excluded: false, who: Who::Other(with_intent(target, intent)), filter: None };
    }
    let group = || Who::Group(target.group_id.clone().unwrap_or_default().to_lowercase());
    let (who, excluded) = match target.kind.trim_start_matches("#microsoft.graph.") {
        "groupAssignmentTarget" => (group(), false),
        "exclusionGroupAssignmentTarget" => (group(), true),
        "allDevicesAssignmentTarget" => (Who::AllDevices, false),
        "allLicensedUsersAssignmentTarget" => (Who::AllUsers, false),
        _ => (Who::Other(raw(target)), false),
    };
    let mode = match target.device_and_app_management_assignment_filter_type.as_deref() {
        Some("include") => Some(FilterMode::Include),
        Some("exclude") => Some(FilterMode::Exclude),
        _ => None,
    };
    let id = target
        .device_and_app_management_assignment_filter_id
        .as_deref()
        .filter(|id| !id.is_empty() && *id != NO_FILTER);
    Assignment { excluded, who, filter: mode.zip(id.map(String::from)) }
}

/// A target that a policy cannot have, in a form that Graph accepts.
fn raw(target: &GraphTarget) -> String {
    let mut raw = json!({ "@odata.type": target.kind });
    if let Some(id) = &target.collection_id {
        raw["collectionId"] = json!(id);
    }
    raw.to_string()
}

/// A target with an intent, in full, so that it differs from all others.
fn with_intent(target: &GraphTarget, intent: &str) -> String {
    let mut raw = json!({ "@odata.type": target.kind, "intent": intent });
    let parts = [
        ("groupId", &target.group_id),
        ("collectionId", &target.collection_id),
        ("deviceAndAppManagementAssignmentFilterId", &target.device_and_app_management_assignment_filter_id),
        ("deviceAndAppManagementAssignmentFilterType", &target.device_and_app_management_assignment_filter_type),
    ];
    for (name, value) in parts {
        if let Some(value) = value {
            raw[name] = json!(value);
        }
    }
    raw.to_string()
}

/// The body of a request that replaces all assignments.
pub fn write_assignments(all: &Assignments) -> Value {
    json!({ "assignments": all.iter().map(|one| json!({ "target": write_target(one) })).collect::<Vec<_>>() })
}

fn write_target(assignment: &Assignment) -> Value {
    let kind = match (&assignment.who, assignment.excluded) {
        (Who::Group(_), false) => "groupAssignmentTarget",
        (Who::Group(_), true) => "exclusionGroupAssignmentTarget",
        (Who::AllDevices, _) => "allDevicesAssignmentTarget",
        (Who::AllUsers, _) => "allLicensedUsersAssignmentTarget",
        (Who::Other(raw), _) => return serde_json::from_str(raw).unwrap_or(Value::Null),
    };
    let mut target = json!({ "@odata.type": format!("#microsoft.graph.{kind}") });
    if let Who::Group(id) = &assignment.who {
        target["groupId"] = json!(id);
    }
    if let Some((mode, id)) = &assignment.filter {
        target["deviceAndAppManagementAssignmentFilterId"] = json!(id);
        let mode = if *mode == FilterMode::Include { "include" } else { "exclude" };
        target["deviceAndAppManagementAssignmentFilterType"] = json!(mode);
    }
    target
}
