//! Whom a plan reaches: how many, what is not known, and what is too much.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod support;

use serde_json::{Value, json};
use support::proxy::Proxy;
use support::{EMBEDDED, Ran, Repo, Served, TENANT, normal, served};

/// A repository with one policy for these targets, which are the lines below `assignments:`.
fn repository(configuration: &str, assignments: &str) -> Repo {
    let repo = Repo::new(configuration);
    assign(&repo, assignments);
    repo
}

fn assign(repo: &Repo, assignments: &str) {
    repo.policy("lock", &format!("name: Lock\nsettings: {{ Start/HideLock: Hide }}\nassignments:\n{assignments}"));
}

fn limited(limits: &str) -> String {
    EMBEDDED.replace("sandbox }", &format!("sandbox, limits: {{ {limits} }} }}"))
}

/// The last lines of a plan: whom it reaches, and what it is.
fn summary(ran: &Ran) -> String {
    let lines = normal(&ran.out);
    let from = lines.find("\nReach").or(lines.find("\nLimits")).unwrap_or(0);
    lines[from..].trim_start().to_owned()
}

#[test]
fn how_many_are_in_groups() {
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
    Scope tags: 1 new profile names none, and gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 as written, 7 not ours.
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
    Scope tags: 1 new profile names none, and gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    exit 0
    "#);
    repo.policy(
        "more",
        "name: More\nsettings: { Camera/AllowCamera: 0 }\nassignments: { include: [{ group: Kiosks }] }\n",
    );
    assert!(repo.plan().contains("Reach: +4,120 devices at most (all devices, Kiosks)."), "{}", repo.plan());
    repo.remove("more");
    assign(
        &repo,
        "  include: [{ all: users }, { group: Front Desk, id: ID }]\n".replace("ID", &front_desk(&repo)).as_str(),
    );
    insta::assert_snapshot!(summary(&repo.run(&["plan"])), @"
    Reach: +8 users and +all users (Front Desk).
    Scope tags: 1 new profile names none, and gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    ");
}

fn front_desk(repo: &Repo) -> String {
    repo.portal().group("Front Desk")
}

/// What comes, what goes, what comes out of an exclusion, and what only gets another filter.
#[test]
fn each_way_to_reach_somebody() {
    let repo = repository(
        EMBEDDED,
        "  include: [{ group: SSPR Pilot }, { group: Bob's PCs }]\n  exclude: [{ group: Kiosks }]\n",
    );
    repo.apply().succeeds();
    assign(&repo, "  include: [{ group: SSPR Pilot, filter: Windows 11 corporate }, { group: SSPR Ring 2 }]\n");
    insta::assert_snapshot!(summary(&repo.run(&["plan"])), @"
    Reach: +310 devices (SSPR Ring 2), 12 devices come out of an exclusion (Kiosks), 24 devices at most
      under a filter from now on (SSPR Pilot), -3 devices (Bob's PCs).
    Plan: 0 to add, 1 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    ");
    let json: Value = serde_json::from_str(&repo.run(&["plan", "--output-format", "json"]).out).unwrap();
    assert_eq!(
        json["changes"][0]["assignments"][0]["members"],
        json!({ "users": 0, "devices": 24, "total": 24, "estimated": false })
    );
    insta::assert_snapshot!(normal(&repo.run(&["plan", "--output-format", "markdown"]).out), @"
    ### Plan for `sandbox` (sandbox, not your tenant)

    Plan: 0 to add, 1 to change, 0 to delete; 0 as written, 7 not ours.

    Reach: +310 devices (SSPR Ring 2), 12 devices come out of an exclusion (Kiosks), 24 devices at most under a filter from now on (SSPR Pilot), -3 devices (Bob's PCs).

    | | profile | what changes |
    |---|---|---|
    | ✏️ change | `lock`<br>Lock | _you changed the policy_<br>+ assignment include group SSPR Pilot (filter include Windows 11 corporate): 24 devices<br>+ assignment include group SSPR Ring 2: 310 devices<br>- assignment include group Bob's PCs: 3 devices<br>- assignment include group SSPR Pilot: 24 devices<br>- assignment exclude group Kiosks ! its members come into reach: 12 devices |
    ");
}

#[test]
fn who_loses_a_filter_or_changes_sides_is_said_once() {
    let before = "  include: [{ group: SSPR Pilot, filter: Windows 11 corporate }, { group: Bob's PCs }]\n  exclude: [{ group: Kiosks }]\n";
    let repo = repository(EMBEDDED, before);
    repo.apply().succeeds();
    assign(&repo, "  include: [{ group: SSPR Pilot }, { group: Kiosks }]\n  exclude: [{ group: Bob's PCs }]\n");
    insta::assert_snapshot!(summary(&repo.run(&["plan"])), @"
    Reach: +12 devices (Kiosks), 24 devices without a filter from now on (SSPR Pilot), -3 devices (Bob's
      PCs).
    Plan: 0 to add, 1 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    ");
    assign(&repo, &before.replace("Windows 11 corporate", "Kiosk hardware"));
    insta::assert_snapshot!(summary(&repo.run(&["plan"])), @"
    Reach: 24 devices at most under another filter (SSPR Pilot), 3 devices as before (Bob's PCs).
    Plan: 0 to add, 1 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    ");
}

/// The exclusion of users from devices keeps nobody from getting both values.
#[test]
fn an_exclusion_without_effect_hides_no_conflict() {
    let repo = Repo::new(EMBEDDED);
    let toasts = |value: u8, assignments: &str| {
        format!(
            "name: Toasts {value}\nsettings: {{ AboveLock/AllowToasts: {value} }}\nassignments: {{ {assignments} }}\n"
        )
    };
    repo.policy("one", &toasts(0, "include: [{ group: SSPR Ring 2 }], exclude: [{ group: All Staff }]"));
    repo.policy("two", &toasts(1, "include: [{ group: All Staff }]"));
    let plan = repo.plan();
    assert!(plan.contains("[R05]") && plan.contains("[R04]"), "{plan}");
    repo.policy("one", &toasts(0, "include: [{ group: SSPR Ring 2 }], exclude: [{ group: Kiosks }]"));
    repo.policy("two", &toasts(1, "include: [{ group: Kiosks }]"));
    assert!(!repo.plan().contains("[R04]"), "{}", repo.plan());
}

/// Nobody can tell how many devices users have.
#[test]
fn a_limit_says_that_it_does_not_see_devices_of_users() {
    let targets = "  include: [{ group: SSPR Pilot }, { group: All Staff }, { all: users }]\n";
    let repo = repository(&limited("max_devices: 5000"), targets);
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment sandbox   tenant sandbox (embedded, not your tenant)   owner contoso

      + lock                         "Lock"
          + Start/HideLock [device]                            Hide (1)
          + assignment  include all users
          + assignment  include group All Staff   5,200 members (the first 999 are users)
          + assignment  include group SSPR Pilot   24 devices

    info[SP0520] `limits: max_devices: 5,000` does not count the devices of users
      = users are touched: All Staff, all users

    Reach: +24 devices and +5,200 members and +all users (All Staff, SSPR Pilot).
    Scope tags: 1 new profile names none, and gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    exit 0
    "#);
}

/// A group that several policies get is one group.
#[test]
fn a_group_counts_once() {
    let repo = repository(EMBEDDED, "  include: [{ group: SSPR Ring 2 }]\n");
    repo.policy("more", "name: More\nsettings: { Camera/AllowCamera: 0 }\nassignments: { include: [{ group: SSPR Ring 2 }, { group: Kiosks }] }\n");
    insta::assert_snapshot!(summary(&repo.run(&["plan"])), @"
    Reach: +322 devices at most (Kiosks, SSPR Ring 2).
    Scope tags: 2 new profiles name none, and get Default.
    Plan: 2 to add, 0 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    ");
    let json: Value = serde_json::from_str(&repo.run(&["plan", "--output-format", "json"]).out).unwrap();
    assert_eq!(json["default_scope_tag"], json!(["lock", "more"]));
}

#[test]
fn nothing_is_asked_when_nothing_changes() {
    let folder = tempfile::tempdir().unwrap();
    let server = Served::start(folder.path(), None);
    let repo = repository(&served("contoso", &server.url, ""), "  include: [{ group: SSPR Pilot }]\n");
    repo.apply().succeeds();
    // A plan that asked would be told no, and would say so.
    let proxy = Proxy::start(&server.url, TENANT, &["transitiveMembers", "managedDevices"]);
    repo.write("sspr-policy.yaml", &served("contoso", &proxy.url, ""));
    let plan = repo.run(&["plan"]).succeeds().out;
    assert!(!plan.contains("Reach") && plan.contains("nothing to do"), "{plan}");
}

#[test]
fn a_plan_is_always_the_same() {
    let repo = repository(EMBEDDED, "  include: [{ group: SSPR Ring 2 }, { all: devices }]\n");
    let json = || repo.run(&["plan", "--output-format", "json"]).out;
    assert_eq!(json(), json());
}

/// A token that may not read members: the plan says what it does not know, and goes on.
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

    Reach: not known: the members of groups (status 403; reading needs GroupMember.Read.All).
    Reach: not known: the number of all devices (status 403; reading needs
      DeviceManagementManagedDevices.Read.All).
    Scope tags: 1 new profile names none, and gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 as written, 7 not ours.
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

    error[SP0519] how many devices are touched is not known, and `limits: max_devices` is set
      = the members of groups cannot be read (status 403)
      = the number of all devices cannot be read (status 403)
      = help: grant GroupMember.Read.All and DeviceManagementManagedDevices.Read.All to whoever plans,
        or take the limit out

    Reach: not known: the members of groups (status 403; reading needs GroupMember.Read.All).
    Reach: not known: the number of all devices (status 403; reading needs
      DeviceManagementManagedDevices.Read.All).
    Scope tags: 1 new profile names none, and gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 as written, 7 not ours; 1 error.
    Nothing was changed.
    exit 1
    "#);
    assert!(repo.apply().fails().contains("nothing was changed"));
    repo.run(&["plan", "--override-limits", "--out", "plan.json"]).succeeds();
    repo.run(&["apply", "plan.json"]).succeeds();
}

/// People come and go: what was approved is the change, not who is in its groups.
#[test]
fn who_is_in_a_group_may_change_before_apply() {
    let repo = repository(EMBEDDED, "  include: [{ group: SSPR Ring 2 }]\n");
    repo.run(&["plan", "--out", "plan.json"]).succeeds();
    let mut plan: Value = serde_json::from_str(&repo.read("plan.json")).unwrap();
    let members = &mut plan["changes"][0]["assignments"][0]["members"];
    assert_eq!(members["devices"], 310);
    *members = json!({ "users": 0, "devices": 4, "total": 4, "estimated": false });
    repo.write("plan.json", &plan.to_string());
    assert!(repo.run(&["apply", "plan.json"]).succeeds().out.contains("1 done, 0 failed."));
}

#[test]
fn more_devices_than_the_limit_allows() {
    let repo = repository(&limited("max_devices: 300"), "  include: [{ group: SSPR Ring 2 }, { group: All Staff }]\n");
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment sandbox   tenant sandbox (embedded, not your tenant)   owner contoso

      + lock                         "Lock"
          + Start/HideLock [device]                            Hide (1)
          + assignment  include group All Staff   5,200 members (the first 999 are users)
          + assignment  include group SSPR Ring 2   310 devices

    error[SP0509] 310 devices that are touched are more than `limits: max_devices: 300` allows
      = SSPR Ring 2: 310
      = help: look at the plan again; if it is right, save it with `plan --override-limits --out FILE`
        and have that approved, or raise the limit in sspr-policy.yaml

    info[SP0520] `limits: max_devices: 300` does not count the devices of users
      = users are touched: All Staff

    Reach: +310 devices and +5,200 members (All Staff, SSPR Ring 2).
    Scope tags: 1 new profile names none, and gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 as written, 7 not ours; 1 error.
    Nothing was changed.
    exit 1
    "#);
    assert!(repo.apply().fails().contains("1 error above; nothing was changed"));
    assign(&repo, "  include: [{ group: SSPR Pilot }, { group: All Staff }]\n");
    repo.apply().succeeds();
    // Who is reached already does not count again.
    assign(&repo, "  include: [{ group: SSPR Pilot }, { group: Bob's PCs }]\n");
    repo.apply().succeeds();
}

/// An approved plan may pass over limits: it says so in every form, and it is honoured for that plan only.
#[test]
fn limits_that_a_saved_plan_passes_over() {
    let repo = repository(&limited("max_devices: 300, max_changes: 0"), "  include: [{ group: SSPR Ring 2 }]\n");
    let plan = repo.run(&["plan", "--override-limits", "--out", "plan.json"]).succeeds();
    insta::assert_snapshot!(summary(&plan), @"
    Reach: +310 devices (SSPR Ring 2).
    Scope tags: 1 new profile names none, and gets Default.
    Limits passed over: max_changes (0, and the plan has 1), max_devices (300, and the plan has 310).
    Plan: 1 to add, 0 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    ");
    let requests = repo.run(&["plan", "--requests", "--override-limits"]).succeeds();
    assert!(requests.err.starts_with("Limits passed over: max_changes (0, and the plan has 1)"), "{}", requests.err);
    let markdown = repo.run(&["show", "plan.json", "--output-format", "markdown"]).succeeds().out;
    assert!(markdown.contains("Limits passed over: max"), "{markdown}");
    let json: Value = serde_json::from_str(&repo.read("plan.json")).unwrap();
    assert_eq!(
        json["limits_overridden"],
        json!([
            { "limit": "max_changes", "allowed": 0, "found": 1 },
            { "limit": "max_devices", "allowed": 300, "found": 310 },
        ])
    );
    assert_eq!(repo.run(&["apply", "plan.json", "--override-limits"]).code, Some(1), "the plan decides");
    assert!(repo.run(&["apply", "--auto-approve"]).fails().contains("2 errors above"));
    assert!(repo.run(&["apply", "plan.json"]).succeeds().out.contains("1 done, 0 failed."));
    repo.assert_converged();
}

/// What was approved was 310 devices, and not more.
#[test]
fn a_limit_is_passed_over_up_to_what_was_approved() {
    let repo = repository(&limited("max_devices: 300"), "  include: [{ group: SSPR Ring 2 }]\n");
    repo.run(&["plan", "--override-limits", "--out", "plan.json"]).succeeds();
    let mut plan: Value = serde_json::from_str(&repo.read("plan.json")).unwrap();
    plan["limits_overridden"][0]["found"] = json!(305);
    repo.write("plan.json", &plan.to_string());
    let before = repo.portal().profiles();
    assert!(repo.run(&["apply", "plan.json"]).fails().contains("1 error above; nothing was changed"));
    assert_eq!(repo.portal().profiles(), before);
}

/// Whoever passes over limits without a saved plan has to be asked.
#[test]
fn an_apply_that_asks_nobody_passes_over_no_limit() {
    let repo = repository(&limited("allow_all_targets: false"), "  include: [{ all: devices }]\n");
    assert!(repo.apply().fails().contains("1 error above"));
    let before = repo.portal().profiles();
    insta::assert_snapshot!(repo.apply_with(&["--override-limits"]).fails(), @"
    error: nobody is asked here, and `--override-limits` needs somebody who says yes; nothing was changed
    help: save a plan with `plan --override-limits --out FILE`, have that approved, then `apply FILE`
    ");
    // Without a terminal there is nobody to ask either.
    assert!(repo.run(&["apply", "--override-limits"]).fails().contains("nobody is asked here"));
    assert_eq!(repo.portal().profiles(), before);
    repo.run(&["plan", "--override-limits", "--out", "plan.json"]).succeeds();
    let ran = repo.run(&["apply", "plan.json"]).succeeds();
    insta::assert_snapshot!(normal(&ran.out), @r#"
    Environment sandbox   tenant sandbox (embedded, not your tenant)   owner contoso

      + lock                         "Lock"
          + Start/HideLock [device]                            Hide (1)
          + assignment  include all devices   4,120 devices

    Reach: +4,120 devices at most (all devices).
    Scope tags: 1 new profile names none, and gets Default.
    Limits passed over: allow_all_targets (false, 1 profile to all devices or all users).
    Plan: 1 to add, 0 to change, 0 to delete; 0 as written, 7 not ours.
      + lock                         added    [id]

    1 done, 0 failed.
    "#);
}

/// The portal may have assigned what the policy does not.
#[test]
fn assignments_that_are_not_managed_count_for_limits() {
    let policy = |name: &str, value: &str| format!("name: {name}\nsettings: {{ Start/HideLock: {value} }}\n");
    let repo = Repo::new(&limited("allow_all_targets: false, max_devices: 5"));
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

    error[SP0509] 4,120 devices that are touched are more than `limits: max_devices: 5` allows
      = all devices: 4,120
      = help: look at the plan again; if it is right, save it with `plan --override-limits --out FILE`
        and have that approved, or raise the limit in sspr-policy.yaml

    error[SP0509] lock goes to all devices or all users, which `limits: allow_all_targets` forbids
      = help: look at the plan again; if it is right, save it with `plan --override-limits --out FILE`
        and have that approved, or raise the limit in sspr-policy.yaml

    Reach: 4,120 devices at most as before (all devices).
    Plan: 0 to add, 1 to change, 0 to delete; 0 as written, 7 not ours; 2 errors.
    Nothing was changed.
    exit 1
    "#);
    // Another name reaches nobody.
    repo.policy(
        "lock",
        &format!("{}description: Ours.\nscope_tags: [Service Desk]\n", policy("Lock the screen", "Hide")),
    );
    repo.apply().succeeds();
    repo.assert_converged();
}

/// Those who stay and get another value, and those who leave.
#[test]
fn devices_that_stay_or_leave_count_for_the_limit() {
    let repo = repository(EMBEDDED, "  include: [{ group: SSPR Ring 2 }, { group: Kiosks }]\n");
    repo.apply().succeeds();
    repo.write("sspr-policy.yaml", &limited("max_devices: 300"));
    let limit = || {
        let plan = repo.plan();
        let errors = plan.split("\n\n").filter(|part| part.starts_with("error[SP0509]"));
        errors.map(|error| format!("{}\n", error.split("\n  = help").next().unwrap())).collect::<String>()
    };
    repo.edit("lock", "Hide }", "Do not hide }");
    insta::assert_snapshot!(limit(), @"
    error[SP0509] 322 devices that are touched are more than `limits: max_devices: 300` allows
      = Kiosks: 12
      = SSPR Ring 2: 310
    ");
    repo.edit("lock", "Do not hide }", "Hide }");
    assign(&repo, "  include: [{ group: Kiosks }]\n");
    insta::assert_snapshot!(limit(), @"
    error[SP0509] 310 devices that are touched are more than `limits: max_devices: 300` allows
      = SSPR Ring 2: 310
    ");
    assign(&repo, "  include: [{ group: SSPR Ring 2 }, { group: Kiosks }]\n  exclude: [{ group: SSPR Pilot }]\n");
    assert_eq!(limit(), "");
    repo.edit("lock", "name: Lock", "name: Lock\nstate: retired");
    insta::assert_snapshot!(limit(), @"
    error[SP0509] 322 devices that are touched are more than `limits: max_devices: 300` allows
      = Kiosks: 12
      = SSPR Ring 2: 310
    ");
}

#[test]
fn a_target_whose_devices_nobody_can_count_exceeds_a_limit_of_devices() {
    let repo = Repo::new(&limited("max_devices: 5000"));
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

    error[SP0519] how many devices are touched is not known, and `limits: max_devices` is set
      = a target is of another kind, such as a Configuration Manager collection
      = help: save the plan with `plan --override-limits --out FILE`, and have that approved

    Plan: 0 to add, 1 to change, 0 to delete; 0 as written, 7 not ours; 1 error.
    Nothing was changed.
    exit 1
    "#);
}

/// What rules say of exclusions, for these targets.
fn exclusions(assignments: &str) -> String {
    let repo = Repo::new(EMBEDDED);
    let [users, devices] = {
        let portal = repo.portal();
        let groups = portal.get("/v1.0/groups?$top=100");
        let ids = groups["value"].as_array().unwrap().iter().filter(|group| group["displayName"] == "Front Desk");
        let ids: Vec<String> = ids.map(|group| support::text(&group["id"])).collect();
        [ids[0].clone(), ids[1].clone()]
    };
    assign(&repo, &assignments.replace("USERS", &users).replace("DEVICES", &devices));
    let plan = repo.plan();
    plan.lines().filter(|line| line.contains("R05")).take(1).map(|line| format!("{line}\n")).collect()
}

#[test]
fn users_and_devices_do_not_exclude_each_other() {
    let repo = repository(
        EMBEDDED,
        "  include: [{ group: SSPR Pilot }]\n  exclude:\n    - group: All Staff\n    - group: Kiosks\n",
    );
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment sandbox   tenant sandbox (embedded, not your tenant)   owner contoso

      + lock                         "Lock"
          + Start/HideLock [device]                            Hide (1)
          + assignment  include group SSPR Pilot   24 devices
          + assignment  exclude group All Staff   5,200 members (the first 999 are users)
          + assignment  exclude group Kiosks   12 devices

    warning[R05] mixed-exclusion: excluding `All Staff` has no effect: it has users, and the included
      are devices
      --> policies/lock.yaml:6:14  the exclusion has no effect: everybody who is included gets the
          profile
      = source: Microsoft, device-profile-assign, "Exclude groups from a policy assignment": Intune does
        not evaluate user-to-device group relationships; `explain R05`
      = help: exclude a group of the same kind as the included ones, or use an assignment filter

    Reach: +24 devices (SSPR Pilot).
    Scope tags: 1 new profile names none, and gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    exit 0
    "#);
    let waived = "waive: [{ rule: mixed-exclusion, reason: \"tested\", until: 2099-01-01 }]\n";
    repo.policy("lock", &format!("{}{waived}", repo.read("policies/lock.yaml")));
    assert!(!repo.plan().contains("R05"));
    insta::assert_snapshot!(repo.run(&["explain", "R05"]).succeeds().out, @r#"
    R05 mixed-exclusion

      devices are excluded from users, or users from devices

      Symptom      the exclusion has no effect: everybody who is included gets the profile
      Confidence   high
      Remedy       exclude a group of the same kind as the included ones, or use an assignment filter
      Source       Microsoft, device-profile-assign, "Exclude groups from a policy assignment": Intune
                   does not evaluate user-to-device group relationships

      To accept it, in the policy
        waive:
          - { rule: mixed-exclusion, reason: "…", until: 2027-12-31 }
    "#);
}

#[test]
fn which_exclusions_have_no_effect() {
    let without = [
        "  include: [{ group: All Staff }]\n  exclude: [{ group: Kiosks }]\n",
        "  include: [{ all: users }]\n  exclude: [{ group: Kiosks }]\n",
        "  include: [{ all: devices }]\n  exclude: [{ group: All Staff }]\n",
        "  include: [{ id: USERS }]\n  exclude: [{ id: DEVICES }]\n",
        "  include: [{ group: Bob's PCs }, { all: devices }]\n  exclude: [{ id: USERS }]\n",
    ];
    for assignments in without {
        assert!(exclusions(assignments).contains("has no effect"), "{assignments}");
    }
    let with = [
        "  include: [{ all: devices }]\n  exclude: [{ group: Kiosks }]\n",
        "  include: [{ all: users }]\n  exclude: [{ id: USERS }]\n",
        "  include: [{ group: All Staff }, { group: SSPR Pilot }]\n  exclude: [{ group: Kiosks }]\n",
        "  include: [{ group: All Staff }]\n  exclude: [{ group: \"R&D #1 100% + A/B\" }]\n",
        "  include: [{ group: Größe Ölmühle }]\n  exclude: [{ group: Kiosks }]\n",
        "  include: [{ group: All Staff }]\n  exclude: [{ group: Größe Ölmühle }]\n",
    ];
    for assignments in with {
        assert_eq!(exclusions(assignments), "", "{assignments}");
    }
}

/// The same exclusion of one target under several policies is said once.
#[test]
fn a_target_with_an_exclusion_that_has_no_effect() {
    let repo = Repo::new(&format!(
        "{EMBEDDED}targets:\n  staff: {{ include: [{{ group: All Staff }}], exclude: [{{ group: Kiosks }}] }}\n"
    ));
    for (key, setting) in
        [("camera", "Camera/AllowCamera"), ("lock", "Start/HideLock"), ("toasts", "AboveLock/AllowToasts")]
    {
        repo.policy(key, &format!("name: {key}\nsettings: {{ {setting}: 0 }}\nassignments: staff\n"));
    }
    let plan = repo.plan();
    let from = plan.find("warning[R05]").unwrap();
    insta::assert_snapshot!(plan[from..], @r#"
    warning[R05] mixed-exclusion: excluding `Kiosks` has no effect: it has devices, and the included are
      users
      --> policies/camera.yaml:1:7  the exclusion has no effect: everybody who is included gets the
          profile
      = sspr-policy.yaml:6:64: excluded here
      = the same for 2 other policies of this target
      = source: Microsoft, device-profile-assign, "Exclude groups from a policy assignment": Intune does
        not evaluate user-to-device group relationships; `explain R05`
      = help: exclude a group of the same kind as the included ones, or use an assignment filter

    Reach: +5,200 members (All Staff).
    Scope tags: 3 new profiles name none, and get Default.
    Plan: 3 to add, 0 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    exit 0
    "#);
}

/// Members in the sandbox, as a client sees them.
#[test]
fn the_sandbox_has_members() {
    let repo = Repo::new(EMBEDDED);
    let portal = repo.portal();
    let staff = format!("/v1.0/groups/{}/transitiveMembers", portal.group("All Staff"));
    let mut page = portal.get(&format!("{staff}?$top=999&$select=id"));
    let mut ids = std::collections::BTreeSet::new();
    let mut pages = 1;
    loop {
        for member in page["value"].as_array().unwrap() {
            assert_eq!(member["@odata.type"], "#microsoft.graph.user");
            assert_eq!(member.as_object().unwrap().len(), 2, "{member}");
            ids.insert(support::text(&member["id"]));
        }
        let Some(next) = page["@odata.nextLink"].as_str() else { break };
        page = portal.get(next.trim_start_matches(portal.url()));
        pages += 1;
    }
    assert_eq!((ids.len(), pages), (5200, 6));
    // Counting is an advanced query.
    let url = staff.replace("/v1.0", "") + "?$count=true&$top=1";
    let eventual = json!({ "ConsistencyLevel": "eventual" });
    let requests = json!([{ "id": "1", "method": "GET", "url": url }, { "id": "2", "method": "GET", "url": url, "headers": eventual }]);
    let answers = portal.send("POST", "/v1.0/$batch", Some(&json!({ "requests": requests })));
    assert_eq!(
        (&answers["responses"][1]["status"], &answers["responses"][0]["body"]["@odata.count"]),
        (&json!(400), &json!(5200))
    );
    let devices = portal.get("/v1.0/deviceManagement/managedDevices?$select=id,operatingSystem&$top=1&$count=true");
    assert_eq!((&devices["@odata.count"], devices["value"].as_array().unwrap().len()), (&json!(4120), 1));
}
