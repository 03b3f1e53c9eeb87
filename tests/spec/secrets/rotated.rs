//! Secrets that changed, with and without a fingerprint key.

use serde_json::Value;

use super::{Real, SECRETS, WIFI, assert_clean, encoded, run, run_everything, run_everything_with_plans};
use crate::harness::{normal, text};

const WITH_KEY: &str = "    fingerprint_key: ${env:KEY}\n";

/// Without a key, only a token that may read the value can tell whether a secret is the same.
#[test]
fn a_rotated_secret_without_a_key() {
    let mut real = Real::new("");
    run(&real.repo, "apply --auto-approve").succeeds();
    real.rotate();
    run_everything(&real.repo);
    insta::assert_snapshot!(normal(&real.repo.plan()), @r#"
    Environment rehearsal   tenant Contoso (sandbox) ([id])   owner contoso

      ~ wifi                         "Wi-Fi"   it is not known who changed this
          ~ Contoso/Plain [device]                             (hidden) → ${env:FIRST}

    Reach: 24 devices as before (SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0
    "#);
    run(&real.repo, "apply --auto-approve").succeeds();
    assert!(real.values().contains(&Value::from(SECRETS[3])));
    real.repo.assert_converged();
}

#[test]
fn a_rotated_secret_with_a_key() {
    let mut real = Real::new(WITH_KEY);
    run(&real.repo, "apply --auto-approve").succeeds();
    assert_clean("the description", real.description().as_bytes());
    assert!(!real.description().contains(" m=- "), "{}", real.description());
    real.repo.assert_converged();
    real.rotate();
    run_everything(&real.repo);
    insta::assert_snapshot!(normal(&real.repo.plan()), @r#"
    Environment rehearsal   tenant Contoso (sandbox) ([id])   owner contoso

      ~ wifi                         "Wi-Fi"   you changed the policy
          ~ Contoso/Plain [device]                             (hidden) → ${env:FIRST}

    Reach: 24 devices as before (SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0
    "#);
    run(&real.repo, "apply --auto-approve -v").succeeds();
    assert!(real.values().contains(&Value::from(SECRETS[3])));
    real.repo.assert_converged();
}

/// Nobody changed the tenant, and the plan does not claim that someone did.
#[test]
fn a_rotated_secret_whose_key_was_removed() {
    let mut real = Real::new(WITH_KEY);
    run(&real.repo, "apply --auto-approve").succeeds();
    real.rotate();
    let because = |real: &Real| real.repo.planned().lines().nth(2).unwrap().to_owned();
    real.repo.variables.insert("KEY".into(), "another key".into());
    insta::assert_snapshot!(because(&real), @r#"  ~ wifi                         "Wi-Fi"   you changed the policy"#);
    let configuration = real.repo.read("sspr-policy.yaml").replace(WITH_KEY, "");
    real.repo.write("sspr-policy.yaml", &configuration);
    insta::assert_snapshot!(because(&real), @r#"  ~ wifi                         "Wi-Fi"   it is not known who changed this"#);
    real.repo.edit("wifi", "value: 1", "value: 2");
    insta::assert_snapshot!(because(&real), @r#"  ~ wifi                         "Wi-Fi"   you changed the policy"#);
}

/// A secret stays hidden in the plan that removes it, even if the key was added or removed in the meantime.
fn a_secret_becomes_open(key_before: &str, key_after: &str) {
    let real = Real::new(key_before);
    run(&real.repo, "apply --auto-approve").succeeds();
    let configuration = real.repo.read("sspr-policy.yaml").replace(WITH_KEY, "") + key_after;
    real.repo.write("sspr-policy.yaml", &configuration);
    real.repo.edit("wifi", "${env:FIRST}", "now open");
    run_everything(&real.repo);
    for secret in ["${env:SECOND}", "${secret-file:secrets/wifi.txt}"] {
        real.repo.edit("wifi", secret, "open too");
    }
    real.repo.edit("wifi", "${env:BASE64}", "AAEC");
    run_everything(&real.repo);
    run(&real.repo, "apply --auto-approve").succeeds();
    real.repo.assert_converged();
}

#[test]
fn a_secret_becomes_plain_without_a_key() {
    a_secret_becomes_open("", "");
}

#[test]
fn a_secret_becomes_plain_with_a_key() {
    a_secret_becomes_open(WITH_KEY, WITH_KEY);
}

#[test]
fn a_secret_becomes_plain_when_a_key_is_added() {
    a_secret_becomes_open("", WITH_KEY);
}

#[test]
fn a_secret_becomes_plain_when_the_key_is_removed() {
    a_secret_becomes_open(WITH_KEY, "");
}

/// Even if someone changed it in the portal, deleted the policy, retired it, or copied the profile.
#[test]
fn a_secret_in_a_profile_that_changed() {
    let real = Real::new(&format!("    prune: true\n{WITH_KEY}"));
    run(&real.repo, "apply --auto-approve").succeeds();
    let profile = real.graph.profile("Wi-Fi");
    let settings = profile["omaSettings"].as_array().unwrap();
    let mut settings: Vec<Value> = settings.iter().map(|one| real.graph.writable(&profile, one)).collect();
    settings.iter_mut().find(|one| one["value"] == "open").unwrap()["value"] = "changed".into();
    for setting in settings.iter_mut().filter(|one| text(&one["@odata.type"]).ends_with("Xml")) {
        setting["value"] = encoded(&text(&setting["value"])).into();
    }
    real.graph.patch(&profile, serde_json::json!({ "omaSettings": settings }));
    run_everything(&real.repo);
    real.repo.rename("wifi", "moved");
    // It would be created again.
    run_everything_with_plans(&real.repo, 1);
    real.repo.rename("moved", "wifi");
    real.repo.policy("wifi", &format!("{WIFI}state: retired\n"));
    run_everything(&real.repo);
    real.repo.remove("wifi");
    run_everything(&real.repo);
    run(&real.repo, "apply --auto-approve").succeeds();
    assert!(!real.graph.names().contains(&"Wi-Fi".to_owned()));
}
