//! Policies of the settings catalog: what they set is compared with the managed profiles, and never changed.

use serde_json::{Value, json};

use crate::harness::{Graph, Rehearsal, text};

const POLICIES: &str = "/beta/deviceManagement/configurationPolicies";
const RESET: &str = "device_vendor_msft_policy_config_authentication_allowaadpasswordreset";
const NOTIFICATIONS: &str = "device_vendor_msft_policy_config_windowslogon_disablelockscreenappnotifications";

const ALLOWED: &str = "\
name: Password reset
settings: { Authentication/AllowAadPasswordReset: Allowed }
assignments: { include: [{ group: SSPR Pilot }] }
";

/// A choice setting, as the portal writes it.
fn choice(definition: &str, word: &str) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.deviceManagementConfigurationSetting",
        "settingInstance": {
            "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingInstance",
            "settingDefinitionId": definition,
            "choiceSettingValue": {
                "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingValue",
                "value": format!("{definition}_{word}"),
                "children": [],
            },
        },
    })
}

fn make(graph: &Graph, name: &str, platforms: &str, settings: &[Value], targets: &[Value]) {
    let body = json!({ "name": name, "platforms": platforms, "technologies": "mdm", "settings": settings });
    let id = text(&graph.send("POST", POLICIES, Some(&body))["id"]);
    let assignments: Vec<Value> = targets.iter().map(|target| json!({ "target": target })).collect();
    graph.send("POST", &format!("{POLICIES}/{id}/assign"), Some(&json!({ "assignments": assignments })));
}

fn all_devices() -> Value {
    json!({ "@odata.type": "#microsoft.graph.allDevicesAssignmentTarget" })
}

fn group(graph: &Graph, name: &str) -> Value {
    json!({ "@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": graph.group(name) })
}

/// A tenant without other conflicts, and a repository with one policy that allows password reset.
fn tenant(faults: &str) -> (Rehearsal, Graph) {
    let tenant = Rehearsal::new(faults);
    let graph = tenant.portal();
    graph.delete(&graph.profile("Portal - Lock screen hardening"));
    tenant.repo.policy("reset", ALLOWED);
    (tenant, graph)
}

#[test]
fn a_settings_catalog_policy_conflicts_with_ours() {
    let (tenant, graph) = tenant("durable: false\n");
    make(&graph, "Portal - No reset", "windows10", &[choice(RESET, "0")], &[all_devices()]);
    insta::assert_snapshot!(tenant.repo.plan(), @r#"
    Environment rehearsal   tenant sandbox (embedded, not your tenant)   owner contoso

      + reset                        "Password reset"
          + Authentication/AllowAadPasswordReset [device]      Allowed (1)
          + assignment  include group SSPR Pilot   24 devices

    warning[R04]: unequal-values: Authentication/AllowAadPasswordReset has a different value in "Portal - No reset" (settings catalog, in the tenant)
     --> policies/reset.yaml:2:13
      |
    2 | settings: { Authentication/AllowAadPasswordReset: Allowed }
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ both reach the same devices
      |
      = note: it is not defined which of the two values a device gets
      = note: source: Microsoft, device-profile-troubleshoot: custom settings that conflict "are applied randomly"
      = help: set it in one policy only, or assign the two policies to different devices

    Reach: +24 devices (SSPR Pilot).
    Scope tags: 1 new profile has none, so it gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 unchanged, 6 not managed here.
    Nothing was changed.
    exit 0
    "#);
}

#[test]
fn a_settings_catalog_policy_breaks_password_reset() {
    let (tenant, graph) = tenant("durable: false\n");
    let pilot = group(&graph, "SSPR Pilot");
    make(&graph, "Portal - Quiet lock screen", "windows10", &[choice(NOTIFICATIONS, "1")], &[pilot]);
    insta::assert_snapshot!(tenant.repo.plan(), @r#"
    Environment rehearsal   tenant sandbox (embedded, not your tenant)   owner contoso

      + reset                        "Password reset"
          + Authentication/AllowAadPasswordReset [device]      Allowed (1)
          + assignment  include group SSPR Pilot   24 devices

    warning[I01]: lock-screen-notifications-off: app notifications on the lock screen are turned off: "Portal - Quiet lock screen" (settings catalog, in the tenant) sets WindowsLogon/DisableLockScreenAppNotifications
     --> policies/reset.yaml:2:13
      |
    2 | settings: { Authentication/AllowAadPasswordReset: Allowed }
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = note: "Reset password" may not appear, or may lead back to the sign-in screen
      = note: reset (policies/reset.yaml:2:13) turns password reset on for the same devices
      = note: source: Microsoft, howto-sspr-windows (2018 to 2026); OpenIntuneBaseline 3.7 enables both, so current Windows may not be affected; confidence medium; `explain I01`
      = help: change "Portal - Quiet lock screen" (settings catalog, in the tenant) in Intune, take it over with `sspr-policy import`, or accept the finding in this policy: `waive: [{ rule: I01, reason: …, until: YYYY-MM-DD }]`

    Reach: +24 devices (SSPR Pilot).
    Scope tags: 1 new profile has none, so it gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 unchanged, 6 not managed here.
    Nothing was changed.
    exit 0
    "#);
}

#[test]
fn irrelevant_policies_are_not_mentioned() {
    let (tenant, graph) = tenant("durable: false\n");
    let kiosks = group(&graph, "Kiosks");
    let not_pilot = json!({
        "@odata.type": "#microsoft.graph.exclusionGroupAssignmentTarget", "groupId": graph.group("SSPR Pilot"),
    });
    make(&graph, "Equal", "windows10", &[choice(RESET, "1")], &[all_devices()]);
    make(&graph, "Of nobody", "windows10", &[choice(RESET, "0")], &[]);
    make(&graph, "Other devices", "windows10", &[choice(RESET, "0")], &[kiosks, not_pilot]);
    make(&graph, "No Windows", "macOS,iOS", &[choice(RESET, "0")], &[all_devices()]);
    make(&graph, "Unknown", "windows10", &[choice("device_vendor_msft_policy_config_x_y", "0")], &[all_devices()]);
    insta::assert_snapshot!(tenant.repo.plan(), @r#"
    Environment rehearsal   tenant sandbox (embedded, not your tenant)   owner contoso

      + reset                        "Password reset"
          + Authentication/AllowAadPasswordReset [device]      Allowed (1)
          + assignment  include group SSPR Pilot   24 devices

    Reach: +24 devices (SSPR Pilot).
    Scope tags: 1 new profile has none, so it gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 unchanged, 6 not managed here.
    Nothing was changed.
    exit 0
    "#);
    tenant.repo.apply().succeeds();
    tenant.repo.assert_converged();
    assert_eq!(graph.get(POLICIES)["value"].as_array().unwrap().len(), 1 + 5);
}

#[test]
fn every_page_is_read() {
    // Ten policies fit on a page, but only two with settings, so the settings of the others are read one by one.
    let (tenant, graph) = tenant("max_page_size: 10\n");
    for number in 0..12 {
        make(&graph, &format!("Equal {number}"), "windows10", &[choice(RESET, "1")], &[all_devices()]);
    }
    make(&graph, "The last one", "windows10", &[choice(RESET, "0")], &[all_devices()]);
    let plan = tenant.repo.planned().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(plan.contains("a different value in \"The last one\" (settings catalog, in the tenant)"), "{plan}");
    assert!(!plan.contains("not compared"), "{plan}");
}

#[test]
fn unreadable_policies_are_reported() {
    let unread = "server_errors: { path: configurationPolicies, statuses: [501] }\n";
    let (tenant, _) = tenant(unread);
    insta::assert_snapshot!(tenant.repo.plan(), @r#"
    Environment rehearsal   tenant sandbox (embedded, not your tenant)   owner contoso

      + reset                        "Password reset"
          + Authentication/AllowAadPasswordReset [device]      Allowed (1)
          + assignment  include group SSPR Pilot   24 devices

    warning[SP0516]: settings catalog policies could not be read and were not compared: GET /deviceManagement/configurationPolicies?$expand=assignments&$top=100 returned 501 InternalServerError: An error has occurred. (request-id [id])

    Reach: +24 devices (SSPR Pilot).
    Scope tags: 1 new profile has none, so it gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 unchanged, 6 not managed here.
    Nothing was changed.
    exit 0
    "#);
    tenant.repo.apply().succeeds();
}

#[test]
fn repeated_failures_to_read_them_do_not_stop_a_plan() {
    let failing = "server_errors: { path: configurationPolicies, statuses: [500] }\n";
    let (tenant, _) = tenant(failing);
    let ran = tenant.repo.ran("plan").succeeds();
    assert!(ran.out.contains("warning[SP0516]"), "{}{}", ran.out, ran.err);
}

#[test]
fn an_unreadable_policy_is_named() {
    let unread = "server_errors: { path: /settings, statuses: [501] }\n";
    let (tenant, graph) = tenant(unread);
    make(&graph, "Portal - Reset", "windows10", &[choice(RESET, "1")], &[all_devices()]);
    make(&graph, "Portal - No reset", "windows10", &[choice(RESET, "0")], &[all_devices()]);
    insta::assert_snapshot!(tenant.repo.plan(), @r#"
    Environment rehearsal   tenant sandbox (embedded, not your tenant)   owner contoso

      + reset                        "Password reset"
          + Authentication/AllowAadPasswordReset [device]      Allowed (1)
          + assignment  include group SSPR Pilot   24 devices

    warning[SP0516]: settings catalog policies could not be read and were not compared: "Portal - Login and lock screen" ([id]): GET /deviceManagement/configurationPolicies/[id]/settings returned 501 InternalServerError: An error has occurred. (request-id [id]), and 2 more

    Reach: +24 devices (SSPR Pilot).
    Scope tags: 1 new profile has none, so it gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 unchanged, 6 not managed here.
    Nothing was changed.
    exit 0
    "#);
}

#[test]
fn a_plan_needs_no_extra_request_for_them() {
    let tenant = Rehearsal::new("");
    tenant.repo.policy("reset", ALLOWED);
    tenant.repo.apply().succeeds();
    let requests = || tenant.counters()["requests"].as_u64().unwrap();
    let before = requests();
    tenant.repo.assert_converged();
    // The organization, names, profiles, their count, and one batch with a masked value of a relevant profile.
    assert_eq!(requests() - before, 5);
}
