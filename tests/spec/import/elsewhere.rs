//! `import` if the token may not read values, and policies that cannot be imported because they are not custom
//! profiles.

use serde_json::json;

use crate::harness::{EMBEDDED, Graph, Repository, Served, normal, served, text};

#[test]
fn a_value_that_the_token_may_not_read_becomes_a_reference_to_a_secret() {
    let folder = tempfile::tempdir().unwrap();
    let rights =
        "tokens:\n  reader: [DeviceManagementConfiguration.Read.All, GroupMember.Read.All, Organization.Read.All]\n";
    let server = Served::faulty(folder.path(), rights, 1);
    let mut repo = Repository::new(&served("contoso", &server.url, ""));
    repo.variables.insert("SSPR_POLICY_TOKEN".into(), "reader".into());
    let ran = repo.ran("import");
    assert_eq!(ran.code, Some(1));
    insta::assert_snapshot!(normal(&ran.out), @"
    wrote policies/imported/portal-camera.yaml  adopts [id], nothing else
    wrote policies/imported/portal-lock-screen-hardening.yaml  adopts [id], not proven
      error: WindowsLogon/DisableLockScreenAppNotifications: the token is not allowed to read its value: provide it as SSPR_PORTAL_LOCK_SCREEN_HARDENING_WINDOWSLOGON_DISABLELOCKSCREENAPPNOTIFICATIONS, or import again with DeviceManagementConfiguration.ReadWrite.All

    Import: 2 of 2 profiles written, 1 proven to be adopted unchanged; 0 skipped, 5 of other kinds. Nothing was changed in the tenant.
    ");
    let text = repo.read("policies/imported/portal-lock-screen-hardening.yaml");
    assert!(!text.contains("****"));
    insta::assert_snapshot!(normal(&text), @"
    # yaml-language-server: $schema=../../schemas/policy.schema.json
    name: Portal - Lock screen hardening

    settings:
      # WindowsLogon/DisableLockScreenAppNotifications: the token is not allowed to read its value:
      # provide it as SSPR_PORTAL_LOCK_SCREEN_HARDENING_WINDOWSLOGON_DISABLELOCKSCREENAPPNOTIFICATIONS,
      # or import again with DeviceManagementConfiguration.ReadWrite.All
      WindowsLogon/DisableLockScreenAppNotifications:
        raw: '${env:SSPR_PORTAL_LOCK_SCREEN_HARDENING_WINDOWSLOGON_DISABLELOCKSCREENAPPNOTIFICATIONS}'

    assignments:
      include:
        - { group: SSPR Ring 2 }

    adopt: { rehearsal: [id] }
    ");
}

#[test]
fn a_settings_catalog_policy_is_reported_as_such() {
    let repo = Repository::new(EMBEDDED);
    insta::assert_snapshot!(repo.ran(&["import", "--profile", "Portal - Login and lock screen"]).fails(), @r#"
    error: the settings catalog policy "Portal - Login and lock screen" cannot be imported
    help: write a policy with the same settings and apply it, and then unassign the settings catalog policy: both set the same nodes, so they would conflict
    "#);
    let server = Served::start(repo.root(), None);
    let policies = Graph::new(&server.url).get("/beta/deviceManagement/configurationPolicies");
    drop(server);
    let id = text(&policies["value"][0]["id"]);
    repo.policy(
        "reset",
        &format!("name: Reset\nsettings: {{ Authentication/AllowAadPasswordReset: 1 }}\nadopt: {{ sandbox: {id} }}\n"),
    );
    insta::assert_snapshot!(repo.plan().replace(&id, "[id]"), @r#"
    Environment sandbox   tenant sandbox (embedded, not your tenant)   owner contoso

    warning[I01]: lock-screen-notifications-off: app notifications on the lock screen are turned off: "Portal - Lock screen hardening" (in the tenant) sets WindowsLogon/DisableLockScreenAppNotifications
     --> policies/reset.yaml:2:13
      |
    2 | settings: { Authentication/AllowAadPasswordReset: 1 }
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = note: "Reset password" may not appear, or may lead back to the sign-in screen
      = note: reset (policies/reset.yaml:2:13) may turn password reset on for the same devices
      = note: source: Microsoft, howto-sspr-windows (2018 to 2026); OpenIntuneBaseline 3.7 enables both, so current Windows may not be affected; confidence medium; `explain I01`
      = help: change "Portal - Lock screen hardening" (in the tenant) in Intune, take it over with `sspr-policy import`, or accept the finding in this policy: `waive: [{ rule: I01, reason: …, until: YYYY-MM-DD }]`

    error[SP0505]: reset cannot take over [id]
     --> policies/reset.yaml:3:19
      |
    3 | adopt: { sandbox: [id] }
      |                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ it is the settings catalog policy "Portal - Login and lock screen"
      |
      = help: write a policy with the same settings and apply it, and then unassign the settings catalog policy: both set the same nodes, so they would conflict

    Plan: nothing can be done; 0 unchanged, 7 not managed here; 1 error (SP0505).
    exit 1
    "#);
}

/// A secret of one row must not be used for another.
#[test]
fn every_masked_row_gets_its_own_variable() {
    let folder = tempfile::tempdir().unwrap();
    let rights =
        "tokens:\n  reader: [DeviceManagementConfiguration.Read.All, GroupMember.Read.All, Organization.Read.All]\n";
    let row = |name: &str| {
        let uri = format!("./Device/Vendor/MSFT/Foo/{name}");
        json!({ "@odata.type": "#microsoft.graph.omaSettingString", "displayName": name, "omaUri": uri, "value": name })
    };
    let server = Served::start(folder.path(), None);
    Graph::new(&server.url).create("Alike", &json!(null), &["a-o", "a_o", "A.O", "a_"].map(row));
    drop(server);
    let server = Served::faulty(folder.path(), rights, 1);
    let mut repo = Repository::new(&served("contoso", &server.url, ""));
    repo.variables.insert("SSPR_POLICY_TOKEN".into(), "reader".into());
    assert_eq!(repo.ran("import --profile Alike").code, Some(1));
    let text = repo.read("policies/imported/alike.yaml");
    let variables: Vec<&str> = text.split("${env:").skip(1).filter_map(|rest| rest.split('}').next()).collect();
    assert_eq!(variables, ["SSPR_ALIKE_FOO_A_O", "SSPR_ALIKE_FOO_A_O_2", "SSPR_ALIKE_FOO_A", "SSPR_ALIKE_FOO_A_O_3"]);
}
