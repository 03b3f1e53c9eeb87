//! Secrets go to the tenant and nowhere else: not into a sandbox, and not into anything that is printed or kept.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod support;

use std::fs;
use std::path::Path;

use serde_json::Value;
use support::proxy::{Proxy, REAL};
use support::{EMBEDDED, Graph, Ran, Repo, Served, TENANT, normal, text};

/// As they are, and as XML and Base64 of them would look.
const SECRETS: [&str; 4] = ["hunter2-first<&>\"ü", "hunter2-second", "hunter2-file", "hunter2-rotated"];
const KEY: &str = "hunter2-key";
const WITH_KEY: &str = "    fingerprint_key: ${env:KEY}\n";

const WIFI: &str = r#"
name: Wi-Fi
settings:
  Contoso/Plain: { type: string, value: "${env:FIRST}", unchecked: our own }
  Contoso/Inside: { type: string, raw: "<password>${env:SECOND}</password>", unchecked: our own }
  Contoso/Xml: { type: xml, raw: "<a>${secret-file:secrets/wifi.txt}</a>", unchecked: our own }
  Contoso/Bytes: { type: base64, base64: "${env:BASE64}", unchecked: our own }
  Contoso/Open: { type: string, value: open, unchecked: our own }
  Contoso/Number: { type: integer, value: 1, unchecked: our own }
assignments: { include: [{ group: SSPR Pilot }] }
"#;

fn encoded(text: &str) -> String {
    base64::Engine::encode(&base64::engine::general_purpose::STANDARD, text)
}

fn repository(configuration: &str) -> Repo {
    let mut repo = Repo::new(configuration);
    repo.policy("wifi", WIFI);
    repo.write("secrets/wifi.txt", &format!("{}\n", SECRETS[2]));
    let bytes = encoded("hunter2-bytes");
    for (name, value) in [("FIRST", SECRETS[0]), ("SECOND", SECRETS[1]), ("BASE64", &bytes), ("KEY", KEY)] {
        repo.variables.insert(name.into(), value.into());
    }
    repo
}

/// Every form in which a secret could get away.
fn forbidden() -> Vec<String> {
    let bytes = encoded("hunter2-bytes");
    let plain = SECRETS.iter().copied().chain([KEY, "hunter2", bytes.as_str()]);
    plain
        .flat_map(|secret| {
            // Base64 of a text depends on where it begins: what is the same in all three places.
            let shifted = (0..3).map(|shift| {
                let encoded = encoded(&format!("{}{secret}", "x".repeat(shift)));
                encoded[if shift == 0 { 0 } else { 4 }..encoded.len() - 4].to_owned()
            });
            shifted
                .chain([secret.to_owned(), secret.replace('<', "&lt;")])
                .filter(|form| form.len() >= 6)
                .collect::<Vec<_>>()
        })
        .collect()
}

fn assert_clean(what: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for secret in forbidden() {
        assert!(!text.contains(&secret), "{secret} is in {what}:\n{text}");
    }
}

/// Everything that was written below a folder, but what people wrote there.
fn assert_files_clean(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().unwrap() != "secrets" {
            assert_files_clean(&path);
        } else if path.is_file() {
            assert_clean(&path.display().to_string(), &fs::read(&path).unwrap());
        }
    }
}

/// Runs a command with all that can be said, and searches it.
fn run(repo: &Repo, arguments: &[&str]) -> Ran {
    let ran = repo.run(&[&["-vv"], arguments].concat());
    assert_clean("stdout", ran.out.as_bytes());
    assert_clean("stderr", ran.err.as_bytes());
    assert_files_clean(repo.path());
    ran
}

/// All that shows a plan.
fn run_everything(repo: &Repo) {
    run(repo, &["check"]);
    run(repo, &["plan", "--out", "plan.json"]);
    for form in ["json", "markdown", "human"] {
        run(repo, &["plan", "--output-format", form]);
        run(repo, &["show", "plan.json", "--output-format", form]);
    }
    run(repo, &["plan", "--requests"]);
    run(repo, &["explain", "Contoso/Plain"]);
    run(repo, &["export", "reg", "--out", "exported.reg", "--skip-unsupported"]);
    run(repo, &["export", "admx", "--out", "exported", "--skip-unsupported"]);
}

/// A repository for somebody's tenant.
struct Real {
    repo: Repo,
    graph: Graph,
    _proxy: Proxy,
    _server: Served,
    _folder: tempfile::TempDir,
}

impl Real {
    fn new(more: &str) -> Real {
        let folder = tempfile::tempdir().unwrap();
        let server = Served::start(folder.path(), None);
        let proxy = Proxy::start(&server.url, REAL, &[]);
        let configuration = support::served("contoso", &proxy.url, more).replace(TENANT, REAL);
        let (repo, graph) = (repository(&configuration), Graph::new(&server.url));
        Real { repo, graph, _proxy: proxy, _server: server, _folder: folder }
    }

    /// The values that the tenant holds.
    fn values(&self) -> Vec<Value> {
        let profile = self.graph.profile("Wi-Fi");
        profile["omaSettings"].as_array().unwrap().iter().map(|one| self.graph.plain(&profile, one)).collect()
    }

    fn description(&self) -> String {
        text(&self.graph.profile("Wi-Fi")["description"])
    }

    fn rotate(&mut self) {
        self.repo.variables.insert("FIRST".into(), SECRETS[3].into());
    }
}

#[test]
fn a_sandbox_gets_placeholders() {
    let repo = repository(EMBEDDED);
    run_everything(&repo);
    run(&repo, &["apply", "--auto-approve"]).succeeds();
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

/// Nobody needs the secrets of production to try a policy out.
#[test]
fn a_sandbox_does_without_secrets() {
    let mut repo = repository(EMBEDDED);
    repo.variables.clear();
    fs::remove_file(repo.path().join("secrets/wifi.txt")).unwrap();
    repo.apply().succeeds();
    repo.assert_converged();
}

#[test]
fn a_tenant_gets_the_secrets() {
    let real = Real::new("");
    run_everything(&real.repo);
    insta::assert_snapshot!(normal(&real.repo.run(&["plan"]).succeeds().out), @r#"
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
    Scope tags: 1 new profile names none, and gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    "#);
    run(&real.repo, &["apply", "--auto-approve"]).succeeds();
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
    insta::assert_snapshot!(normal(&real.repo.run(&["plan", "--detailed-exitcode"]).succeeds().out), @r#"
    Environment rehearsal   tenant Contoso (sandbox) ([id])   owner contoso

    Plan: nothing to do; 1 as written, 7 not ours.
    "#);
}

/// Without a key nothing in the tenant tells whether a secret is the same; whoever may read it can tell.
#[test]
fn a_rotated_secret_without_a_key() {
    let mut real = Real::new("");
    run(&real.repo, &["apply", "--auto-approve"]).succeeds();
    real.rotate();
    run_everything(&real.repo);
    insta::assert_snapshot!(normal(&real.repo.plan()), @r#"
    Environment rehearsal   tenant Contoso (sandbox) ([id])   owner contoso

      ~ wifi                         "Wi-Fi"   who changed it is not known
          ~ Contoso/Plain [device]                             (hidden) → ${env:FIRST}

    Reach: 24 devices as before (SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    exit 0
    "#);
    run(&real.repo, &["apply", "--auto-approve"]).succeeds();
    assert!(real.values().contains(&Value::from(SECRETS[3])));
    real.repo.assert_converged();
}

#[test]
fn a_rotated_secret_with_a_key() {
    let mut real = Real::new(WITH_KEY);
    run(&real.repo, &["apply", "--auto-approve"]).succeeds();
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
    Plan: 0 to add, 1 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    exit 0
    "#);
    run(&real.repo, &["apply", "--auto-approve", "-v"]).succeeds();
    assert!(real.values().contains(&Value::from(SECRETS[3])));
    real.repo.assert_converged();
}

/// Nobody touched the tenant, and the plan does not say that somebody did.
#[test]
fn a_rotated_secret_whose_key_went() {
    let mut real = Real::new(WITH_KEY);
    run(&real.repo, &["apply", "--auto-approve"]).succeeds();
    real.rotate();
    let because = |real: &Real| real.repo.plan().lines().nth(2).unwrap().to_owned();
    real.repo.variables.insert("KEY".into(), "another key".into());
    insta::assert_snapshot!(because(&real), @r#"  ~ wifi                         "Wi-Fi"   you changed the policy"#);
    let configuration = real.repo.read("sspr-policy.yaml").replace(WITH_KEY, "");
    real.repo.write("sspr-policy.yaml", &configuration);
    insta::assert_snapshot!(because(&real), @r#"  ~ wifi                         "Wi-Fi"   who changed it is not known"#);
    real.repo.edit("wifi", "value: 1", "value: 2");
    insta::assert_snapshot!(because(&real), @r#"  ~ wifi                         "Wi-Fi"   you changed the policy"#);
}

/// What was secret stays secret in the plan that takes it out, also where the key came or went meanwhile.
fn a_secret_becomes_open(key_before: &str, key_after: &str) {
    let real = Real::new(key_before);
    run(&real.repo, &["apply", "--auto-approve"]).succeeds();
    let configuration = real.repo.read("sspr-policy.yaml").replace(WITH_KEY, "") + key_after;
    real.repo.write("sspr-policy.yaml", &configuration);
    real.repo.edit("wifi", "${env:FIRST}", "now open");
    run_everything(&real.repo);
    for secret in ["${env:SECOND}", "${secret-file:secrets/wifi.txt}"] {
        real.repo.edit("wifi", secret, "open too");
    }
    real.repo.edit("wifi", "${env:BASE64}", "AAEC");
    run_everything(&real.repo);
    run(&real.repo, &["apply", "--auto-approve"]).succeeds();
    real.repo.assert_converged();
}

#[test]
fn a_secret_becomes_open_without_a_key() {
    a_secret_becomes_open("", "");
}

#[test]
fn a_secret_becomes_open_with_a_key() {
    a_secret_becomes_open(WITH_KEY, WITH_KEY);
}

#[test]
fn a_secret_becomes_open_when_a_key_comes() {
    a_secret_becomes_open("", WITH_KEY);
}

#[test]
fn a_secret_becomes_open_when_the_key_goes() {
    a_secret_becomes_open(WITH_KEY, "");
}

/// Also where somebody changed it in the portal, took the policy out, retired it, or copied the profile.
#[test]
fn a_secret_in_a_profile_that_changed() {
    let real = Real::new(&format!("    prune: true\n{WITH_KEY}"));
    run(&real.repo, &["apply", "--auto-approve"]).succeeds();
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
    run_everything(&real.repo);
    real.repo.rename("moved", "wifi");
    real.repo.policy("wifi", &format!("{WIFI}state: retired\n"));
    run_everything(&real.repo);
    real.repo.remove("wifi");
    run_everything(&real.repo);
    run(&real.repo, &["apply", "--auto-approve"]).succeeds();
    assert!(!real.graph.names().contains(&"Wi-Fi".to_owned()));
}

#[test]
fn a_secret_that_is_not_there() {
    let mut real = Real::new("");
    real.repo.variables.remove("SECOND");
    insta::assert_snapshot!(real.repo.run(&["plan"]).fails(), @r#"
    error[SP0414]: the secret `${env:SECOND}` cannot be read: it is not set
     --> policies/wifi.yaml:5:40
      |
    5 |   Contoso/Inside: { type: string, raw: "<password>${env:SECOND}</password>", unchecked: our own }
      |                                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    error: 1 error in the files; nothing was done
    "#);
    fs::remove_file(real.repo.path().join("secrets/wifi.txt")).unwrap();
    let said = real.repo.run(&["plan"]).fails();
    assert!(said.contains("`${secret-file:secrets/wifi.txt}` cannot be read: secrets/wifi.txt: "), "{said}");
}

/// A value that Intune shows to every reader cannot hold a secret.
#[test]
fn a_secret_in_the_open() {
    let mut repo = repository(EMBEDDED);
    repo.variables.insert("NUMBER".into(), "4711".into());
    repo.policy("wifi", "name: \"N ${env:FIRST}\"\nsettings:\n  Camera/AllowCamera: ${env:NUMBER}\n  Contoso/N: { type: integer, value: \"${env:NUMBER}\", unchecked: our own }\ndescription: ${env:SECOND}\nassignments: { include: [{ group: \"${env:FIRST}\" }] }\n");
    insta::assert_snapshot!(repo.run(&["plan"]).fails(), @r#"
    error[SP0403]: a secret cannot stand here
     --> policies/wifi.yaml:1:7
      |
    1 | name: "N ${env:FIRST}"
      |       ^^^^^^^^^^^^^^^^ this text is shown in plans and in Intune

    error[SP0403]: a secret cannot be this setting's value
     --> policies/wifi.yaml:3:23
      |
    3 |   Camera/AllowCamera: ${env:NUMBER}
      |                       ^^^^^^^^^^^^^ Intune shows values of type integer to every reader

    error[SP0403]: a secret cannot be this setting's value
     --> policies/wifi.yaml:4:38
      |
    4 |   Contoso/N: { type: integer, value: "${env:NUMBER}", unchecked: our own }
      |                                      ^^^^^^^^^^^^^^^ Intune shows values of type integer to every reader

    error[SP0403]: a secret cannot stand here
     --> policies/wifi.yaml:5:14
      |
    5 | description: ${env:SECOND}
      |              ^^^^^^^^^^^^^ this text is shown in plans and in Intune

    error[SP0403]: a secret cannot stand here
     --> policies/wifi.yaml:6:35
      |
    6 | assignments: { include: [{ group: "${env:FIRST}" }] }
      |                                   ^^^^^^^^^^^^^^ this text is shown in plans and in Intune
    error: 5 errors in the files; nothing was done
    "#);
}

/// Somebody's Wi-Fi profile, as `import` would write it: it stands in the file, and nowhere else.
#[test]
fn what_looks_like_a_secret_is_not_printed() {
    let repo = Repo::new(EMBEDDED);
    let policy = |key: &str| {
        format!(
            "name: Wi-Fi\nsettings:\n  ./Device/Vendor/MSFT/WiFi/Profile/Office/WlanXml: {{ type: xml, raw: \"<keyMaterial>{key}</keyMaterial>\", unchecked: ours }}\nassignments: {{ include: [] }}\n"
        )
    };
    repo.policy("wifi", &policy("hunter2"));
    let plan = repo.run(&["plan", "--requests"]);
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
        let plan = repo.run(&["plan", "--output-format", format]).out;
        assert!(
            plan.contains("WlanXml") && !plan.contains("hunter") && !plan.contains(&encoded("hunter")[..7]),
            "{plan}"
        );
    }
}
