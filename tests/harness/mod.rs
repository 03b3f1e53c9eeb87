//! What tests of the whole program share: a policy repository in a temporary folder, a sandbox in a separate process,
//! and a client that reads and changes the tenant as the portal does.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

pub mod background;
pub mod between;
pub mod documents;
pub mod proxy;
pub mod repository;
pub mod served;
pub mod trial;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use regex::Regex;
use serde_json::{Value, json};
use served::{InPlaceOfEmbedded, LONGEST};
pub use served::{Served, TENANT, program};
use tempfile::TempDir;

const CONFIGURATIONS: &str = "/beta/deviceManagement/deviceConfigurations";

/// Replaces the user's state folder.
pub const STATE: &str = env!("CARGO_TARGET_TMPDIR");

/// A configuration with the embedded sandbox only.
pub const EMBEDDED: &str = "owner: contoso\ndefault: sandbox\nenvironments:\n  sandbox: { tenant: sandbox }\n";

/// A configuration whose only environment is this Graph server.
pub fn served(owner: &str, url: &str, more: &str) -> String {
    format!(
        "owner: {owner}\ndefault: rehearsal\nenvironments:\n  rehearsal:\n    tenant: {TENANT}\n    graph_url: {url}\n    auth: {{ method: token }}\n{more}"
    )
}

/// A policy repository.
pub struct Repo {
    folder: TempDir,
    /// Additional environment variables of the process.
    pub variables: BTreeMap<String, String>,
}

impl Repo {
    pub fn new(configuration: &str) -> Repo {
        let repo = Repo { folder: tempfile::tempdir().unwrap(), variables: BTreeMap::new() };
        repo.write("sspr-policy.yaml", configuration);
        repo
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap()
    }

    /// Writes the policy with this key.
    pub fn policy(&self, key: &str, text: &str) {
        self.write(&format!("policies/{key}.yaml"), text);
    }

    /// Replaces text in a policy; the old text must exist.
    pub fn edit(&self, key: &str, old: &str, new: &str) {
        let text = self.read(&format!("policies/{key}.yaml"));
        assert!(text.contains(old), "{key} does not hold {old:?}");
        self.policy(key, &text.replace(old, new));
    }

    pub fn remove(&self, key: &str) {
        fs::remove_file(self.path().join(format!("policies/{key}.yaml"))).unwrap();
    }

    pub fn rename(&self, from: &str, to: &str) {
        self.policy(to, &self.read(&format!("policies/{from}.yaml")));
        self.remove(from);
    }

    /// The command that runs the program in this repository.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        command.current_dir(self.path()).args(arguments).stdin(Stdio::null());
        command.env("NO_COLOR", "1").env("SSPR_POLICY_TOKEN", "token").env("SSPR_POLICY_PATIENCE_SECONDS", "0");
        // All repositories of a user share locks, but tests must not.
        command.env("XDG_STATE_HOME", STATE).env("LOCALAPPDATA", STATE);
        // A sandbox without a quota does not need pacing.
        command.env("SSPR_POLICY_QUOTA_WINDOW_MS", "0");
        command.envs(&self.variables);
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        let _proxied = InPlaceOfEmbedded::of(self.path(), arguments);
        let output = self.command(arguments).output().unwrap();
        Ran {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    pub fn apply(&self) -> Ran {
        self.run(&["apply", "--auto-approve"])
    }

    pub fn apply_with(&self, arguments: &[&str]) -> Ran {
        self.run(&[&["apply", "--auto-approve"], arguments].concat())
    }

    /// The output of `plan`, which may fail.
    pub fn plan(&self) -> String {
        let ran = self.run(&["plan"]);
        normal(&format!("{}{}exit {}\n", ran.out, ran.err, ran.code.unwrap()))
    }

    /// Checks that the plan has no changes.
    pub fn assert_converged(&self) {
        let ran = self.run(&["plan", "--detailed-exitcode"]);
        assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    }

    /// Serves the embedded sandbox of this repository, for changes as in the portal, until it is dropped.
    pub fn portal(&self) -> Portal {
        let served = Served::start(self.path(), None);
        Portal { graph: Graph::new(&served.url), _served: served }
    }
}

/// The result of a command.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    #[track_caller]
    pub fn succeeds(self) -> Ran {
        assert_eq!(self.code, Some(0), "{}{}", self.out, self.err);
        self
    }

    /// Expects exit code 1, and returns stderr.
    #[track_caller]
    pub fn fails(self) -> String {
        assert_eq!(self.code, Some(1), "{}{}", self.out, self.err);
        normal(&self.err)
    }
}

/// Replaces what differs between runs: new IDs, times, and the amount of data read.
pub fn normal(text: &str) -> String {
    let patterns = [
        (r"(?m)^Read .* requests, [\d.]+ s\n", ""),
        (r"\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b", "[id]"),
        (r"\b20\d\d-\d\d-\d\dT[\d:.]+Z", "[time]"),
        (r"(?m)[ ]+$", ""),
    ];
    patterns.iter().fold(text.to_owned(), |text, (pattern, with)| {
        Regex::new(pattern).unwrap().replace_all(&text, *with).into_owned()
    })
}

/// A served sandbox and a client for it.
pub struct Portal {
    graph: Graph,
    _served: Served,
}

impl std::ops::Deref for Portal {
    type Target = Graph;
    fn deref(&self) -> &Graph {
        &self.graph
    }
}

/// A client of Graph.
pub struct Graph {
    url: String,
    client: reqwest::Client,
    runtime: tokio::runtime::Runtime,
}

impl Graph {
    pub fn new(url: &str) -> Graph {
        // An error means that another test has already installed it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // One connection per request: the validating proxy (Node.js) closes idle ones, even while a request is on its
        // way.
        let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).timeout(LONGEST).build().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Graph { url: url.to_owned(), client, runtime }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let mut request = self.client.request(method.parse().unwrap(), format!("{}{path}", self.url));
        if let Some(body) = body {
            request = request.json(body);
        }
        let (status, text) = self.runtime.block_on(async {
            let response = request.send().await.unwrap();
            (response.status(), response.text().await.unwrap())
        });
        assert!(status.is_success(), "{method} {path}: {status} {text}");
        if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() }
    }

    pub fn get(&self, path: &str) -> Value {
        self.send("GET", path, None)
    }

    /// All profiles with their assignments, in the order of creation; links do not contain the port.
    pub fn profiles(&self) -> Vec<Value> {
        let list = self.get(&format!("{CONFIGURATIONS}?$top=1000&$expand=assignments"));
        assert!(list.get("@odata.nextLink").is_none());
        let list: Value = serde_json::from_str(&list.to_string().replace(&self.url, "")).unwrap();
        list["value"].as_array().unwrap().clone()
    }

    /// The only profile with this name.
    pub fn profile(&self, name: &str) -> Value {
        let mut found = self.profiles();
        found.retain(|profile| profile["displayName"] == name);
        assert_eq!(found.len(), 1, "profiles called {name}");
        found.remove(0)
    }

    pub fn names(&self) -> Vec<String> {
        self.profiles().iter().map(|profile| text(&profile["displayName"])).collect()
    }

    /// The plain value of a setting.
    pub fn plain(&self, profile: &Value, setting: &Value) -> Value {
        let Some(secret) = setting["secretReferenceValueId"].as_str() else { return setting["value"].clone() };
        let id = text(&profile["id"]);
        let call = format!("getOmaSettingPlainTextValue(secretReferenceValueId='{secret}')");
        self.get(&format!("{CONFIGURATIONS}/{id}/{call}"))["value"].clone()
    }

    /// Changes a profile, as a person in the portal does.
    pub fn patch(&self, profile: &Value, change: Value) {
        let mut body = json!({ "@odata.type": profile["@odata.type"] });
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        self.send("PATCH", &path(profile), Some(&body));
    }

    pub fn assign(&self, profile: &Value, targets: &[Value]) {
        let assignments: Vec<Value> = targets.iter().map(|target| json!({ "target": target })).collect();
        self.send("POST", &format!("{}/assign", path(profile)), Some(&json!({ "assignments": assignments })));
    }

    pub fn delete(&self, profile: &Value) {
        self.send("DELETE", &path(profile), None);
    }

    /// Creates a custom profile.
    pub fn create(&self, name: &str, description: &Value, settings: &[Value]) -> Value {
        let body = json!({
            "@odata.type": "#microsoft.graph.windows10CustomConfiguration",
            "displayName": name,
            "description": description,
            "omaSettings": settings,
        });
        self.send("POST", CONFIGURATIONS, Some(&body))
    }

    /// The portal's "Duplicate": copies everything except the assignments, with another name.
    pub fn duplicate(&self, profile: &Value, name: &str) -> Value {
        let settings: Vec<Value> =
            profile["omaSettings"].as_array().unwrap().iter().map(|one| self.writable(profile, one)).collect();
        self.create(name, &profile["description"], &settings)
    }

    /// A setting in the form in which it can be sent back.
    pub fn writable(&self, profile: &Value, setting: &Value) -> Value {
        json!({
            "@odata.type": setting["@odata.type"],
            "displayName": setting["displayName"],
            "omaUri": setting["omaUri"],
            "value": self.plain(profile, setting),
        })
    }

    /// The ID of a group.
    pub fn group(&self, name: &str) -> String {
        let groups = self.get("/v1.0/groups?$top=100");
        let found = groups["value"].as_array().unwrap().iter().find(|group| group["displayName"] == name);
        text(&found.unwrap()["id"])
    }
}

fn path(profile: &Value) -> String {
    format!("{CONFIGURATIONS}/{}", text(&profile["id"]))
}

/// The text of a JSON string.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// An integer setting of the Policy CSP, in the form of Graph.
pub fn integer(name: &str, value: i32) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.omaSettingInteger",
        "displayName": name,
        "omaUri": format!("./Device/Vendor/MSFT/Policy/Config/{name}"),
        "value": value,
    })
}

/// Copies a folder.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target: PathBuf = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}
