//! Incomplete lists, counts and names.

use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::{PROFILES, no_catalog, plain, planned, policy, serve};
use crate::harness::{Repository, Served, TENANT, served};

#[test]
fn a_failed_count_is_not_a_missing_count() {
    let faults = "\
server_errors: { path: /$count, statuses: [503], page: json }
missing_object: { path: deviceConfigurations, after: 0 }
";
    insta::assert_snapshot!(planned(faults, "Kiosks"), @"
    error: GET /beta/deviceManagement/deviceConfigurations/$count returned 503 ServiceUnavailable: The service is temporarily unavailable. (request-id …)
    exit 1
    ");
}

#[test]
fn an_incomplete_list_stops_the_plan() {
    insta::assert_snapshot!(planned("missing_object: { path: deviceConfigurations }\n", "Kiosks"), @"
    error: the answer to /beta/deviceManagement/deviceConfigurations?$top=1000&$expand=assignments cannot be used: the server counts 7 profiles, but the list has 6 (request-id …)
    help: run again; if it fails again, something else may answer in Graph's place: run `sspr-policy doctor`
    exit 1
    ");
}

#[test]
fn an_incomplete_list_does_not_make_a_group_name_unique() {
    insta::assert_snapshot!(planned("missing_object: { path: groups, of: GET }\n", "Front Desk"), @"
    error: the answer to /groups?$filter=displayName%20eq%20%27Front%20Desk%27&$select=id,displayName&$top=999&$count=true cannot be used: the server counts 2 groups, but the list has 1 (request-id …)
    help: run again; if it fails again, something else may answer in Graph's place: run `sspr-policy doctor`
    exit 1
    ");
    // A list that is complete the second time is as good as one that was complete at once.
    insta::assert_snapshot!(planned("missing_object: { path: groups, first: 1 }\n", "Front Desk"), @"
    error[SP0502]: the tenant has 2 groups `Front Desk`
     --> policies/camera.yaml:3:35
      |
    3 | assignments: { include: [{ group: Front Desk }] }
      |                                   ^^^^^^^^^^ this name is not unique
      |
      = note: candidates: [id], [id]
      = help: write `{ group: Front Desk, id: … }` with the ID of the right one
    error: 1 error in the files; nothing was done
    exit 1
    ");
}

#[test]
fn an_incomplete_list_does_not_make_a_filter_name_unique() {
    insta::assert_snapshot!(planned("missing_object: { path: assignmentFilters }\n", "Kiosks, filter: Duplicate filter"), @"
    error: the answer to /beta/deviceManagement/assignmentFilters?$select=id,displayName&$count=true cannot be used: 4 objects were announced, but 3 arrived (request-id …)
    help: run again; if it fails again, something else may answer in Graph's place: run `sspr-policy doctor`
    exit 1
    ");
}

#[test]
fn a_missing_count_is_reported() {
    let organization = json!({ "value": [{ "id": TENANT, "displayName": "Contoso", "verifiedDomains": [] }] });
    let answer = |body: Value| get(async move || Json(body));
    let router = Router::new().route("/v1.0/organization", answer(organization)).route("/beta/$batch", no_catalog());
    let repo = Repository::new(&served("contoso", &serve(router.route(PROFILES, answer(json!({ "value": [] })))), ""));
    repo.policy("camera", "name: Cameras\nsettings: { Camera/AllowCamera: 1 }\n");
    let said = repo.ran("plan").succeeds();
    let line = said.out.lines().find(|line| line.starts_with("Read ")).unwrap_or_default().to_owned();
    assert!(line.ends_with(" s; this server did not confirm the number of profiles"), "{}{}", said.out, said.err);
}

/// The line of a plan with the amount of data read, without the time.
fn read(faults: &str, include: &str) -> String {
    let tenant = tempfile::tempdir().unwrap();
    let server = Served::faulty(tenant.path(), faults, 7);
    let repo = Repository::new(&served("contoso", &server.url, ""));
    repo.policy("camera", &policy(include));
    repo.apply().succeeds();
    let plan = repo.ran("plan").succeeds();
    let line = plan.out.lines().find(|line| line.starts_with("Read ")).unwrap().to_owned();
    plain(&line)
}

#[test]
fn a_second_count_does_not_need_a_request() {
    let groups = "group: Kiosks }, { group: SSPR Pilot }, { group: All Staff";
    insta::assert_snapshot!(read("{}", groups), @"Read 8 profiles and 3 names in 5 requests");
    insta::assert_snapshot!(read("{}", "group: Kiosks, filter: Kiosk hardware"), @"Read 8 profiles and 5 names in 6 requests");
}

#[test]
fn a_list_is_read_without_a_refused_count() {
    // Once for the apply, once for the plan.
    let faults = "sub_request_failures: { path: groups, statuses: [400], on: [1, 4] }\n";
    insta::assert_snapshot!(read(faults, "group: Kiosks"), @"Read 8 profiles and 1 name in 6 requests; this server did not confirm the number of groups");
    let faults = "server_errors: { path: assignmentFilters, statuses: [500], page: json, first: 6 }\n";
    insta::assert_snapshot!(planned(faults, "Kiosks, filter: Kiosk hardware"), @r#"
    Environment rehearsal   tenant sandbox (embedded, not your tenant)   owner contoso
    Read 7 profiles and 5 names in 17 requests; this server did not confirm the number of filters

      + camera                       "Cameras"
          + Camera/AllowCamera [device]                        Allowed (1)
          + assignment  include group Kiosks (filter include Kiosk hardware)   12 devices

    warning[R04]: unequal-values: Camera/AllowCamera has a different value in "Portal - Camera" (in the tenant)
     --> policies/camera.yaml:2:13
      |
    2 | settings: { Camera/AllowCamera: 1 }
      |             ^^^^^^^^^^^^^^^^^^ both may reach the same devices
      |
      = note: it is not defined which of the two values a device gets
      = note: source: Microsoft, device-profile-troubleshoot: custom settings that conflict "are applied randomly"
      = help: set it in one policy only, or assign the two policies to different devices

    Reach: +12 devices at most (Kiosks).
    Scope tags: 1 new profile has none, so it gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0
    "#);
}
