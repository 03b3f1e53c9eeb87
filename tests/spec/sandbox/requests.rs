//! How requests change profiles, groups and assignments.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sspr_policy::sandbox::{Error, Sandbox, SandboxOptions, TENANT_ID};

use super::{create, group, path, profile, setting, to_group};
use crate::harness::CONFIGURATIONS;
use crate::harness::trial::{names, trial};

#[test]
fn a_new_sandbox_contains_profiles_from_the_portal() {
    trial(async |graph| {
        let list = graph.get(&format!("{CONFIGURATIONS}?$expand=assignments")).await;
        let seen: Vec<String> = list["value"].as_array().unwrap().iter().map(summary).collect();
        assert_eq!(
            seen,
            [
                "windows10CustomConfiguration Portal - Lock screen hardening -> 1",
                "windows10CustomConfiguration Portal - Camera -> 1",
                "windows10GeneralConfiguration Portal - Windows restrictions -> 1",
                "iosGeneralDeviceConfiguration iOS - Corporate restrictions -> 0",
                "macOSGeneralDeviceConfiguration macOS - Baseline -> 0",
                "windows10EndpointProtectionConfiguration Portal - Endpoint protection -> 0",
                "windowsUpdateForBusinessConfiguration Update ring - Broad -> 1",
            ]
        );
        assert_eq!(list["value"][0]["omaSettings"][0]["value"], "****");
        assert!(list["value"][1]["description"].as_str().unwrap().contains("\r\n"));
        assert_eq!(graph.get("/v1.0/organization").await["value"][0]["id"], TENANT_ID);
    });
}

fn summary(profile: &Value) -> String {
    let kind = profile["@odata.type"].as_str().unwrap().trim_start_matches("#microsoft.graph.");
    let assignments = profile["assignments"].as_array().unwrap().len();
    format!("{kind} {} -> {assignments}", profile["displayName"].as_str().unwrap())
}

#[test]
fn secret_values_are_masked_and_can_be_decrypted() {
    trial(async |graph| {
        let settings = json!([
            setting("Integer", "I", 1),
            setting("String", "S", "<enabled/>"),
            setting("Base64", "B", "AAEC"),
            setting("StringXml", "X", "PGI+w7w8L2I+"),
        ]);
        let made = create(&graph, "Secrets", settings).await;
        let values: Vec<&Value> = made["omaSettings"].as_array().unwrap().iter().map(|s| &s["value"]).collect();
        assert_eq!(json!(values), json!([1, "****", "****", "PGEvPg=="]));
        assert_eq!(graph.get(&path(&made)).await["omaSettings"], made["omaSettings"]);
        assert_eq!(made["omaSettings"][0]["secretReferenceValueId"], Value::Null);
        for (index, plain) in [(1, "<enabled/>"), (2, "AAEC"), (3, "<b>ü</b>")] {
            let secret = made["omaSettings"][index]["secretReferenceValueId"].as_str().unwrap();
            assert_eq!(secret.split('_').nth(1), made["id"].as_str());
            assert_eq!(graph.get(&decrypt(&made, secret)).await["value"], plain);
        }
    });
}

fn decrypt(profile: &Value, secret: &str) -> String {
    format!("{}/getOmaSettingPlainTextValue(secretReferenceValueId='{secret}')", path(profile))
}

#[test]
fn an_update_replaces_all_settings_and_every_secret_id() {
    trial(async |graph| {
        let made = create(&graph, "Before", json!([setting("String", "S", "s"), setting("Integer", "I", 1)])).await;
        let body = profile("After", json!([setting("String", "S", "s")]));
        let (status, after) = graph.ask("PATCH", &path(&made), Some(&body)).await;
        assert_eq!((status, &after["version"], &after["displayName"]), (200, &json!(2), &json!("After")));
        assert_eq!(after["omaSettings"].as_array().unwrap().len(), 1);
        let old = made["omaSettings"][0]["secretReferenceValueId"].as_str().unwrap();
        assert_ne!(after["omaSettings"][0]["secretReferenceValueId"], old);
        assert_eq!(graph.ask("GET", &decrypt(&made, old), None).await.0, 404);

        assert_eq!(graph.ask("DELETE", &path(&made), None).await, (204, Value::Null));
        let (status, gone) = graph.ask("GET", &path(&made), None).await;
        assert_eq!((status, &gone["error"]["code"]), (404, &json!("ResourceNotFound")));
        assert!(gone["error"]["message"].as_str().unwrap().starts_with("{\r\n  \"_version\": 3,"));
    });
}

#[test]
fn assign_replaces_the_set() {
    trial(async |graph| {
        let (pilot, kiosks) = (group(&graph, "SSPR Pilot").await, group(&graph, "Kiosks").await);
        let made = create(&graph, "Assigned", json!([])).await;
        let assign = format!("{}/assign", path(&made));
        let both = [to_group("groupAssignmentTarget", &pilot), to_group("exclusionGroupAssignmentTarget", &kiosks)];
        let (status, answer) = graph.ask("POST", &assign, Some(&json!({ "assignments": both }))).await;
        let id = made["id"].as_str().unwrap();
        assert_eq!(status, 200);
        assert_eq!(
            answer["value"][0],
            json!({
                "id": format!("{id}_{}", pilot.as_str().unwrap()),
                "source": "direct",
                "sourceId": id,
                "intent": "apply",
                "target": {
                    "@odata.type": "#microsoft.graph.groupAssignmentTarget",
                    "deviceAndAppManagementAssignmentFilterId": null,
                    "deviceAndAppManagementAssignmentFilterType": "none",
                    "groupId": pilot,
                },
            })
        );
        let assignments = format!("{}/assignments", path(&made));
        assert_eq!(graph.get(&assignments).await["value"], answer["value"]);
        assert_eq!(graph.get(&path(&made)).await["version"], 1);
        graph.post(&assign, &json!({ "assignments": [] })).await;
        assert_eq!(graph.get(&assignments).await["value"], json!([]));
    });
}

#[test]
fn assignments_that_intune_would_refuse_are_refused() {
    trial(async |graph| {
        let kiosks = group(&graph, "Kiosks").await;
        let (include, exclude) = ("groupAssignmentTarget", "exclusionGroupAssignmentTarget");
        let filter = graph.get("/beta/deviceManagement/assignmentFilters").await["value"][0]["id"].clone();
        let filtered = |kind: &str, id: &Value, mode: &str| {
            let mut assignment = to_group(kind, &kiosks);
            assignment["target"]["deviceAndAppManagementAssignmentFilterId"] = id.clone();
            assignment["target"]["deviceAndAppManagementAssignmentFilterType"] = json!(mode);
            json!([assignment])
        };
        let made = create(&graph, "Assigned", json!([])).await;
        let refused = [
            json!([to_group(include, &kiosks), to_group(include, &kiosks)]),
            json!([to_group(include, &kiosks), to_group(exclude, &kiosks)]),
            json!([to_group(include, &json!("nobody"))]),
            json!([{ "target": { "@odata.type": "#microsoft.graph.everybody" } }]),
            filtered(include, &json!("no filter"), "include"),
            filtered(include, &filter, "none"),
            filtered(include, &Value::Null, "include"),
            filtered(exclude, &filter, "include"),
        ];
        for assignments in refused {
            let body = json!({ "assignments": assignments });
            let (status, answer) = graph.ask("POST", &format!("{}/assign", path(&made)), Some(&body)).await;
            assert_eq!((status, &answer["error"]["code"]), (400, &json!("BadRequest")), "{body}");
        }
        let body = json!({ "assignments": filtered(include, &filter, "exclude") });
        assert_eq!(graph.ask("POST", &format!("{}/assign", path(&made)), Some(&body)).await.0, 200);
    });
}

#[test]
fn pages_together_contain_everything_once() {
    trial(async |graph| {
        for number in 0..25 {
            create(&graph, &format!("Profile {number}"), json!([])).await;
        }
        let mut page = graph.get(&format!("{CONFIGURATIONS}?$top=10&$select=displayName&$count=true")).await;
        assert_eq!((page["value"].as_array().unwrap().len(), &page["@odata.count"]), (10, &json!(32)));
        let mut all = names(&page);
        while let Some(next) = page["@odata.nextLink"].as_str() {
            // An object that is deleted between two pages must not move others out of the next page.
            graph.done("DELETE", &path(&graph.get(CONFIGURATIONS).await["value"][0]), None).await;
            page = graph.get(next).await;
            all.extend(names(&page));
        }
        assert_eq!(all.len(), 32);
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 32);
    });
}

#[test]
fn names_with_special_characters_are_found() {
    trial(async |graph| {
        for name in ["Bob's PCs", "R&D #1 100% + A/B", "Größe Ölmühle"] {
            create(&graph, name, json!([])).await;
            let filter = format!("displayName eq '{}'", name.replace('\'', "''"));
            for collection in ["/v1.0/groups", CONFIGURATIONS] {
                let request = graph.request("GET", collection).query(&[("$filter", &filter)]);
                let answer = request.send().await.unwrap().error_for_status().unwrap();
                let found: Value = answer.json().await.unwrap();
                assert_eq!(names(&found), [name], "{collection}");
            }
        }
        let request = graph.request("GET", "/v1.0/groups").query(&[("$filter", "startswith(displayName,'Ki')")]);
        let answer = request.send().await.unwrap().error_for_status().unwrap();
        assert_eq!(names(&answer.json().await.unwrap()), ["Kiosks"]);
        let request = graph.request("GET", CONFIGURATIONS).query(&[("$filter", "startswith(displayName,'Ki')")]);
        assert_eq!(request.send().await.unwrap().status(), 400, "Intune knows no such function");
        for filter in ["displayName eq 'Bob's PCs'", "displayName eq Kiosks", "endswith(displayName,'K')", "id eq 'x'"]
        {
            let request = graph.request("GET", "/v1.0/groups").query(&[("$filter", filter)]);
            assert_eq!(request.send().await.unwrap().status(), 400, "{filter}");
        }
    });
}

#[test]
fn v1_hides_beta_properties() {
    trial(async |graph| {
        let made = create(&graph, "Seen", json!([setting("String", "S", "s"), setting("Integer", "I", 1)])).await;
        let path = path(&made).replace("/beta", "/v1.0");
        let seen = graph.get(&path).await;
        for hidden in ["roleScopeTagIds", "supportsScopeTags"] {
            assert!(made.get(hidden).is_some() && seen.get(hidden).is_none(), "{hidden}");
        }
        for hidden in ["isEncrypted", "secretReferenceValueId"] {
            assert!(seen["omaSettings"][0].get(hidden).is_none(), "{hidden}");
        }
        assert_eq!(seen["omaSettings"][0]["value"], "****");
        let list = graph.get("/v1.0/deviceManagement/deviceConfigurations?$expand=assignments").await;
        let target = &list["value"][2]["assignments"][0]["target"];
        assert_eq!(*target, json!({ "@odata.type": "#microsoft.graph.allDevicesAssignmentTarget" }));
        for path in ["/v1.0/deviceManagement/assignmentFilters", "/v1.0/deviceManagement/roleScopeTags", "/v2/groups"] {
            assert_eq!(graph.ask("GET", path, None).await.0, 404);
        }
    });
}

#[test]
fn a_batch_answers_in_another_order() {
    trial(async |graph| {
        let body = profile("From a batch", json!([]));
        let headers = json!({ "Content-Type": "application/json" });
        let create = "/deviceManagement/deviceConfigurations";
        let requests = json!([
            { "id": "make", "method": "POST", "url": create, "headers": headers, "body": body },
            { "id": "look", "method": "GET", "url": "groups?$filter=displayName%20eq%20%27Kiosks%27" },
            { "id": "miss", "method": "GET", "url": "/groups/nothing" },
            { "id": "late", "method": "GET", "url": "/groups", "dependsOn": ["miss"] },
        ]);
        let (status, answer) = graph.ask("POST", "/beta/$batch", Some(&json!({ "requests": requests }))).await;
        let responses = answer["responses"].as_array().unwrap();
        let seen: Vec<_> =
            responses.iter().map(|r| (r["id"].as_str().unwrap(), r["status"].as_u64().unwrap())).collect();
        assert_eq!((status, seen), (200, vec![("late", 424), ("miss", 404), ("look", 200), ("make", 201)]));
        assert_eq!(names(&responses[2]["body"]), ["Kiosks"]);
        assert!(graph.has("From a batch").await);
    });
}

#[test]
fn a_malformed_batch_does_nothing() {
    trial(async |graph| {
        let get = |id: usize| json!({ "id": id.to_string(), "method": "GET", "url": "/groups" });
        let body = profile("Never", json!([]));
        let make =
            json!({ "id": "1", "method": "POST", "url": "/deviceManagement/deviceConfigurations", "body": body });
        for requests in [
            json!((0..21).map(get).collect::<Vec<_>>()),
            json!([get(1), get(1)]),
            json!([]),
            json!([make]),
            json!([{ "id": "1", "method": "GET", "url": "https://graph.microsoft.com/v1.0/groups" }]),
            json!([{ "id": "1", "method": "GET", "url": "/groups", "dependsOn": ["1"] }]),
        ] {
            let (status, answer) = graph.ask("POST", "/v1.0/$batch", Some(&json!({ "requests": requests }))).await;
            assert_eq!((status, &answer["error"]["code"]), (400, &json!("BadRequest")), "{requests}");
        }
        assert!(!graph.has("Never").await);
    });
}

#[test]
fn a_bad_profile_is_refused() {
    trial(async |graph| {
        let with = |name: &str, value: Value| {
            let mut body = profile("Bad", json!([]));
            body[name] = value;
            body
        };
        let set = |kind, value: Value| with("omaSettings", json!([setting(kind, "A", value)]));
        let more = |name: &str, value: Value| {
            let mut body = set("String", json!("s"));
            body["omaSettings"][0][name] = value;
            body
        };
        let many: Vec<Value> = (0..1001).map(|n| setting("Integer", &n.to_string(), 1)).collect();
        let refused = [
            json!({ "displayName": "No type" }),
            with("@odata.type", json!("#microsoft.graph.nothing")),
            with("@odata.type", json!("microsoft.graph.windows10CustomConfiguration")),
            with("displayName", json!("")),
            with("displayName", Value::Null),
            with("description", json!("ä".repeat(1501))),
            with("description", json!("😀".repeat(751))),
            with("roleScopeTagIds", json!(["7"])),
            with("id", json!("1")),
            with("version", json!(1)),
            with("supportsScopeTags", json!(true)),
            with("nonsense", json!(1)),
            with("omaSettings", json!(many)),
            with("omaSettings", json!([setting("Integer", "A", 1), setting("String", "A", "a")])),
            set("Integer", json!("1")),
            set("Integer", json!(1.5)),
            set("Integer", json!(2_147_483_648_u64)),
            set("Boolean", json!(1)),
            set("String", json!(1)),
            set("String", json!("****")),
            set("FloatingPoint", json!("0.5")),
            set("DateTime", json!("2025-01-01")),
            set("Base64", json!("not base64")),
            set("StringXml", json!("<a/>")),
            set("StringXml", json!("PGEvPg==")),
            set("StringXml", json!("/w==")),
            set("Nothing", json!(1)),
            more("@odata.type", json!("microsoft.graph.omaSettingString")),
            more("isEncrypted", json!(true)),
            more("secretReferenceValueId", json!("a_b_c")),
            more("omaUri", json!("")),
            more("displayName", Value::Null),
            more("fileName", json!("x")),
        ];
        let before = graph.names().await;
        for body in refused {
            let (status, answer) = graph.ask("POST", CONFIGURATIONS, Some(&body)).await;
            let body = body.to_string().chars().take(300).collect::<String>();
            assert_eq!((status, &answer["error"]["code"]), (400, &json!("BadRequest")), "{body}");
        }
        assert_eq!(graph.names().await, before);
    });
}

#[test]
fn every_answer_can_be_traced_and_only_loopback_is_answered() {
    trial(async |graph| {
        let response = graph.request("GET", "/v1.0/groups/x").header("client-request-id", "mine").send().await.unwrap();
        assert_eq!(response.status(), 404);
        assert_eq!(response.headers()["client-request-id"], "mine");
        for name in ["request-id", "date", "content-type"] {
            assert!(response.headers().contains_key(name), "{name}");
        }
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["error"]["innerError"]["client-request-id"], "mine");
        let rebound = graph.request("GET", "/v1.0/groups").header("Host", "evil.example").send().await.unwrap();
        assert_eq!(rebound.status(), 403);
        let form = graph.request("POST", CONFIGURATIONS).body("a=b").send().await.unwrap();
        assert_eq!(form.status(), 415);
        for unknown in ["?$orderby=displayName", "?$top=0", "?$top=1&$top=2", "?$filter=%zz", "?$select=omaSettings"] {
            assert_eq!(graph.ask("GET", &format!("{CONFIGURATIONS}{unknown}"), None).await.0, 400, "{unknown}");
        }
        let sandbox = Sandbox::open(tempfile::tempdir().unwrap().path(), SandboxOptions::default()).unwrap();
        let everywhere = sandbox.serve(([0, 0, 0, 0], 0).into()).await;
        assert!(matches!(everywhere, Err(Error::NotLoopback { .. })));
    });
}
