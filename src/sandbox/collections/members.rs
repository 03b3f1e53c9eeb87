//! Members of groups, and enrolled devices: generated on the fly, the same in every sandbox, and not stored.

use serde_json::{Map, Value, json};

use super::directory;
use crate::sandbox::http::answer::{Answer, Declined, Refusal};
use crate::sandbox::http::call::Call;
use crate::sandbox::http::listing;
use crate::sandbox::http::query::{AllowedOptions, QueryOptions, TooLarge};
use crate::sandbox::tenant::ids;
use crate::sandbox::tenant::state::TenantState;

/// "The default and maximum page sizes are 100 and 999 group objects respectively" (Graph documentation,
/// group-list-members).
const PAGE: usize = 100;
const MAX_PAGE: usize = 999;

/// How many devices are enrolled in Intune.
const ENROLLED: u64 = 4120;

/// The members of a built-in group.
struct GroupSize {
    group: &'static str,
    /// Which of the groups with this name.
    nth: usize,
    users: u64,
    devices: u64,
}

/// The groups that have members. All others are empty.
const SIZES: [GroupSize; 8] = [
    GroupSize { group: "SSPR Pilot", nth: 0, users: 0, devices: 24 },
    GroupSize { group: "SSPR Ring 2", nth: 0, users: 0, devices: 310 },
    GroupSize { group: "Kiosks", nth: 0, users: 0, devices: 12 },
    GroupSize { group: "All Staff", nth: 0, users: 5200, devices: 0 },
    GroupSize { group: "Bob's PCs", nth: 0, users: 0, devices: 3 },
    GroupSize { group: "Front Desk", nth: 0, users: 8, devices: 0 },
    GroupSize { group: "Front Desk", nth: 1, users: 0, devices: 5 },
    GroupSize { group: "R&D #1 100% + A/B", nth: 0, users: 7, devices: 4 },
];

/// `GET /groups/{id}/members` or `/groups/{id}/transitiveMembers`: there are no nested groups here, so both are the same.
pub(crate) fn list(state: &TenantState, call: &Call, group: &str) -> Result<Answer, Declined> {
    if !state.groups.iter().any(|one| one["id"] == group) {
        return Err(directory::missing("groups", group).into());
    }
    let options = QueryOptions::read(
        call,
        &AllowedOptions {
            options: &["$select", "$top", "$count", "$skiptoken"],
            properties: vec!["id", "deletedDateTime", "displayName", "userPrincipalName", "operatingSystem"],
            prefixes: false,
            page_size: PAGE,
            max_page_size: MAX_PAGE,
            too_large: TooLarge::Refused,
        },
    )?;
    if options.count && !call.eventual {
        // Counting members is an advanced query (Graph documentation, aad-advanced-queries). Graph silently
        // omits the count; the sandbox reveals a client that forgets the header.
        return Err(
            Refusal::new(400, "Request_BadRequest", "$count needs the header ConsistencyLevel: eventual.").into()
        );
    }
    let size = SIZES.iter().find(|one| ids::group(one.group, one.nth) == group);
    let (users, devices) = size.map_or((0, 0), |one| (one.users, one.devices));
    let total = || usize::try_from(users + devices).unwrap_or(usize::MAX);
    let items = (options.after + 1..=users + devices).map(|order| (order, order));
    Ok(listing::page(call, &options, "directoryObjects", total, items, |order| {
        if order <= users { user(group, order) } else { device(group, order - users) }
    }))
}

fn user(group: &str, number: u64) -> Map<String, Value> {
    object(json!({
        "@odata.type": "#microsoft.graph.user",
        "id": ids::fixed("user", &format!("{group}\n{number}")),
        "deletedDateTime": null,
        "displayName": format!("User {number}"),
        "userPrincipalName": format!("user{number}.{}@contoso.example", &group[..8.min(group.len())]),
    }))
}

fn device(group: &str, number: u64) -> Map<String, Value> {
    object(json!({
        "@odata.type": "#microsoft.graph.device",
        "id": ids::fixed("device", &format!("{group}\n{number}")),
        "deletedDateTime": null,
        "displayName": format!("PC-{number:04}"),
        "operatingSystem": "Windows",
    }))
}

/// `GET /deviceManagement/managedDevices`.
pub(crate) fn managed_devices(state: &TenantState, call: &Call) -> Result<Answer, Declined> {
    let first = managed_device(1);
    let options = QueryOptions::read(
        call,
        &AllowedOptions {
            options: &["$select", "$top", "$count", "$skiptoken"],
            properties: first.keys().map(String::as_str).collect(),
            prefixes: false,
            page_size: state.behavior.page_size,
            max_page_size: state.behavior.max_page_size,
            too_large: TooLarge::Cut,
        },
    )?;
    let total = || usize::try_from(ENROLLED).unwrap_or(usize::MAX);
    let items = (options.after + 1..=ENROLLED).map(|order| (order, order));
    Ok(listing::page(call, &options, "deviceManagement/managedDevices", total, items, managed_device))
}

/// `GET /deviceManagement/managedDevices/$count`, which Intune does not have (measured on a real tenant by
/// rknightion/graph2otel), though Graph's description does.
pub(crate) fn no_device_count() -> Refusal {
    Refusal::bad("No OData route exists that match template ~/singleton/navigation/$count")
}

fn managed_device(number: u64) -> Map<String, Value> {
    object(json!({
        "id": ids::fixed("managedDevice", &number.to_string()),
        "deviceName": format!("CONTOSO-{number:05}"),
        "operatingSystem": "Windows",
        "osVersion": "10.0.22631.4460",
    }))
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}
