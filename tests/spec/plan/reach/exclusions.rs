//! Exclusions without effect.

use serde_json::json;

use super::{assign, repository};
use crate::harness::{EMBEDDED, Repository, text};

/// The findings about exclusions, for these targets.
fn exclusions(assignments: &str) -> String {
    let repo = Repository::new(EMBEDDED);
    let [users, devices] = {
        let portal = repo.portal();
        let groups = portal.get("/v1.0/groups?$top=100");
        let ids = groups["value"].as_array().unwrap().iter().filter(|group| group["displayName"] == "Front Desk");
        let ids: Vec<String> = ids.map(|group| text(&group["id"])).collect();
        [ids[0].clone(), ids[1].clone()]
    };
    assign(&repo, &assignments.replace("USERS", &users).replace("DEVICES", &devices));
    let plan = repo.planned();
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

    warning[R05]: mixed-exclusion: excluding `All Staff` has no effect: it has users, but the included targets are devices
     --> policies/lock.yaml:6:14
      |
    6 |     - group: All Staff
      |              ^^^^^^^^^ the exclusion has no effect: everyone who is included gets the profile
      |
      = note: source: Microsoft, device-profile-assign, "Exclude groups from a policy assignment": Intune does not evaluate user-to-device group relationships; `explain R05`
      = help: exclude a group of the same kind as the included groups, or use an assignment filter

    Reach: +24 devices (SSPR Pilot).
    Scope tags: 1 new profile has none, so it gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0
    "#);
    let waived = "waive: [{ rule: mixed-exclusion, reason: \"tested\", until: 2099-01-01 }]\n";
    repo.policy("lock", &format!("{}{waived}", repo.read("policies/lock.yaml")));
    assert!(!repo.planned().contains("R05"));
    insta::assert_snapshot!(repo.ran("explain R05").succeeds().out, @r#"
    R05 mixed-exclusion

      devices are excluded from included users, or users from included devices

      Symptom      the exclusion has no effect: everyone who is included gets the profile
      Severity     warning
      Confidence   high
      Looks at     the members of the included and excluded groups
      Remedy       exclude a group of the same kind as the included groups, or use an assignment filter
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

/// The same exclusion of one target that several policies use is reported once.
#[test]
fn a_target_with_an_exclusion_that_has_no_effect() {
    let repo = Repository::new(&format!(
        "{EMBEDDED}targets:\n  staff: {{ include: [{{ group: All Staff }}], exclude: [{{ group: Kiosks }}] }}\n"
    ));
    for (key, setting) in
        [("camera", "Camera/AllowCamera"), ("lock", "Start/HideLock"), ("toasts", "AboveLock/AllowToasts")]
    {
        repo.policy(key, &format!("name: {key}\nsettings: {{ {setting}: 0 }}\nassignments: staff\n"));
    }
    let plan = repo.planned();
    let from = plan.find("warning[R05]").unwrap();
    insta::assert_snapshot!(plan[from..], @r#"
    warning[R05]: mixed-exclusion: excluding `Kiosks` has no effect: it has devices, but the included targets are users
     --> policies/camera.yaml:1:7
      |
    1 | name: camera
      |       ^^^^^^ the exclusion has no effect: everyone who is included gets the profile
      |
     ::: sspr-policy.yaml:6:64
      |
    6 |   staff: { include: [{ group: All Staff }], exclude: [{ group: Kiosks }] }
      |                                                                ------ excluded here
      |
      = note: the same is true for 2 other policies with this target
      = note: source: Microsoft, device-profile-assign, "Exclude groups from a policy assignment": Intune does not evaluate user-to-device group relationships; `explain R05`
      = help: exclude a group of the same kind as the included groups, or use an assignment filter

    Reach: +5,200 members (All Staff).
    Scope tags: 3 new profiles have none, so they get Default.
    Plan: 3 to add, 0 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0
    "#);
}

/// Members of groups in the sandbox, as a client sees them.
#[test]
fn the_sandbox_has_members() {
    let repo = Repository::new(EMBEDDED);
    let portal = repo.portal();
    let staff = format!("/v1.0/groups/{}/transitiveMembers", portal.group("All Staff"));
    let mut page = portal.get(&format!("{staff}?$top=999&$select=id"));
    let mut ids = std::collections::BTreeSet::new();
    let mut pages = 1;
    loop {
        for member in page["value"].as_array().unwrap() {
            assert_eq!(member["@odata.type"], "#microsoft.graph.user");
            assert_eq!(member.as_object().unwrap().len(), 2, "{member}");
            ids.insert(text(&member["id"]));
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
