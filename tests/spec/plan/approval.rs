//! A saved plan: apply makes exactly the approved changes.

use serde_json::{Value, json};

use crate::harness::{EMBEDDED, Ran, Repository, integer, normal};

const LOCK: &str = "\
name: Lock screen
settings: { Start/HideLock: Hide }
assignments: { include: [{ group: SSPR Pilot }] }
";
const TOASTS: &str = "name: Toasts\nsettings: { AboveLock/AllowToasts: Allowed }\n";

/// A repository in which one policy was applied and then changed, another one was added, and the plan was saved.
fn planned() -> Repository {
    let repo = Repository::new(EMBEDDED);
    repo.policy("lock", LOCK);
    repo.apply().succeeds();
    repo.edit("lock", ": Hide", ": do not hide");
    repo.policy("toasts", TOASTS);
    let ran = repo.ran("plan --out plan.json").succeeds();
    assert_eq!(ran.err, "saved the plan to plan.json; run `sspr-policy apply plan.json` to apply exactly this plan\n");
    repo
}

fn apply_plan(repo: &Repository) -> Ran {
    repo.ran("apply plan.json")
}

/// The output of an apply of the saved plan that changes nothing.
fn refused(repo: &Repository) -> String {
    let before = repo.portal().profiles();
    let said = apply_plan(repo).fails();
    assert_eq!(repo.portal().profiles(), before);
    said
}

/// Changes the saved plan.
fn forge(repo: &Repository, change: impl FnOnce(&mut Value)) {
    let mut plan: Value = serde_json::from_str(&repo.read("plan.json")).unwrap();
    change(&mut plan);
    repo.write("plan.json", &plan.to_string());
}

#[test]
fn a_saved_plan_is_shown_as_it_was_planned() {
    let repo = planned();
    let shown = repo.ran("show plan.json").succeeds().out;
    insta::assert_snapshot!(normal(&shown), @r#"
    Environment sandbox   tenant sandbox (embedded, not your tenant)   owner contoso

      ~ lock                         "Lock screen"   you changed the policy
          ~ Start/HideLock [device]                            Hide (1) → Do not hide (0)

      + toasts                       "Toasts"
          + AboveLock/AllowToasts [device]                     Allowed (1)
          not assigned

    Reach: 24 devices as before (SSPR Pilot).
    Scope tags: 1 new profile has none, so it gets Default.
    Plan: 1 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    "#);
    let planned = normal(&repo.ran("plan").succeeds().out);
    assert_eq!(normal(&shown), planned);
    let json = repo.ran("show plan.json --output-format json").succeeds().out;
    assert_eq!(json, repo.read("plan.json"));
    let markdown = repo.ran("show plan.json --output-format markdown").succeeds().out;
    insta::assert_snapshot!(normal(&markdown), @"
    ### Plan for <code>sandbox</code> (sandbox, not your tenant)

    Plan: 1 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.

    Reach: 24 devices as before (SSPR Pilot).

    Scope tags: 1 new profile has none, so it gets Default.

    | | profile | what changes |
    |---|---|---|
    | ✏️ change | <code>lock</code><br>Lock screen | _you changed the policy_<br>~ <code>Start/HideLock</code> [device] <code>Hide (1)</code> → <code>Do not hide (0)</code> |
    | ➕ add | <code>toasts</code><br>Toasts | + <code>AboveLock/AllowToasts</code> [device] <code>Allowed (1)</code> |
    ");
}

#[test]
fn a_saved_plan_is_carried_out() {
    let repo = planned();
    let done = apply_plan(&repo).succeeds();
    assert!(done.out.contains("2 done, 0 failed."), "{}", done.out);
    repo.assert_converged();
}

#[test]
fn a_plan_that_was_carried_out_already() {
    let repo = planned();
    apply_plan(&repo).succeeds();
    let before = repo.portal().profiles();
    let again = apply_plan(&repo).succeeds();
    insta::assert_snapshot!(normal(&again.out), @"
    Environment sandbox   tenant sandbox (embedded, not your tenant)   owner contoso

    Plan: nothing to do; 2 unchanged, 7 not managed here.
    ");
    assert_eq!(repo.portal().profiles(), before);
}

/// One of the changes was made in the meantime, by an apply of that policy alone.
#[test]
fn a_plan_that_was_carried_out_in_part() {
    let repo = planned();
    repo.ran("apply --auto-approve --only toasts").succeeds();
    let done = apply_plan(&repo).succeeds();
    assert!(done.out.contains("1 done, 0 failed."), "{}", done.out);
    repo.assert_converged();
}

#[test]
fn a_plan_for_another_tenant() {
    let repo = planned();
    forge(&repo, |plan| {
        plan["tenant"] = json!({ "id": "8f6d1111-2222-4333-8444-555566667777", "name": "Fabrikam" });
    });
    insta::assert_snapshot!(refused(&repo), @"
    error: this plan is for the tenant Fabrikam ([id]), but this environment's tenant is Contoso (sandbox) ([id]); nothing was changed
    help: use the repository that the plan was made with, or save a new plan with `plan --out FILE`
    ");
}

#[test]
fn a_plan_for_another_owner() {
    let repo = planned();
    repo.write("sspr-policy.yaml", &EMBEDDED.replace("owner: contoso", "owner: fabrikam"));
    insta::assert_snapshot!(refused(&repo), @"
    error: this plan is for the owner contoso, but this repository's owner is fabrikam; nothing was changed
    help: use the repository that the plan was made with, or save a new plan with `plan --out FILE`
    ");
}

#[test]
fn a_plan_for_another_environment() {
    let repo = planned();
    let said = repo.ran("apply plan.json --env production").fails();
    insta::assert_snapshot!(said, @"
    error: this plan is for the environment `sandbox`, not `production`
    help: leave out `--env`, or save a plan with `plan --env production --out FILE`
    ");
}

#[test]
fn an_object_that_was_changed_after_the_plan() {
    let repo = planned();
    {
        let portal = repo.portal();
        portal.patch(&portal.profile("Lock screen"), json!({ "omaSettings": [integer("Start/HideLock", 7)] }));
    }
    insta::assert_snapshot!(refused(&repo), @"
    error: the saved plan no longer matches what apply would do; nothing was changed
      lock: someone changed this in Intune after the plan was made
    help: run `plan --out FILE` again and have the new plan approved
    ");
}

/// Even if the result would be the same.
#[test]
fn an_object_that_was_only_saved_again_after_the_plan() {
    let repo = planned();
    {
        let portal = repo.portal();
        portal.patch(&portal.profile("Lock screen"), json!({ "omaSettings": [integer("Start/HideLock", 1)] }));
    }
    insta::assert_snapshot!(refused(&repo), @"
    error: the saved plan no longer matches what apply would do; nothing was changed
      lock: someone changed this in Intune after the plan was made
    help: run `plan --out FILE` again and have the new plan approved
    ");
}

#[test]
fn an_object_that_was_deleted_after_the_plan() {
    let repo = planned();
    {
        let portal = repo.portal();
        portal.delete(&portal.profile("Lock screen"));
    }
    insta::assert_snapshot!(refused(&repo), @"
    error: the saved plan no longer matches what apply would do; nothing was changed
      lock: someone changed this in Intune after the plan was made
      lock: a profile without scope tags was not in the approved plan
    help: run `plan --out FILE` again and have the new plan approved
    ");
}

#[test]
fn a_policy_that_was_changed_after_the_plan() {
    let repo = planned();
    repo.edit("toasts", "Allowed", "Not allowed");
    insta::assert_snapshot!(refused(&repo), @"
    error: the saved plan no longer matches what apply would do; nothing was changed
      toasts: the change differs from the approved one
    help: run `plan --out FILE` again and have the new plan approved
    ");
}

#[test]
fn an_assignment_that_was_changed_after_the_plan() {
    let repo = planned();
    repo.edit("lock", "SSPR Pilot", "All Staff");
    insta::assert_snapshot!(refused(&repo), @"
    error: the saved plan no longer matches what apply would do; nothing was changed
      lock: the change differs from the approved one
    help: run `plan --out FILE` again and have the new plan approved
    ");
}

#[test]
fn a_description_that_was_changed_after_the_plan() {
    let repo = planned();
    repo.edit("toasts", "name: Toasts", "name: Toasts\ndescription: Said to nobody.");
    insta::assert_snapshot!(refused(&repo), @"
    error: the saved plan no longer matches what apply would do; nothing was changed
      toasts: the change differs from the approved one
    help: run `plan --out FILE` again and have the new plan approved
    ");
}

#[test]
fn a_policy_that_was_added_after_the_plan() {
    let repo = planned();
    repo.policy("more", "name: More\nsettings: { Camera/AllowCamera: 1 }\n");
    insta::assert_snapshot!(refused(&repo), @r#"
    error: the saved plan no longer matches what apply would do; nothing was changed
      more: the approved plan does not contain this change
      R04 was not in the approved plan: Camera/AllowCamera has a different value in "Portal - Camera" (in the tenant)
      more: a profile without scope tags was not in the approved plan
    help: run `plan --out FILE` again and have the new plan approved
    "#);
}

#[test]
fn a_policy_that_was_removed_after_the_plan() {
    let repo = planned();
    repo.remove("toasts");
    insta::assert_snapshot!(normal(&refused(&repo)), @"
    error: the saved plan no longer matches what apply would do; nothing was changed
      toasts: the policies changed after the plan was made, and no longer contain all of this change
      toasts: no policy makes this change
    help: run `plan --out FILE` again and have the new plan approved
    ");
}

#[test]
fn a_file_that_is_not_a_plan() {
    let repo = planned();
    let said = |text: &str| {
        repo.write("plan.json", text);
        let said = refused(&repo);
        assert_eq!(said, repo.ran("show plan.json").fails());
        said
    };
    insta::assert_snapshot!(said("{"), @"error: plan.json is not a readable plan: EOF while parsing an object at line 1 column 1");
    insta::assert_snapshot!(said("null"), @"error: plan.json is not a readable plan: it does not have a `format`");
    insta::assert_snapshot!(said("{ \"format\": 2 }"), @"error: plan.json is not a readable plan: missing field `program`");
}

/// Neither version can read the other's plan; the message names what to do about it.
#[test]
fn a_plan_of_another_version() {
    let repo = planned();
    let said = |format: u32, program: Value| {
        forge(&repo, |plan| {
            plan["format"] = format.into();
            plan["program"] = program;
            plan["new"] = json!({ "field": 1 });
        });
        let saved = repo.read("plan.json");
        let said = refused(&repo);
        assert_eq!(said, repo.ran("show plan.json").fails());
        assert_eq!(repo.read("plan.json"), saved);
        said
    };
    insta::assert_snapshot!(said(1, json!("0.1.0")), @"
    error: plan.json was made by an older version of sspr-policy (format 1; this version reads format 2)
    help: make a new plan with `plan --out FILE`, and have it approved
    ");
    insta::assert_snapshot!(said(3, json!("9.1.0")), @"
    error: plan.json was made by a newer version of sspr-policy (format 3; this version reads format 2)
    help: install sspr-policy 9.1.0, or make a new plan with `plan --out FILE`
    ");
    insta::assert_snapshot!(said(3, json!("\u{1b}[31m run this: rm")), @"
    error: plan.json was made by a newer version of sspr-policy (format 3; this version reads format 2)
    help: install the newest sspr-policy, or make a new plan with `plan --out FILE`
    ");
}

#[test]
fn there_is_no_terminal_to_confirm_on() {
    let repo = planned();
    let before = repo.portal().profiles();
    insta::assert_snapshot!(repo.ran("apply").fails(), @"
    error: no terminal to confirm on; nothing was changed
    help: use --auto-approve in a pipeline, or apply a saved plan: `plan --out FILE`, then `apply FILE`
    ");
    assert_eq!(repo.portal().profiles(), before);
}

#[test]
fn a_plan_in_json_matches_its_schema() {
    let repo = Repository::new(EMBEDDED);
    repo.policy("lock", "name: Lock\ndescription: Ours.\nsettings: { Start/HideLock: Hide }\nscope_tags: [Service Desk]\nassignments: { include: [{ group: All Staff, filter: Windows 11 corporate }] }\n");
    let schema: Value = serde_json::from_str(&repo.ran("schema plan").succeeds().out).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let plan = |more: &[&str]| {
        let ran = repo.ran(&[&["plan", "--output-format", "json"], more].concat()).succeeds();
        serde_json::from_str::<Value>(&ran.out).unwrap()
    };
    let check =
        |plan: &Value| assert_eq!(schema.iter_errors(plan).map(|error| error.to_string()).collect::<Vec<_>>(), [""; 0]);
    check(&plan(&["--only", "l*"]));
    repo.apply().succeeds();
    check(&plan(&[]));
    repo.policy("lock", "name: Lock 2\nsettings: { Start/HideLock: Do not hide, Camera/AllowCamera: Allowed }\n");
    check(&plan(&[]));
    repo.policy("lock", "name: Lock 2\nsettings: { Start/HideLock: Do not hide }\nstate: retired\n");
    check(&plan(&[]));
    let mut wrong = plan(&[]);
    wrong["changes"][0]["action"] = "explode".into();
    assert!(!schema.is_valid(&wrong));
}

/// What was approved is not done, so a pipeline must fail.
#[test]
fn policies_that_need_fewer_changes_than_the_plan() {
    let repo = planned();
    repo.edit("lock", ": do not hide", ": Hide");
    insta::assert_snapshot!(normal(&apply_plan(&repo).fails()), @"
    error: the saved plan no longer matches what apply would do; nothing was changed
      lock: the policies changed after the plan was made, and no longer contain all of this change
    help: run `plan --out FILE` again and have the new plan approved
    ");
    repo.remove("lock");
    insta::assert_snapshot!(normal(&apply_plan(&repo).fails()), @"
    error: the saved plan no longer matches what apply would do; nothing was changed
      lock: the policies changed after the plan was made, and no longer contain all of this change
      lock: a profile without a policy file was not in the approved plan
      lock: no policy makes this change
    help: run `plan --out FILE` again and have the new plan approved
    ");
}
