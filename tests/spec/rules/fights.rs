//! Many that set one thing to different values: one finding, with everybody who takes part.

use insta::assert_snapshot;

use crate::harness::Repository;

/// Policies that set one node, each with its value and its assignments.
fn policies(parts: &[(&str, i64, &str)]) -> Repository {
    let repo = Repository::lab();
    for (key, value, assignments) in parts {
        let settings = format!("settings: {{ DeviceLock/MaxInactivityTimeDeviceLock: {value} }}");
        repo.policy(key, &format!("name: {key}\n{settings}\nassignments: {assignments}\n"));
    }
    repo
}

const DEVICES: &str = "{ include: [{ all: devices }] }";

#[test]
fn three_policies_are_one_finding() {
    let repo = policies(&[("a", 1, DEVICES), ("b", 2, DEVICES), ("c", 1, DEVICES)]);
    assert_snapshot!(repo.run("check"), @r#"
    error[R04]: unequal-values: DeviceLock/MaxInactivityTimeDeviceLock has 2 different values in 3 policies
     --> policies/a.yaml:2:13
      |
    2 | settings: { DeviceLock/MaxInactivityTimeDeviceLock: 1 }
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ all of them reach the same devices
      |
     ::: policies/b.yaml:2:13
      |
    2 | settings: { DeviceLock/MaxInactivityTimeDeviceLock: 2 }
      |             -------------------------------------- another value
      |
     ::: policies/c.yaml:2:13
      |
    2 | settings: { DeviceLock/MaxInactivityTimeDeviceLock: 1 }
      |             -------------------------------------- the same value as the first
      |
      = note: it is not defined which of the two values a device gets
      = note: source: Microsoft, device-profile-troubleshoot: custom settings that conflict "are applied randomly"
      = help: set it in one policy only, or assign the two policies to different devices

    1 error (R04), 0 warnings in 3 policies
    exit code 1
    "#);
}

/// Some certainly reach the same devices, others may: two kinds, two findings.
#[test]
fn each_kind_of_meeting_has_its_own_finding() {
    let one = |group: &str| format!("{{ include: [{{ group: {group} }}] }}");
    let [pilot, kiosks] = [one("SSPR Pilot"), one("Kiosks")];
    let repo = policies(&[("a", 1, &pilot), ("b", 2, &pilot), ("c", 3, &kiosks)]);
    assert_snapshot!(repo.run("check"), @r#"
    warning[R04]: unequal-values: DeviceLock/MaxInactivityTimeDeviceLock has 3 different values in 3 policies
     --> policies/a.yaml:2:13
      |
    2 | settings: { DeviceLock/MaxInactivityTimeDeviceLock: 1 }
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ all of them may reach the same devices
      |
     ::: policies/b.yaml:2:13
      |
    2 | settings: { DeviceLock/MaxInactivityTimeDeviceLock: 2 }
      |             -------------------------------------- another value
      |
     ::: policies/c.yaml:2:13
      |
    2 | settings: { DeviceLock/MaxInactivityTimeDeviceLock: 3 }
      |             -------------------------------------- another value
      |
      = note: it is not defined which of the two values a device gets
      = note: source: Microsoft, device-profile-troubleshoot: custom settings that conflict "are applied randomly"
      = help: set it in one policy only, or assign the two policies to different devices

    error[R04]: unequal-values: DeviceLock/MaxInactivityTimeDeviceLock has a different value in a (policies/a.yaml:2:13)
     --> policies/b.yaml:2:13
      |
    2 | settings: { DeviceLock/MaxInactivityTimeDeviceLock: 2 }
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ both reach the same devices
      |
     ::: policies/a.yaml:2:13
      |
    2 | settings: { DeviceLock/MaxInactivityTimeDeviceLock: 1 }
      |             -------------------------------------- the other value
      |
      = note: it is not defined which of the two values a device gets
      = note: source: Microsoft, device-profile-troubleshoot: custom settings that conflict "are applied randomly"
      = help: set it in one policy only, or assign the two policies to different devices

    1 error (R04), 1 warning in 3 policies
    exit code 1
    "#);
}

/// Two pairs on groups that exclude each other have nothing to do with each other.
#[test]
fn those_who_never_meet_are_not_in_one_finding() {
    let only =
        |group: &str, other: &str| format!("{{ include: [{{ group: {group} }}], exclude: [{{ group: {other} }}] }}");
    let [pilot, kiosks] = [only("SSPR Pilot", "Kiosks"), only("Kiosks", "SSPR Pilot")];
    let repo = policies(&[("a", 1, &pilot), ("b", 2, &pilot), ("c", 3, &kiosks), ("d", 4, &kiosks)]);
    let said = repo.run("check");
    let messages: Vec<&str> = said.lines().filter(|line| line.starts_with("error") || line.contains("-->")).collect();
    assert_snapshot!(messages.join("\n"), @"
    error[R04]: unequal-values: DeviceLock/MaxInactivityTimeDeviceLock has a different value in a (policies/a.yaml:2:13)
     --> policies/b.yaml:2:13
    error[R04]: unequal-values: DeviceLock/MaxInactivityTimeDeviceLock has a different value in c (policies/c.yaml:2:13)
     --> policies/d.yaml:2:13
    ");
}

#[test]
fn the_eleventh_is_counted() {
    let keys: Vec<String> = (0..25).map(|number| format!("p{number:02}")).collect();
    let parts: Vec<(&str, i64, &str)> =
        keys.iter().zip(1..).map(|(key, value)| (key.as_str(), value, DEVICES)).collect();
    let said = policies(&parts).run("check");
    assert_eq!(said.matches("error[R04]").count(), 1, "{said}");
    assert!(said.contains("has 25 different values in 25 policies"), "{said}");
    assert!(said.contains("= note: and 15 more"), "{said}");
    assert!(said.contains("policies/p09.yaml") && !said.contains("policies/p10.yaml"), "{said}");
}

/// A policy that accepts the conflict leaves it; the others still conflict, until one is left.
#[test]
fn a_waiver_takes_its_own_policy_out() {
    let repo = policies(&[("a", 1, DEVICES), ("b", 2, DEVICES), ("c", 3, DEVICES)]);
    let waive = "waive: [{ rule: R04, reason: agreed, until: 2099-12-31 }]\n";
    repo.policy("a", &format!("{}{waive}", repo.read("policies/a.yaml")));
    let said = repo.run("check");
    assert!(said.contains("has a different value in b (policies/b.yaml:2:13)"), "{said}");
    repo.policy("b", &format!("{}{waive}", repo.read("policies/b.yaml")));
    assert_eq!(repo.run("check"), "0 errors, 0 warnings in 3 policies\n");
}

/// The portal's profile in the sandbox sets it, too. Each line is shortened to its message.
#[test]
fn profiles_beside_are_named() {
    let repo = Repository::lab();
    for key in ["a", "b"] {
        let settings = "settings: { WindowsLogon/DisableLockScreenAppNotifications: disabled }";
        repo.policy(key, &format!("name: {key}\n{settings}\nassignments: {DEVICES}\n"));
    }
    let out = repo.ran("plan").out;
    let finding = out.split("\n\n").find(|part| part.contains("[R04]")).unwrap_or(&out);
    assert_snapshot!(finding, @r#"
    warning[R04]: unequal-values: WindowsLogon/DisableLockScreenAppNotifications has 2 different values in 2 policies and 1 other profile
     --> policies/a.yaml:2:13
      |
    2 | settings: { WindowsLogon/DisableLockScreenAppNotifications: disabled }
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ all of them reach the same devices
      |
     ::: policies/b.yaml:2:13
      |
    2 | settings: { WindowsLogon/DisableLockScreenAppNotifications: disabled }
      |             ---------------------------------------------- the same value as the first
      |
      = note: "Portal - Lock screen hardening" (in the tenant) has another value
      = note: it is not defined which of the two values a device gets
      = note: source: Microsoft, device-profile-troubleshoot: custom settings that conflict "are applied randomly"
      = help: set it in one policy only, or assign the two policies to different devices
    "#);
}
