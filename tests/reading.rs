//! A tenant that tells only a part, or tells it oddly: the rest is asked for, or there is no plan; and what is others'
//! stops nobody.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod support;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use support::{EMBEDDED, Repo, Served, TENANT, served, text};

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

/// Without what a sandbox invents anew.
fn plain(text: &str) -> String {
    let ids = regex::Regex::new(r"request-id [0-9a-z\[\]-]+").unwrap();
    ids.replace_all(text, "request-id …").into_owned()
}

#[test]
fn a_count_that_fails_is_no_count_that_is_missing() {
    let faults = "\
server_errors: { path: /$count, statuses: [503], page: json }
missing_object: { path: deviceConfigurations, after: 0 }
";
    insta::assert_snapshot!(planned(faults, "Kiosks"), @"");
}

#[test]
fn a_list_that_lacks_an_object_is_no_plan() {
    insta::assert_snapshot!(planned("missing_object: { path: deviceConfigurations }\n", "Kiosks"), @"");
}

#[test]
fn one_of_two_groups_with_one_name_is_not_taken_for_the_only_one() {
    insta::assert_snapshot!(planned("missing_object: { path: groups, of: GET }\n", "Front Desk"), @"");
    // What is whole the second time is as good as what was whole at once.
    insta::assert_snapshot!(planned("missing_object: { path: groups, first: 1 }\n", "Front Desk"), @"");
}

#[test]
fn one_of_two_filters_with_one_name_is_not_taken_for_the_only_one() {
    insta::assert_snapshot!(planned("missing_object: { path: assignmentFilters }\n", "Kiosks, filter: Duplicate filter"), @"");
}

/// A tenant in which somebody has been: `change` is what is found there in place of the named profile.
fn odd(name: &str, change: impl Fn(&mut Value)) -> Repo {
    let repo = Repo::new(EMBEDDED);
    repo.policy("camera", &policy("group: Kiosks"));
    repo.apply().succeeds();
    let mut state: Value = serde_json::from_str(&repo.read(".sspr-policy/sandbox.json")).unwrap();
    let all = state["deviceConfigurations"].as_array_mut().unwrap();
    change(all.iter_mut().find(|one| one["profile"]["displayName"] == name).unwrap());
    repo.write(".sspr-policy/sandbox.json", &state.to_string());
    repo
}

#[test]
fn profiles_of_other_kinds_may_hold_anything() {
    let ios = "iOS - Corporate restrictions";
    for (name, value) in [
        ("version", Value::Null),
        ("roleScopeTagIds", json!([0])),
        ("omaSettings", json!({ "a": 1 })),
        ("displayName", json!(7)),
        ("@odata.type", Value::Null),
    ] {
        odd(ios, |one| one["profile"][name] = value.clone()).assert_converged();
    }
    odd(ios, |one| one["assignments"] = json!([{ "id": "x", "target": null }])).assert_converged();
}

#[test]
fn a_custom_profile_of_others_that_cannot_be_understood_is_left_alone() {
    let repo = odd("Portal - Camera", |one| one["profile"]["omaSettings"] = json!({ "a": 1 }));
    insta::assert_snapshot!(repo.plan(), @"");
    // Neither does anybody take it over, nor is a second one of its name made.
    let state: Value = serde_json::from_str(&repo.read(".sspr-policy/sandbox.json")).unwrap();
    let all = state["deviceConfigurations"].as_array().unwrap();
    let odd = all.iter().find(|one| one["profile"]["displayName"] == "Portal - Camera").unwrap();
    let id = text(&odd["profile"]["id"]);
    repo.policy("second", &policy("group: Kiosks").replace("Cameras", "Portal - Camera"));
    insta::assert_snapshot!(repo.plan().replace(&id, "[id]"), @"");
    repo.policy(
        "second",
        &format!("{}adopt: {{ sandbox: {id} }}\n", policy("group: Kiosks").replace("Cameras", "Taken")),
    );
    insta::assert_snapshot!(repo.plan().replace(&id, "[id]"), @"");
    let imported = repo.run(&["import"]);
    insta::assert_snapshot!(format!("{}{}", imported.out, imported.err).replace(&id, "[id]"), @"");
}

#[test]
fn a_profile_of_ours_that_cannot_be_understood_stops_the_plan() {
    for (name, value) in [("omaSettings", json!({ "a": 1 })), ("description", json!(7)), ("@odata.type", Value::Null)] {
        let said = odd("Cameras", |one| one["profile"][name] = value.clone()).plan();
        insta::assert_snapshot!(format!("ours, {name}"), plain(&said));
    }
    // What is only not said is nothing.
    odd("Cameras", |one| one["profile"]["lastModifiedDateTime"] = Value::Null).assert_converged();
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
    insta::assert_snapshot!(repo.plan(), @"");
    assert_eq!(support::Graph::new(&server.own).get("/sandbox/counters")["requests"], 1);
    repo.variables.insert("SSPR_POLICY_TOKEN".into(), token(TENANT));
    repo.run(&["plan"]).succeeds();
}

#[test]
fn a_batch_without_an_answer_says_which_request_it_was() {
    let said = planned("lost_sub_answers: { path: groups }\n", "Kiosks");
    insta::assert_snapshot!(said, @"");
    insta::assert_snapshot!(planned("sub_request_failures: { path: groups, statuses: [418] }\n", "Kiosks"), @"");
}
