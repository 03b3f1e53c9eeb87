//! What tests of signing in share: a tenant that requires a token, and the server of `.ci/sign-in`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use regex::Regex;
use serde_json::Value;

use crate::harness::{Ran, Repository, Served, TENANT, normal};

const POLICY: &str = "name: A\nsettings: { Authentication/AllowAadPasswordReset: 1 }\nassignments: { include: [] }\n";
/// Variables that a pipeline or a developer's machine may have set.
const FOREIGN: [&str; 20] = [
    "SSPR_POLICY_TOKEN",
    "SSL_CERT_FILE",
    "ACTIONS_ID_TOKEN_REQUEST_URL",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "GITHUB_ACTIONS",
    "SYSTEM_OIDCREQUESTURI",
    "SYSTEM_ACCESSTOKEN",
    "AZURE_TENANT_ID",
    "AZURE_CLIENT_ID",
    "AZURE_CLIENT_SECRET",
    "AZURE_CLIENT_CERTIFICATE_PATH",
    "AZURE_FEDERATED_TOKEN_FILE",
    "IDENTITY_ENDPOINT",
    "MSI_ENDPOINT",
    "ALL_PROXY",
    "all_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "NO_PROXY",
    "no_proxy",
];

/// The server that `.ci/sign-in` started, and its files.
pub struct Login {
    pub folder: PathBuf,
    ready: Value,
}

impl Login {
    pub fn running() -> Login {
        let folder = std::env::var("SSPR_POLICY_TEST_SIGN_IN").expect("run `.ci/sign-in`, which starts the server");
        let folder = PathBuf::from(folder);
        let ready = serde_json::from_slice(&fs::read(folder.join("ready.json")).unwrap()).unwrap();
        Login { folder, ready }
    }

    pub fn at(&self, name: &str) -> &str {
        self.ready[name].as_str().unwrap()
    }

    pub fn file(&self, name: &str) -> String {
        self.folder.join(name).to_str().unwrap().to_owned()
    }

    pub fn curl(&self, arguments: &[&str], path: &str) -> String {
        curl(&self.file("authority.pem"), arguments, &format!("{}{path}", self.at("login")))
    }

    /// How many requests of this kind the server got.
    pub fn seen(&self, what: &str) -> u64 {
        serde_json::from_str::<Value>(&self.curl(&[], "/seen")).unwrap()[what].as_u64().unwrap_or_default()
    }
}

fn curl(authority: &str, arguments: &[&str], url: &str) -> String {
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--fail", "--max-time", "30", "--cacert", authority]);
    let output = command.args(arguments).arg(url).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A repository whose only environment signs in, and its sandbox.
pub struct Tenant {
    pub repo: Repository,
    pub graph: Served,
    _folder: tempfile::TempDir,
}

impl Tenant {
    pub fn new(login_url: &str, auth: &str) -> Tenant {
        Self::faulty(login_url, auth, "")
    }

    /// A tenant whose Graph has faults (docs/sandbox.md).
    pub fn faulty(login_url: &str, auth: &str, faults: &str) -> Tenant {
        let folder = tempfile::tempdir().unwrap();
        let graph = Served::faulty(folder.path(), faults, 1);
        let environment = format!("tenant: {TENANT}, graph_url: {}, login_url: {login_url}, auth: {auth}", graph.url);
        let repo = Repository::new(&format!(
            "owner: contoso\ndefault: rehearsal\nenvironments:\n  rehearsal: {{ {environment} }}\n"
        ));
        repo.policy("a", POLICY);
        Tenant { repo, graph, _folder: folder }
    }

    /// A tenant that trusts the server's certificate.
    pub fn of(login: &Login, auth: &str) -> Tenant {
        Self::new(login.at("login"), auth).with("SSL_CERT_FILE", login.at("authority"))
    }

    pub fn with(mut self, name: &str, value: &str) -> Tenant {
        self.repo.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    pub fn command(&self, arguments: &str) -> Command {
        let mut command = self.repo.command(arguments);
        for name in FOREIGN.iter().filter(|name| !self.repo.variables.contains_key(**name)) {
            command.env_remove(name);
        }
        command
    }

    /// The output of a command and its exit code, without what differs between runs.
    pub fn run(&self, arguments: &str) -> String {
        self.said(&Ran::of(&mut self.command(arguments)))
    }

    pub fn said(&self, ran: &Ran) -> String {
        let text = format!("{}exit code {}\n", ran.printed(), ran.code.unwrap());
        let text = text.replace(&self.graph.url, "http://graph").replace(self.repo.root().to_str().unwrap(), "[repo]");
        let text = Regex::new(r"https://localhost:\d+").unwrap().replace_all(&text, "https://login").into_owned();
        normal(&refused(&text))
    }

    /// Checks that this identity can plan; returns what `doctor` says about its token.
    #[track_caller]
    pub fn token(&self) -> String {
        let planned = self.run("plan");
        assert!(planned.ends_with("exit code 0\n"), "{planned}");
        let report = self.run("doctor");
        assert!(report.ends_with("`plan` can use this environment.\nexit code 0\n"), "{report}");
        report.split("Access token\n").nth(1).unwrap().split("\n\n").next().unwrap().to_owned()
    }
}

/// Replaces the system's own message for a refused connection.
pub fn refused(text: &str) -> String {
    Regex::new(r"tcp connect error: .*?\(os error \d+\)").unwrap().replace_all(text, "nobody listens").into_owned()
}

/// Creates a program of the system as a script.
#[cfg(target_os = "linux")]
pub fn program(tenant: &Tenant, name: &str, script: &str) {
    use std::os::unix::fs::PermissionsExt;
    let name = format!("programs/{name}");
    tenant.repo.write(&name, script);
    fs::set_permissions(tenant.repo.path(&name), fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(target_os = "linux")]
pub fn with_programs(tenant: Tenant) -> Tenant {
    let programs = tenant.repo.path("programs");
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    tenant.with("PATH", &path)
}
