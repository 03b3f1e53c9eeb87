//! The embedded Graph, as an HTTP client sees it.

mod approvals;
mod faults;
mod lists;
mod requests;
mod state;

use serde_json::{Value, json};

use crate::harness::CONFIGURATIONS;
use crate::harness::trial::{Trial, custom};

async fn create(graph: &Trial, name: &str, settings: Value) -> Value {
    let (status, body) = graph.ask("POST", CONFIGURATIONS, Some(&profile(name, settings))).await;
    assert_eq!(status, 201, "{body}");
    body
}

/// The ID of a group.
async fn group(graph: &Trial, name: &str) -> Value {
    let groups = graph.get("/v1.0/groups").await;
    groups["value"].as_array().unwrap().iter().find(|group| group["displayName"] == name).unwrap()["id"].clone()
}

fn profile(name: &str, settings: Value) -> Value {
    let mut profile = custom(name);
    profile["omaSettings"] = settings;
    profile
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
