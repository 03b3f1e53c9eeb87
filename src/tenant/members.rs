//! Reads the number of members of groups and of enrolled devices. Plans are possible without it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::directory::{EVENTUAL, safe_id};
use crate::graph::{BatchAnswer, BatchRequest, Client, Error};
use crate::permissions::{READ_DEVICES, READ_GROUPS};
use crate::setting::{CountedMembers, Members, Membership, UnknownMembers};

/// Counts the members of groups by id, and with `all_devices` the enrolled devices. What cannot be read is listed in
/// [`Membership::unknown`]; a group that no longer exists is left out.
///
/// # Errors
/// When Graph does not answer.
pub async fn membership(client: &Client, groups: &BTreeSet<String>, all_devices: bool) -> Result<Membership, Error> {
    let mut found = Membership::default();
    if !groups.is_empty() {
        let requests: Vec<BatchRequest> = groups.iter().map(|id| members_of(id)).collect();
        for (id, answer) in groups.iter().zip(client.batch("v1.0", &requests).await?) {
            take(id, &answer, &mut found);
        }
    }
    if all_devices {
        // Intune answers `managedDevices/$count` with 400, although it is documented (rknightion/graph2otel).
        let path = "/v1.0/deviceManagement/managedDevices?$select=id,operatingSystem&$top=1&$count=true";
        match client.get::<Value>(path).await {
            Ok(page) => match count(&page) {
                Some(devices) => found.all_devices = Some(devices),
                None => add(uncounted(CountedMembers::AllDevices), &mut found),
            },
            Err(error) => match error.status() {
                Some(status) if !error.may_pass() => {
                    add(refused(CountedMembers::AllDevices, status, READ_DEVICES), &mut found)
                }
                // So that the plan can be repeated.
                _ => return Err(error),
            },
        }
    }
    Ok(found)
}

fn members_of(id: &str) -> BatchRequest {
    let url = format!("/groups/{}/transitiveMembers?$count=true&$top=999&$select=id", safe_id(id));
    BatchRequest { url, headers: EVENTUAL }
}

fn take(id: &str, answer: &BatchAnswer, found: &mut Membership) {
    match answer.status {
        200..=299 => match members(&answer.body) {
            Some(members) => {
                found.groups.insert(id.to_string(), members);
            }
            None => add(uncounted(CountedMembers::OfGroups), found),
        },
        404 => {}
        // Graph returns types and ids even for members that the token may not read (Microsoft Graph,
        // group-list-transitivemembers).
        status => add(refused(CountedMembers::OfGroups, status, READ_GROUPS), found),
    }
}

fn add(one: UnknownMembers, found: &mut Membership) {
    if !found.unknown.contains(&one) {
        found.unknown.push(one);
    }
}

fn refused(what: CountedMembers, status: u16, permission: &str) -> UnknownMembers {
    UnknownMembers { what, reason: format!("status {status}"), permission: Some(permission.into()) }
}

/// Graph omits the count, without an error, if it does not count. A part must not be taken for the whole.
fn uncounted(what: CountedMembers) -> UnknownMembers {
    UnknownMembers { what, reason: "Graph did not return a number".into(), permission: None }
}

fn count(page: &Value) -> Option<usize> {
    page["@odata.count"].as_u64().and_then(|count| usize::try_from(count).ok())
}

/// The first page has the number of members, and the types of the first ones; `None` if it lacks them.
fn members(page: &Value) -> Option<Members> {
    let listed = page["value"].as_array().map_or(&[][..], Vec::as_slice);
    if listed.iter().any(|member| !member["@odata.type"].is_string()) {
        return None;
    }
    let of_kind = |kind: &str| listed.iter().filter(|member| member["@odata.type"] == kind).count();
    let total = match count(page) {
        Some(total) => total.max(listed.len()),
        None if page["@odata.nextLink"].is_null() => listed.len(),
        None => return None,
    };
    Some(Members {
        users: of_kind("#microsoft.graph.user"),
        devices: of_kind("#microsoft.graph.device"),
        total,
        estimated: total > listed.len(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Members, members};

    #[test]
    fn a_part_is_not_taken_for_the_whole() {
        let device = json!({ "@odata.type": "#microsoft.graph.device", "id": "1" });
        let group = json!({ "@odata.type": "#microsoft.graph.group", "id": "2" });
        let known = |users, devices, total, estimated| Some(Members { users, devices, total, estimated });
        assert_eq!(members(&json!({ "@odata.count": 2, "value": [device, group] })), known(0, 1, 2, false));
        assert_eq!(members(&json!({ "@odata.count": 7, "value": [device] })), known(0, 1, 7, true));
        assert_eq!(members(&json!({ "value": [device] })), known(0, 1, 1, false));
        assert_eq!(members(&json!({ "value": [device], "@odata.nextLink": "…" })), None);
        assert_eq!(members(&json!({ "@odata.count": 1, "value": [{ "id": "1" }] })), None);
    }
}
