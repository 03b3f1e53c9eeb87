//! How many members groups have, and how many devices are enrolled. Plans go on without it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::directory::safe_id;
use crate::graph::{BatchAnswer, BatchRequest, Client, Error};
use crate::setting::{Members, Membership, UnknownMembers};

/// Counting is an advanced query (Microsoft Graph, "Advanced query capabilities on Microsoft Entra ID objects").
const EVENTUAL: &[(&str, &str)] = &[("ConsistencyLevel", "eventual")];

/// Counts the members of groups by id, and with `all_devices` the enrolled devices. What the token may not read is said
/// in [`Membership::unknown`]; a group that is not there any more is left out.
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
        // `managedDevices/$count` is answered 400 by Intune, though it is described (rknightion/graph2otel).
        let path = "/v1.0/deviceManagement/managedDevices?$select=id,operatingSystem&$top=1&$count=true";
        match client.get::<Value>(path).await {
            Ok(page) => found.all_devices = count(&page),
            Err(Error::Refused { status, .. }) if status < 500 => {
                let permission = "DeviceManagementManagedDevices.Read.All";
                found.unknown.push(unknown("the number of all devices", status, permission));
            }
            Err(error) => return Err(error),
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
        200..=299 => {
            found.groups.insert(id.to_string(), members(&answer.body));
        }
        404 => {}
        status => {
            let one = unknown("the members of groups", status, "GroupMember.Read.All");
            if !found.unknown.contains(&one) {
                found.unknown.push(one);
            }
        }
    }
}

fn unknown(what: &str, status: u16, permission: &str) -> UnknownMembers {
    UnknownMembers { what: what.into(), status, permission: permission.into() }
}

fn count(page: &Value) -> Option<usize> {
    page["@odata.count"].as_u64().and_then(|count| usize::try_from(count).ok())
}

/// The first page says how many there are, and of what kind the first of them are.
fn members(page: &Value) -> Members {
    let listed = page["value"].as_array().map_or(&[][..], Vec::as_slice);
    let of_kind = |kind: &str| listed.iter().filter(|member| member["@odata.type"] == kind).count();
    let total = count(page).unwrap_or(listed.len()).max(listed.len());
    Members {
        users: of_kind("#microsoft.graph.user"),
        devices: of_kind("#microsoft.graph.device"),
        total,
        estimated: total > listed.len() || page["@odata.nextLink"].is_string(),
    }
}
