//! `import --update`: what someone changed in the portal goes into the policy, and the rest of the file stays as it is.

use serde_json::{Value, json};

use super::{device, import, row, target};
use crate::harness::{EMBEDDED, Portal, Repository, normal, text};

const CONFIGURATION: &str = "\
owner: contoso
default: sandbox
targets:
  pilot: { include: [{ group: SSPR Pilot }] }
environments:
  sandbox: { tenant: sandbox, variables: { limit: 900, group: SSPR Ring 2 } }
";

const LOCK: &str = "\
# What people see before they sign in.
name: Lock screen   # also in the handbook
description: For the pilot.

settings:
  # Fifteen minutes.
  LocalPoliciesSecurityOptions/InteractiveLogon_MachineInactivityLimit: ${var:limit}
  WindowsLogon/DisableLockScreenAppNotifications: disabled   # see ticket 4711

  AboveLock/AllowToasts: Allowed
  # Off for everyone.
  Camera/AllowCamera: 0

assignments: pilot
";

/// A repository with this policy, which was applied and then changed in the portal.
fn edited(policy: &str, edit: impl FnOnce(&Portal, &Value)) -> Repository {
    let repo = Repository::new(CONFIGURATION);
    repo.policy("lock", policy);
    repo.apply().succeeds();
    let portal = repo.portal();
    edit(&portal, &portal.profile("Lock screen"));
    drop(portal);
    repo
}

/// The rows of a profile, as they can be sent, with changes.
fn rows(portal: &Portal, profile: &Value, change: impl Fn(&str, Value) -> Option<Value>, more: &[Value]) -> Value {
    let rows = profile["omaSettings"].as_array().unwrap().iter();
    let changed = rows.filter_map(|row| {
        let mut row = portal.writable(profile, row);
        let name = text(&row["omaUri"]).rsplit('/').next().unwrap().to_string();
        row["value"] = change(&name, row["value"].clone())?;
        Some(row)
    });
    json!(changed.chain(more.iter().cloned()).collect::<Vec<_>>())
}

/// Updates the policy; the plan has to be empty afterwards. Returns the output and the file.
fn updated(repo: &Repository) -> String {
    let said = import(repo, &["--update", "lock"]);
    assert!(said.starts_with("updated "), "{said}");
    repo.ran("check").succeeds();
    repo.assert_converged();
    format!("{said}---\n{}", normal(&repo.read("policies/lock.yaml")))
}

#[test]
fn what_still_says_the_same_stays_as_it_is_written() {
    let repo = edited(LOCK, |portal, profile| {
        let change = |name: &str, value| match name {
            "DisableLockScreenAppNotifications" => Some(json!("<enabled/>")),
            "AllowToasts" => None,
            _ => Some(value),
        };
        let more = [device("Integer", "Policy/Config/Bluetooth/AllowAdvertising", json!(0))];
        let description = text(&profile["description"]).replace("For the pilot.", "For the pilot and Anna.");
        let settings = rows(portal, profile, change, &more);
        portal.patch(profile, json!({ "omaSettings": settings, "description": description }));
    });
    insta::assert_snapshot!(updated(&repo), @r#"
    updated policies/lock.yaml  from "Lock screen" ([id]); a plan changes nothing
      description
      - AboveLock/AllowToasts
      ~ WindowsLogon/DisableLockScreenAppNotifications
      + Bluetooth/AllowAdvertising

    Nothing was changed in the tenant.
    exit 0
    ---
    # What people see before they sign in.
    name: Lock screen   # also in the handbook
    description: For the pilot and Anna.

    settings:
      # Fifteen minutes.
      LocalPoliciesSecurityOptions/InteractiveLogon_MachineInactivityLimit: ${var:limit}
      WindowsLogon/DisableLockScreenAppNotifications: enabled   # see ticket 4711

      # Off for everyone.
      Camera/AllowCamera: 0
      Bluetooth/AllowAdvertising: 0

    assignments: pilot
    "#);
    insta::assert_snapshot!(import(&repo, &["--update", "lock"]), @r#"
    unchanged policies/lock.yaml  it says what "Lock screen" ([id]) has

    Nothing was changed in the tenant.
    exit 0
    "#);
}

#[test]
fn other_targets_replace_the_name_of_a_target() {
    let repo = edited(LOCK, |portal, profile| {
        let group = |name: &str| json!({ "groupId": portal.group(name) });
        portal.assign(profile, &[target("group", group("SSPR Ring 2")), target("exclusionGroup", group("Kiosks"))]);
        portal.patch(profile, json!({ "displayName": "Lock screen: 2027" }));
    });
    insta::assert_snapshot!(updated(&repo), @r#"
    updated policies/lock.yaml  from "Lock screen: 2027" ([id]); a plan changes nothing
      name: "Lock screen: 2027"
      assignments
      warning: the assignments no longer are those of the target `pilot`, which is not changed

    Nothing was changed in the tenant.
    exit 0
    ---
    # What people see before they sign in.
    name: 'Lock screen: 2027'   # also in the handbook
    description: For the pilot.

    settings:
      # Fifteen minutes.
      LocalPoliciesSecurityOptions/InteractiveLogon_MachineInactivityLimit: ${var:limit}
      WindowsLogon/DisableLockScreenAppNotifications: disabled   # see ticket 4711

      AboveLock/AllowToasts: Allowed
      # Off for everyone.
      Camera/AllowCamera: 0

    assignments: { include: [{ group: SSPR Ring 2 }], exclude: [{ group: Kiosks }] }
    "#);
}

const LISTED: &str = "\
name: Lock screen
settings: { Camera/AllowCamera: 0, AboveLock/AllowToasts: 1, Start/HideLock: 0 }
assignments:
  include:
    - { group: '${var:group}' }   # the second ring
    - group: SSPR Pilot
      filter: Windows 11 corporate
  exclude: [{ group: Kiosks }]
scope_tags: [Service Desk]
";

#[test]
fn lists_change_item_by_item() {
    let repo = edited(LISTED, |portal, profile| {
        let group = |name: &str| json!({ "groupId": portal.group(name) });
        portal.assign(
            profile,
            &[
                target("group", group("SSPR Ring 2")),
                target("group", group("All Staff")),
                target("exclusionGroup", group("Kiosks")),
                target("exclusionGroup", group("R&D #1 100% + A/B")),
            ],
        );
        let change = |name: &str, value| match name {
            "AllowToasts" => None,
            "HideLock" => Some(json!(1)),
            _ => Some(value),
        };
        let more = [device("Integer", "Policy/Config/Bluetooth/AllowAdvertising", json!(0))];
        let settings = rows(portal, profile, change, &more);
        portal.patch(profile, json!({ "omaSettings": settings, "roleScopeTagIds": ["0"] }));
    });
    insta::assert_snapshot!(updated(&repo), @r#"
    updated policies/lock.yaml  from "Lock screen" ([id]); a plan changes nothing
      - AboveLock/AllowToasts
      ~ Start/HideLock
      + Bluetooth/AllowAdvertising
      assignments
      scope tags

    Nothing was changed in the tenant.
    exit 0
    ---
    name: Lock screen
    settings: { Camera/AllowCamera: 0, Start/HideLock: Hide, Bluetooth/AllowAdvertising: 0 }
    assignments:
      include:
        - { group: '${var:group}' }   # the second ring
        - { group: All Staff }
      exclude: [{ group: Kiosks }, { group: 'R&D #1 100% + A/B' }]
    scope_tags: [Default]
    "#);
}

const FORMS: &str = "\
name: Lock screen
settings:
  AppLocker/ApplicationLaunchRestrictions/Contoso/EXE/Policy: { file: exe.xml }
  Contoso/Text: { type: string, raw: one, unchecked: our own CSP }   # ticket 1
  UserRights/AllowLocalLogOn: [Administrators, Users]
  WiFi/Profile/Guest/WlanXml: '${env:GUEST_WIFI}'
";

#[test]
fn values_go_where_they_were() {
    let repo = Repository::new(EMBEDDED);
    repo.write("policies/exe.xml", "<RuleCollection Type=\"Exe\"/>\n");
    repo.policy("lock", FORMS);
    repo.apply().succeeds();
    let portal = repo.portal();
    let profile = portal.profile("Lock screen");
    let change = |name: &str, value: Value| match name {
        "Text" => Some(json!("two\nlines")),
        "AllowLocalLogOn" => Some(json!("*S-1-5-32-544")),
        "Policy" => Some(json!("<RuleCollection Type=\"Exe\" EnforcementMode=\"AuditOnly\"/>\n")),
        _ => Some(value),
    };
    let mut settings = rows(&portal, &profile, change, &[]);
    for one in settings.as_array_mut().unwrap() {
        // XML is read as it is, and sent in Base64.
        if one["@odata.type"] == "#microsoft.graph.omaSettingStringXml" {
            one["value"] = super::base64(text(&one["value"]));
        }
    }
    portal.patch(&profile, json!({ "omaSettings": settings }));
    drop(portal);
    insta::assert_snapshot!(updated(&repo), @r#"
    updated policies/lock.yaml  from "Lock screen" ([id]); a plan changes nothing
      ~ AppLocker/ApplicationLaunchRestrictions/Contoso/EXE/Policy
      ~ Contoso/Text
      ~ UserRights/AllowLocalLogOn
      warning: ./Device/Vendor/MSFT/Policy/Config/Contoso/Text: written unchecked, because check says: unknown setting: this node is not in the catalogue

    Nothing was changed in the tenant.
    exit 0
    ---
    name: Lock screen
    settings:
      AppLocker/ApplicationLaunchRestrictions/Contoso/EXE/Policy: { file: exe.xml }
      # ticket 1
      Contoso/Text:
        type: string
        raw: |-
          two
          lines
        unchecked: our own CSP
      UserRights/AllowLocalLogOn: [Administrators]
      WiFi/Profile/Guest/WlanXml: '${env:GUEST_WIFI}'
    "#);
    insta::assert_snapshot!(repo.read("policies/exe.xml"), @r#"<RuleCollection Type="Exe" EnforcementMode="AuditOnly"/>"#);
}

#[test]
fn what_a_policy_cannot_say_is_not_written() {
    let repo = edited(LOCK, |portal, profile| {
        let more = [row("Integer", "./Vendor/MSFT/Policy/Config/Camera/AllowCamera", json!(1))];
        let settings = rows(portal, profile, |_, value| Some(value), &more);
        portal.patch(profile, json!({ "omaSettings": settings }));
    });
    insta::assert_snapshot!(import(&repo, &["--update", "lock"]), @r#"
    not updated: policies/lock.yaml  "Lock screen" ([id])
      error: ./Vendor/MSFT/Policy/Config/Camera/AllowCamera cannot be written: another row has the same node in another spelling

    Nothing was changed in the tenant.
    exit 1
    "#);
    assert_eq!(repo.read("policies/lock.yaml"), LOCK);
}

#[test]
fn an_update_needs_a_policy_and_its_profile() {
    let repo = Repository::new(CONFIGURATION);
    repo.policy("lock", LOCK);
    repo.policy("old", "name: Old\nstate: retired\nsettings: { Camera/AllowCamera: 0 }\n");
    let said: String = ["look", "nothing/like-it", "old", "lock"].map(|key| import(&repo, &["--update", key])).concat();
    insta::assert_snapshot!(said, @"
    error: no policy has the key look
    help: Did you mean `lock`?
    exit 1
    error: no policy has the key nothing/like-it
    help: a key is the path of a policy file below policies/, without .yaml
    exit 1
    error: old is not active, so its profile is not managed
    help: write `state: active` first
    exit 1
    error: no profile in the tenant is managed as lock
    help: if its marker was removed from its description, name the profile in `adopt:`; if it was deleted, `sspr-policy apply` creates it again
    exit 1
    ");
}

/// A profile that is not taken over yet, and one that lost its marker.
#[test]
fn a_profile_is_also_found_by_its_id() {
    let repo = edited(LOCK, |portal, profile| {
        let settings =
            rows(portal, profile, |name, value| Some(if name == "AllowCamera" { json!(1) } else { value }), &[]);
        portal.patch(profile, json!({ "description": "For the pilot.", "omaSettings": settings }));
    });
    let id = text(&repo.portal().profile("Lock screen")["id"]);
    repo.policy("lock", &format!("{LOCK}adopt: {{ sandbox: {id} }}\n"));
    let said = import(&repo, &["--update", "lock"]);
    repo.apply().succeeds();
    repo.assert_converged();
    insta::assert_snapshot!(said, @r#"
    updated policies/lock.yaml  from "Lock screen" ([id]); a plan changes nothing
      ~ Camera/AllowCamera

    Nothing was changed in the tenant.
    exit 0
    "#);
}
