//! Profiles and policies as people create them in the portal, assigned and unassigned.

use serde_json::{Value, json};

use super::directory::MADE;
use crate::sandbox::collections::device_configurations::kinds::{self, own_properties};
use crate::sandbox::collections::device_configurations::object;
use crate::sandbox::collections::{assignments, oma_settings};
use crate::sandbox::tenant::configurations::StoredConfiguration;
use crate::sandbox::tenant::ids;
use crate::sandbox::tenant::state::{ObjectWrite, TenantState};

/// Custom profiles, which the sandbox supports fully.
pub(super) fn add_custom_profiles(state: &mut TenantState) {
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

/// Profiles of other kinds, which a client sees in lists and must not change.
pub(super) fn add_other_profiles(state: &mut TenantState) {
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

fn add(state: &mut TenantState, name: &str, description: Value, own: &Value, targets: &[Value]) {
    let id = ids::fixed("deviceConfiguration", name);
    let kind = own["@odata.type"].as_str().unwrap_or_default();
    let mut properties = object::blank(kind, &id, MADE, own_properties(kind).unwrap_or_default());
    properties.insert("displayName".to_owned(), json!(name));
    properties.insert("description".to_owned(), description);
    for (name, value) in own.as_object().into_iter().flatten().filter(|(name, _)| *name != "@odata.type") {
        properties.insert(name.clone(), value.clone());
    }
    if let Some(omas) = properties.get_mut("omaSettings") {
        *omas = oma_settings::portal(omas, &id);
    }
    let assignments = assignments::portal(&id, targets, state);
    state.apply(
        state.last_write + 1,
        &id,
        ObjectWrite::DeviceConfiguration(Some(StoredConfiguration { properties, assignments })),
    );
}

/// Policies of the settings catalog. Properties and setting as in a real export (SkipToTheEndpoint/OpenIntuneBaseline,
/// "Win - OIB - SC - Device Security - D - Login and Lock Screen").
pub(super) fn policies(groups: &[Value]) -> Vec<Value> {
    let group = named(groups, "SSPR Ring 2");
    let name = "Portal - Login and lock screen";
    let id = ids::fixed("configurationPolicy", name);
    let definition = "device_vendor_msft_policy_config_authentication_allowaadpasswordreset";
    vec![json!({
        "id": id,
        "createdDateTime": MADE,
        "creationSource": null,
        "description": "",
        "lastModifiedDateTime": MADE,
        "name": name,
        "platforms": "windows10",
        "priorityMetaData": null,
        "roleScopeTagIds": ["0"],
        "settingCount": 1,
        "technologies": "mdm",
        "isAssigned": true,
        "templateReference": {
            "templateId": "",
            "templateFamily": "none",
            "templateDisplayName": null,
            "templateDisplayVersion": null,
        },
        "settings": [{ "id": "0", "settingInstance": choice(definition) }],
        "assignments": [{
            "id": format!("{id}_{}", group.as_str().unwrap_or_default()),
            "source": "direct",
            "sourceId": id,
            "target": {
                "@odata.type": "#microsoft.graph.groupAssignmentTarget",
                "deviceAndAppManagementAssignmentFilterId": null,
                "deviceAndAppManagementAssignmentFilterType": "none",
                "groupId": group,
            },
        }],
    })]
}

fn choice(definition: &str) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingInstance",
        "settingDefinitionId": definition,
        "settingInstanceTemplateReference": null,
        "choiceSettingValue": {
            "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingValue",
            "settingValueTemplateReference": null,
            "value": format!("{definition}_1"),
            "children": [],
        },
    })
}

fn named(all: &[Value], name: &str) -> Value {
    let found = all.iter().find(|one| one["displayName"] == name);
    found.map_or(Value::Null, |one| one["id"].clone())
}

#[cfg(test)]
mod tests {
    use super::super::new_tenant;
    use super::*;

    #[test]
    fn a_new_tenant_contains_every_profile() {
        let tenant = new_tenant();
        let of = |name: &str| {
            let record = tenant.configurations.get(&ids::fixed("deviceConfiguration", name));
            record.map_or((0, 0), |r| {
                (r.properties.get("omaSettings").and_then(Value::as_array).map_or(0, Vec::len), r.assignments.len())
            })
        };
        assert_eq!(tenant.configurations.after(0).count(), 7);
        assert_eq!(of("Portal - Lock screen hardening"), (1, 1));
        assert_eq!(of("Portal - Camera"), (1, 1));
        assert_eq!(of("Portal - Windows restrictions"), (0, 1));
        assert_eq!(of("Update ring - Broad"), (0, 1));
    }
}
