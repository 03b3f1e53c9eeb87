//! A tenant that tells only a part, or tells it oddly: the rest is asked for, or there is no plan; and what is others'
//! stops nobody.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod support;

use axum::routing::{MethodRouter, get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use support::background::Background;
use support::{Repo, Served, TENANT, served};

/// What `plan` says of a policy for this group, in a tenant with these faults.
fn planned(faults: &str, group: &str) -> String {
    let tenant = tempfile::tempdir().unwrap();
    let server = Served::faulty(tenant.path(), faults, 7);
    let repo = Repo::new(&served("contoso", &server.url, ""));
    repo.policy("camera", &policy(&format!("group: {group}")));
    plain(&repo.plan())
}

fn policy(include: &str) -> String {
    format!("name: Cameras\nsettings: {{ Camera/AllowCamera: 1 }}\nassignments: {{ include: [{{ {include} }}] }}\n")
}

/// Without what a sandbox invents anew, and how long it took.
fn plain(text: &str) -> String {
    let text = regex::Regex::new(r"request-id [0-9a-z\[\]-]+").unwrap().replace_all(text, "request-id …").into_owned();
    regex::Regex::new(r"requests, \d+\.\d s").unwrap().replace(&text, "requests").into_owned()
}

#[test]
fn a_count_that_fails_is_no_count_that_is_missing() {
    let faults = "\
server_errors: { path: /$count, statuses: [503], page: json }
missing_object: { path: deviceConfigurations, after: 0 }
";
    insta::assert_snapshot!(planned(faults, "Kiosks"), @"
    error: GET /beta/deviceManagement/deviceConfigurations/$count was answered 503 ServiceUnavailable: The service is temporarily unavailable. (request-id …)
    exit 1
    ");
}

#[test]
fn a_list_that_lacks_an_object_is_no_plan() {
    insta::assert_snapshot!(planned("missing_object: { path: deviceConfigurations }\n", "Kiosks"), @"
    error: the answer to /beta/deviceManagement/deviceConfigurations?$top=1000&$expand=assignments cannot be used: 7 profiles are counted, and 6 came (request-id …)
    help: run again; if it stays, something between here and Graph answers in its place: `sspr-policy doctor`
    exit 1
    ");
}

#[test]
fn one_of_two_groups_with_one_name_is_not_taken_for_the_only_one() {
    insta::assert_snapshot!(planned("missing_object: { path: groups, of: GET }\n", "Front Desk"), @"
    error: the answer to /groups?$filter=displayName%20eq%20%27Front%20Desk%27&$select=id,displayName&$top=999&$count=true cannot be used: 2 groups are counted, and 1 came (request-id …)
    help: run again; if it stays, something between here and Graph answers in its place: `sspr-policy doctor`
    exit 1
    ");
    // What is whole the second time is as good as what was whole at once.
    insta::assert_snapshot!(planned("missing_object: { path: groups, first: 1 }\n", "Front Desk"), @"
    error[SP0502]: the tenant has 2 groups `Front Desk`
     --> policies/camera.yaml:3:35
      |
    3 | assignments: { include: [{ group: Front Desk }] }
      |                                   ^^^^^^^^^^ which of them is meant?
      |
      = note: candidates: [id], [id]
      = help: write `{ group: Front Desk, id: … }` with the id of the one that is meant
    error: 1 error in the files; nothing was done
    exit 1
    ");
}

#[test]
fn one_of_two_filters_with_one_name_is_not_taken_for_the_only_one() {
    insta::assert_snapshot!(planned("missing_object: { path: assignmentFilters }\n", "Kiosks, filter: Duplicate filter"), @"
    error: the answer to /beta/deviceManagement/assignmentFilters?$select=id,displayName&$count=true cannot be used: 4 objects are announced, and 3 came (request-id …)
    help: run again; if it stays, something between here and Graph answers in its place: `sspr-policy doctor`
    exit 1
    ");
}

/// No settings catalog is there.
fn no_catalog() -> MethodRouter {
    let answer = |id: u8| json!({ "id": id.to_string(), "status": 404, "body": {} });
    let body = json!({ "responses": [answer(0), answer(1)] });
    post(async move || Json(body))
}

/// The repository of a tenant that holds these profiles, and answers nothing but what a plan without groups reads.
fn odd(profiles: &Value) -> Repo {
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
    let repo = Repo::new(&served("contoso", &serve(router), ""));
    repo.policy("camera", "name: Cameras\nsettings: { Camera/AllowCamera: 1 }\n");
    repo
}

const PROFILES: &str = "/beta/deviceManagement/deviceConfigurations";
const COUNT: &str = "/beta/deviceManagement/deviceConfigurations/$count";

#[test]
fn what_a_server_does_not_count_is_said() {
    let organization = json!({ "value": [{ "id": TENANT, "displayName": "Contoso", "verifiedDomains": [] }] });
    let answer = |body: Value| get(async move || Json(body));
    let router = Router::new().route("/v1.0/organization", answer(organization)).route("/beta/$batch", no_catalog());
    let repo = Repo::new(&served("contoso", &serve(router.route(PROFILES, answer(json!({ "value": [] })))), ""));
    repo.policy("camera", "name: Cameras\nsettings: { Camera/AllowCamera: 1 }\n");
    let said = repo.run(&["plan"]).succeeds();
    let line = said.out.lines().find(|line| line.starts_with("Read ")).unwrap_or_default().to_owned();
    assert!(line.ends_with(" s; this server does not count profiles"), "{}{}", said.out, said.err);
}

/// The line of a plan that says how much was read, without the time.
fn read(faults: &str, include: &str) -> String {
    let tenant = tempfile::tempdir().unwrap();
    let server = Served::faulty(tenant.path(), faults, 7);
    let repo = Repo::new(&served("contoso", &server.url, ""));
    repo.policy("camera", &policy(include));
    repo.apply().succeeds();
    let plan = repo.run(&["plan"]).succeeds();
    let line = plan.out.lines().find(|line| line.starts_with("Read ")).unwrap().to_owned();
    plain(&line)
}

#[test]
fn a_second_witness_costs_no_request() {
    let groups = "group: Kiosks }, { group: SSPR Pilot }, { group: All Staff";
    insta::assert_snapshot!(read("{}", groups), @"Read 8 profiles and 3 names in 5 requests");
    insta::assert_snapshot!(read("{}", "group: Kiosks, filter: Kiosk hardware"), @"Read 8 profiles and 5 names in 6 requests");
}

#[test]
fn what_a_server_refuses_to_count_is_read_without() {
    // Once for the apply, once for the plan.
    let faults = "sub_request_failures: { path: groups, statuses: [400], on: [1, 4] }\n";
    insta::assert_snapshot!(read(faults, "group: Kiosks"), @"Read 8 profiles and 1 name in 6 requests; this server does not count groups");
    let faults = "server_errors: { path: assignmentFilters, statuses: [500], page: json, first: 6 }\n";
    insta::assert_snapshot!(planned(faults, "Kiosks, filter: Kiosk hardware"), @r#"
    Environment rehearsal   tenant sandbox (embedded, not your tenant)   owner contoso
    Read 7 profiles and 5 names in 15 requests; this server does not count filters

      + camera                       "Cameras"
          + Camera/AllowCamera [device]                        Allowed (1)
          + assignment  include group Kiosks (filter include Kiosk hardware)   12 devices

    warning[R04] unequal-values: Camera/AllowCamera has another value in "Portal - Camera" (in the
      tenant)
      --> policies/camera.yaml:2:13  both may reach the same devices
      = which of the two a device gets is not defined
      = source: Microsoft, device-profile-troubleshoot: custom settings that conflict "are applied
        randomly"
      = help: set it in one policy, or let the audiences exclude each other

    Reach: +12 devices at most (Kiosks).
    Scope tags: 1 new profile names none, and gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    exit 0
    "#);
}

fn serve(router: Router) -> String {
    Background::serve(|_| router).for_good()
}

/// A profile in which one thing is odd.
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

const CUSTOM: &str = "windows10CustomConfiguration";

#[test]
fn profiles_of_other_kinds_may_hold_anything() {
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
          assigned to nobody

    Scope tags: 1 new profile names none, and gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 as written, 1 not ours.
    Nothing was changed.
    exit 0
    "#);
}

#[test]
fn what_is_not_said_of_a_custom_profile_is_nothing() {
    for (field, value) in [("version", Value::Null), ("roleScopeTagIds", json!([0])), ("description", Value::Null)] {
        let plan = odd(&json!([profile(CUSTOM, "", field, value)])).plan();
        let whole = "gets Default.\nPlan: 1 to add, 0 to change, 0 to delete; 0 as written, 1 not ours.\n";
        assert!(plan.contains(whole), "{field}: {plan}");
    }
}

#[test]
fn a_custom_profile_of_others_that_cannot_be_understood_is_left_alone() {
    let repo = odd(&json!([profile(CUSTOM, "", "omaSettings", json!({ "a": 1 }))]));
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment rehearsal   tenant sandbox (embedded, not your tenant)   owner contoso

      + camera                       "Cameras"
          + Camera/AllowCamera [device]                        Allowed (1)
          assigned to nobody

    warning[SP0515] the profile "Odd" ([id]) cannot be understood
      = `omaSettings`: invalid type: map, expected a sequence
      = help: look at it in the portal, and save it there once more; until then it is not compared with
        the policies

    Scope tags: 1 new profile names none, and gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 as written, 1 not ours.
    Nothing was changed.
    exit 0
    "#);
    // Nobody takes it over, and no second one of its name is made.
    repo.policy("second", "name: Odd\nsettings: { Camera/AllowCamera: 1 }\n");
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment rehearsal   tenant sandbox (embedded, not your tenant)   owner contoso

      + camera                       "Cameras"
          + Camera/AllowCamera [device]                        Allowed (1)
          assigned to nobody

    warning[SP0515] the profile "Odd" ([id]) cannot be understood
      = `omaSettings`: invalid type: map, expected a sequence
      = help: look at it in the portal, and save it there once more; until then it is not compared with
        the policies

    error[SP0517] the tenant has a profile "Odd" that is not ours
      --> policies/second.yaml:1:7  a second profile of this name would be made
      = its id: [id]
      = help: take it over with `adopt: { rehearsal: [id] }`, or choose
        another name

    Scope tags: 1 new profile names none, and gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 as written, 1 not ours; 1 error.
    Nothing was changed.
    exit 1
    "#);
    repo.edit("second", "name: Odd\n", "name: Taken\nadopt: { rehearsal: 5f1c0000-0000-4000-8000-000000000001 }\n");
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment rehearsal   tenant sandbox (embedded, not your tenant)   owner contoso

      + camera                       "Cameras"
          + Camera/AllowCamera [device]                        Allowed (1)
          assigned to nobody

    error[SP0515] second cannot take over [id], which cannot be
      understood
      --> policies/second.yaml:1:7  this policy waits, the others do not
      = `omaSettings`: invalid type: map, expected a sequence
      = help: look at it in the portal, and save it there once more; until then it is not compared with
        the policies

    Scope tags: 1 new profile names none, and gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 as written, 1 not ours; 1 error.
    Nothing was changed.
    exit 1
    "#);
    repo.remove("second");
    let imported = repo.run(&["import"]);
    insta::assert_snapshot!(format!("{}{}", imported.out, imported.err), @r#"
    skipped "Odd" (5f1c0000-0000-4000-8000-000000000001): cannot be understood: `omaSettings`: invalid type: map, expected a sequence

    Import: nothing to write; 1 skipped, 0 of other kinds. Nothing was changed in the tenant.
    "#);
}

#[test]
fn a_profile_of_ours_that_cannot_be_understood_blocks_its_policy() {
    let marked = "Managed by sspr-policy, do not edit: contoso camera";
    let repo = odd(&json!([profile(CUSTOM, marked, "omaSettings", json!({ "a": 1 }))]));
    repo.policy("other", "name: Other\nsettings: { Experience/AllowCortana: 0 }\n");
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment rehearsal   tenant sandbox (embedded, not your tenant)   owner contoso

      + other                        "Other"
          + Experience/AllowCortana [device]                   Not allowed (0)
          assigned to nobody

    error[SP0515] the profile of camera ([id]) cannot be understood
      --> policies/camera.yaml:1:7  this policy waits, the others do not
      = `omaSettings`: invalid type: map, expected a sequence
      = help: look at it in the portal, and save it there once more; until then it is not compared with
        the policies

    Scope tags: 1 new profile names none, and gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 as written, 0 not ours; 1 error.
    Nothing was changed.
    exit 1
    "#);
    let repo = odd(&json!([profile(CUSTOM, &marked.replace("contoso", "fabrikam"), "version", json!("x"))]));
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment rehearsal   tenant sandbox (embedded, not your tenant)   owner contoso

      + camera                       "Cameras"
          + Camera/AllowCamera [device]                        Allowed (1)
          assigned to nobody

    warning[SP0515] the profile "Odd" ([id]) cannot be understood
      = `version`: invalid type: string "x", expected i64
      = help: look at it in the portal, and save it there once more; until then it is not compared with
        the policies

    Scope tags: 1 new profile names none, and gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 as written, 1 not ours.
    Nothing was changed.
    exit 0
    "#);
}

#[test]
fn a_profile_that_may_be_ours_stops_the_plan() {
    let marked = "Managed by sspr-policy, do not edit: contoso camera";
    let said = [("description", json!(7)), ("@odata.type", Value::Null)]
        .map(|(field, value)| plain(&odd(&json!([profile(CUSTOM, marked, field, value)])).plan()));
    insta::assert_snapshot!(said.concat(), @r#"
    error: the profile "Odd" ([id]) cannot be understood: `description`: invalid type: integer `7`, expected a string (request-id …)
    help: whose it is cannot be told, so nothing is done without it: look at it in the portal, and save it there once more
    exit 1
    error: the profile "Odd" ([id]) does not say its kind (`@odata.type`) (request-id …)
    help: whose it is cannot be told, so nothing is done without it: look at it in the portal, and save it there once more
    exit 1
    "#);
}

/// A JWT that says whose it is, and nothing else.
fn token(tenant: &str) -> String {
    format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(json!({ "tid": tenant }).to_string()))
}

#[test]
fn a_token_of_another_tenant_sees_nothing_but_the_organization() {
    let tenant = tempfile::tempdir().unwrap();
    let server = Served::start(tenant.path(), None);
    let domain = served("contoso", &server.url, "").replace(TENANT, "contoso.example");
    let mut repo = Repo::new(&domain);
    repo.policy("camera", &policy("group: Kiosks"));
    repo.variables.insert("SSPR_POLICY_TOKEN".into(), token("8f6d1111-5a5a-4b4b-8c8c-5590c0de0003"));
    insta::assert_snapshot!(repo.plan(), @"
    error: the access token is for another tenant: contoso.example is [id], and the token says [id]
    help: use an identity of the configured tenant; nothing but `/organization` was asked
    exit 1
    ");
    assert_eq!(support::Graph::new(&server.own).get("/sandbox/counters")["requests"], 1);
    repo.variables.insert("SSPR_POLICY_TOKEN".into(), token(TENANT));
    repo.run(&["plan"]).succeeds();
}

#[test]
fn a_batch_without_an_answer_says_which_request_it_was() {
    let said = planned("lost_sub_answers: { path: groups }\n", "Kiosks");
    insta::assert_snapshot!(said, @"
    error: the answer to /v1.0/$batch cannot be used: the batch has no answer to /groups?$filter=displayName%20eq%20%27Kiosks%27&$select=id,displayName&$top=999&$count=true (request-id …)
    help: run again; if it stays, something between here and Graph answers in its place: `sspr-policy doctor`
    exit 1
    ");
    insta::assert_snapshot!(planned("sub_request_failures: { path: groups, statuses: [418] }\n", "Kiosks"), @"
    error: GET /groups?$filter=displayName%20eq%20%27Kiosks%27&$select=id,displayName&$top=999&$count=true was answered 418 InternalServerError: An error has occurred. (request-id …)
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
    let repo = Repo::new(&served("contoso", &serve(router), ""));
    repo.policy("camera", &policy("group: Kiosks"));
    let said = repo.plan();
    assert!(said.contains(" was answered 403: no reason was given (request-id of-the-batch)\n"), "{said}");
}
