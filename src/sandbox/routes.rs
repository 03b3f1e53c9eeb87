//! Which path is what.

use super::answer::{Answer, Refusal, Trace, Trouble};
use super::call::{Call, Face};
use super::store::Store;
use super::{
    approvals, assignments, configuration_policies, configuration_policy_writes, directory, members, profiles,
};

/// The call was taken and gets no answer.
#[derive(Debug)]
pub(super) struct Held;

/// Answers a call, with an error body where it is refused.
pub(super) fn answer(store: &mut Store, call: &Call, trace: &Trace) -> Result<Answer, Held> {
    match route(store, call) {
        Ok(answer) => Ok(answer),
        Err(Trouble::Refused(refusal)) => Ok(refusal.answer(trace, call.intune().as_deref())),
        Err(Trouble::Held) => Err(Held),
    }
}

fn route(store: &mut Store, call: &Call) -> Result<Answer, Trouble> {
    let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["deviceManagement", "deviceConfigurations", rest @ ..] => device_configurations(store, call, rest),
        ["deviceManagement", name @ ("assignmentFilters" | "roleScopeTags"), rest @ ..] if call.face == Face::Beta => {
            read(store, call, &format!("deviceManagement/{name}"), rest)
        }
        ["deviceManagement", "managedDevices"] if call.method == "GET" => members::managed_devices(&store.state, call),
        ["deviceManagement", "managedDevices", "$count"] if call.method == "GET" => {
            Err(members::no_device_count().into())
        }
        ["groups", id, "members" | "transitiveMembers"] if call.method == "GET" => {
            members::list(&store.state, call, id)
        }
        ["deviceManagement", "configurationPolicies", rest @ ..] if call.face == Face::Beta => {
            configuration_policies(store, call, rest)
        }
        ["deviceManagement", "operationApprovalRequests", rest @ ..] if call.face == Face::Beta => {
            match (call.method.as_str(), rest) {
                ("GET", []) => approvals::list(store, call),
                ("GET", [id]) => approvals::get(store, call, id),
                _ => Err(nothing(call).into()),
            }
        }
        [name @ ("groups" | "organization"), rest @ ..] => read(store, call, name, rest),
        _ => Err(nothing(call).into()),
    }
}

fn read(store: &Store, call: &Call, of: &str, rest: &[&str]) -> Result<Answer, Trouble> {
    match (call.method.as_str(), rest) {
        ("GET", []) => directory::list(&store.state, call, of),
        ("GET", [id]) => directory::get(&store.state, call, of, id),
        _ => Err(nothing(call).into()),
    }
}

fn device_configurations(store: &mut Store, call: &Call, rest: &[&str]) -> Result<Answer, Trouble> {
    match (call.method.as_str(), rest) {
        ("GET", []) => profiles::list(store, call),
        ("GET", ["$count"]) => profiles::count(store, call),
        ("POST", []) => profiles::create(store, call),
        ("GET", [id]) => profiles::get(store, call, id),
        ("PATCH", [id]) => profiles::update(store, call, id),
        ("DELETE", [id]) => profiles::delete(store, call, id),
        ("GET", [id, "assignments"]) => assignments::list(store, call, id),
        ("POST", [id, "assign"]) => assignments::assign(store, call, id),
        ("GET", [id, function]) if function.starts_with("getOmaSettingPlainTextValue") => {
            profiles::plain_text(store, call, id, function)
        }
        _ => Err(nothing(call).into()),
    }
}

fn configuration_policies(store: &mut Store, call: &Call, rest: &[&str]) -> Result<Answer, Trouble> {
    match (call.method.as_str(), rest) {
        ("GET", rest) => configuration_policies::read(&store.state, call, rest),
        ("POST", []) => configuration_policy_writes::create(store, call),
        ("POST", [id, "assign"]) => configuration_policy_writes::assign(store, call, id),
        ("DELETE", [id]) => configuration_policy_writes::delete(store, call, id),
        _ => Err(nothing(call).into()),
    }
}

fn nothing(call: &Call) -> Refusal {
    let path = call.path.join("/");
    Refusal::not_found(format!("The sandbox has no {} /{}/{path}.", call.method, call.face.as_str()))
}
