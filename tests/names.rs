//! A name that the tenant does not have, or has twice: no plan, and the line that says it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod support;

use support::{EMBEDDED, Repo};

/// What `apply` says about a policy with these lines; the tenant stays as it was.
fn refused(lines: &str) -> String {
    let repo = Repo::new(EMBEDDED);
    repo.policy(
        "fine",
        "name: Fine\nsettings: { Camera/AllowCamera: 0 }\nassignments: { include: [{ group: Kiosks }] }\n",
    );
    repo.policy("reset", &format!("name: Reset\nsettings:\n  Authentication/AllowAadPasswordReset: Allowed\n{lines}"));
    let before = repo.portal().profiles();
    let plan = repo.run(&["plan", "--out", "plan.json"]);
    assert_eq!((plan.code, plan.out.as_str()), (Some(1), ""));
    assert!(!repo.path().join("plan.json").exists());
    let said = repo.apply();
    assert_eq!((&said.err, said.out.as_str()), (&plan.err, ""));
    assert_eq!(repo.portal().profiles(), before);
    said.fails()
}

#[test]
fn a_group_that_is_not_there() {
    insta::assert_snapshot!(refused("assignments:\n  include:\n    - group: SSPR Pilots\n"), @r#"
    error[SP0501]: the tenant has no group `SSPR Pilots`
     --> policies/reset.yaml:6:14
      |
    6 |     - group: SSPR Pilots
      |              ^^^^^^^^^^^ not found in the tenant
      |
      = note: candidates: SSPR Pilot, SSPR Ring 2
      = help: did you mean `SSPR Pilot`
    error: 1 error in the files; nothing was done
    "#);
}

#[test]
fn a_group_that_is_there_twice() {
    insta::assert_snapshot!(refused("assignments:\n  include: []\n  exclude:\n    - { group: Front Desk }\n"), @r#"
    error[SP0502]: the tenant has 2 groups `Front Desk`
     --> policies/reset.yaml:7:16
      |
    7 |     - { group: Front Desk }
      |                ^^^^^^^^^^ which of them is meant?
      |
      = note: candidates: [id], [id]
      = help: write `{ group: Front Desk, id: … }` with the id of the one that is meant
    error: 1 error in the files; nothing was done
    "#);
}

#[test]
fn a_group_in_another_case() {
    insta::assert_snapshot!(refused("assignments: { include: [{ group: sspr pilot }] }\n"), @r#"
    error[SP0501]: the tenant has no group `sspr pilot`
     --> policies/reset.yaml:4:35
      |
    4 | assignments: { include: [{ group: sspr pilot }] }
      |                                   ^^^^^^^^^^ not found in the tenant
      |
      = note: candidates: SSPR Pilot, SSPR Ring 2
      = help: did you mean `SSPR Pilot`
    error: 1 error in the files; nothing was done
    "#);
}

#[test]
fn a_group_with_nothing_like_it() {
    let group = r#"    - group: "Größe 'Ölmühle' & \\"Söhne\\" #1 100% + A/B""#.replace("\\\\", "\\");
    insta::assert_snapshot!(refused(&format!("assignments:\n  include:\n{group}\n")), @r#"
    error[SP0501]: the tenant has no group `Größe 'Ölmühle' & "Söhne" #1 100% + A/B`
     --> policies/reset.yaml:6:14
      |
    6 |     - group: "Größe 'Ölmühle' & \"Söhne\" #1 100% + A/B"
      |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ not found in the tenant
      |
      = note: candidates: Größe Ölmühle
    error: 1 error in the files; nothing was done
    "#);
}

#[test]
fn an_id_that_no_group_has() {
    insta::assert_snapshot!(
        refused("assignments: { include: [{ group: Kiosks, id: 11111111-2222-3333-4444-555555555555 }] }\n"), @r#"
    error[SP0501]: no group has the id 11111111-2222-3333-4444-555555555555
     --> policies/reset.yaml:4:35
      |
    4 | assignments: { include: [{ group: Kiosks, id: 11111111-2222-3333-4444-555555555555 }] }
      |                                   ^^^^^^ not found in the tenant
    error: 1 error in the files; nothing was done
    "#);
}

#[test]
fn an_id_with_another_groups_name() {
    let repo = Repo::new(EMBEDDED);
    let kiosks = repo.portal().group("Kiosks");
    let said = refused(&format!("assignments: {{ include: [{{ group: SSPR Pilot, id: {kiosks} }}] }}\n"));
    insta::assert_snapshot!(said, @r#"
    error[SP0503]: the group [id] is not called `SSPR Pilot`
     --> policies/reset.yaml:4:35
      |
    4 | assignments: { include: [{ group: SSPR Pilot, id: [id] }] }
      |                                   ^^^^^^^^^^ in the tenant it is `Kiosks`
      |
      = help: the id decides; correct the name, or the id
    error: 1 error in the files; nothing was done
    "#);
}

#[test]
fn a_filter_that_is_not_there() {
    insta::assert_snapshot!(
        refused("assignments:\n  include:\n    - { group: SSPR Pilot, filter: { exclude: Kiosk } }\n"), @r#"
    error[SP0501]: the tenant has no assignment filter `Kiosk`
     --> policies/reset.yaml:6:47
      |
    6 |     - { group: SSPR Pilot, filter: { exclude: Kiosk } }
      |                                               ^^^^^ not found in the tenant
      |
      = note: candidates: Duplicate filter, Kiosk hardware, Windows 11 corporate
    error: 1 error in the files; nothing was done
    "#);
}

#[test]
fn a_filter_that_is_there_twice() {
    insta::assert_snapshot!(refused("assignments: { include: [{ all: devices, filter: Duplicate filter }] }\n"), @r#"
    error[SP0502]: the tenant has 2 assignment filters `Duplicate filter`
     --> policies/reset.yaml:4:50
      |
    4 | assignments: { include: [{ all: devices, filter: Duplicate filter }] }
      |                                                  ^^^^^^^^^^^^^^^^ which of them is meant?
      |
      = note: candidates: [id], [id]
      = help: rename one of the assignment filters in Intune
    error: 1 error in the files; nothing was done
    "#);
}

#[test]
fn a_scope_tag_that_is_not_there() {
    insta::assert_snapshot!(refused("scope_tags: [Service Desk, Service Dsk]\n"), @r#"
    error[SP0501]: the tenant has no scope tag `Service Dsk`
     --> policies/reset.yaml:4:28
      |
    4 | scope_tags: [Service Desk, Service Dsk]
      |                            ^^^^^^^^^^^ not found in the tenant
      |
      = note: candidates: Branch Office, Default, Service Desk
      = help: did you mean `Service Desk`
    error: 1 error in the files; nothing was done
    "#);
}

#[test]
fn a_scope_tag_that_is_there_twice() {
    let repo = Repo::new(EMBEDDED);
    repo.policy("reset", "name: Reset\nsettings: { Authentication/AllowAadPasswordReset: 1 }\nscope_tags:\n  - Twin\n");
    repo.run(&["plan"]).fails();
    // A person makes two in the portal: the sandbox has no endpoint for that.
    let state = repo.read(".sspr-policy/sandbox.json");
    let mut state: serde_json::Value = serde_json::from_str(&state).unwrap();
    for id in ["8", "9"] {
        let tag = serde_json::json!({ "id": id, "displayName": "Twin", "description": "", "isBuiltIn": false });
        state["roleScopeTags"].as_array_mut().unwrap().push(tag);
    }
    repo.write(".sspr-policy/sandbox.json", &state.to_string());
    insta::assert_snapshot!(repo.apply().fails(), @r#"
    error[SP0502]: the tenant has 2 scope tags `Twin`
     --> policies/reset.yaml:4:5
      |
    4 |   - Twin
      |     ^^^^ which of them is meant?
      |
      = note: candidates: 8, 9
      = help: rename one of the scope tags in Intune
    error: 1 error in the files; nothing was done
    "#);
}

#[test]
fn all_of_them_in_one_run() {
    let lines = "\
assignments:
  include:
    - { group: Nobody, filter: Nothing }
    - { group: Front Desk }
scope_tags: [None]
";
    insta::assert_snapshot!(refused(lines), @r#"
    error[SP0501]: the tenant has no group `Nobody`
     --> policies/reset.yaml:6:16
      |
    6 |     - { group: Nobody, filter: Nothing }
      |                ^^^^^^ not found in the tenant

    error[SP0501]: the tenant has no assignment filter `Nothing`
     --> policies/reset.yaml:6:32
      |
    6 |     - { group: Nobody, filter: Nothing }
      |                                ^^^^^^^ not found in the tenant
      |
      = note: candidates: Duplicate filter, Kiosk hardware, Windows 11 corporate

    error[SP0502]: the tenant has 2 groups `Front Desk`
     --> policies/reset.yaml:7:16
      |
    7 |     - { group: Front Desk }
      |                ^^^^^^^^^^ which of them is meant?
      |
      = note: candidates: [id], [id]
      = help: write `{ group: Front Desk, id: … }` with the id of the one that is meant

    error[SP0501]: the tenant has no scope tag `None`
     --> policies/reset.yaml:8:14
      |
    8 | scope_tags: [None]
      |              ^^^^ not found in the tenant
      |
      = note: candidates: Branch Office, Default, Service Desk
    error: 4 errors in the files; nothing was done
    "#);
}

/// Names of policies that are not sent are not looked up.
#[test]
fn drafts_and_retired_policies_may_name_what_is_not_there() {
    let repo = Repo::new(EMBEDDED);
    for state in ["draft", "retired"] {
        repo.policy(
            state,
            &format!("name: {state}\nstate: {state}\nsettings: {{ Camera/AllowCamera: 0 }}\nassignments: {{ include: [{{ group: Nobody }}] }}\n"),
        );
    }
    repo.assert_converged();
}
