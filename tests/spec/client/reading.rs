//! Tenants with incomplete or unusual data: the rest is read, or there is no plan. Unusual profiles that are not
//! managed here do not stop anything.

mod incomplete;
mod odd;

use axum::routing::{MethodRouter, get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::harness::background::Background;
use crate::harness::{Repository, Served, TENANT, served};

/// The output of `plan` for a policy with this group, in a tenant with these faults.
fn planned(faults: &str, group: &str) -> String {
    let tenant = tempfile::tempdir().unwrap();
    let server = Served::faulty(tenant.path(), faults, 7);
    let repo = Repository::new(&served("contoso", &server.url, ""));
    repo.policy("camera", &policy(&format!("group: {group}")));
    plain(&repo.plan())
}

fn policy(include: &str) -> String {
    format!("name: Cameras\nsettings: {{ Camera/AllowCamera: 1 }}\nassignments: {{ include: [{{ {include} }}] }}\n")
}

/// The text without random IDs and durations.
fn plain(text: &str) -> String {
    let text = regex::Regex::new(r"request-id [0-9a-z\[\]-]+").unwrap().replace_all(text, "request-id …").into_owned();
    regex::Regex::new(r"requests, \d+\.\d s").unwrap().replace(&text, "requests").into_owned()
}

/// A tenant without a settings catalog.
fn no_catalog() -> MethodRouter {
    let answer = |id: u8| json!({ "id": id.to_string(), "status": 404, "body": {} });
    let body = json!({ "responses": [answer(0), answer(1)] });
    post(async move || Json(body))
}

/// The repository of a tenant with these profiles, which only answers the requests of a plan without groups.
fn odd(profiles: &Value) -> Repository {
    let organization = json!({ "value": [{ "id": TENANT, "displayName": "Contoso", "verifiedDomains": [] }] });
    let answers = [
        ("/v1.0/organization", organization.to_string()),
        (PROFILES, json!({ "value": profiles }).to_string()),
        (COUNT, profiles.as_array().unwrap().len().to_string()),
    ];
    let mut router = Router::new();
    for (path, body) in answers {
        router = router.route(path, get(async move || ([("content-type", "application/json")], body)));
    }
    router = router.route("/beta/$batch", no_catalog());
    let repo = Repository::new(&served("contoso", &serve(router), ""));
    repo.policy("camera", "name: Cameras\nsettings: { Camera/AllowCamera: 1 }\n");
    repo
}

const PROFILES: &str = "/beta/deviceManagement/deviceConfigurations";

const COUNT: &str = "/beta/deviceManagement/deviceConfigurations/$count";

fn serve(router: Router) -> String {
    Background::serve(|_| router).for_good()
}

/// A profile with one unusual property.
fn profile(kind: &str, description: &str, field: &str, value: Value) -> Value {
    let mut profile = json!({
        "@odata.type": format!("#microsoft.graph.{kind}"),
        "id": "5f1c0000-0000-4000-8000-000000000001",
        "displayName": "Odd",
        "description": description,
        "version": 1,
        "roleScopeTagIds": ["0"],
        "omaSettings": [],
        "assignments": [],
    });
    profile[field] = value;
    profile
}
