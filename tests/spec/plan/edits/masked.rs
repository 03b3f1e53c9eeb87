//! Values that Intune masks.

use std::sync::Arc;

use serde_json::{Value, json};
use sspr_policy::plan::{Desired, Fate, PlanOptions, build};
use sspr_policy::profile::{Profile, Setting, Settings};
use sspr_policy::setting::{Delivery, ObjectKey, OmaType, OmaUri, OmaValue};
use sspr_policy::source::{Place, Source};

use super::{Request, in_the_portal, listed, plan, without_ids};
use crate::harness::proxy::{Proxy, REAL};
use crate::harness::{EMBEDDED, Graph, Repository, Served, TENANT, normal, served, text};

/// The masked values of a profile in a tenant, with and without the permission to read them.
struct Masked {
    repo: Repository,
    graph: Graph,
    /// The proxies for a token that may read masked values, and for one that may not.
    reader: Proxy,
    blind: Proxy,
    more: String,
    _server: Served,
    _folder: tempfile::TempDir,
}

const WITH_KEY: &str = "    fingerprint_key: ${env:KEY}\n";

impl Masked {
    /// A policy that was applied to a tenant that is not a sandbox.
    fn applied(policy: &str, more: &str) -> Masked {
        let folder = tempfile::tempdir().unwrap();
        let server = Served::start(folder.path(), None);
        let reader = Proxy::start(&server.url, REAL, &[]);
        let blind = Proxy::start(&server.url, REAL, &["getOmaSettingPlainTextValue"]);
        let mut repo = Repository::new("");
        repo.variables.insert("KEY".into(), "the key of the fingerprints".into());
        repo.variables.insert("SECRET".into(), "hunter2".into());
        repo.policy("lock", policy);
        let graph = Graph::new(&server.url);
        let masked = Masked { repo, graph, reader, blind, more: more.to_owned(), _server: server, _folder: folder };
        masked.with(&masked.reader);
        masked.repo.apply().succeeds();
        // The first writes do not belong to an edit.
        masked.reader.writes();
        masked
    }

    fn with(&self, proxy: &Proxy) {
        let configuration = served("contoso", &proxy.url, &self.more).replace(TENANT, REAL);
        self.repo.write("sspr-policy.yaml", &configuration);
    }

    /// Checks that exactly the requests of the plan are sent, with the secret in place of its name, and that nothing is
    /// left.
    fn carried_out(&self) {
        let listed = listed(&self.repo);
        self.repo.apply().succeeds();
        let sent = without_ids([self.reader.writes(), self.blind.writes()].concat());
        let text =
            |(line, body): &Request| format!("{line} {body}").replace("${env:SECRET}", &self.repo.variables["SECRET"]);
        assert_eq!(sent.iter().map(text).collect::<Vec<_>>(), listed.iter().map(text).collect::<Vec<_>>());
        self.repo.assert_converged();
    }

    /// What a plan shows of masked values in each output format.
    fn seen(&self, proxy: &Proxy) -> String {
        self.with(proxy);
        let human = plan(&self.repo);
        let json: Value = serde_json::from_str(&self.repo.ran("plan --output-format json").succeeds().out).unwrap();
        let changes = json["changes"].as_array().unwrap().iter();
        let changes: Vec<Value> = changes
            .map(|change| {
                let settings = change["settings"].as_array().unwrap().iter();
                let settings: Vec<Value> =
                    settings.map(|one| json!([one["name"], one["before"]["text"], one["after"]["text"]])).collect();
                json!({ "because": change["because"], "settings": settings })
            })
            .collect();
        let markdown = self.repo.ran("plan --output-format markdown").succeeds().out;
        let markdown = markdown.split_once("not managed here.\n").unwrap().1.trim();
        let json = json!({ "changes": changes, "unverified": json["unverified"] });
        normal(&format!("{human}\n{json}\n\n{markdown}\n"))
    }
}

const NETWORK: &str = "name: Lock screen\nsettings: { WindowsLogon/DontDisplayNetworkSelectionUI: enabled }\nassignments: { include: [] }\n";

#[test]
fn masked_values_as_applied() {
    let masked = Masked::applied(NETWORK, "");
    insta::assert_snapshot!(masked.seen(&masked.blind), @r#"
      ? 1 profile that are not managed here, with masked values that may interfere
          "Portal - Lock screen hardening": WindowsLogon/DisableLockScreenAppNotifications
          reading them needs DeviceManagementConfiguration.ReadWrite.All

    Plan: nothing to do; 1 unchanged, 7 not managed here.
    exit 0

    {"changes":[],"unverified":[]}

    <code>Portal - Lock screen hardening</code>, which is not managed here, may interfere; its values are masked: WindowsLogon/DisableLockScreenAppNotifications
    "#);
}

#[test]
fn masked_values_that_you_changed() {
    let masked = Masked::applied(NETWORK, "");
    masked.repo.edit("lock", "enabled", "disabled");
    insta::assert_snapshot!(masked.seen(&masked.blind), @r#"
      ~ lock                         "Lock screen"   you changed the policy
          ~ WindowsLogon/DontDisplayNetworkSelectionUI [device]   (hidden) → disabled

      ? 1 profile that are not managed here, with masked values that may interfere
          "Portal - Lock screen hardening": WindowsLogon/DisableLockScreenAppNotifications
          reading them needs DeviceManagementConfiguration.ReadWrite.All

    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0

    {"changes":[{"because":"you changed the policy","settings":[["WindowsLogon/DontDisplayNetworkSelectionUI",null,"disabled"]]}],"unverified":[]}

    | | profile | what changes |
    |---|---|---|
    | ✏️ change | <code>lock</code><br>Lock screen | _you changed the policy_<br>~ <code>WindowsLogon/DontDisplayNetworkSelectionUI</code> [device] _hidden_ → <code>disabled</code> |

    <code>Portal - Lock screen hardening</code>, which is not managed here, may interfere; its values are masked: WindowsLogon/DisableLockScreenAppNotifications
    "#);
    insta::assert_snapshot!(masked.seen(&masked.reader), @r#"
      ~ lock                         "Lock screen"   you changed the policy
          ~ WindowsLogon/DontDisplayNetworkSelectionUI [device]   enabled → disabled

    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0

    {"changes":[{"because":"you changed the policy","settings":[["WindowsLogon/DontDisplayNetworkSelectionUI","enabled","disabled"]]}],"unverified":[]}

    | | profile | what changes |
    |---|---|---|
    | ✏️ change | <code>lock</code><br>Lock screen | _you changed the policy_<br>~ <code>WindowsLogon/DontDisplayNetworkSelectionUI</code> [device] <code>enabled</code> → <code>disabled</code> |
    "#);
    masked.carried_out();
}

/// Someone saved the profile in the portal, so only a token that may read the value can tell whether it is the same.
#[test]
fn masked_values_that_are_not_verified() {
    let masked = Masked::applied(NETWORK, "");
    in_the_portal(&masked.graph, |_| {});
    insta::assert_snapshot!(masked.seen(&masked.blind), @r#"
      ? 1 profile with masked values that could not be compared
          lock: WindowsLogon/DontDisplayNetworkSelectionUI
          reading them needs DeviceManagementConfiguration.ReadWrite.All

      ? 1 profile that are not managed here, with masked values that may interfere
          "Portal - Lock screen hardening": WindowsLogon/DisableLockScreenAppNotifications
          reading them needs DeviceManagementConfiguration.ReadWrite.All

    Plan: nothing to do; 1 unchanged, 7 not managed here.
    exit 0

    {"changes":[],"unverified":[{"key":"lock","settings":["WindowsLogon/DontDisplayNetworkSelectionUI"]}]}

    <code>lock</code>: could not be compared: WindowsLogon/DontDisplayNetworkSelectionUI

    <code>Portal - Lock screen hardening</code>, which is not managed here, may interfere; its values are masked: WindowsLogon/DisableLockScreenAppNotifications
    "#);
    insta::assert_snapshot!(masked.repo.ran("plan --strict -q").fails(), @"
    error: --strict: masked values could not be compared in lock
    help: reading them needs DeviceManagementConfiguration.ReadWrite.All; sign in with an identity that has it, or plan without --strict
    ");
    insta::assert_snapshot!(masked.seen(&masked.reader), @r#"
    Plan: nothing to do; 1 unchanged, 7 not managed here.
    exit 0

    {"changes":[],"unverified":[]}
    "#);
}

/// Both are shown, with IDs, because the name does not identify either.
#[test]
fn masked_values_of_two_profiles_with_one_name() {
    let masked = Masked::applied(NETWORK, "");
    let name = "Portal - Lock screen hardening";
    let first = masked.graph.profile(name);
    let second = masked.graph.duplicate(&first, name);
    let target = json!({ "@odata.type": "#microsoft.graph.allDevicesAssignmentTarget" });
    masked.graph.assign(&second, &[target]);
    let mut ids = [&first, &second].map(|profile| text(&profile["id"]));
    ids.sort();
    let numbered = |text: String| text.replace(&ids[0], "[lower ID]").replace(&ids[1], "[higher ID]");
    insta::assert_snapshot!(numbered(masked.seen(&masked.blind)), @r#"
      ? 2 profiles that are not managed here, with masked values that may interfere
          "Portal - Lock screen hardening" ([id]): WindowsLogon/DisableLockScreenAppNotifications
          "Portal - Lock screen hardening" ([id]): WindowsLogon/DisableLockScreenAppNotifications
          reading them needs DeviceManagementConfiguration.ReadWrite.All

    Plan: nothing to do; 1 unchanged, 8 not managed here.
    exit 0

    {"changes":[],"unverified":[]}

    <code>Portal - Lock screen hardening</code> (<code>[id]</code>), which is not managed here, may interfere; its values are masked: WindowsLogon/DisableLockScreenAppNotifications

    <code>Portal - Lock screen hardening</code> (<code>[id]</code>), which is not managed here, may interfere; its values are masked: WindowsLogon/DisableLockScreenAppNotifications
    "#);
    let json: Value = serde_json::from_str(&masked.repo.ran("plan --output-format json").succeeds().out).unwrap();
    let shown = json["foreign_unverified"].as_array().unwrap().iter();
    assert_eq!(shown.map(|profile| text(&profile["id"])).collect::<Vec<_>>(), ids);
}

#[test]
fn masked_values_that_are_not_verified_and_a_value_that_you_changed() {
    let masked = Masked::applied(&NETWORK.replace("settings: { ", "settings: { Start/HideLock: Hide, "), "");
    in_the_portal(&masked.graph, |_| {});
    masked.repo.edit("lock", "Hide,", "Do not hide,");
    insta::assert_snapshot!(masked.seen(&masked.blind), @r#"
      ~ lock                         "Lock screen"   you changed the policy
          ~ Start/HideLock [device]                            Hide (1) → Do not hide (0)
          ? WindowsLogon/DontDisplayNetworkSelectionUI   not verified
              reading them needs DeviceManagementConfiguration.ReadWrite.All

      ? 1 profile that are not managed here, with masked values that may interfere
          "Portal - Lock screen hardening": WindowsLogon/DisableLockScreenAppNotifications
          reading them needs DeviceManagementConfiguration.ReadWrite.All

    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0

    {"changes":[{"because":"you changed the policy","settings":[["Start/HideLock","Hide (1)","Do not hide (0)"]]}],"unverified":[{"key":"lock","settings":["WindowsLogon/DontDisplayNetworkSelectionUI"]}]}

    | | profile | what changes |
    |---|---|---|
    | ✏️ change | <code>lock</code><br>Lock screen | _you changed the policy_<br>~ <code>Start/HideLock</code> [device] <code>Hide (1)</code> → <code>Do not hide (0)</code><br>? <code>WindowsLogon/DontDisplayNetworkSelectionUI</code> not verified |

    <code>Portal - Lock screen hardening</code>, which is not managed here, may interfere; its values are masked: WindowsLogon/DisableLockScreenAppNotifications
    "#);
    masked.carried_out();
}

#[test]
fn masked_values_that_were_changed_in_the_tenant() {
    let masked = Masked::applied(NETWORK, "");
    in_the_portal(&masked.graph, |settings| settings[0]["value"] = json!("<disabled/>"));
    insta::assert_snapshot!(plan_with(&masked, &masked.blind), @r#"
      ? 1 profile with masked values that could not be compared
          lock: WindowsLogon/DontDisplayNetworkSelectionUI
          reading them needs DeviceManagementConfiguration.ReadWrite.All

      ? 1 profile that are not managed here, with masked values that may interfere
          "Portal - Lock screen hardening": WindowsLogon/DisableLockScreenAppNotifications
          reading them needs DeviceManagementConfiguration.ReadWrite.All

    Plan: nothing to do; 1 unchanged, 7 not managed here.
    exit 0
    "#);
    insta::assert_snapshot!(masked.seen(&masked.reader), @r#"
      ~ lock                         "Lock screen"   someone changed this in Intune on [time]; apply will put it back
          ~ WindowsLogon/DontDisplayNetworkSelectionUI [device]   disabled → enabled

    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0

    {"changes":[{"because":"someone changed this in Intune on [time]; apply will put it back","settings":[["WindowsLogon/DontDisplayNetworkSelectionUI","disabled","enabled"]]}],"unverified":[]}

    | | profile | what changes |
    |---|---|---|
    | ✏️ change | <code>lock</code><br>Lock screen | _someone changed this in Intune on [time]; apply will put it back_<br>~ <code>WindowsLogon/DontDisplayNetworkSelectionUI</code> [device] <code>disabled</code> → <code>enabled</code> |
    "#);
    masked.carried_out();
}

fn plan_with(masked: &Masked, proxy: &Proxy) -> String {
    masked.with(proxy);
    plan(&masked.repo)
}

const SECRET: &str = "name: Lock screen\nsettings:\n  Contoso/Key: { type: string, value: \"${env:SECRET}\", unchecked: our own }\nassignments: { include: [] }\n";

/// The same four states with a secret among the values: a keyed fingerprint distinguishes them, and no output shows it.
#[test]
fn masked_values_with_a_secret() {
    let mut masked = Masked::applied(SECRET, WITH_KEY);
    insta::assert_snapshot!(plan_with(&masked, &masked.blind), @r#"
      ? 1 profile that are not managed here, with masked values that may interfere
          "Portal - Lock screen hardening": WindowsLogon/DisableLockScreenAppNotifications
          reading them needs DeviceManagementConfiguration.ReadWrite.All

    Plan: nothing to do; 1 unchanged, 7 not managed here.
    exit 0
    "#);
    in_the_portal(&masked.graph, |_| {});
    insta::assert_snapshot!(plan_with(&masked, &masked.blind), @r#"
      ? 1 profile with masked values that could not be compared
          lock: Contoso/Key
          reading them needs DeviceManagementConfiguration.ReadWrite.All

      ? 1 profile that are not managed here, with masked values that may interfere
          "Portal - Lock screen hardening": WindowsLogon/DisableLockScreenAppNotifications
          reading them needs DeviceManagementConfiguration.ReadWrite.All

    Plan: nothing to do; 1 unchanged, 7 not managed here.
    exit 0
    "#);
    masked.with(&masked.reader);
    masked.repo.assert_converged();
    masked.repo.variables.insert("SECRET".into(), "hunter3".into());
    insta::assert_snapshot!(plan_with(&masked, &masked.blind), @r#"
      ~ lock                         "Lock screen"   you changed the policy
          ~ Contoso/Key [device]                               (hidden) → ${env:SECRET}

      ? 1 profile that are not managed here, with masked values that may interfere
          "Portal - Lock screen hardening": WindowsLogon/DisableLockScreenAppNotifications
          reading them needs DeviceManagementConfiguration.ReadWrite.All

    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0
    "#);
    masked.with(&masked.reader);
    masked.carried_out();
    in_the_portal(&masked.graph, |settings| settings[0]["value"] = json!("swordfish"));
    insta::assert_snapshot!(plan_with(&masked, &masked.reader), @r#"
      ~ lock                         "Lock screen"   someone changed this in Intune on [time]; apply will put it back
          ~ Contoso/Key [device]                               (hidden) → ${env:SECRET}

    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0
    "#);
}

/// The mask that Intune shows is never sent back, because that would overwrite the value.
#[test]
fn a_masked_value_is_never_written() {
    let repo = Repository::new(EMBEDDED);
    repo.policy(
        "mask",
        "name: Mask\nsettings:\n  Contoso/A: { type: string, value: \"****\", unchecked: copied }\n  Contoso/B: { type: xml, raw: \"<a/>\", unchecked: copied }\n  Contoso/C: { type: base64, base64: PGEvPg==, unchecked: copied }\n",
    );
    insta::assert_snapshot!(repo.ran("plan").fails(), @r#"
    error[SP0218]: this is a placeholder that Intune shows instead of the value
     --> policies/mask.yaml:3:14
      |
    3 |   Contoso/A: { type: string, value: "****", unchecked: copied }
      |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ it was probably copied from an export, which does not contain the value
      |
      = help: write the real value; write a secret as `${env:NAME}`

    error[SP0218]: this is a placeholder that Intune shows instead of the value
     --> policies/mask.yaml:4:14
      |
    4 |   Contoso/B: { type: xml, raw: "<a/>", unchecked: copied }
      |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ it was probably copied from an export, which does not contain the value
      |
      = help: write the real value; write a secret as `${env:NAME}`

    error[SP0218]: this is a placeholder that Intune shows instead of the value
     --> policies/mask.yaml:5:14
      |
    5 |   Contoso/C: { type: base64, base64: PGEvPg==, unchecked: copied }
      |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ it was probably copied from an export, which does not contain the value
      |
      = help: write the real value; write a secret as `${env:NAME}`
    error: 3 errors in the files; nothing was done
    "#);
}

/// Regardless of who created the profile, a plan must not contain a change with such a value.
#[test]
fn a_plan_has_no_masked_value() {
    let uri = OmaUri::parse("./Device/Vendor/MSFT/Policy/Config/Contoso/A").unwrap();
    for value in [OmaValue::String("****".into()), OmaValue::Xml("<a/>".into()), OmaValue::Masked(OmaType::String)] {
        let setting = Setting { value, shown: None };
        let profile = Profile {
            name: "Mask".into(),
            description: None,
            settings: Arc::new(Settings::from_iter([(uri.clone().into(), setting)])),
            assignments: None,
            scope_tags: None,
        };
        let desired = Desired {
            object: ObjectKey { key: "mask".into(), delivery: Delivery::Custom },
            fate: Fate::Kept,
            profile: Arc::new(profile),
            adopt: None,
            moved_from: Vec::new(),
            target: None,
            accepts: Vec::new(),
            place: Place::start_of(&Source::new("mask.yaml", Vec::new()).unwrap()),
        };
        let plan = build(&[desired], &[], &PlanOptions::default());
        assert_eq!(plan.changes.len(), 0);
        assert_eq!(plan.problems[0].message, "Contoso/A has a placeholder that Intune shows instead of the value");
    }
}
