//! Who is in groups, and which devices are enrolled: made up on the fly, the same in every sandbox, and kept nowhere.

use serde_json::{Map, Value, json};

use super::answer::{Answer, Refusal, Trouble};
use super::call::Call;
use super::directory;
use super::ids;
use super::listing;
use super::query::{Allowed, TooLarge, Wanted};
use super::state::State;

/// "The default and maximum page sizes are 100 and 999 group objects respectively" (Graph documentation,
/// group-list-members).
const PAGE: usize = 100;
const MAX_PAGE: usize = 999;

/// How many devices are enrolled in Intune.
const ENROLLED: u64 = 4120;

/// Members of the built-in groups: name, which one of that name, users, devices. All others have none.
const SIZES: [(&str, usize, u64, u64); 9] = [
    ("SSPR Pilot", 0, 0, 24),
    ("SSPR Ring 2", 0, 0, 310),
    ("Kiosks", 0, 0, 12),
    ("All Staff", 0, 5200, 0),
    ("Bob's PCs", 0, 0, 3),
    ("Front Desk", 0, 8, 0),
    ("Front Desk", 1, 0, 5),
    ("R&D #1 100% + A/B", 0, 7, 4),
    ("Größe Ölmühle", 0, 0, 0),
];

/// `GET /groups/{id}/members` or `/groups/{id}/transitiveMembers`: no group is in another one here, so both are the same.
pub(super) fn list(state: &State, call: &Call, group: &str) -> Result<Answer, Trouble> {
    if !state.groups.iter().any(|one| one["id"] == group) {
        return Err(directory::missing("groups", group).into());
    }
    let wanted = Wanted::read(
        call,
        &Allowed {
            options: &["$select", "$top", "$count", "$skiptoken"],
            properties: vec!["id", "deletedDateTime", "displayName", "userPrincipalName", "operatingSystem"],
            prefixes: false,
            page_size: PAGE,
            max_page_size: MAX_PAGE,
            too_large: TooLarge::Refused,
        },
    )?;
    if wanted.count && !call.eventual {
        // Counting members is an advanced query (Graph documentation, aad-advanced-queries). Graph leaves the count out
        // without a word; a client that forgets the header is found out here.
        return Err(
            Refusal::new(400, "Request_BadRequest", "$count needs the header ConsistencyLevel: eventual.").into()
        );
    }
    let (users, devices) = size(group);
    let total = || usize::try_from(users + devices).unwrap_or(usize::MAX);
    let items = (wanted.after + 1..=users + devices).map(|order| (order, order));
    Ok(listing::page(call, &wanted, "directoryObjects", total, items, |order| {
        if order <= users { user(group, order) } else { device(group, order - users) }
    }))
}

/// Users and devices of a group.
fn size(group: &str) -> (u64, u64) {
    let found = SIZES.iter().find(|(name, nth, ..)| directory::group_id(name, *nth) == group);
    found.map_or((0, 0), |(_, _, users, devices)| (*users, *devices))
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
pub(super) fn managed_devices(state: &State, call: &Call) -> Result<Answer, Trouble> {
    let first = managed_device(1);
    let wanted = Wanted::read(
        call,
        &Allowed {
            options: &["$select", "$top", "$count", "$skiptoken"],
            properties: first.keys().map(String::as_str).collect(),
            prefixes: false,
            page_size: state.behaviour.page_size,
            max_page_size: state.behaviour.max_page_size,
            too_large: TooLarge::Cut,
        },
    )?;
    let total = || usize::try_from(ENROLLED).unwrap_or(usize::MAX);
    let items = (wanted.after + 1..=ENROLLED).map(|order| (order, order));
    Ok(listing::page(call, &wanted, "deviceManagement/managedDevices", total, items, managed_device))
}

/// `GET /deviceManagement/managedDevices/$count`, which Intune does not have (measured on a real tenant by
/// rknightion/graph2otel), though Graph's description does.
pub(super) fn no_device_count() -> Refusal {
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
