//! Incomplete or contradictory pages and batches: they are read again, and if that does not help, there is no plan.

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::harness::background::Background;
use crate::harness::{Ran, Repository, Served, TENANT, normal, served};

const CAMERA: &str = "name: A\nsettings: { AboveLock/AllowToasts: 0 }\nassignments: { include: [{ group: Kiosks }] }\n";

/// A repository with one policy, for a server.
fn repository(url: &str) -> Repository {
    let repo = Repository::new(&served("contoso", url, ""));
    repo.policy("a", CAMERA);
    repo
}

/// The output of `plan` for a tenant with these faults, and which of them occurred.
fn planned(faults: &str) -> (Ran, Value) {
    let folder = tempfile::tempdir().unwrap();
    let server = Served::faulty(folder.path(), &format!("max_page_size: 4\n{faults}"), 1);
    let ran = repository(&server.url).ran("plan");
    (ran, server.counters()["faults"].clone())
}

/// The reason why there is no plan.
fn no_plan(faults: &str) -> String {
    let (ran, struck) = planned(faults);
    assert_eq!(ran.out, "", "{faults}");
    assert_ne!(struck, json!({}), "{faults}");
    ran.fails()
}

#[test]
fn an_answer_that_is_wrong_once_is_read_again() {
    let right = normal(&planned("").0.succeeds().out);
    for lie in [
        "duplicate_pages: { first: 1, path: deviceConfigurations }",
        "duplicate_pages: { first: 1, path: deviceConfigurations, what: object }",
        "missing_object: { first: 1, path: deviceConfigurations }",
        "missing_next_link: { first: 1, path: deviceConfigurations }",
        "late_pages: { first: 1 }",
        "lost_sub_answers: { first: 1 }",
        "duplicate_pages: { first: 1, path: groups }",
        "missing_object: { first: 1, path: groups }",
    ] {
        let (ran, struck) = planned(lie);
        assert_eq!(normal(&ran.succeeds().out), right, "{lie}");
        assert_eq!(struck[lie.split(':').next().unwrap()], 1, "{lie}");
    }
}

#[test]
fn a_page_that_comes_twice() {
    assert_snapshot!(no_plan("duplicate_pages: { path: deviceConfigurations }"), @"
    error: the answer to /beta/deviceManagement/deviceConfigurations?$top=1000&$expand=assignments&$skiptoken=YWZ0ZXI6MDphZ2Fpbg cannot be used: one object arrived twice, because the list changed while it was read: run again (request-id [id])
    help: run again; if it fails again, something else may answer in Graph's place: run `sspr-policy doctor`
    ");
}

#[test]
fn an_object_on_two_pages() {
    assert_snapshot!(no_plan("duplicate_pages: { what: object, path: deviceConfigurations }"), @"
    error: the answer to /beta/deviceManagement/deviceConfigurations?$top=1000&$expand=assignments cannot be used: one object arrived twice, because the list changed while it was read: run again (request-id [id])
    help: run again; if it fails again, something else may answer in Graph's place: run `sspr-policy doctor`
    ");
}

/// Only `$count` reveals it.
#[test]
fn a_list_that_lacks_an_object() {
    assert_snapshot!(no_plan("missing_object: { path: deviceConfigurations, on: [1, 3, 5] }"), @"
    error: the answer to /beta/deviceManagement/deviceConfigurations?$top=1000&$expand=assignments cannot be used: the server counts 7 profiles, but the list has 6 (request-id [id])
    help: run again; if it fails again, something else may answer in Graph's place: run `sspr-policy doctor`
    ");
}

#[test]
fn a_list_that_ends_too_early() {
    assert_snapshot!(no_plan("missing_next_link: { path: deviceConfigurations }"), @"
    error: the answer to /beta/deviceManagement/deviceConfigurations?$top=1000&$expand=assignments cannot be used: the server counts 7 profiles, but the list has 4 (request-id [id])
    help: run again; if it fails again, something else may answer in Graph's place: run `sspr-policy doctor`
    ");
}

#[test]
fn a_batch_that_lacks_an_answer() {
    assert_snapshot!(no_plan("lost_sub_answers: { path: groups }"), @"
    error: the answer to /v1.0/$batch cannot be used: the batch has no answer to /groups?$filter=displayName%20eq%20%27Kiosks%27&$select=id,displayName&$top=999&$count=true (request-id [id])
    help: run again; if it fails again, something else may answer in Graph's place: run `sspr-policy doctor`
    ");
}

/// A server with one tenant, whose profiles are in these pages, by the end of their URL. `[server]` in them is replaced
/// with the URL of the server. It runs in a thread that ends with the test's process.
fn paging(pages: &[(&'static str, String)]) -> String {
    let router = |url: &str| {
        let organization = json!({ "value": [{ "id": TENANT, "displayName": "Contoso" }] }).to_string();
        let mut answers = vec![("/v1.0/organization", organization)];
        answers.extend(pages.iter().map(|(end, body)| (*end, body.replace("[server]", url))));
        let answer = async move |request: Request| {
            let url = request.uri().to_string();
            let found = answers.iter().find(|(end, _)| url.ends_with(end));
            let status = if found.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
            (status, [(CONTENT_TYPE, "application/json")], found.map_or("{}".to_owned(), |(_, body)| body.clone()))
        };
        Router::new().fallback(answer)
    };
    Background::serve(router).for_good()
}

/// The end of the first page's URL.
const FIRST: &str = "?$top=1000&$expand=assignments";

/// A page with one profile, of a kind that plans ignore.
fn page(id: &str, next: &str) -> String {
    let profile = json!({ "@odata.type": "#microsoft.graph.iosCustomConfiguration", "id": id });
    json!({ "@odata.count": 3, "value": [profile], "@odata.nextLink": next }).to_string()
}

const SECOND: &str = "[server]/beta/deviceManagement/deviceConfigurations?page=2";
const THIRD: &str = "[server]/beta/deviceManagement/deviceConfigurations?page=3";

/// The output of `plan` for such a tenant. The policy is not assigned, so no group is read.
fn said_of(pages: &[(&'static str, String)]) -> String {
    let repo = repository(&paging(pages));
    repo.edit("a", "[{ group: Kiosks }]", "[]");
    let ran = repo.ran("plan");
    assert_eq!(ran.out, "");
    ran.fails()
}

#[test]
fn fewer_objects_than_are_announced() {
    let last = json!({ "value": [{ "id": "2" }] }).to_string();
    assert_snapshot!(said_of(&[(FIRST, page("1", SECOND)), ("?page=2", last)]), @"
    error: the answer to /beta/deviceManagement/deviceConfigurations?page=2 cannot be used: 3 objects were announced, but 2 arrived (request-id [id])
    help: run again; if it fails again, something else may answer in Graph's place: run `sspr-policy doctor`
    ");
}

#[test]
fn links_that_form_a_cycle() {
    let last = json!({ "value": [], "@odata.nextLink": SECOND }).to_string();
    let pages = [(FIRST, page("1", SECOND)), ("?page=2", page("2", THIRD)), ("?page=3", last)];
    assert_snapshot!(said_of(&pages), @"
    error: the answer to /beta/deviceManagement/deviceConfigurations?page=3 cannot be used: the links to the next page form a loop (request-id [id])
    help: run again; if it fails again, something else may answer in Graph's place: run `sspr-policy doctor`
    ");
}

/// The other server would get the token.
#[test]
fn a_link_to_another_server() {
    let folder = tempfile::tempdir().unwrap();
    let other = Served::start(folder.path(), None);
    let elsewhere = format!("{}/beta/deviceManagement/deviceConfigurations", other.url);
    let said = said_of(&[(FIRST, page("1", &elsewhere))]);
    assert_snapshot!(said.replace(&other.url, "http://elsewhere"), @"
    error: the answer to /beta/deviceManagement/deviceConfigurations?$top=1000&$expand=assignments cannot be used: the link to the next page leads to another server: http://elsewhere/beta/deviceManagement/deviceConfigurations (request-id [id])
    help: run again; if it fails again, something else may answer in Graph's place: run `sspr-policy doctor`
    ");
    assert_eq!(other.counters()["requests"], 0);
    // A URL that only begins like the server's is a different server, too.
    let said = said_of(&[(FIRST, page("1", "[server].contoso.example/beta"))]);
    assert!(said.contains("the link to the next page leads to another server: http://127.0.0.1:"), "{said}");
}

#[test]
fn an_invalid_link_and_an_invalid_page() {
    let first = json!({ "value": [], "@odata.nextLink": { "page": 2 } }).to_string();
    assert_snapshot!(said_of(&[(FIRST, first)]), @"
    error: the answer to /beta/deviceManagement/deviceConfigurations?$top=1000&$expand=assignments cannot be used: its link to the next page is not a URL (request-id [id])
    help: run again; if it fails again, something else may answer in Graph's place: run `sspr-policy doctor`
    ");
    let second = json!({ "values": [] }).to_string();
    assert_snapshot!(said_of(&[(FIRST, page("1", SECOND)), ("?page=2", second)]), @"
    error: the answer to /beta/deviceManagement/deviceConfigurations?page=2 cannot be used: it should be a list, but it has no `value` (request-id [id])
    help: run again; if it fails again, something else may answer in Graph's place: run `sspr-policy doctor`
    ");
}
