//! A person whose Intune role is limited to scope tags: Intune shows only some profiles, without an error.

use serde_json::{Value, json};

use crate::harness::{Rehearsal, normal, text};

/// Tokens of an application, of a person whose role is limited, and of one who may not read roles.
const FAULTS: &str = "\
durable: false
tokens:
  whole: [DeviceManagementConfiguration.ReadWrite.All, DeviceManagementRBAC.Read.All, Group.Read.All, Organization.Read.All]
  limited: [DeviceManagementConfiguration.ReadWrite.All, DeviceManagementRBAC.Read.All, Group.Read.All, Organization.Read.All]
  unknown: [DeviceManagementConfiguration.ReadWrite.All, Group.Read.All, Organization.Read.All]
role_scope_tags: { limited: ['1'], unknown: ['1'] }
";

const RESET: &str = "\
name: Password reset
settings: { Authentication/AllowAadPasswordReset: Allowed }
assignments: { include: [{ group: SSPR Pilot }] }
";
const DESK: &str = "\
name: Service desk
settings: { AboveLock/AllowToasts: Allowed }
assignments: { include: [{ group: SSPR Pilot }] }
scope_tags: [Service Desk]
";

fn with_token(rehearsal: &mut Rehearsal, token: &str) {
    rehearsal.repo.variables.insert("SSPR_POLICY_TOKEN".into(), token.into());
}

/// Both policies were applied, and a third one is new.
fn rehearsal() -> Rehearsal {
    let mut rehearsal = Rehearsal::new(FAULTS);
    rehearsal.repo.policy("reset", RESET);
    rehearsal.repo.policy("desk", DESK);
    with_token(&mut rehearsal, "whole");
    rehearsal.repo.apply().succeeds();
    rehearsal.repo.assert_converged();
    rehearsal.repo.policy("new", "name: New\nsettings: { Start/HideLock: 0 }\nassignments: { include: [] }\n");
    rehearsal
}

#[test]
fn no_profile_is_created_from_a_filtered_list() {
    let mut rehearsal = rehearsal();
    assert!(rehearsal.repo.plan().contains("1 to add, 0 to change"));
    with_token(&mut rehearsal, "limited");
    insta::assert_snapshot!(rehearsal.repo.plan(), @"
    Environment rehearsal   tenant sandbox (embedded, not your tenant)   owner contoso

    warning[SP0528]: the list of profiles is filtered: only those with the scope tags Service Desk are shown
     |
     = note: no profile is created while others may exist, and conflicts with them are not found
     = help: plan with an application, an Intune administrator, or a role assignment without scope tags

    error[SP0529]: new is not created, because it may exist already
     --> policies/new.yaml:1:7
      |
    1 | name: New
      |       ^^^ Intune does not show all profiles to this identity
      |
      = help: plan with an application, an Intune administrator, or a role assignment without scope tags

    error[SP0529]: reset is not created, because it may exist already
     --> policies/reset.yaml:1:7
      |
    1 | name: Password reset
      |       ^^^^^^^^^^^^^^ Intune does not show all profiles to this identity
      |
      = help: plan with an application, an Intune administrator, or a role assignment without scope tags

    Plan: nothing can be done; 1 unchanged, 0 not managed here; 2 errors (SP0529).
    exit 1
    ");
    let applied = rehearsal.repo.apply();
    assert_eq!(applied.code, Some(1), "{}", applied.printed());
    with_token(&mut rehearsal, "whole");
    let plan = normal(&rehearsal.repo.plan());
    assert!(plan.contains("1 to add, 0 to change, 0 to delete; 2 unchanged"), "{plan}");
}

/// What can be seen is still changed.
#[test]
fn what_is_shown_is_compared_and_changed() {
    let mut rehearsal = rehearsal();
    with_token(&mut rehearsal, "limited");
    rehearsal.repo.edit("desk", "AllowToasts: Allowed", "AllowToasts: Not allowed");
    let _ = rehearsal.repo.apply();
    with_token(&mut rehearsal, "whole");
    let plan = rehearsal.repo.plan();
    assert!(plan.contains("1 to add, 0 to change, 0 to delete; 2 unchanged"), "{plan}");
}

/// Without the permission, it cannot be found out. The guide says which permission that is.
#[test]
fn without_the_permission_a_filtered_list_is_not_noticed() {
    let mut rehearsal = rehearsal();
    with_token(&mut rehearsal, "unknown");
    let plan = rehearsal.repo.plan();
    assert!(!plan.contains("SP0528") && plan.contains("2 to add"), "{plan}");
}

/// The sandbox answers as Intune does: lists, counts, names and ids leave out the same objects.
#[test]
fn every_witness_is_filtered() {
    let rehearsal = rehearsal();
    let ask = |token: &str, path: &str| -> (u16, String) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let url = format!("{}{path}", rehearsal.server.url);
            let answer = crate::harness::graph::client().get(url).bearer_auth(token).send().await.unwrap();
            (answer.status().as_u16(), answer.text().await.unwrap())
        })
    };
    let names = |token: &str, path: &str| -> Vec<String> {
        let list: Value = serde_json::from_str(&ask(token, path).1).unwrap();
        list["value"].as_array().unwrap().iter().map(|one| text(&one["displayName"])).collect()
    };
    const PROFILES: &str = "/beta/deviceManagement/deviceConfigurations";
    assert_eq!(names("whole", PROFILES).len(), 9);
    assert_eq!(names("limited", PROFILES), ["Service desk"]);
    assert_eq!(ask("limited", &format!("{PROFILES}/$count")).1, "1");
    assert_eq!(names("limited", &format!("{PROFILES}?$filter=displayName%20eq%20'Password%20reset'")), [""; 0]);
    let all: Value = serde_json::from_str(&ask("whole", PROFILES).1).unwrap();
    let hidden = all["value"].as_array().unwrap().iter().find(|one| one["displayName"] == "Password reset").unwrap();
    let path = format!("{PROFILES}/{}", text(&hidden["id"]));
    assert_eq!((ask("whole", &path).0, ask("limited", &path).0), (200, 404));
    let permissions = |token: &str, scope: &str| -> Value {
        let path = format!("/beta/deviceManagement/getEffectivePermissions(scope='{scope}')");
        let answer: Value = serde_json::from_str(&ask(token, &path).1).unwrap();
        answer["value"][0]["resourceActions"][0]["allowedResourceActions"].as_array().unwrap().len().into()
    };
    let asked = [("whole", "*"), ("whole", "1"), ("limited", "*"), ("limited", "0"), ("limited", "1")];
    assert_eq!(json!(asked.map(|(token, scope)| permissions(token, scope))), json!([5, 5, 0, 0, 5]));
    assert_eq!(ask("unknown", "/beta/deviceManagement/getEffectivePermissions(scope='*')").0, 403);
}
