//! The embedded Graph, as a client over HTTP sees it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[path = "support/served.rs"]
mod served;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use served::Place;
use sspr_policy::sandbox::{Error, Hold, HoldWhen, Options, Running, Sandbox, Seed, TENANT_ID};
use tempfile::TempDir;

const CONFIGURATIONS: &str = "/beta/deviceManagement/deviceConfigurations";

/// A sandbox in a folder of its own, and a client.
struct Trial {
    folder: TempDir,
    place: Place,
    running: Option<Running>,
    client: reqwest::Client,
}

/// `trial!(|graph| …)` runs a test against a new sandbox.
macro_rules! trial {
    (|$graph:ident| $body:expr) => {
        alone(async {
            #[allow(unused_mut)]
            let mut $graph = Trial::new(Options::default()).await;
            $body;
        })
    };
}

fn alone(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(test);
}

impl Trial {
    async fn new(options: Options) -> Trial {
        // An error means that another test was first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut trial = Trial { folder: tempfile::tempdir().unwrap(), place: Place::take(), running: None, client };
        trial.open(options).await;
        trial
    }

    async fn open(&mut self, options: Options) {
        let options = Options { public_url: self.place.proxy.clone(), ..options };
        let sandbox = Sandbox::open(self.folder.path(), options).unwrap();
        let port = self.place.port.parse().unwrap();
        self.running = Some(sandbox.serve(([127, 0, 0, 1], port).into()).await.unwrap());
    }

    async fn stop(&mut self) {
        self.running.take().unwrap().stop().await.unwrap();
    }

    fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let base = self.place.proxy.as_deref().unwrap_or(self.running.as_ref().unwrap().url());
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{base}{path}") };
        self.client.request(method.parse().unwrap(), url).timeout(Duration::from_secs(20))
    }

    async fn send(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let request = self.request(method, path);
        let request = if let Some(body) = body { request.json(body) } else { request };
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        (status, if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() })
    }

    async fn get(&self, path: &str) -> Value {
        let (status, body) = self.send("GET", path, None).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    async fn create(&self, name: &str, settings: Value) -> Value {
        let (status, body) = self.send("POST", CONFIGURATIONS, Some(&profile(name, settings))).await;
        assert_eq!(status, 201, "{body}");
        body
    }

    async fn group(&self, name: &str) -> Value {
        let groups = self.get("/v1.0/groups").await;
        groups["value"].as_array().unwrap().iter().find(|group| group["displayName"] == name).unwrap()["id"].clone()
    }

    async fn names(&self) -> BTreeSet<String> {
        names(&self.get(&format!("{CONFIGURATIONS}?$top=1000")).await).into_iter().collect()
    }
}

fn names(list: &Value) -> Vec<String> {
    let values = list["value"].as_array().unwrap().iter();
    values.map(|value| value["displayName"].as_str().unwrap().to_owned()).collect()
}

fn profile(name: &str, settings: Value) -> Value {
    json!({ "@odata.type": "#microsoft.graph.windows10CustomConfiguration", "displayName": name, "omaSettings": settings })
}

fn setting(kind: &str, name: &str, value: impl Into<Value>) -> Value {
    json!({
        "@odata.type": format!("#microsoft.graph.omaSetting{kind}"),
        "displayName": name,
        "omaUri": format!("./Device/Vendor/MSFT/Policy/Config/{name}"),
        "value": value.into(),
    })
}

fn to_group(kind: &str, id: &Value) -> Value {
    json!({ "target": { "@odata.type": format!("#microsoft.graph.{kind}"), "groupId": id } })
}

fn path(profile: &Value) -> String {
    format!("{CONFIGURATIONS}/{}", profile["id"].as_str().unwrap())
}

#[test]
fn a_new_sandbox_holds_what_people_made_in_the_portal() {
    trial!(|graph| {
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
    trial!(|graph| {
        let settings = json!([
            setting("Integer", "I", 1),
            setting("String", "S", "<enabled/>"),
            setting("Base64", "B", "AAEC"),
            setting("StringXml", "X", "PGI+w7w8L2I+"),
        ]);
        let made = graph.create("Secrets", settings).await;
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
    trial!(|graph| {
        let made = graph.create("Before", json!([setting("String", "S", "s"), setting("Integer", "I", 1)])).await;
        let body = profile("After", json!([setting("String", "S", "s")]));
        let (status, after) = graph.send("PATCH", &path(&made), Some(&body)).await;
        assert_eq!((status, &after["version"], &after["displayName"]), (200, &json!(2), &json!("After")));
        assert_eq!(after["omaSettings"].as_array().unwrap().len(), 1);
        let old = made["omaSettings"][0]["secretReferenceValueId"].as_str().unwrap();
        assert_ne!(after["omaSettings"][0]["secretReferenceValueId"], old);
        assert_eq!(graph.send("GET", &decrypt(&made, old), None).await.0, 404);

        assert_eq!(graph.send("DELETE", &path(&made), None).await, (204, Value::Null));
        let (status, gone) = graph.send("GET", &path(&made), None).await;
        assert_eq!((status, &gone["error"]["code"]), (404, &json!("ResourceNotFound")));
        assert!(gone["error"]["message"].as_str().unwrap().starts_with("{\r\n  \"_version\": 3,"));
    });
}

#[test]
fn assign_replaces_the_set() {
    trial!(|graph| {
        let (pilot, kiosks) = (graph.group("SSPR Pilot").await, graph.group("Kiosks").await);
        let made = graph.create("Assigned", json!([])).await;
        let assign = format!("{}/assign", path(&made));
        let both = [to_group("groupAssignmentTarget", &pilot), to_group("exclusionGroupAssignmentTarget", &kiosks)];
        let (status, answer) = graph.send("POST", &assign, Some(&json!({ "assignments": both }))).await;
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
        graph.send("POST", &assign, Some(&json!({ "assignments": [] }))).await;
        assert_eq!(graph.get(&assignments).await["value"], json!([]));
    });
}

#[test]
fn assignments_that_intune_would_refuse_are_refused() {
    trial!(|graph| {
        let kiosks = graph.group("Kiosks").await;
        let (include, exclude) = ("groupAssignmentTarget", "exclusionGroupAssignmentTarget");
        let filter = graph.get("/beta/deviceManagement/assignmentFilters").await["value"][0]["id"].clone();
        let filtered = |kind: &str, id: &Value, mode: &str| {
            let mut assignment = to_group(kind, &kiosks);
            assignment["target"]["deviceAndAppManagementAssignmentFilterId"] = id.clone();
            assignment["target"]["deviceAndAppManagementAssignmentFilterType"] = json!(mode);
            json!([assignment])
        };
        let made = graph.create("Assigned", json!([])).await;
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
            let (status, answer) = graph.send("POST", &format!("{}/assign", path(&made)), Some(&body)).await;
            assert_eq!((status, &answer["error"]["code"]), (400, &json!("BadRequest")), "{body}");
        }
        let body = json!({ "assignments": filtered(include, &filter, "exclude") });
        assert_eq!(graph.send("POST", &format!("{}/assign", path(&made)), Some(&body)).await.0, 200);
    });
}

#[test]
fn pages_together_hold_everything_once() {
    trial!(|graph| {
        for number in 0..25 {
            graph.create(&format!("Profile {number}"), json!([])).await;
        }
        let mut page = graph.get(&format!("{CONFIGURATIONS}?$top=10&$select=displayName&$count=true")).await;
        assert_eq!((page["value"].as_array().unwrap().len(), &page["@odata.count"]), (10, &json!(32)));
        let mut all = names(&page);
        while let Some(next) = page["@odata.nextLink"].as_str() {
            // What is deleted between two pages must not push anything over the edge.
            graph.send("DELETE", &path(&graph.get(CONFIGURATIONS).await["value"][0]), None).await;
            page = graph.get(next).await;
            all.extend(names(&page));
        }
        assert_eq!(all.len(), 32);
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 32);
    });
}

#[test]
fn names_with_special_characters_are_found() {
    trial!(|graph| {
        for name in ["Bob's PCs", "R&D #1 100% + A/B", "Größe Ölmühle"] {
            graph.create(name, json!([])).await;
            let filter = format!("displayName eq '{}'", name.replace('\'', "''"));
            for collection in ["/v1.0/groups", CONFIGURATIONS] {
                let request = graph.request("GET", collection).query(&[("$filter", &filter)]);
                let found: Value = request.send().await.unwrap().json().await.unwrap();
                assert_eq!(names(&found), [name], "{collection}");
            }
        }
        let request = graph.request("GET", "/v1.0/groups").query(&[("$filter", "startswith(displayName,'Ki')")]);
        assert_eq!(names(&request.send().await.unwrap().json().await.unwrap()), ["Kiosks"]);
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
fn v1_hides_what_only_beta_has() {
    trial!(|graph| {
        let made = graph.create("Seen", json!([setting("String", "S", "s"), setting("Integer", "I", 1)])).await;
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
            assert_eq!(graph.send("GET", path, None).await.0, 404);
        }
    });
}

#[test]
fn a_batch_answers_in_another_order() {
    trial!(|graph| {
        let body = profile("From a batch", json!([]));
        let headers = json!({ "Content-Type": "application/json" });
        let create = "/deviceManagement/deviceConfigurations";
        let requests = json!([
            { "id": "make", "method": "POST", "url": create, "headers": headers, "body": body },
            { "id": "look", "method": "GET", "url": "groups?$filter=displayName%20eq%20%27Kiosks%27" },
            { "id": "miss", "method": "GET", "url": "/groups/nothing" },
            { "id": "late", "method": "GET", "url": "/groups", "dependsOn": ["miss"] },
        ]);
        let (status, answer) = graph.send("POST", "/beta/$batch", Some(&json!({ "requests": requests }))).await;
        let responses = answer["responses"].as_array().unwrap();
        let seen: Vec<_> =
            responses.iter().map(|r| (r["id"].as_str().unwrap(), r["status"].as_u64().unwrap())).collect();
        assert_eq!((status, seen), (200, vec![("late", 424), ("miss", 404), ("look", 200), ("make", 201)]));
        assert_eq!(names(&responses[2]["body"]), ["Kiosks"]);
        assert!(graph.names().await.contains("From a batch"));
    });
}

#[test]
fn a_malformed_batch_does_nothing() {
    trial!(|graph| {
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
            let (status, answer) = graph.send("POST", "/v1.0/$batch", Some(&json!({ "requests": requests }))).await;
            assert_eq!((status, &answer["error"]["code"]), (400, &json!("BadRequest")), "{requests}");
        }
        assert!(!graph.names().await.contains("Never"));
    });
}

#[test]
fn a_bad_profile_is_refused() {
    trial!(|graph| {
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
            let (status, answer) = graph.send("POST", CONFIGURATIONS, Some(&body)).await;
            let body = body.to_string().chars().take(300).collect::<String>();
            assert_eq!((status, &answer["error"]["code"]), (400, &json!("BadRequest")), "{body}");
        }
        assert_eq!(graph.names().await, before);
    });
}

#[test]
fn every_answer_can_be_traced_and_only_loopback_is_answered() {
    trial!(|graph| {
        let response = graph.request("GET", "/v1.0/groups/x").header("client-request-id", "mine").send().await.unwrap();
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
            assert_eq!(graph.send("GET", &format!("{CONFIGURATIONS}{unknown}"), None).await.0, 400, "{unknown}");
        }
        let sandbox = Sandbox::open(tempfile::tempdir().unwrap().path(), Options::default()).unwrap();
        let everywhere = sandbox.serve(([0, 0, 0, 0], 0).into()).await;
        assert!(matches!(everywhere, Err(Error::NotLoopback { .. })));
    });
}

#[test]
fn the_state_survives() {
    trial!(|graph| {
        let made = graph.create("Kept", json!([setting("String", "S", "s")])).await;
        let gone = graph.create("Deleted", json!([])).await;
        let pilot = to_group("groupAssignmentTarget", &graph.group("SSPR Pilot").await);
        let body = json!({ "assignments": [pilot] });
        graph.send("POST", &format!("{}/assign", path(&made)), Some(&body)).await;
        graph.send("DELETE", &path(&gone), None).await;
        let assignments = format!("{}/assignments", path(&made));
        let before = (graph.get(CONFIGURATIONS).await, graph.get(&assignments).await);
        let seed =
            Seed { groups: vec!["Kiosks".into(), "New".into()], scope_tags: vec!["Lab".into()], ..Seed::default() };
        for _ in 0..2 {
            graph.stop().await;
            graph.open(Options { seed: seed.clone(), ..Options::default() }).await;
        }
        let after = (graph.get(CONFIGURATIONS).await, graph.get(&assignments).await);
        assert_eq!((&before.0["value"], &before.1["value"]), (&after.0["value"], &after.1["value"]));
        let groups = names(&graph.get("/v1.0/groups").await);
        assert_eq!(groups.iter().filter(|name| *name == "Kiosks" || *name == "New").count(), 2);
        assert_eq!(graph.get("/beta/deviceManagement/roleScopeTags/3").await["displayName"], "Lab");
    });
}

#[test]
fn the_state_says_how_the_tenant_behaves() {
    trial!(|graph| {
        graph.stop().await;
        let state = graph.folder.path().join("sandbox.json");
        let mut json: Value = serde_json::from_slice(&fs::read(&state).unwrap()).unwrap();
        json["behaviour"] = json!({
            "page_size": 2,
            "max_page_size": 3,
            "assign_raises_version": true,
            "delete_status": 200,
            "patch_status": 204,
        });
        fs::write(&state, json.to_string()).unwrap();
        graph.open(Options::default()).await;
        let made = graph.create("Behaves", json!([])).await;
        let body = profile("Behaves", json!([]));
        assert_eq!(graph.send("PATCH", &path(&made), Some(&body)).await, (204, Value::Null));
        graph.send("POST", &format!("{}/assign", path(&made)), Some(&json!({ "assignments": [] }))).await;
        assert_eq!(graph.get(&path(&made)).await["version"], 3);
        assert_eq!(graph.send("DELETE", &path(&made), None).await, (200, Value::Null));
        assert_eq!(names(&graph.get(CONFIGURATIONS).await).len(), 2);
        assert_eq!(names(&graph.get(&format!("{CONFIGURATIONS}?$top=50")).await).len(), 3);
    });
}

#[test]
fn one_process_at_a_time() {
    trial!(|graph| {
        let folder = graph.folder.path().to_owned();
        for refused in [Sandbox::open(&folder, Options::default()).map(|_| ()), Sandbox::reset(&folder)] {
            assert!(refused.unwrap_err().to_string().starts_with("another sspr-policy uses this sandbox"));
        }
        graph.create("Forgotten", json!([])).await;
        graph.stop().await;
        Sandbox::reset(&folder).unwrap();
        Sandbox::reset(&folder).unwrap();
        graph.open(Options::default()).await;
        assert_eq!(graph.names().await.len(), 7);
    });
}

/// What opening says to a state whose files were changed by `break_it`; checks that nothing is overwritten.
async fn broken(break_it: impl FnOnce(&Path)) -> String {
    let mut graph = Trial::new(Options::default()).await;
    graph.create("One", json!([])).await;
    graph.create("Two", json!([])).await;
    graph.stop().await;
    let folder = graph.folder.path();
    break_it(folder);
    let files = || ["sandbox.json", "sandbox.log"].map(|name| fs::read(folder.join(name)).ok());
    let before = files();
    let error = Sandbox::open(folder, Options::default()).unwrap_err().to_string();
    assert_eq!(files(), before);
    error.replace(&folder.display().to_string(), "")
}

#[test]
fn a_broken_state_is_an_error_and_stays_as_it_is() {
    alone(async {
        let error = broken(|folder| fs::write(folder.join("sandbox.json"), "{\n  \"version\" 1 }").unwrap()).await;
        assert_eq!(
            error,
            "the sandbox's state /sandbox.json cannot be read: expected `:` at line 2 column 13; it was left as it is. \
             Run `sspr-policy sandbox reset` to start anew"
        );
        let edit = |file: &'static str, from: &'static str, to: &'static str| {
            move |folder: &Path| {
                let path = folder.join(file);
                let text = fs::read_to_string(&path).unwrap();
                assert!(text.contains(from), "{text}");
                fs::write(path, text.replacen(from, to, 1)).unwrap();
            }
        };
        let newer = broken(edit("sandbox.json", "\"version\": 1", "\"version\": 2")).await;
        assert!(newer.contains("written by a newer sspr-policy (format 2, this one knows 1)"), "{newer}");
        let knob = broken(edit("sandbox.json", "\"page_size\": 100", "\"page_size\": 0")).await;
        assert!(knob.contains("`behaviour.page_size` is not a number from 1"), "{knob}");
        let garbage = broken(edit("sandbox.log", "{\"write\":8", "garbage{")).await;
        assert!(garbage.contains("sandbox.log cannot be read: line 1: expected value"), "{garbage}");
        let hole = broken(edit("sandbox.log", "{\"write\":8", "{\"write\":18")).await;
        assert!(hole.contains("write 8 is missing"), "{hole}");
        let alone = broken(|folder| fs::remove_file(folder.join("sandbox.json")).unwrap()).await;
        assert!(alone.contains("it has no sandbox.json beside it"), "{alone}");
    });
}

#[test]
fn a_torn_last_write_never_happened() {
    trial!(|graph| {
        graph.create("Whole", json!([])).await;
        graph.create("Torn", json!([])).await;
        graph.stop().await;
        let log = graph.folder.path().join("sandbox.log");
        let bytes = fs::read(&log).unwrap();
        fs::write(&log, &bytes[..bytes.len() - 20]).unwrap();
        graph.open(Options::default()).await;
        let names = graph.names().await;
        assert_eq!((names.contains("Whole"), names.contains("Torn")), (true, false));
    });
}

#[test]
fn a_log_that_the_snapshot_holds_already_is_passed_over() {
    trial!(|graph| {
        graph.create("Once", json!([])).await;
        graph.stop().await;
        let log = graph.folder.path().join("sandbox.log");
        let bytes = fs::read(&log).unwrap();
        graph.open(Options::default()).await;
        graph.stop().await;
        // Killed after the new snapshot and before the log was emptied.
        fs::write(&log, bytes).unwrap();
        graph.open(Options::default()).await;
        assert_eq!(graph.names().await.len(), 8);
    });
}

#[test]
fn a_held_write_is_never_answered() {
    alone(async {
        for (when, there) in [(HoldWhen::Before, false), (HoldWhen::After, true)] {
            let hold = Some(Hold { write: 2, when });
            let mut graph = Trial::new(Options { hold, ..Options::default() }).await;
            graph.create("First", json!([])).await;
            // Refused, so it does not count.
            graph.send("POST", CONFIGURATIONS, Some(&profile("", json!([])))).await;
            let request = graph.request("POST", CONFIGURATIONS).json(&profile("Held", json!([])));
            let held = request.timeout(Duration::from_millis(300)).send().await;
            assert!(held.unwrap_err().is_timeout());
            graph.running.as_mut().unwrap().held().await;
            graph.create("Third", json!([])).await;
            graph.stop().await;
            graph.open(Options::default()).await;
            let names = graph.names().await;
            assert!(names.contains("First") && names.contains("Third"));
            assert_eq!(names.contains("Held"), there, "{when:?}");
        }
    });
}
