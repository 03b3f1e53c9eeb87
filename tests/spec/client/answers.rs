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
    insta::assert_snapshot!(planned(true, doubled), @"
    error: the answer to /v1.0/$batch cannot be used: the batch has two answers to /groups?$filter=displayName%20eq%20%27SSPR%20Pilot%27&$select=id,displayName&$top=999&$count=true (request-id [id])
    help: run again; if it fails again, something else may answer in Graph's place: run `sspr-policy doctor`
    exit 1
    ");
}

/// The list goes on, with a second group of the same name.
fn goes_on(batch: &mut Value) {
    let body = &mut batch["responses"][0]["body"];
    body["@odata.count"] = json!(2);
    body["@odata.nextLink"] = json!("https://graph.example/v1.0/groups?$skiptoken=2");
}

#[test]
fn a_list_of_groups_is_read_to_its_end() {
    insta::assert_snapshot!(planned(true, goes_on), @"
    error: the answer to /v1.0/groups?$filter=displayName%20eq%20%27SSPR%20Pilot%27&$select=id,displayName cannot be used: the server counts 2 groups, but the list has 1 (request-id [id])
    help: run again; if it fails again, something else may answer in Graph's place: run `sspr-policy doctor`
    exit 1
    ");
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
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment sandbox   tenant sandbox (embedded, not your tenant)   owner contoso

      ~ reset                        "Password reset"   someone changed this in Intune; apply will put it back
          + assignment  include group SSPR Pilot   24 devices
          - assignment  include a target of another kind

    warning[I01]: lock-screen-notifications-off: app notifications on the lock screen are turned off: "Portal - Lock screen hardening" (in the tenant) sets WindowsLogon/DisableLockScreenAppNotifications
     --> policies/reset.yaml:2:13
      |
    2 | settings: { Authentication/AllowAadPasswordReset: Allowed }
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = note: "Reset password" may not appear, or may lead back to the sign-in screen
      = note: reset (policies/reset.yaml:2:13) may turn password reset on for the same devices
      = note: source: Microsoft, howto-sspr-windows (2018 to 2026); OpenIntuneBaseline 3.7 enables both, so current Windows may not be affected; confidence medium; `explain I01`
      = help: change "Portal - Lock screen hardening" (in the tenant) in Intune, take it over with `sspr-policy import`, or accept the finding in this policy: `waive: [{ rule: I01, reason: …, until: YYYY-MM-DD }]`

    Reach: +24 devices (SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0
    "#);
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
    insta::assert_snapshot!(rehearsal.repo.plan(), @r#"
    Environment rehearsal   tenant sandbox (embedded, not your tenant)   owner contoso

      ~ a                            "Lock "   someone changed this in Intune on [time]; apply will put it back
          ~ name   "Lock" → "Lock "   (only the blanks at the ends differ)

      ~ b                            "Café"   someone changed this in Intune on [time]; apply will put it back
          ~ name   "Café" → "Café"   (they look alike, but differ from character 4 on: U+0065 U+0301 and U+00E9)

    warning[I01]: lock-screen-notifications-off: app notifications on the lock screen are turned off: "Portal - Lock screen hardening" (in the tenant) sets WindowsLogon/DisableLockScreenAppNotifications
     --> policies/a.yaml:2:13
      |
    2 | settings: { Authentication/AllowAadPasswordReset: Allowed }
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = note: "Reset password" may not appear, or may lead back to the sign-in screen
      = note: a (policies/a.yaml:2:13) may turn password reset on for the same devices
      = note: source: Microsoft, howto-sspr-windows (2018 to 2026); OpenIntuneBaseline 3.7 enables both, so current Windows may not be affected; confidence medium; `explain I01`
      = help: change "Portal - Lock screen hardening" (in the tenant) in Intune, take it over with `sspr-policy import`, or accept the finding in this policy: `waive: [{ rule: I01, reason: …, until: YYYY-MM-DD }]`

    Plan: 0 to add, 2 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0
    "#);
    // A server that stores every name without blanks at its end.
    let tidy = |value: &mut Value| {
        let text = value.to_string().replace("\"displayName\":\"Lock \"", "\"displayName\":\"Lock\"");
        *value = serde_json::from_str(&text).unwrap();
    };
    let applied = rehearsal
        .apply_between(move |asked| if asked.method == "PATCH" { Then::Pass } else { Then::Changed(Box::new(tidy)) });
    assert_eq!(applied.code, Some(1));
    insta::assert_snapshot!(normal(&applied.printed()), @r#"
    Environment rehearsal   tenant sandbox (embedded, not your tenant)   owner contoso

      ~ a                            "Lock "   someone changed this in Intune on [time]; apply will put it back
          ~ name   "Lock" → "Lock "   (only the blanks at the ends differ)

      ~ b                            "Café"   someone changed this in Intune on [time]; apply will put it back
          ~ name   "Café" → "Café"   (they look alike, but differ from character 4 on: U+0065 U+0301 and U+00E9)

    warning[I01]: lock-screen-notifications-off: app notifications on the lock screen are turned off: "Portal - Lock screen hardening" (in the tenant) sets WindowsLogon/DisableLockScreenAppNotifications
     --> policies/a.yaml:2:13
      |
    2 | settings: { Authentication/AllowAadPasswordReset: Allowed }
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = note: "Reset password" may not appear, or may lead back to the sign-in screen
      = note: a (policies/a.yaml:2:13) may turn password reset on for the same devices
      = note: source: Microsoft, howto-sspr-windows (2018 to 2026); OpenIntuneBaseline 3.7 enables both, so current Windows may not be affected; confidence medium; `explain I01`
      = help: change "Portal - Lock screen hardening" (in the tenant) in Intune, take it over with `sspr-policy import`, or accept the finding in this policy: `waive: [{ rule: I01, reason: …, until: YYYY-MM-DD }]`

    Plan: 0 to add, 2 to change, 0 to delete; 0 unchanged, 7 not managed here.
      ~ b                            changed  [id]
      ~ a                            failed   it was written, but the tenant shows the name "Lock" instead of "Lock " (only the blanks at the ends differ): plan again

    1 done, 1 failed. Fix the cause and run `sspr-policy apply` again; it continues with what is missing.
    "#);
}
