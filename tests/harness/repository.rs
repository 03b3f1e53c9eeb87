//! A policy repository in a temporary folder, and the output of the program in it.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::served::InPlaceOfEmbedded;

/// A policy repository that is deleted after the test.
pub struct Repository {
    folder: tempfile::TempDir,
}

/// A configuration with one environment, the sandbox.
pub const CONFIGURATION: &str = "\
owner: contoso
default: lab
targets:
  pilot: { include: [{ group: SSPR Pilot }], exclude: [{ group: Kiosks }] }
environments:
  lab: { tenant: sandbox, variables: { minutes: 15, company: Contoso } }
";

impl Repository {
    /// An empty folder.
    pub fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A folder with a configuration and without policies.
    pub fn new() -> Self {
        Self::empty().with("sspr-policy.yaml", CONFIGURATION)
    }

    /// Adds a file; the configuration also creates the folder of the policies. Removes a leading line break and the
    /// indentation of the test's source.
    #[must_use]
    pub fn with(self, path: &str, text: &str) -> Self {
        self.with_bytes(path, dedent(text).as_bytes())
    }

    /// Adds a file without changing its content.
    #[must_use]
    pub fn with_bytes(self, path: &str, bytes: &[u8]) -> Self {
        let file = self.path(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        if path == "sspr-policy.yaml" {
            std::fs::create_dir_all(self.path("policies")).unwrap();
        }
        std::fs::write(file, bytes).unwrap();
        self
    }

    /// The path of a file on disk.
    pub fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// The content of a file.
    pub fn read(&self, path: &str) -> String {
        String::from_utf8(std::fs::read(self.path(path)).unwrap()).unwrap()
    }

    /// All files with forward slashes, sorted.
    pub fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![self.root().to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.push(path.strip_prefix(self.root()).unwrap().to_str().unwrap().replace('\\', "/"));
                }
            }
        }
        found.sort();
        found
    }

    /// Runs the program here. Returns its output, and its exit code if that is not 0.
    pub fn run(&self, arguments: &str) -> String {
        self.run_with(&arguments.split_whitespace().collect::<Vec<_>>())
    }

    /// Runs a command that has to succeed.
    #[track_caller]
    pub fn succeeds(&self, arguments: &str) -> String {
        let said = self.run(arguments);
        assert!(!said.contains("exit code "), "{said}");
        said
    }

    /// Like `run`, for arguments that contain spaces.
    pub fn run_with(&self, arguments: &[&str]) -> String {
        let proxied = InPlaceOfEmbedded::of(self.root(), arguments);
        let done = Command::new(env!("CARGO_BIN_EXE_sspr-policy"))
            .args(arguments)
            .envs(proxied.as_ref().map(|_| ("SSPR_POLICY_TOKEN", "token")))
            .current_dir(self.root())
            .env_remove("CLICOLOR_FORCE")
            .env_remove("COLUMNS")
            .output()
            .unwrap();
        let mut said = String::from_utf8(done.stdout).unwrap() + std::str::from_utf8(&done.stderr).unwrap();
        assert!(!said.contains("panicked"), "{said}");
        match done.status.code().unwrap() {
            0 => {}
            code => said.push_str(&format!("exit code {code}\n")),
        }
        let slashes = |line: &str| if line.starts_with("wrote ") { line.replace('\\', "/") } else { line.to_string() };
        let said: String = said.split_inclusive('\n').map(slashes).collect();
        said.replace(self.root().to_str().unwrap(), "[FOLDER]").replace("sspr-policy.exe", "sspr-policy")
    }
}

/// The output of `check` for one policy.
pub fn check(policy: &str) -> String {
    Repository::new().with("policies/policy.yaml", policy).run("check")
}

/// The same, one line per finding: `file:line:column severity[code] message: label (help)`.
pub fn check_briefly(policy: &str) -> String {
    briefly(&Repository::new().with("policies/policy.yaml", policy))
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
