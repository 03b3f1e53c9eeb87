//! Maps paths to collections.

use super::answer::{Answer, Declined, Held, Refusal, Trace};
use super::call::{ApiVersion, Call};
use crate::sandbox::collections::{
    approval_requests, configuration_policies, device_configurations, directory, effective_permissions, members,
};
use crate::sandbox::tenant::store::Store;

/// Answers a call, with an error body if it is refused.
pub(crate) fn answer(store: &mut Store, call: &Call, trace: &Trace) -> Result<Answer, Held> {
    match route(store, call) {
        Ok(answer) => Ok(answer),
        Err(Declined::Refused(refusal)) => Ok(refusal.answer(trace, call.intune_path().as_deref())),
        Err(Declined::Held) => Err(Held),
    }
}

fn route(store: &mut Store, call: &Call) -> Result<Answer, Declined> {
    let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["deviceManagement", "deviceConfigurations", rest @ ..] => device_configurations(store, call, rest),
        ["deviceManagement", name @ ("assignmentFilters" | "roleScopeTags"), rest @ ..]
            if call.version == ApiVersion::Beta =>
        {
            read(store, call, &format!("deviceManagement/{name}"), rest)
        }
        ["deviceManagement", function] if call.method == "GET" && function.starts_with("getEffectivePermissions") => {
            effective_permissions::answer(&store.state, call, function)
        }
        ["deviceManagement", "managedDevices"] if call.method == "GET" => members::managed_devices(&store.state, call),
        ["deviceManagement", "managedDevices", "$count"] if call.method == "GET" => {
            Err(members::no_device_count().into())
        }
        ["groups", id, "members" | "transitiveMembers"] if call.method == "GET" => {
            members::list(&store.state, call, id)
        }
        ["deviceManagement", "configurationPolicies", rest @ ..] if call.version == ApiVersion::Beta => {
            configuration_policies(store, call, rest)
        }
        ["deviceManagement", "operationApprovalRequests", rest @ ..] if call.version == ApiVersion::Beta => {
            match (call.method.as_str(), rest) {
                ("GET", []) => approval_requests::list(&store.state, call),
                ("GET", [id]) => approval_requests::get(&store.state, call, id),
                _ => Err(no_route(call).into()),
            }
        }
        [name @ ("groups" | "organization"), rest @ ..] => read(store, call, name, rest),
        _ => Err(no_route(call).into()),
    }
}

fn read(store: &Store, call: &Call, of: &str, rest: &[&str]) -> Result<Answer, Declined> {
    match (call.method.as_str(), rest) {
        ("GET", []) => directory::list(&store.state, call, of),
        ("GET", [id]) => directory::get(&store.state, call, of, id),
        _ => Err(no_route(call).into()),
    }
}

fn device_configurations(store: &mut Store, call: &Call, rest: &[&str]) -> Result<Answer, Declined> {
    match (call.method.as_str(), rest) {
        ("GET", []) => device_configurations::list(store, call),
        ("GET", ["$count"]) => device_configurations::count(store, call),
        ("POST", []) => device_configurations::create(store, call),
        ("GET", [id]) => device_configurations::get(store, call, id),
        ("PATCH", [id]) => device_configurations::update(store, call, id),
        ("DELETE", [id]) => device_configurations::delete(store, call, id),
        ("GET", [id, "assignments"]) => device_configurations::list_assignments(store, call, id),
        ("POST", [id, "assign"]) => device_configurations::assign(store, call, id),
        ("GET", [id, function]) if function.starts_with("getOmaSettingPlainTextValue") => {
            device_configurations::plain_text(store, call, id, function)
        }
        _ => Err(no_route(call).into()),
    }
}

fn configuration_policies(store: &mut Store, call: &Call, rest: &[&str]) -> Result<Answer, Declined> {
    match (call.method.as_str(), rest) {
        ("GET", rest) => configuration_policies::read(&store.state, call, rest),
        ("POST", []) => configuration_policies::create(store, call),
        ("POST", [id, "assign"]) => configuration_policies::assign(store, call, id),
        ("DELETE", [id]) => configuration_policies::delete(store, call, id),
        _ => Err(no_route(call).into()),
    }
}

fn no_route(call: &Call) -> Refusal {
    let path = call.path.join("/");
    Refusal::not_found(format!("The sandbox has no {} /{}/{path}.", call.method, call.version.as_str()))
}
