//! A policy repository in a temporary folder, and the program in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::graph::Portal;
use super::process::{self, Arguments, Ran, normal};
use super::served::{InPlaceOfEmbedded, TENANT};

/// A configuration with one environment, the sandbox.
pub const CONFIGURATION: &str = "\
owner: contoso
default: lab
targets:
  pilot: { include: [{ group: SSPR Pilot }], exclude: [{ group: Kiosks }] }
environments:
  lab: { tenant: sandbox, variables: { minutes: 15, company: Contoso } }
";

/// A configuration with the embedded sandbox only.
pub const EMBEDDED: &str = "owner: contoso\ndefault: sandbox\nenvironments:\n  sandbox: { tenant: sandbox }\n";

/// A configuration whose only environment is this Graph server.
pub fn served(owner: &str, url: &str, more: &str) -> String {
    format!(
        "owner: {owner}\ndefault: rehearsal\nenvironments:\n  rehearsal:\n    tenant: {TENANT}\n    graph_url: {url}\n    auth: {{ method: token }}\n{more}"
    )
}

/// A policy repository that is deleted after the test.
pub struct Repository {
    folder: TempDir,
    /// Additional environment variables of the process.
    pub variables: BTreeMap<String, String>,
}

/// Its files.
impl Repository {
    /// An empty folder.
    pub fn empty() -> Repository {
        Repository { folder: tempfile::tempdir().unwrap(), variables: BTreeMap::new() }
    }

    /// A folder with this configuration and without policies.
    pub fn new(configuration: &str) -> Repository {
        Repository::empty().with("sspr-policy.yaml", configuration)
    }

    /// The same with the configuration that most tests of `check` share.
    pub fn lab() -> Repository {
        Repository::new(CONFIGURATION)
    }

    /// Adds a file. Removes a leading line break and the indentation of the test's source.
    #[must_use]
    pub fn with(self, path: &str, text: &str) -> Repository {
        self.with_bytes(path, dedent(text).as_bytes())
    }

    /// Adds a file without changing its content.
    #[must_use]
    pub fn with_bytes(self, path: &str, bytes: &[u8]) -> Repository {
        self.write(path, bytes);
        self
    }

    pub fn write(&self, path: &str, content: &(impl AsRef<[u8]> + ?Sized)) {
        let file = self.path(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, content).unwrap();
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// The path of a file on disk.
    pub fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    /// All files with forward slashes, sorted.
    pub fn files(&self) -> Vec<String> {
        super::files(self.root()).into_keys().collect()
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
        fs::remove_file(self.path(&format!("policies/{key}.yaml"))).unwrap();
    }

    pub fn rename(&self, from: &str, to: &str) {
        self.policy(to, &self.read(&format!("policies/{from}.yaml")));
        self.remove(from);
    }
}

/// The program in it.
impl Repository {
    /// The command that runs the program here.
    pub fn command(&self, arguments: &(impl Arguments + ?Sized)) -> Command {
        let mut command = process::command(self.root());
        command.args(arguments.words()).envs(&self.variables);
        command
    }

    #[must_use = "the exit code must be checked"]
    pub fn ran(&self, arguments: &(impl Arguments + ?Sized)) -> Ran {
        let _proxied = InPlaceOfEmbedded::of(self.root(), &arguments.words());
        Ran::of(&mut self.command(arguments))
    }

    /// Runs the program. Returns what it printed without what depends on the system, and its exit code if that is not 0.
    #[must_use = "it ends with an unexpected exit code"]
    pub fn run(&self, arguments: &(impl Arguments + ?Sized)) -> String {
        let ran = self.ran(arguments);
        let mut said = ran.printed();
        match ran.code.unwrap() {
            0 => {}
            code => said.push_str(&format!("exit code {code}\n")),
        }
        let slashes = |line: &str| if line.starts_with("wrote ") { line.replace('\\', "/") } else { line.to_owned() };
        let said: String = said.split_inclusive('\n').map(slashes).collect();
        said.replace(self.root().to_str().unwrap(), "[FOLDER]").replace("sspr-policy.exe", "sspr-policy")
    }

    /// The same for a command that has to succeed.
    #[track_caller]
    pub fn succeeds(&self, arguments: &(impl Arguments + ?Sized)) -> String {
        let said = self.run(arguments);
        assert!(!said.contains("exit code "), "{said}");
        said
    }

    #[must_use = "the exit code must be checked"]
    pub fn apply(&self) -> Ran {
        self.ran("apply --auto-approve")
    }

    #[must_use = "the exit code must be checked"]
    pub fn apply_with(&self, arguments: &(impl Arguments + ?Sized)) -> Ran {
        self.ran(&[vec!["apply", "--auto-approve"], arguments.words()].concat())
    }

    /// An apply in the background.
    #[must_use = "it must be waited for"]
    pub fn applying(&self) -> Child {
        self.command("apply --auto-approve").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// The output of `plan`, which may fail, and its exit code.
    #[must_use = "it ends with an unexpected exit code"]
    pub fn plan(&self) -> String {
        let ran = self.ran("plan");
        normal(&format!("{}exit {}\n", ran.printed(), ran.code.unwrap()))
    }

    /// The same for a plan that has to succeed.
    #[track_caller]
    pub fn planned(&self) -> String {
        let plan = self.plan();
        assert!(plan.ends_with("exit 0\n"), "{plan}");
        plan
    }

    /// Checks that the plan has no changes.
    #[track_caller]
    pub fn assert_converged(&self) {
        self.ran("plan --detailed-exitcode").succeeds();
    }

    /// Serves the embedded sandbox of this repository, for changes as in the portal, until it is dropped.
    pub fn portal(&self) -> Portal {
        Portal::open(self.root())
    }
}

/// The output of `check` for one policy.
pub fn check(policy: &str) -> String {
    Repository::lab().with("policies/policy.yaml", policy).run("check")
}

/// The same, one line per finding: `file:line:column severity[code] message: label (help)`.
pub fn check_briefly(policy: &str) -> String {
    briefly(&Repository::lab().with("policies/policy.yaml", policy))
}

/// The output of `check --output-format json`, one line per finding.
pub fn briefly(repository: &Repository) -> String {
    let said = repository.run("check --quiet --output-format json");
    let (json, code) = match said.split_once("exit code") {
        Some((json, code)) => (json, format!("exit code{code}")),
        None => (said.as_str(), String::new()),
    };
    let Ok(document) = serde_json::from_str::<serde_json::Value>(json) else { return said };
    let mut lines = String::new();
    for finding in document["diagnostics"].as_array().unwrap() {
        let text = |name: &str| finding[name].as_str().unwrap_or_default().to_string();
        let place = match &finding["file"] {
            serde_json::Value::String(file) => {
                format!("{}:{}:{} ", file.trim_start_matches("policies/"), finding["line"], finding["column"])
            }
            _ => String::new(),
        };
        let label = if text("label").is_empty() { String::new() } else { format!(": {}", text("label")) };
        let help = if text("help").is_empty() { String::new() } else { format!(" ({})", text("help")) };
        lines.push_str(&format!("{place}{}[{}] {}{label}{help}\n", text("severity"), text("code"), text("message")));
    }
    lines + &code
}

/// Removes the first line break and the indentation that all lines share.
pub fn dedent(text: &str) -> String {
    let Some(text) = text.strip_prefix('\n') else { return text.to_string() };
    let lines: Vec<&str> = text.split('\n').collect();
    let filled = lines.iter().filter(|line| !line.trim().is_empty());
    let indent = filled.map(|line| line.len() - line.trim_start_matches(' ').len()).min().unwrap_or(0);
    let mut text: String = lines.iter().map(|line| format!("{}\n", line.get(indent..).unwrap_or_default())).collect();
    text.truncate(text.trim_end().len());
    text + "\n"
}
