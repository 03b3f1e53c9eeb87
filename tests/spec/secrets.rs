//! Secrets are sent to the tenant and nowhere else: not to a sandbox, and not to anything that is printed or stored.

mod kept;
mod rotated;

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::harness::proxy::{Proxy, REAL};
use crate::harness::{Graph, Ran, Repository, Served, TENANT, served, text};

/// The first one looks different in XML; all look different in Base64.
const SECRETS: [&str; 4] = ["hunter2-first<&>\"ü", "hunter2-second", "hunter2-file", "hunter2-rotated"];

const KEY: &str = "hunter2-key";

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

const NOTICE: &str = r#"
name: Notice
settings: { LocalPoliciesSecurityOptions/InteractiveLogon_MessageTextForUsersAttemptingToLogOn: "${env:FIRST}" }
"#;

fn encoded(text: &str) -> String {
    base64::Engine::encode(&base64::engine::general_purpose::STANDARD, text)
}

fn repository(configuration: &str) -> Repository {
    let mut repo = Repository::new(configuration);
    repo.policy("wifi", WIFI);
    repo.write("secrets/wifi.txt", &format!("{}\n", SECRETS[2]));
    repo.variables.insert("SSPR_POLICY_SECRET_DIRS".into(), repo.root().display().to_string());
    let bytes = encoded("hunter2-bytes");
    for (name, value) in [("FIRST", SECRETS[0]), ("SECOND", SECRETS[1]), ("BASE64", &bytes), ("KEY", KEY)] {
        repo.variables.insert(name.into(), value.into());
    }
    repo
}

/// Every form in which a secret could leak.
fn forbidden() -> Vec<String> {
    let bytes = encoded("hunter2-bytes");
    let plain = SECRETS.iter().copied().chain([KEY, "hunter2", bytes.as_str()]);
    plain
        .flat_map(|secret| {
            // Base64 of text depends on its offset, so search for the part that is the same at all three offsets.
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

/// Checks all files below a folder, except those that people wrote.
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

/// Runs a command with maximum verbosity, and searches its output.
#[must_use = "the exit code must be checked"]
fn run(repo: &Repository, arguments: &str) -> Ran {
    let ran = repo.ran(&format!("-vv {arguments}"));
    assert_clean("stdout", ran.out.as_bytes());
    assert_clean("stderr", ran.err.as_bytes());
    assert_files_clean(repo.root());
    ran
}

/// Every command that shows a plan or policies; all of them succeed.
fn run_everything(repo: &Repository) {
    run_everything_with_plans(repo, 0);
}

/// The same for plans that end with this exit code.
fn run_everything_with_plans(repo: &Repository, code: i32) {
    run(repo, "check").succeeds();
    run(repo, "plan --out plan.json").ends(code);
    for form in ["json", "markdown", "human"] {
        run(repo, &format!("plan --output-format {form}")).ends(code);
        run(repo, &format!("show plan.json --output-format {form}")).succeeds();
    }
    run(repo, "plan --requests").ends(code);
    // It knows only settings of the catalogue, so those of the other policy are not enough.
    repo.policy("notice", NOTICE);
    let explained = run(repo, "explain InteractiveLogon_MessageTextForUsersAttemptingToLogOn").succeeds().out;
    assert!(explained.contains("Set here by  policies/notice.yaml:3"), "{explained}");
    repo.remove("notice");
    run(repo, "export reg --out exported.reg --skip-unsupported").succeeds();
    run(repo, "export admx --out exported --skip-unsupported").succeeds();
}

/// A repository for a tenant that is not a sandbox.
struct Real {
    repo: Repository,
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
        let configuration = served("contoso", &proxy.url, more).replace(TENANT, REAL);
        let (repo, graph) = (repository(&configuration), Graph::new(&server.url));
        Real { repo, graph, _proxy: proxy, _server: server, _folder: folder }
    }

    /// The values in the tenant.
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
