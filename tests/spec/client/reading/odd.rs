//! Profiles and batches that this version cannot read.

use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{odd, plain, planned, policy, profile, serve};
use crate::harness::{Repository, Served, TENANT, served};

const CUSTOM: &str = "windows10CustomConfiguration";

#[test]
fn profiles_of_other_kinds_may_contain_anything() {
    let assigned = json!([{ "id": "x", "target": null }]);
    let plans = [
        ("version", Value::Null),
        ("roleScopeTagIds", json!([0])),
        ("omaSettings", json!({ "a": 1 })),
        ("displayName", json!(7)),
        ("@odata.type", Value::Null),
        ("assignments", assigned),
    ]
    .map(|(field, value)| odd(&json!([profile("iosGeneralDeviceConfiguration", "", field, value)])).plan());
    assert!(plans.iter().all(|plan| *plan == plans[0]), "{plans:#?}");
    insta::assert_snapshot!(plans[0], @r#"
    Environment rehearsal   tenant sandbox (embedded, not your tenant)   owner contoso

      + camera                       "Cameras"
          + Camera/AllowCamera [device]                        Allowed (1)
          not assigned

    Scope tags: 1 new profile has none, so it gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 unchanged, 1 not managed here.
    Nothing was changed.
    exit 0
    "#);
}

#[test]
fn missing_properties_of_a_custom_profile_are_empty() {
    for (field, value) in [("version", Value::Null), ("roleScopeTagIds", json!([0])), ("description", Value::Null)] {
        let plan = odd(&json!([profile(CUSTOM, "", field, value)])).planned();
        let whole = "gets Default.\nPlan: 1 to add, 0 to change, 0 to delete; 0 unchanged, 1 not managed here.\n";
        assert!(plan.contains(whole), "{field}: {plan}");
    }
}

#[test]
fn an_unreadable_profile_that_is_not_managed_is_ignored() {
    let repo = odd(&json!([profile(CUSTOM, "", "omaSettings", json!({ "a": 1 }))]));
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment rehearsal   tenant sandbox (embedded, not your tenant)   owner contoso

      + camera                       "Cameras"
          + Camera/AllowCamera [device]                        Allowed (1)
          not assigned

    warning[SP0515]: the profile "Odd" ([id]) has data that this version cannot read
     |
     = note: `omaSettings`: invalid type: map, expected a sequence
     = help: open it in the Intune admin center and save it again; until then, it is not compared with the policies

    Scope tags: 1 new profile has none, so it gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 unchanged, 1 not managed here.
    Nothing was changed.
    exit 0
    "#);
    // Nothing adopts it, and no second one with its name is created.
    repo.policy("second", "name: Odd\nsettings: { Camera/AllowCamera: 1 }\n");
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment rehearsal   tenant sandbox (embedded, not your tenant)   owner contoso

      + camera                       "Cameras"
          + Camera/AllowCamera [device]                        Allowed (1)
          not assigned

    warning[SP0515]: the profile "Odd" ([id]) has data that this version cannot read
     |
     = note: `omaSettings`: invalid type: map, expected a sequence
     = help: open it in the Intune admin center and save it again; until then, it is not compared with the policies

    error[SP0517]: the tenant already has a profile "Odd" that is not managed here
     --> policies/second.yaml:1:7
      |
    1 | name: Odd
      |       ^^^ a second profile with this name would be created
      |
      = note: its ID: [id]
      = help: take it over with `adopt: { rehearsal: [id] }`, or choose another name

    Scope tags: 1 new profile has none, so it gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 unchanged, 1 not managed here; 1 error (SP0517).
    Nothing was changed.
    exit 1
    "#);
    repo.edit("second", "name: Odd\n", "name: Taken\nadopt: { rehearsal: 5f1c0000-0000-4000-8000-000000000001 }\n");
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment rehearsal   tenant sandbox (embedded, not your tenant)   owner contoso

      + camera                       "Cameras"
          + Camera/AllowCamera [device]                        Allowed (1)
          not assigned

    error[SP0515]: second cannot take over [id], which has data that this version cannot read
     --> policies/second.yaml:1:7
      |
    1 | name: Taken
      |       ^^^^^ only this policy is skipped
      |
      = note: `omaSettings`: invalid type: map, expected a sequence
      = help: open it in the Intune admin center and save it again; until then, it is not compared with the policies

    Scope tags: 1 new profile has none, so it gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 unchanged, 1 not managed here; 1 error (SP0515).
    Nothing was changed.
    exit 1
    "#);
    repo.remove("second");
    let imported = repo.ran("import").succeeds();
    insta::assert_snapshot!(format!("{}{}", imported.out, imported.err), @r#"
    skipped "Odd" (5f1c0000-0000-4000-8000-000000000001): has data that this version cannot read: `omaSettings`: invalid type: map, expected a sequence

    Import: nothing to write; 1 skipped, 0 of other kinds. Nothing was changed in the tenant.
    "#);
}

#[test]
fn an_unreadable_managed_profile_blocks_its_policy() {
    let marked = "Managed by sspr-policy, do not edit: contoso camera";
    let repo = odd(&json!([profile(CUSTOM, marked, "omaSettings", json!({ "a": 1 }))]));
    repo.policy("other", "name: Other\nsettings: { Experience/AllowCortana: 0 }\n");
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment rehearsal   tenant sandbox (embedded, not your tenant)   owner contoso

      + other                        "Other"
          + Experience/AllowCortana [device]                   Not allowed (0)
          not assigned

    error[SP0515]: the profile of camera ([id]) has data that this version cannot read
     --> policies/camera.yaml:1:7
      |
    1 | name: Cameras
      |       ^^^^^^^ only this policy is skipped
      |
      = note: `omaSettings`: invalid type: map, expected a sequence
      = help: open it in the Intune admin center and save it again; until then, it is not compared with the policies

    Scope tags: 1 new profile has none, so it gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 unchanged, 0 not managed here; 1 error (SP0515).
    Nothing was changed.
    exit 1
    "#);
    let repo = odd(&json!([profile(CUSTOM, &marked.replace("contoso", "fabrikam"), "version", json!("x"))]));
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment rehearsal   tenant sandbox (embedded, not your tenant)   owner contoso

      + camera                       "Cameras"
          + Camera/AllowCamera [device]                        Allowed (1)
          not assigned

    warning[SP0515]: the profile "Odd" ([id]) has data that this version cannot read
     |
     = note: `version`: invalid type: string "x", expected i64
     = help: open it in the Intune admin center and save it again; until then, it is not compared with the policies

    Scope tags: 1 new profile has none, so it gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 unchanged, 1 not managed here.
    Nothing was changed.
    exit 0
    "#);
}

#[test]
fn a_profile_that_may_be_managed_stops_the_plan() {
    let marked = "Managed by sspr-policy, do not edit: contoso camera";
    let said = [("description", json!(7)), ("@odata.type", Value::Null)]
        .map(|(field, value)| plain(&odd(&json!([profile(CUSTOM, marked, field, value)])).plan()));
    insta::assert_snapshot!(said.concat(), @r#"
    error: the profile "Odd" ([id]) has data that this version cannot read: `description`: invalid type: integer `7`, expected a string (request-id …)
    help: its owner cannot be determined, so the command stops: open it in the portal and save it again
    exit 1
    error: the profile "Odd" ([id]) has no type (`@odata.type`) (request-id …)
    help: its owner cannot be determined, so the command stops: open it in the portal and save it again
    exit 1
    "#);
}

/// A JWT that only contains the tenant.
fn token(tenant: &str) -> String {
    format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(json!({ "tid": tenant }).to_string()))
}

#[test]
fn a_token_of_another_tenant_only_reads_the_organization() {
    let tenant = tempfile::tempdir().unwrap();
    let server = Served::start(tenant.path(), None);
    let domain = served("contoso", &server.url, "").replace(TENANT, "contoso.example");
    let mut repo = Repository::new(&domain);
    repo.policy("camera", &policy("group: Kiosks"));
    repo.variables.insert("SSPR_POLICY_TOKEN".into(), token("8f6d1111-5a5a-4b4b-8c8c-5590c0de0003"));
    insta::assert_snapshot!(repo.plan(), @"
    error: the access token is for another tenant: contoso.example is [id], but the token is for [id]
    help: sign in with an identity of the configured tenant; only `/organization` was read
    exit 1
    ");
    assert_eq!(server.counters()["requests"], 1);
    repo.variables.insert("SSPR_POLICY_TOKEN".into(), token(TENANT));
    repo.ran("plan").succeeds();
}

#[test]
fn a_batch_without_an_answer_says_which_request_it_was() {
    let said = planned("lost_sub_answers: { path: groups }\n", "Kiosks");
    insta::assert_snapshot!(said, @"
    error: the answer to /v1.0/$batch cannot be used: the batch has no answer to /groups?$filter=displayName%20eq%20%27Kiosks%27&$select=id,displayName&$top=999&$count=true (request-id …)
    help: run again; if it fails again, something else may answer in Graph's place: run `sspr-policy doctor`
    exit 1
    ");
    insta::assert_snapshot!(planned("sub_request_failures: { path: groups, statuses: [418] }\n", "Kiosks"), @"
    error: GET /groups?$filter=displayName%20eq%20%27Kiosks%27&$select=id,displayName&$top=999&$count=true returned 418 InternalServerError: An error has occurred. (request-id …)
    exit 1
    ");
}

#[test]
fn a_refusal_in_a_batch_that_has_no_id_gets_that_of_the_batch() {
    let organization = json!({ "value": [{ "id": TENANT, "displayName": "Contoso", "verifiedDomains": [] }] });
    let refused = json!({ "responses": [{ "id": "0", "status": 403, "body": {} }] });
    let router = Router::new()
        .route("/v1.0/organization", get(async move || Json(organization)))
        .route("/v1.0/$batch", post(async move || ([("request-id", "of-the-batch")], Json(refused))));
    let repo = Repository::new(&served("contoso", &serve(router), ""));
    repo.policy("camera", &policy("group: Kiosks"));
    let said = repo.plan();
    assert!(said.contains(" returned 403: no reason was given (request-id of-the-batch)\n"), "{said}");
    assert!(said.ends_with("exit 1\n"), "{said}");
}
