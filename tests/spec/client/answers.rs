//! Answers that could be taken for complete, or for unchanged, and are not.

use serde_json::{Value, json};

use crate::harness::between::{Asked, Then};
use crate::harness::{EMBEDDED, Rehearsal, Repository, normal};

const POLICY: &str = "\
name: Password reset
settings: { Authentication/AllowAadPasswordReset: Allowed }
assignments: { include: [{ group: SSPR Pilot }] }
";

fn rehearsal() -> Rehearsal {
    let rehearsal = Rehearsal::new("durable: false");
    rehearsal.repo.policy("reset", POLICY);
    rehearsal
}

fn is_about_groups(asked: &Asked) -> bool {
    asked.is("POST", "/v1.0/$batch") && asked.body.to_string().contains("/groups?")
}

/// What `plan` prints if the answers about groups are changed like this, the first time or always.
fn planned(always: bool, change: fn(&mut Value)) -> String {
    let rehearsal = rehearsal();
    let mut waits = true;
    let _between = rehearsal.between(move |asked| {
        if !is_about_groups(asked) || !always && !std::mem::take(&mut waits) {
            return Then::Pass;
        }
        Then::Changed(Box::new(change))
    });
    rehearsal.repo.plan()
}

/// A second answer says that there is no such group.
fn doubled(batch: &mut Value) {
    let answers = batch["responses"].as_array_mut().unwrap();
    let mut second = answers[0].clone();
    second["body"]["value"] = json!([]);
    second["body"]["@odata.count"] = json!(0);
    answers.push(second);
}

#[test]
fn two_answers_to_one_request_of_a_batch_are_none() {
    let once = planned(false, doubled);
    assert!(once.contains("1 to add") && once.ends_with("exit 0\n"), "{once}");
    insta::assert_snapshot!(planned(true, doubled), @"");
}

/// The list goes on, with a second group of the same name.
fn goes_on(batch: &mut Value) {
    let body = &mut batch["responses"][0]["body"];
    body["@odata.count"] = json!(2);
    body["@odata.nextLink"] = json!("https://graph.example/v1.0/groups?$skiptoken=2");
}

#[test]
fn a_list_of_groups_is_read_to_its_end() {
    insta::assert_snapshot!(planned(true, goes_on), @"");
    // If the other pages hold nothing more, the first one was complete.
    let complete = planned(true, |batch| {
        batch["responses"][0]["body"]["@odata.nextLink"] = json!("https://graph.example/v1.0/groups?$skiptoken=2");
    });
    assert!(complete.contains("1 to add") && complete.ends_with("exit 0\n"), "{complete}");
}

#[test]
fn an_assignment_that_is_to_be_removed_is_not_unchanged() {
    let repo = Repository::new(EMBEDDED);
    repo.policy("reset", POLICY);
    repo.apply().succeeds();
    repo.assert_converged();
    let mut state: Value = serde_json::from_str(&repo.read(".sspr-policy/sandbox.json")).unwrap();
    repo.portal().profile("Password reset");
    let text = state.to_string().replace("\"intent\":\"apply\"", "\"intent\":\"remove\"");
    state = serde_json::from_str(&text).unwrap();
    repo.write(".sspr-policy/sandbox.json", &state.to_string());
    insta::assert_snapshot!(repo.plan(), @"");
}

#[test]
fn what_a_server_changes_in_a_name_is_said() {
    let rehearsal = Rehearsal::new("durable: false");
    rehearsal.repo.policy("a", "name: 'Lock '\nsettings: { Authentication/AllowAadPasswordReset: Allowed }\n");
    rehearsal.repo.policy("b", "name: \"Caf\\u00e9\"\nsettings: { AboveLock/AllowToasts: Allowed }\n");
    rehearsal.repo.apply().succeeds();
    let portal = rehearsal.portal();
    for (name, now) in [("Lock ", "Lock"), ("Caf\u{e9}", "Cafe\u{301}")] {
        portal.patch(&portal.profile(name), json!({ "displayName": now }));
    }
    insta::assert_snapshot!(rehearsal.repo.plan(), @"");
    // A server that stores every name without blanks at its end.
    let tidy = |value: &mut Value| {
        let text = value.to_string().replace("\"displayName\":\"Lock \"", "\"displayName\":\"Lock\"");
        *value = serde_json::from_str(&text).unwrap();
    };
    let applied = rehearsal.apply_between(move |asked| {
        if asked.method == "PATCH" { Then::Pass } else { Then::Changed(Box::new(tidy)) }
    });
    insta::assert_snapshot!(normal(&applied.fails()), @"");
}
