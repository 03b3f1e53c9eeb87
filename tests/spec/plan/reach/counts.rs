//! How many devices and users get a change, and what is unknown about the number.

use serde_json::{Value, json};

use super::{assign, limited, repository, summary};
use crate::harness::proxy::Proxy;
use crate::harness::{EMBEDDED, Repository, Served, TENANT, normal, served};

#[test]
fn the_number_of_members_in_groups() {
    let repo = repository(
        EMBEDDED,
        "  include: [{ group: SSPR Ring 2 }, { group: All Staff }, { group: \"R&D #1 100% + A/B\" }]\n  exclude: [{ group: Kiosks }, { group: Größe Ölmühle }]\n",
    );
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment sandbox   tenant sandbox (embedded, not your tenant)   owner contoso

      + lock                         "Lock"
          + Start/HideLock [device]                            Hide (1)
          + assignment  include group All Staff   5,200 members (the first 999 are users)
          + assignment  include group R&D #1 100% + A/B   4 devices and 7 users
          + assignment  include group SSPR Ring 2   310 devices
          + assignment  exclude group Größe Ölmühle   nobody
          + assignment  exclude group Kiosks   12 devices

    Reach: +314 devices and +7 users and +5,200 members at most (All Staff, R&D #1 100% + A/B, SSPR Ring
      2).
    Scope tags: 1 new profile has none, so it gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0
    "#);
}

#[test]
fn all_devices_and_all_users() {
    let repo = repository(EMBEDDED, "  include: [{ all: devices }]\n");
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment sandbox   tenant sandbox (embedded, not your tenant)   owner contoso

      + lock                         "Lock"
          + Start/HideLock [device]                            Hide (1)
          + assignment  include all devices   4,120 devices

    Reach: +4,120 devices at most (all devices).
    Scope tags: 1 new profile has none, so it gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0
    "#);
    repo.policy(
        "more",
        "name: More\nsettings: { AboveLock/AllowToasts: 0 }\nassignments: { include: [{ group: Kiosks }] }\n",
    );
    let plan = repo.planned();
    assert!(plan.contains("Reach: +4,120 devices at most (all devices, Kiosks)."), "{plan}");
    repo.remove("more");
    assign(
        &repo,
        "  include: [{ all: users }, { group: Front Desk, id: ID }]\n".replace("ID", &front_desk(&repo)).as_str(),
    );
    insta::assert_snapshot!(summary(&repo.ran("plan").succeeds()), @"
    Reach: +8 users and +all users (Front Desk).
    Scope tags: 1 new profile has none, so it gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    ");
}

fn front_desk(repo: &Repository) -> String {
    repo.portal().group("Front Desk")
}

/// Targets that are added, removed, no longer excluded, or only get another filter.
#[test]
fn every_way_to_change_the_reach() {
    let repo = repository(
        EMBEDDED,
        "  include: [{ group: SSPR Pilot }, { group: Bob's PCs }]\n  exclude: [{ group: Kiosks }]\n",
    );
    repo.apply().succeeds();
    assign(&repo, "  include: [{ group: SSPR Pilot, filter: Windows 11 corporate }, { group: SSPR Ring 2 }]\n");
    insta::assert_snapshot!(summary(&repo.ran("plan").succeeds()), @"
    Reach: +310 devices (SSPR Ring 2), 12 devices no longer excluded (Kiosks), 24 devices at most under
      a filter from now on (SSPR Pilot), -3 devices (Bob's PCs).
    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    ");
    let json: Value = serde_json::from_str(&repo.ran("plan --output-format json").succeeds().out).unwrap();
    assert_eq!(
        json["changes"][0]["assignments"][0]["members"],
        json!({ "users": 0, "devices": 24, "total": 24, "estimated": false })
    );
    insta::assert_snapshot!(normal(&repo.ran("plan --output-format markdown").succeeds().out), @"
    ### Plan for <code>sandbox</code> (sandbox, not your tenant)

    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.

    Reach: +310 devices (SSPR Ring 2), 12 devices no longer excluded (Kiosks), 24 devices at most under a filter from now on (SSPR Pilot), -3 devices (Bob's PCs).

    | | profile | what changes |
    |---|---|---|
    | ✏️ change | <code>lock</code><br>Lock | _you changed the policy_<br>+ assignment include group SSPR Pilot (filter include Windows 11 corporate): 24 devices<br>+ assignment include group SSPR Ring 2: 310 devices<br>- assignment include group Bob's PCs: 3 devices<br>- assignment include group SSPR Pilot: 24 devices<br>- assignment exclude group Kiosks ! its members will now get this profile: 12 devices |
    ");
}

#[test]
fn a_removed_filter_or_exclusion_is_shown_once() {
    let before = "  include: [{ group: SSPR Pilot, filter: Windows 11 corporate }, { group: Bob's PCs }]\n  exclude: [{ group: Kiosks }]\n";
    let repo = repository(EMBEDDED, before);
    repo.apply().succeeds();
    assign(&repo, "  include: [{ group: SSPR Pilot }, { group: Kiosks }]\n  exclude: [{ group: Bob's PCs }]\n");
    insta::assert_snapshot!(summary(&repo.ran("plan").succeeds()), @"
    Reach: +12 devices (Kiosks), 24 devices without a filter from now on (SSPR Pilot), -3 devices (Bob's
      PCs).
    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    ");
    assign(&repo, &before.replace("Windows 11 corporate", "Kiosk hardware"));
    insta::assert_snapshot!(summary(&repo.ran("plan").succeeds()), @"
    Reach: 24 devices at most under another filter (SSPR Pilot), 3 devices as before (Bob's PCs).
    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    ");
}

/// Excluding users from devices has no effect, so a device can get both values.
#[test]
fn an_exclusion_without_effect_hides_no_conflict() {
    let repo = Repository::new(EMBEDDED);
    let toasts = |value: u8, assignments: &str| {
        format!(
            "name: Toasts {value}\nsettings: {{ AboveLock/AllowToasts: {value} }}\nassignments: {{ {assignments} }}\n"
        )
    };
    repo.policy("one", &toasts(0, "include: [{ group: SSPR Ring 2 }], exclude: [{ group: All Staff }]"));
    repo.policy("two", &toasts(1, "include: [{ group: All Staff }]"));
    let plan = repo.planned();
    assert!(plan.contains("[R05]") && plan.contains("[R04]"), "{plan}");
    repo.policy("one", &toasts(0, "include: [{ group: SSPR Ring 2 }], exclude: [{ group: Kiosks }]"));
    repo.policy("two", &toasts(1, "include: [{ group: Kiosks }]"));
    let plan = repo.planned();
    assert!(!plan.contains("[R04]"), "{plan}");
}

/// The number of a user's devices is unknown.
#[test]
fn a_limit_states_that_devices_of_users_do_not_count() {
    let targets = "  include: [{ group: SSPR Pilot }, { group: All Staff }, { all: users }]\n";
    let repo = repository(&limited("max_devices: 5000"), targets);
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment sandbox   tenant sandbox (embedded, not your tenant)   owner contoso

      + lock                         "Lock"
          + Start/HideLock [device]                            Hide (1)
          + assignment  include all users
          + assignment  include group All Staff   5,200 members (the first 999 are users)
          + assignment  include group SSPR Pilot   24 devices

    info[SP0520]: `limits: max_devices: 5000` does not count the devices of users
     |
     = note: the plan affects users: All Staff, all users

    Reach: +24 devices and +5,200 members and +all users (All Staff, SSPR Pilot).
    Scope tags: 1 new profile has none, so it gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0
    "#);
}

/// A group that gets several policies counts once.
#[test]
fn a_group_counts_once() {
    let repo = repository(EMBEDDED, "  include: [{ group: SSPR Ring 2 }]\n");
    repo.policy("more", "name: More\nsettings: { AboveLock/AllowToasts: 0 }\nassignments: { include: [{ group: SSPR Ring 2 }, { group: Kiosks }] }\n");
    insta::assert_snapshot!(summary(&repo.ran("plan").succeeds()), @"
    Reach: +322 devices at most (Kiosks, SSPR Ring 2).
    Scope tags: 2 new profiles have none, so they get Default.
    Plan: 2 to add, 0 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    ");
    let json: Value = serde_json::from_str(&repo.ran("plan --output-format json").succeeds().out).unwrap();
    assert_eq!(json["default_scope_tag"], json!(["lock", "more"]));
}

#[test]
fn nothing_is_counted_if_nothing_changes() {
    let folder = tempfile::tempdir().unwrap();
    let server = Served::start(folder.path(), None);
    let repo = repository(&served("contoso", &server.url, ""), "  include: [{ group: SSPR Pilot }]\n");
    repo.apply().succeeds();
    // If the plan counted members, it would be refused and would say so.
    let proxy = Proxy::start(&server.url, TENANT, &["transitiveMembers", "managedDevices"]);
    repo.write("sspr-policy.yaml", &served("contoso", &proxy.url, ""));
    let plan = repo.ran("plan").succeeds().out;
    assert!(!plan.contains("Reach") && plan.contains("nothing to do"), "{plan}");
}

#[test]
fn a_plan_is_always_the_same() {
    let repo = repository(EMBEDDED, "  include: [{ group: SSPR Ring 2 }, { all: devices }]\n");
    let json = || repo.ran("plan --output-format json").succeeds().out;
    assert_eq!(json(), json());
}

/// A token that may not read members: the plan says what is unknown, and continues.
#[test]
fn members_that_the_token_may_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let server = Served::start(folder.path(), None);
    let proxy = Proxy::start(&server.url, TENANT, &["transitiveMembers", "managedDevices"]);
    let include = "  include: [{ group: SSPR Ring 2 }, { all: devices }]\n";
    let repo = repository(&served("contoso", &proxy.url, ""), include);
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment rehearsal   tenant sandbox (embedded, not your tenant)   owner contoso

      + lock                         "Lock"
          + Start/HideLock [device]                            Hide (1)
          + assignment  include all devices
          + assignment  include group SSPR Ring 2

    Reach: not known for the members of groups (status 403; reading needs GroupMember.Read.All).
    Reach: not known for the number of all devices (status 403; reading needs
      DeviceManagementManagedDevices.Read.All).
    Scope tags: 1 new profile has none, so it gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0
    "#);
    let limits = "    limits: { max_devices: 10000 }\n";
    let repo = repository(&served("contoso", &proxy.url, limits), include);
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment rehearsal   tenant sandbox (embedded, not your tenant)   owner contoso

      + lock                         "Lock"
          + Start/HideLock [device]                            Hide (1)
          + assignment  include all devices
          + assignment  include group SSPR Ring 2

    error[SP0519]: `limits: max_devices` is set, but the number of affected devices is not known
     |
     = note: the members of groups cannot be read (status 403)
     = note: the number of all devices cannot be read (status 403)
     = help: grant GroupMember.Read.All and DeviceManagementManagedDevices.Read.All to the identity that plans, or remove the limit from sspr-policy.yaml

    Reach: not known for the members of groups (status 403; reading needs GroupMember.Read.All).
    Reach: not known for the number of all devices (status 403; reading needs
      DeviceManagementManagedDevices.Read.All).
    Scope tags: 1 new profile has none, so it gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 unchanged, 7 not managed here; 1 error (SP0519).
    Nothing was changed.
    exit 1
    "#);
    assert!(repo.apply().fails().contains("nothing was changed"));
    repo.ran("plan --override-limits --out plan.json").succeeds();
    repo.ran("apply plan.json").succeeds();
}

/// Members of groups may change: the approval was for the change of the policies.
#[test]
fn members_of_a_group_may_change_before_apply() {
    let repo = repository(EMBEDDED, "  include: [{ group: SSPR Ring 2 }]\n");
    repo.ran("plan --out plan.json").succeeds();
    let mut plan: Value = serde_json::from_str(&repo.read("plan.json")).unwrap();
    let members = &mut plan["changes"][0]["assignments"][0]["members"];
    assert_eq!(members["devices"], 310);
    *members = json!({ "users": 0, "devices": 4, "total": 4, "estimated": false });
    repo.write("plan.json", &plan.to_string());
    assert!(repo.ran("apply plan.json").succeeds().out.contains("1 done, 0 failed."));
}
