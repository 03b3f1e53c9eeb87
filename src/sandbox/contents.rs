//! What a new sandbox holds: the same in every one, ids included. There are names that go wrong easily, names that are
//! there twice, and profiles that people made in the portal.

use serde_json::{Value, json};

use super::kinds::{self, own_properties};
use super::settings;
use super::state::{Behaviour, Profiles, Record, State, Written};
use super::{Seed, TENANT_ID, assignments, configuration_policies, directory, ids, profiles};

const MADE: &str = "2025-01-15T08:00:00Z";

/// A tenant that nobody has changed yet.
pub(super) fn new_tenant() -> State {
    let groups = [
        group("SSPR Pilot", 0),
        group("SSPR Ring 2", 0),
        group("Kiosks", 0),
        group("All Staff", 0),
        group("Bob's PCs", 0),
        group("Front Desk", 0),
        group("Front Desk", 1),
        group("R&D #1 100% + A/B", 0),
        group("Größe Ölmühle", 0),
    ];
    let windows_11 = r#"(device.osVersion -startsWith "10.0.22") and (device.deviceOwnership -eq "Corporate")"#;
    let filters = [
        filter("Windows 11 corporate", 0, windows_11),
        filter("Kiosk hardware", 0, r#"(device.model -startsWith "Kiosk")"#),
        filter("Duplicate filter", 0, r#"(device.manufacturer -eq "Contoso")"#),
        filter("Duplicate filter", 1, r#"(device.manufacturer -eq "Fabrikam")"#),
    ];
    let scope_tags = [
        scope_tag("0", "Default", true),
        scope_tag("1", "Service Desk", false),
        scope_tag("2", "Branch Office", false),
    ];
    let mut state = State {
        policies: policies(&groups),
        behaviour: Behaviour::default(),
        organization: organization(),
        groups: groups.into(),
        filters: filters.into(),
        scope_tags: scope_tags.into(),
        profiles: Profiles::default(),
        approvals: Vec::new(),
        last_write: 0,
    };
    custom_profiles(&mut state);
    other_profiles(&mut state);
    state
}

/// The settings-catalog policies of a new tenant, for a state that was made before there were any.
pub(super) fn policies(groups: &[Value]) -> Vec<Value> {
    configuration_policies::portal(MADE, &named(groups, "SSPR Ring 2"))
}

/// Adds what the seed names and the tenant does not have; says whether there was anything.
pub(super) fn sow(state: &mut State, seed: &Seed) -> bool {
    let mut changed = false;
    for name in &seed.groups {
        changed |= add_missing(&mut state.groups, name, |name, _| group(name, 0));
    }
    for name in &seed.filters {
        let everything = r#"(device.osVersion -startsWith "10.")"#;
        changed |= add_missing(&mut state.filters, name, |name, _| filter(name, 0, everything));
    }
    for name in &seed.scope_tags {
        changed |= add_missing(&mut state.scope_tags, name, |name, tags| scope_tag(&next_number(tags), name, false));
    }
    changed
}

fn add_missing(all: &mut Vec<Value>, name: &str, make: impl Fn(&str, &[Value]) -> Value) -> bool {
    if all.iter().any(|one| one["displayName"] == name) {
        return false;
    }
    all.push(make(name, all));
    true
}

/// Scope tags are numbered.
fn next_number(tags: &[Value]) -> String {
    let numbers = tags.iter().filter_map(|tag| tag["id"].as_str()?.parse::<u64>().ok());
    (numbers.max().unwrap_or(0) + 1).to_string()
}

fn organization() -> Value {
    json!({
        "id": TENANT_ID,
        "deletedDateTime": null,
        "businessPhones": [],
        "countryLetterCode": "US",
        "createdDateTime": MADE,
        "defaultUsageLocation": "US",
        "displayName": "Contoso (sandbox)",
        "mobileDeviceManagementAuthority": "intune",
        "onPremisesSyncEnabled": null,
        "preferredLanguage": "en",
        "technicalNotificationMails": [],
        "tenantType": "AAD",
        "verifiedDomains": [
            {
                "capabilities": "Email, OfficeCommunicationsOnline",
                "isDefault": false,
                "isInitial": true,
                "name": "contoso.onmicrosoft.com",
                "type": "Managed",
            },
            { "capabilities": "Email", "isDefault": true, "isInitial": false, "name": "contoso.example", "type": "Managed" },
        ],
    })
}

/// `nth` tells apart those with one name.
fn group(name: &str, nth: usize) -> Value {
    let nickname: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    json!({
        "id": directory::group_id(name, nth),
        "deletedDateTime": null,
        "classification": null,
        "createdDateTime": MADE,
        "description": null,
        "displayName": name,
        "expirationDateTime": null,
        "groupTypes": [],
        "isAssignableToRole": null,
        "mail": null,
        "mailEnabled": false,
        "mailNickname": format!("{nickname}{nth}"),
        "membershipRule": null,
        "membershipRuleProcessingState": null,
        "onPremisesLastSyncDateTime": null,
        "onPremisesSecurityIdentifier": null,
        "onPremisesSyncEnabled": null,
        "preferredDataLocation": null,
        "preferredLanguage": null,
        "proxyAddresses": [],
        "renewedDateTime": MADE,
        "resourceBehaviorOptions": [],
        "resourceProvisioningOptions": [],
        "securityEnabled": true,
        "theme": null,
        "visibility": null,
    })
}

fn filter(name: &str, nth: usize, rule: &str) -> Value {
    json!({
        "id": ids::fixed("assignmentFilter", &format!("{name}\n{nth}")),
        "createdDateTime": MADE,
        "lastModifiedDateTime": MADE,
        "displayName": name,
        "description": null,
        "platform": "windows10AndLater",
        "rule": rule,
        "roleScopeTags": ["0"],
        "payloads": [],
        "assignmentFilterManagementType": "devices",
    })
}

fn scope_tag(id: &str, name: &str, built_in: bool) -> Value {
    json!({ "id": id, "displayName": name, "description": "", "isBuiltIn": built_in })
}

fn custom_profiles(state: &mut State) {
    let lock_screen = json!([{
        "@odata.type": "#microsoft.graph.omaSettingString",
        "displayName": "Disable lock screen app notifications",
        "description": null,
        "omaUri": "./Device/Vendor/MSFT/Policy/Config/WindowsLogon/DisableLockScreenAppNotifications",
        "value": "<enabled/>",
    }]);
    let camera = json!([{
        "@odata.type": "#microsoft.graph.omaSettingInteger",
        "displayName": "Allow camera",
        "description": "0 = off",
        "omaUri": "./Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera",
        "value": 0,
    }]);
    let [ring_2, kiosks] = ["SSPR Ring 2", "Kiosks"].map(|name| {
        let id = named(&state.groups, name);
        json!({ "@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": id })
    });
    let custom = |omas| json!({ "@odata.type": kinds::CUSTOM, "omaSettings": omas });
    add(state, "Portal - Lock screen hardening", Value::Null, &custom(lock_screen), &[ring_2]);
    let description = json!("Cameras are off at the kiosks.\r\nAsk Facilities before changing this.");
    add(state, "Portal - Camera", description, &custom(camera), &[kiosks]);
}

fn other_profiles(state: &mut State) {
    let everything_but_kiosks = json!({
        "@odata.type": "#microsoft.graph.allDevicesAssignmentTarget",
        "deviceAndAppManagementAssignmentFilterId": named(&state.filters, "Kiosk hardware"),
        "deviceAndAppManagementAssignmentFilterType": "include",
    });
    let all_users = json!({ "@odata.type": "#microsoft.graph.allLicensedUsersAssignmentTarget" });
    let restrictions = json!({
        "@odata.type": "#microsoft.graph.windows10GeneralConfiguration",
        "cortanaBlocked": true,
        "lockScreenBlockActionCenterNotifications": true,
    });
    let ios = json!({ "@odata.type": "#microsoft.graph.iosGeneralDeviceConfiguration", "passcodeRequired": true });
    let mac = json!({ "@odata.type": "#microsoft.graph.macOSGeneralDeviceConfiguration", "passwordRequired": true });
    let protection = json!({
        "@odata.type": "#microsoft.graph.windows10EndpointProtectionConfiguration",
        "bitLockerEncryptDevice": true,
        "smartScreenEnableInShell": true,
    });
    let ring = json!({
        "@odata.type": "#microsoft.graph.windowsUpdateForBusinessConfiguration",
        "featureUpdatesDeferralPeriodInDays": 30,
        "qualityUpdatesDeferralPeriodInDays": 7,
    });
    add(state, "Portal - Windows restrictions", Value::Null, &restrictions, &[everything_but_kiosks]);
    add(state, "iOS - Corporate restrictions", Value::Null, &ios, &[]);
    add(state, "macOS - Baseline", Value::Null, &mac, &[]);
    add(state, "Portal - Endpoint protection", Value::Null, &protection, &[]);
    add(state, "Update ring - Broad", Value::Null, &ring, &[all_users]);
}

fn named(all: &[Value], name: &str) -> Value {
    let found = all.iter().find(|one| one["displayName"] == name);
    found.map_or(Value::Null, |one| one["id"].clone())
}

fn add(state: &mut State, name: &str, description: Value, own: &Value, targets: &[Value]) {
    let id = ids::fixed("deviceConfiguration", name);
    let kind = own["@odata.type"].as_str().unwrap_or_default();
    let mut profile = profiles::blank(kind, &id, MADE, own_properties(kind).unwrap_or_default());
    profile.insert("displayName".to_owned(), json!(name));
    profile.insert("description".to_owned(), description);
    for (name, value) in own.as_object().into_iter().flatten().filter(|(name, _)| *name != "@odata.type") {
        profile.insert(name.clone(), value.clone());
    }
    if let Some(omas) = profile.get_mut("omaSettings") {
        *omas = settings::portal(omas, &id);
    }
    let assignments = assignments::portal(&id, targets, state);
    state.apply(state.last_write + 1, &id, Written::Profile(Some(Record { profile, assignments })));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_tenant_is_always_the_same() {
        assert_eq!(new_tenant().to_json(), new_tenant().to_json());
    }

    #[test]
    fn everything_that_is_written_down_is_there() {
        let tenant = new_tenant();
        let of = |name: &str| {
            let record = tenant.profiles.get(&ids::fixed("deviceConfiguration", name));
            record.map_or((0, 0), |r| {
                (r.profile.get("omaSettings").and_then(Value::as_array).map_or(0, Vec::len), r.assignments.len())
            })
        };
        assert_eq!(tenant.profiles.after(0).count(), 7);
        assert_eq!(of("Portal - Lock screen hardening"), (1, 1));
        assert_eq!(of("Portal - Camera"), (1, 1));
        assert_eq!(of("Portal - Windows restrictions"), (0, 1));
        assert_eq!(of("Update ring - Broad"), (0, 1));
    }
}
