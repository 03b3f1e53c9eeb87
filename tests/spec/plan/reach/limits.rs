//! Limits for the number of devices that a plan may affect.

use serde_json::{Value, json};

use super::{assign, limited, repository, summary};
use crate::harness::{EMBEDDED, Repository, normal};

#[test]
fn more_devices_than_the_limit_allows() {
    let repo = repository(&limited("max_devices: 300"), "  include: [{ group: SSPR Ring 2 }, { group: All Staff }]\n");
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment sandbox   tenant sandbox (embedded, not your tenant)   owner contoso

      + lock                         "Lock"
          + Start/HideLock [device]                            Hide (1)
          + assignment  include group All Staff   5,200 members (the first 999 are users)
          + assignment  include group SSPR Ring 2   310 devices

    info[SP0520]: `limits: max_devices: 300` does not count the devices of users
     |
     = note: the plan affects users: All Staff

    error[SP0509]: 310 affected devices are more than `limits: max_devices: 300` allows
     |
     = note: SSPR Ring 2: 310
     = help: review the plan; if it is right, save it with `plan --override-limits --out FILE` and have that file approved, or change the limit in sspr-policy.yaml

    Reach: +310 devices and +5,200 members (All Staff, SSPR Ring 2).
    Scope tags: 1 new profile has none, so it gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 unchanged, 7 not managed here; 1 error (SP0509).
    Nothing was changed.
    exit 1
    "#);
    assert!(repo.apply().fails().contains("1 error above; nothing was changed"));
    assign(&repo, "  include: [{ group: SSPR Pilot }, { group: All Staff }]\n");
    repo.apply().succeeds();
    // Devices that already have the policy are not counted.
    assign(&repo, "  include: [{ group: SSPR Pilot }, { group: Bob's PCs }]\n");
    repo.apply().succeeds();
}

/// An approved plan may exceed limits: every output format says so, and it applies to this plan only.
#[test]
fn limits_that_a_saved_plan_overrides() {
    let repo = repository(&limited("max_devices: 300, max_changes: 0"), "  include: [{ group: SSPR Ring 2 }]\n");
    let plan = repo.ran("plan --override-limits --out plan.json").succeeds();
    insta::assert_snapshot!(summary(&plan), @"
    Reach: +310 devices (SSPR Ring 2).
    Scope tags: 1 new profile has none, so it gets Default.
    Limits overridden: max_changes (0, but the plan has 1), max_devices (300, but the plan has 310).
    Plan: 1 to add, 0 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    ");
    let requests = repo.ran("plan --requests --override-limits").succeeds();
    assert!(requests.err.starts_with("Limits overridden: max_changes (0, but the plan has 1)"), "{}", requests.err);
    let markdown = repo.ran("show plan.json --output-format markdown").succeeds().out;
    assert!(markdown.contains("Limits overridden: max"), "{markdown}");
    let json: Value = serde_json::from_str(&repo.read("plan.json")).unwrap();
    assert_eq!(
        json["limits_overridden"],
        json!([
            { "limit": "max_changes", "allowed": 0, "found": 1 },
            { "limit": "max_devices", "allowed": 300, "found": 310 },
        ])
    );
    assert_eq!(repo.ran("apply plan.json --override-limits").code, Some(1), "the plan decides");
    assert!(repo.ran("apply --auto-approve").fails().contains("2 errors above"));
    assert!(repo.ran("apply plan.json").succeeds().out.contains("1 done, 0 failed."));
    repo.assert_converged();
}

/// The approval was for 310 devices, and not more.
#[test]
fn a_limit_is_overridden_up_to_the_approved_number() {
    let repo = repository(&limited("max_devices: 300"), "  include: [{ group: SSPR Ring 2 }]\n");
    repo.ran("plan --override-limits --out plan.json").succeeds();
    let mut plan: Value = serde_json::from_str(&repo.read("plan.json")).unwrap();
    plan["limits_overridden"][0]["found"] = json!(305);
    repo.write("plan.json", &plan.to_string());
    let before = repo.portal().profiles();
    let said = repo.ran("apply plan.json").fails();
    assert!(said.contains("SP0509 was not in the approved plan: "), "{said}");
    assert_eq!(repo.portal().profiles(), before);
}

/// Without a saved plan, exceeding limits requires a confirmation.
#[test]
fn limits_cannot_be_overridden_without_confirmation() {
    let repo = repository(&limited("allow_all_targets: false"), "  include: [{ all: devices }]\n");
    assert!(repo.apply().fails().contains("1 error above"));
    let before = repo.portal().profiles();
    insta::assert_snapshot!(repo.apply_with("--override-limits").fails(), @"
    error: --override-limits needs a person to confirm, so it cannot be used with --auto-approve; nothing was changed
    help: save a plan with `plan --override-limits --out FILE`, have it approved, then run `apply FILE`
    ");
    // Without a terminal, nobody can confirm.
    assert!(repo.ran("apply --override-limits").fails().contains("there is no terminal to confirm on"));
    assert_eq!(repo.portal().profiles(), before);
    repo.ran("plan --override-limits --out plan.json").succeeds();
    let ran = repo.ran("apply plan.json").succeeds();
    insta::assert_snapshot!(normal(&ran.out), @r#"
    Environment sandbox   tenant sandbox (embedded, not your tenant)   owner contoso

      + lock                         "Lock"
          + Start/HideLock [device]                            Hide (1)
          + assignment  include all devices   4,120 devices

    Reach: +4,120 devices at most (all devices).
    Scope tags: 1 new profile has none, so it gets Default.
    Limits overridden: allow_all_targets (false, 1 profile to all devices or all users).
    Plan: 1 to add, 0 to change, 0 to delete; 0 unchanged, 7 not managed here.
      + lock                         added    [id]

    1 done, 0 failed.
    "#);
}

/// The portal may have assignments that the policy lacks.
#[test]
fn assignments_that_are_not_managed_count_for_limits() {
    let policy = |name: &str, value: &str| format!("name: {name}\nsettings: {{ Start/HideLock: {value} }}\n");
    let repo = Repository::new(&limited("allow_all_targets: false, max_devices: 5"));
    repo.policy("lock", &policy("Lock", "Hide"));
    repo.apply().succeeds();
    let portal = repo.portal();
    portal.assign(&portal.profile("Lock"), &[json!({ "@odata.type": "#microsoft.graph.allDevicesAssignmentTarget" })]);
    drop(portal);
    repo.policy("lock", &policy("Lock", "Do not hide"));
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment sandbox   tenant sandbox (embedded, not your tenant)   owner contoso

      ~ lock                         "Lock"   you changed the policy
          ~ Start/HideLock [device]                            Hide (1) → Do not hide (0)
            assignments: not managed, stays as it is: include all devices

    error[SP0509]: 4,120 affected devices are more than `limits: max_devices: 5` allows
     |
     = note: all devices: 4,120
     = help: review the plan; if it is right, save it with `plan --override-limits --out FILE` and have that file approved, or change the limit in sspr-policy.yaml

    error[SP0509]: lock is assigned to all devices or all users, which `limits: allow_all_targets: false` forbids
     |
     = help: review the plan; if it is right, save it with `plan --override-limits --out FILE` and have that file approved, or change the limit in sspr-policy.yaml

    Reach: 4,120 devices at most as before (all devices).
    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here; 2 errors (SP0509).
    Nothing was changed.
    exit 1
    "#);
    // A new name does not affect devices.
    repo.policy(
        "lock",
        &format!("{}description: Ours.\nscope_tags: [Service Desk]\n", policy("Lock the screen", "Hide")),
    );
    repo.apply().succeeds();
    repo.assert_converged();
}

/// Devices that keep the policy and get another value, and devices that lose it.
#[test]
fn devices_that_stay_or_leave_count_for_the_limit() {
    let repo = repository(EMBEDDED, "  include: [{ group: SSPR Ring 2 }, { group: Kiosks }]\n");
    repo.apply().succeeds();
    repo.write("sspr-policy.yaml", &limited("max_devices: 300"));
    let limit = || {
        let plan = repo.plan();
        let errors = plan.split("\n\n").filter(|part| part.starts_with("error[SP0509]"));
        let errors: String = errors.map(|error| format!("{}\n", error.split("\n  = help").next().unwrap())).collect();
        assert!(plan.ends_with(if errors.is_empty() { "exit 0\n" } else { "exit 1\n" }), "{plan}");
        errors
    };
    repo.edit("lock", "Hide }", "Do not hide }");
    insta::assert_snapshot!(limit(), @"
    error[SP0509]: 322 affected devices are more than `limits: max_devices: 300` allows
     |
     = note: Kiosks: 12
     = note: SSPR Ring 2: 310
     = help: review the plan; if it is right, save it with `plan --override-limits --out FILE` and have that file approved, or change the limit in sspr-policy.yaml
    ");
    repo.edit("lock", "Do not hide }", "Hide }");
    assign(&repo, "  include: [{ group: Kiosks }]\n");
    insta::assert_snapshot!(limit(), @"
    error[SP0509]: 310 affected devices are more than `limits: max_devices: 300` allows
     |
     = note: SSPR Ring 2: 310
     = help: review the plan; if it is right, save it with `plan --override-limits --out FILE` and have that file approved, or change the limit in sspr-policy.yaml
    ");
    assign(&repo, "  include: [{ group: SSPR Ring 2 }, { group: Kiosks }]\n  exclude: [{ group: SSPR Pilot }]\n");
    assert_eq!(limit(), "");
    repo.edit("lock", "name: Lock", "name: Lock\nstate: retired");
    insta::assert_snapshot!(limit(), @"
    error[SP0509]: 322 affected devices are more than `limits: max_devices: 300` allows
     |
     = note: Kiosks: 12
     = note: SSPR Ring 2: 310
     = help: review the plan; if it is right, save it with `plan --override-limits --out FILE` and have that file approved, or change the limit in sspr-policy.yaml
    ");
}

#[test]
fn an_unknown_number_of_devices_exceeds_the_limit() {
    let repo = Repository::new(&limited("max_devices: 5000"));
    repo.policy("lock", "name: Lock\nsettings: { Start/HideLock: Hide }\n");
    repo.apply().succeeds();
    let portal = repo.portal();
    let kind = "#microsoft.graph.configurationManagerCollectionAssignmentTarget";
    portal.assign(&portal.profile("Lock"), &[json!({ "@odata.type": kind, "collectionId": "SMS00001" })]);
    drop(portal);
    repo.edit("lock", "Hide }", "Do not hide }");
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment sandbox   tenant sandbox (embedded, not your tenant)   owner contoso

      ~ lock                         "Lock"   you changed the policy
          ~ Start/HideLock [device]                            Hide (1) → Do not hide (0)
            assignments: not managed, stays as it is: include a target of another kind

    error[SP0519]: `limits: max_devices` is set, but the number of affected devices is not known
     |
     = note: Graph does not report the members of a target, such as a Configuration Manager collection
     = help: save the plan with `plan --override-limits --out FILE`, and have that file approved

    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here; 1 error (SP0519).
    Nothing was changed.
    exit 1
    "#);
}
