//! Lists that are late, duplicated or incomplete, and tenants that behave differently.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::harness::CONFIGURATIONS;
use crate::harness::trial::{Trial, alone, custom, faulty};

/// What a client sees that follows the links to next pages: one line per page, up to a maximum.
async fn pages(graph: &Trial, most: usize) -> String {
    let mut lines = Vec::new();
    let mut next = Some(CONFIGURATIONS.to_owned());
    while let Some(link) = next.filter(|_| lines.len() < most) {
        let (status, body) = graph.ask("GET", &link, None).await;
        let names: Vec<&str> =
            body["value"].as_array().into_iter().flatten().map(|one| one["displayName"].as_str().unwrap()).collect();
        lines.push(format!("{status}: {}", names.join(", ")));
        // A refused page is requested again.
        let again = (status != 200).then_some(link);
        next = body["@odata.nextLink"].as_str().map(str::to_owned).or(again);
    }
    lines.join("\n")
}

#[test]
fn a_page_fails_once_before_it_comes() {
    alone(async {
        let graph = Trial::new(json!({ "page_size": 3, "late_pages": 1 })).await;
        assert_snapshot!(pages(&graph, 9).await, @"
        200: Portal - Lock screen hardening, Portal - Camera, Portal - Windows restrictions
        503: 
        200: iOS - Corporate restrictions, macOS - Baseline, Portal - Endpoint protection
        504: 
        200: Update ring - Broad
        ");
        let graph = Trial::new(json!({ "page_size": 3, "late_pages": { "delay_ms": 20 } })).await;
        assert_snapshot!(pages(&graph, 9).await, @"
        200: Portal - Lock screen hardening, Portal - Camera, Portal - Windows restrictions
        200: iOS - Corporate restrictions, macOS - Baseline, Portal - Endpoint protection
        200: Update ring - Broad
        ");
    });
}

#[test]
fn a_page_or_an_object_is_repeated() {
    alone(async {
        let graph = Trial::new(json!({ "page_size": 4, "duplicate_pages": { "on": 1 } })).await;
        assert_snapshot!(pages(&graph, 9).await, @"
        200: Portal - Lock screen hardening, Portal - Camera, Portal - Windows restrictions, iOS - Corporate restrictions
        200: Portal - Lock screen hardening, Portal - Camera, Portal - Windows restrictions, iOS - Corporate restrictions
        200: macOS - Baseline, Portal - Endpoint protection, Update ring - Broad
        ");
        let graph = Trial::new(json!({ "page_size": 4, "duplicate_pages": { "on": 1, "what": "object" } })).await;
        assert_snapshot!(pages(&graph, 9).await, @"
        200: Portal - Lock screen hardening, Portal - Camera, Portal - Windows restrictions, iOS - Corporate restrictions, Portal - Camera
        200: macOS - Baseline, Portal - Endpoint protection, Update ring - Broad
        ");
        // Even if every page is repeated, the list has an end.
        let graph = Trial::new(json!({ "page_size": 4, "duplicate_pages": 1 })).await;
        assert_snapshot!(pages(&graph, 9).await, @"
        200: Portal - Lock screen hardening, Portal - Camera, Portal - Windows restrictions, iOS - Corporate restrictions
        200: Portal - Lock screen hardening, Portal - Camera, Portal - Windows restrictions, iOS - Corporate restrictions
        200: macOS - Baseline, Portal - Endpoint protection, Update ring - Broad, Update ring - Broad
        ");
    });
}

#[test]
fn a_list_is_silently_incomplete() {
    alone(async {
        let graph = Trial::new(json!({ "page_size": 4, "missing_object": { "on": 2 } })).await;
        assert_snapshot!(pages(&graph, 9).await, @"
        200: Portal - Lock screen hardening, Portal - Camera, Portal - Windows restrictions, iOS - Corporate restrictions
        200: Portal - Endpoint protection, Update ring - Broad
        ");
        let graph = Trial::new(json!({ "page_size": 4, "missing_next_link": { "on": 1 } })).await;
        assert_snapshot!(pages(&graph, 9).await, @"200: Portal - Lock screen hardening, Portal - Camera, Portal - Windows restrictions, iOS - Corporate restrictions");
    });
}

#[test]
fn lists_show_writes_late_and_objects_by_their_id_at_once() {
    alone(async {
        let graph = Trial::new(json!({ "list_lag_ms": 60_000 })).await;
        let list = graph.get(CONFIGURATIONS).await;
        let path = |index: usize| format!("{CONFIGURATIONS}/{}", list["value"][index]["id"].as_str().unwrap());
        let new = graph.post(CONFIGURATIONS, &custom("New")).await;
        graph.done("DELETE", &path(0), None).await;
        for name in ["Changed", "Changed again"] {
            graph.done("PATCH", &path(1), Some(&custom(name))).await;
        }
        assert_eq!(graph.get(CONFIGURATIONS).await["value"], list["value"]);
        let filtered = format!("{CONFIGURATIONS}?$filter=displayName%20eq%20%27New%27");
        assert_snapshot!(graph.say("GET", &filtered, None).await, @"200: []");
        let by_id = format!("{CONFIGURATIONS}/{}", new["id"].as_str().unwrap());
        assert_snapshot!(graph.say("GET", &by_id, None).await, @"200: New");
        assert_snapshot!(graph.say("GET", &path(1), None).await, @"200: Changed again");
        assert_eq!(graph.ask("GET", &path(0), None).await.0, 404);
    });
}

#[test]
fn lists_show_writes_in_the_end() {
    alone(async {
        let graph = Trial::new(json!({ "list_lag_ms": 1 })).await;
        graph.post(CONFIGURATIONS, &custom("New")).await;
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        assert!(graph.has("New").await);
    });
}

#[test]
fn a_new_object_is_not_found_by_its_id_at_first() {
    alone(async {
        for (birth, expected) in
            [(60_000, "404: ResourceNotFound There is no device configuration [id]."), (1, "200: New")]
        {
            let graph = Trial::new(json!({ "not_found_after_create_ms": birth })).await;
            let new = graph.post(CONFIGURATIONS, &custom("New")).await;
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            let path = format!("{CONFIGURATIONS}/{}", new["id"].as_str().unwrap());
            assert_eq!(graph.say("GET", &path, None).await, expected);
            assert!(graph.has("New").await);
        }
    });
}

#[test]
fn tenants_behave_differently() {
    alone(async {
        let mut graph = Trial::new(json!({
            "patch_status": 204,
            "delete_status": 200,
            "assign_raises_version": true,
            "masking": false,
            "durable": false,
        }))
        .await;
        let mut body = custom("Own");
        body["omaSettings"] = json!([{
            "@odata.type": "#microsoft.graph.omaSettingString",
            "displayName": "S",
            "omaUri": "./Device/Vendor/MSFT/Policy/Config/Area/S",
            "value": "<enabled/>",
        }]);
        let made = graph.post(CONFIGURATIONS, &body).await;
        let setting = &made["omaSettings"][0];
        assert_eq!((&setting["value"], &setting["isEncrypted"]), (&json!("<enabled/>"), &json!(false)));
        assert_eq!(setting["secretReferenceValueId"], Value::Null);
        let path = format!("{CONFIGURATIONS}/{}", made["id"].as_str().unwrap());
        assert_eq!(graph.ask("PATCH", &path, Some(&body)).await.0, 204);
        graph.post(&format!("{path}/assign"), &json!({ "assignments": [] })).await;
        assert_eq!(graph.get(&path).await["version"], 3);
        // The behavior in the faults file is not part of the state.
        graph.stop().await;
        graph.open(faulty(&json!({}))).await;
        assert_eq!(graph.get(&path).await["omaSettings"][0]["value"], "****");
        assert_eq!(graph.ask("DELETE", &path, None).await.0, 204);
    });
}

/// As the portal does: creates, assigns and deletes a policy.
#[test]
fn the_settings_catalog_can_be_written() {
    alone(async {
        let mut graph = Trial::new(json!({})).await;
        let policies = "/beta/deviceManagement/configurationPolicies";
        let instance = json!({
            "@odata.type": "#microsoft.graph.deviceManagementConfigurationSimpleSettingInstance",
            "settingDefinitionId": "device_vendor_msft_policy_config_devicelock_mindevicepasswordlength",
            "simpleSettingValue": {
                "@odata.type": "#microsoft.graph.deviceManagementConfigurationIntegerSettingValue", "value": 8,
            },
        });
        let body = json!({ "name": "Length", "platforms": "windows10", "technologies": "mdm,microsoftSense",
            "settings": [{ "settingInstance": instance }] });
        let (status, made) = graph.ask("POST", policies, Some(&body)).await;
        assert_eq!((status, made.get("settings"), &made["settingCount"]), (201, None, &json!(1)));
        let path = format!("{policies}/{}", made["id"].as_str().unwrap());
        let everybody = json!({ "@odata.type": "#microsoft.graph.allDevicesAssignmentTarget" });
        let assign = json!({ "assignments": [{ "target": everybody }] });
        assert_eq!(graph.ask("POST", &format!("{path}/assign"), Some(&assign)).await.0, 200);
        // Everything still exists when the sandbox is opened again.
        graph.stop().await;
        graph.open(faulty(&json!({}))).await;
        let list = graph.get(&format!("{policies}?$expand=settings,assignments")).await;
        let policy = &list["value"][1];
        assert_eq!((&policy["name"], &policy["isAssigned"]), (&json!("Length"), &json!(true)));
        assert_eq!(policy["settings"], json!([{ "id": "0", "settingInstance": instance }]));
        assert_eq!(policy["assignments"][0]["target"]["@odata.type"], everybody["@odata.type"]);
        for (wrong, value) in
            [("name", json!("")), ("platforms", json!("windows7")), ("settings", json!([])), ("x", json!(1))]
        {
            let mut body = body.clone();
            body[wrong] = value;
            assert_eq!(graph.ask("POST", policies, Some(&body)).await.0, 400, "{wrong}");
        }
        assert_eq!(graph.ask("DELETE", &path, None).await.0, 204);
        assert_snapshot!(graph.say("GET", policies, None).await, @"200: [Portal - Login and lock screen]");
        assert_eq!(graph.ask("GET", &path, None).await.0, 400);
    });
}

#[test]
fn the_settings_catalog_can_be_read() {
    alone(async {
        let graph = Trial::new(json!({})).await;
        let policies = "/beta/deviceManagement/configurationPolicies";
        let list = graph.get(&format!("{policies}?$expand=settings,assignments")).await;
        let policy = &list["value"][0];
        let by_id = format!("{policies}/{}", policy["id"].as_str().unwrap());
        assert_snapshot!(graph.say("GET", policies, None).await, @"200: [Portal - Login and lock screen]");
        assert_eq!(graph.get(&format!("{by_id}/settings")).await["value"], policy["settings"]);
        assert_eq!(graph.get(&format!("{by_id}/assignments")).await["value"], policy["assignments"]);
        assert_snapshot!(policy["settings"][0]["settingInstance"]["choiceSettingValue"]["value"], @r#""device_vendor_msft_policy_config_authentication_allowaadpasswordreset_1""#);
        let plain = graph.get(&by_id).await;
        assert_eq!((plain.get("settings"), &plain["settingCount"]), (None, &json!(1)));
        // A read of the policy alone does not show its assignments.
        let alone = graph.get(&format!("{by_id}?$expand=settings,assignments")).await;
        assert_eq!((&alone["settings"], &alone["assignments"]), (&policy["settings"], &json!([])));
        assert_snapshot!(graph.say("GET", &policies.replace("beta", "v1.0"), None).await, @"404: ResourceNotFound The sandbox has no GET /v1.0/deviceManagement/configurationPolicies.");
    });
}
