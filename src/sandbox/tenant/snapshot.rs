//! The state of a tenant as `sandbox.json`.

use std::path::Path;

use serde_json::{Value, json};

use super::approvals::StoredRequest;
use super::behavior::Behavior;
use super::configurations::{DeviceConfigurations, StoredConfiguration};
use super::contents;
use super::state::TenantState;
use crate::sandbox::error::Error;

/// The version of the format of `sandbox.json`.
const FORMAT: u64 = 1;

impl TenantState {
    pub(crate) fn to_json(&self) -> Value {
        let configurations: Vec<Value> = self
            .configurations
            .after(0)
            .map(|(order, one)| json!({ "order": order, "profile": one.properties, "assignments": one.assignments }))
            .collect();
        json!({
            "format": "sspr-policy sandbox",
            "version": FORMAT,
            "lastWrite": self.last_write,
            "behaviour": self.behavior.to_json(),
            "organization": self.organization,
            "groups": self.groups,
            "assignmentFilters": self.filters,
            "roleScopeTags": self.scope_tags,
            "deviceConfigurations": configurations,
            "configurationPolicies": self.policies,
            "operationApprovalRequests": self.approvals.iter().map(StoredRequest::to_json).collect::<Vec<_>>(),
        })
    }

    /// Reads `sandbox.json`; `path` is for error messages.
    pub(crate) fn read(path: &Path, bytes: &[u8]) -> Result<TenantState, Error> {
        let mut json: Value = serde_json::from_slice(bytes).map_err(|error| Error::broken(path, error.to_string()))?;
        match json["version"].as_u64() {
            Some(FORMAT) => {}
            Some(found) if found > FORMAT => {
                let path = path.to_owned();
                return Err(Error::TooNew { path, found, known: FORMAT });
            }
            _ => {
                return Err(Error::broken(path, "it has no `version` that a sandbox writes"));
            }
        }
        TenantState::from_json(&mut json).map_err(|reason| Error::broken(path, reason))
    }

    fn from_json(json: &mut Value) -> Result<TenantState, String> {
        let last_write = json["lastWrite"].as_u64().ok_or("`lastWrite` is not a number")?;
        let configurations = configurations(json, last_write)?;
        // Older states do not have it.
        let approvals = json["operationApprovalRequests"].as_array().map(Vec::as_slice).unwrap_or_default();
        let approvals = approvals.iter().map(StoredRequest::from_json).collect::<Result<_, _>>()?;
        if !json["organization"].is_object() {
            return Err("`organization` is not an object".to_owned());
        }
        let groups = named(json, "groups")?;
        let policies = match json["configurationPolicies"].take() {
            Value::Array(policies) => policies,
            _ => contents::policies(&groups),
        };
        Ok(TenantState {
            behavior: Behavior::from_json(&json["behaviour"])?,
            organization: json["organization"].take(),
            groups,
            policies,
            filters: named(json, "assignmentFilters")?,
            scope_tags: named(json, "roleScopeTags")?,
            reader_tags: None,
            configurations,
            approvals,
            last_write,
        })
    }
}

/// The device configurations of a state whose newest write is `last_write`.
fn configurations(json: &mut Value, last_write: u64) -> Result<DeviceConfigurations, String> {
    let mut configurations = DeviceConfigurations::default();
    for value in array(json, "deviceConfigurations")? {
        let order = value["order"].as_u64().filter(|n| (1..=last_write).contains(n));
        let order = order.ok_or("a device configuration has no `order` from 1 to `lastWrite`")?;
        let id = value["profile"]["id"].as_str().unwrap_or_default().to_owned();
        if configurations.get(&id).is_some() || configurations.has_order(order) {
            return Err(format!("the ID or order of device configuration {id} is not unique"));
        }
        configurations.put(&id, order, StoredConfiguration::from_json(&id, value)?);
    }
    Ok(configurations)
}

fn array(json: &mut Value, name: &str) -> Result<Vec<Value>, String> {
    match json[name].take() {
        Value::Array(values) => Ok(values),
        _ => Err(format!("`{name}` is not a list")),
    }
}

/// A list of objects that have an id and a display name.
fn named(json: &mut Value, name: &str) -> Result<Vec<Value>, String> {
    let values = array(json, name)?;
    match values.iter().all(|value| value["id"].is_string() && value["displayName"].is_string()) {
        true => Ok(values),
        false => Err(format!("`{name}` has an entry without id or displayName")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_tenant_is_always_the_same() {
        assert_eq!(contents::new_tenant().to_json(), contents::new_tenant().to_json());
    }
}
