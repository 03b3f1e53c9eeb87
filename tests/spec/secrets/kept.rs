//! Where secrets are sent, and where they are not.

use std::fs;

use serde_json::Value;

use super::{Real, SECRETS, assert_clean, encoded, repository, run, run_everything};
use crate::harness::{EMBEDDED, Repository, normal};

#[test]
fn a_sandbox_gets_placeholders() {
    let repo = repository(EMBEDDED);
    run_everything(&repo);
    run(&repo, "apply --auto-approve").succeeds();
    run_everything(&repo);
    repo.assert_converged();
    let portal = repo.portal();
    let profile = portal.profile("Wi-Fi");
    let values: Vec<Value> =
        profile["omaSettings"].as_array().unwrap().iter().map(|one| portal.plain(&profile, one)).collect();
    insta::assert_snapshot!(format!("{:#}", Value::from(values)), @r#"
    [
      "JHtlbnY6QkFTRTY0fQ==",
      "<password>${env:SECOND}</password>",
      1,
      "open",
      "${env:FIRST}",
      "<a>${secret-file:secrets/wifi.txt}</a>"
    ]
    "#);
}

/// Trying a policy does not require the secrets of production.
#[test]
fn a_sandbox_does_not_need_secrets() {
    let mut repo = repository(EMBEDDED);
    repo.variables.clear();
    fs::remove_file(repo.path("secrets/wifi.txt")).unwrap();
    repo.apply().succeeds();
    repo.assert_converged();
}

#[test]
fn a_tenant_gets_the_secrets() {
    let real = Real::new("");
    run_everything(&real.repo);
    insta::assert_snapshot!(normal(&real.repo.ran("plan").succeeds().out), @r#"
    Environment rehearsal   tenant Contoso (sandbox) ([id])   owner contoso

      + wifi                         "Wi-Fi"
          + Contoso/Bytes [device]                             ${env:BASE64}
          + Contoso/Inside [device]                            <password>${env:SECOND}</password>
          + Contoso/Number [device]                            1
          + Contoso/Open [device]                              open
          + Contoso/Plain [device]                             ${env:FIRST}
          + Contoso/Xml [device]                               <a>${secret-file:secrets/wifi.txt}</a>
          + assignment  include group SSPR Pilot   24 devices

    Reach: +24 devices (SSPR Pilot).
    Scope tags: 1 new profile has none, so it gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    "#);
    run(&real.repo, "apply --auto-approve").succeeds();
    run_everything(&real.repo);
    assert_clean("the description", real.description().as_bytes());
    assert!(real.description().contains(" m=- "), "{}", real.description());
    assert_eq!(
        real.values(),
        [
            encoded("hunter2-bytes"),
            format!("<password>{}</password>", SECRETS[1]),
            "1".into(),
            "open".into(),
            SECRETS[0].into(),
            format!("<a>{}</a>", SECRETS[2]),
        ]
        .map(|value| value.parse::<i32>().map_or(Value::from(value), Value::from))
    );
    insta::assert_snapshot!(normal(&real.repo.ran("plan --detailed-exitcode").succeeds().out), @"
    Environment rehearsal   tenant Contoso (sandbox) ([id])   owner contoso

    Plan: nothing to do; 1 unchanged, 7 not managed here.
    ");
}

#[test]
fn a_secret_that_does_not_exist() {
    let mut real = Real::new("");
    real.repo.variables.remove("SECOND");
    insta::assert_snapshot!(real.repo.ran("plan").fails(), @r#"
    error[SP0414]: the secret `${env:SECOND}` cannot be read: it is not set
     --> policies/wifi.yaml:5:40
      |
    5 |   Contoso/Inside: { type: string, raw: "<password>${env:SECOND}</password>", unchecked: our own }
      |                                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    error: 1 error in the files; nothing was done
    "#);
    fs::remove_file(real.repo.path("secrets/wifi.txt")).unwrap();
    let said = real.repo.ran("plan").fails();
    assert!(
        said.contains("`${secret-file:secrets/wifi.txt}` cannot be read: secrets/wifi.txt is not in a folder of"),
        "{said}"
    );
}

/// A value that Intune shows to every reader cannot be a secret.
#[test]
fn a_secret_where_intune_shows_the_value() {
    let mut repo = repository(EMBEDDED);
    repo.variables.insert("NUMBER".into(), "4711".into());
    repo.policy("wifi", "name: \"N ${env:FIRST}\"\nsettings:\n  Camera/AllowCamera: ${env:NUMBER}\n  Contoso/N: { type: integer, value: \"${env:NUMBER}\", unchecked: our own }\ndescription: ${env:SECOND}\nassignments: { include: [{ group: \"${env:FIRST}\" }] }\n");
    insta::assert_snapshot!(repo.ran("plan").fails(), @r#"
    error[SP0403]: a secret cannot be used here
     --> policies/wifi.yaml:1:7
      |
    1 | name: "N ${env:FIRST}"
      |       ^^^^^^^^^^^^^^^^ this text is visible in plans and in Intune

    error[SP0403]: a secret cannot be used for this setting
     --> policies/wifi.yaml:3:23
      |
    3 |   Camera/AllowCamera: ${env:NUMBER}
      |                       ^^^^^^^^^^^^^ Intune shows values of type integer to everyone who can read the profile

    error[SP0403]: a secret cannot be used for this setting
     --> policies/wifi.yaml:4:38
      |
    4 |   Contoso/N: { type: integer, value: "${env:NUMBER}", unchecked: our own }
      |                                      ^^^^^^^^^^^^^^^ Intune shows values of type integer to everyone who can read the profile

    error[SP0403]: a secret cannot be used here
     --> policies/wifi.yaml:5:14
      |
    5 | description: ${env:SECOND}
      |              ^^^^^^^^^^^^^ this text is visible in plans and in Intune

    error[SP0403]: a secret cannot be used here
     --> policies/wifi.yaml:6:35
      |
    6 | assignments: { include: [{ group: "${env:FIRST}" }] }
      |                                   ^^^^^^^^^^^^^^ this text is visible in plans and in Intune
    error: 5 errors in the files; nothing was done
    "#);
}

/// A Wi-Fi profile from a tenant, as `import` writes it: the secret is in the file, and nowhere else.
#[test]
fn what_looks_like_a_secret_is_not_printed() {
    let repo = Repository::new(EMBEDDED);
    let policy = |key: &str| {
        format!(
            "name: Wi-Fi\nsettings:\n  ./Device/Vendor/MSFT/WiFi/Profile/Office/WlanXml: {{ type: xml, raw: \"<keyMaterial>{key}</keyMaterial>\", unchecked: ours }}\nassignments: {{ include: [] }}\n"
        )
    };
    repo.policy("wifi", &policy("hunter2"));
    let plan = repo.ran("plan --requests");
    assert_eq!(plan.code, Some(0));
    insta::assert_snapshot!(normal(&plan.out), @r##"
    # wifi
    POST /beta/deviceManagement/deviceConfigurations
    {
      "@odata.type": "#microsoft.graph.windows10CustomConfiguration",
      "displayName": "Wi-Fi",
      "description": "Managed by sspr-policy, do not edit: contoso wifi [1 p=a.KNUGEk1KcU84-UsiBF26Lg m=kH5Ke2o-twxqa_qH8ytVug v=1]",
      "omaSettings": [
        {
          "@odata.type": "#microsoft.graph.omaSettingStringXml",
          "displayName": "WiFi/Profile/Office/WlanXml",
          "omaUri": "./Device/Vendor/MSFT/WiFi/Profile/Office/WlanXml",
          "value": "(hidden)"
        }
      ]
    }
    "##);
    repo.apply().succeeds();
    repo.policy("wifi", &policy("hunter3"));
    for format in ["human", "json", "markdown"] {
        let plan = repo.ran(&["plan", "--output-format", format]).succeeds().out;
        assert!(
            plan.contains("WlanXml") && !plan.contains("hunter") && !plan.contains(&encoded("hunter")[..7]),
            "{plan}"
        );
    }
}
