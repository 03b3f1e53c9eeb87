//! The machine-readable output for some twenty repositories must stay the same byte for byte, so that refactoring
//! cannot change it.
//!
//! Each folder of `tests/frozen/` is a policy repository with its expected output. Its folders `2/`, `3/` … are later
//! states: the state above is applied first; then their files are copied over the repository (`gone.txt` names files to
//! delete), and `portal.txt` lists what people did in the portal in the meantime. Random IDs are replaced with the
//! names of their objects; besides them, only the version of the program is masked.
//!
//! `SSPR_POLICY_UPDATE_FROZEN=1 cargo test --test spec frozen` writes the expected output again.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

const FROZEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/frozen");
const CONFIGURATIONS: &str = "/beta/deviceManagement/deviceConfigurations";
const CATALOG: &str = "/beta/deviceManagement/configurationPolicies";
/// The creation time of the contents of every new sandbox, whose IDs are always the same.
const ALWAYS_THERE: &str = "2025-01-15T08:00:00Z";
/// What a state's folder contains besides the expected output.
const INPUTS: [&str; 4] = ["sspr-policy.yaml", "policies", "portal.txt", "gone.txt"];

macro_rules! repositories {
    ($($name:ident)*) => {
        mod repository {
            $(#[test] fn $name() { super::hold(stringify!($name)); })*
        }
        const REPOSITORIES: &[&str] = &[$(stringify!($name)),*];
    };
}

repositories! {
    shipped values admx lists_and_rights registry variables secrets audiences states rules conflicts_in_tenant waivers
    errors_in_policies errors_in_configuration edits masked orphans_kept orphans_deleted moved adopted limits names
    damaged blocked
}

#[test]
fn every_folder_is_tested() {
    let mut folders: Vec<String> = names(Path::new(FROZEN));
    let mut tested = REPOSITORIES.to_vec();
    folders.sort();
    tested.sort_unstable();
    assert_eq!(folders, tested);
}

/// Goes through the states of a repository and compares the output with the expected one.
fn hold(name: &str) {
    let frozen = Path::new(FROZEN).join(name);
    let mut repository = Repository::new();
    let mut differences = String::new();
    let states = states(&frozen);
    for (number, state) in states.iter().enumerate() {
        repository.lay(state);
        repository.portal(state);
        let mut goldens = repository.look(states.len() == 1);
        if number + 1 < states.len() {
            goldens.extend(repository.apply());
        }
        differences += &compare(state, &goldens);
    }
    assert!(differences.is_empty(), "{name} is not as frozen:\n{differences}");
}

/// The folders of the states, in order.
fn states(frozen: &Path) -> Vec<PathBuf> {
    let later = (2..).map(|number| frozen.join(number.to_string())).take_while(|folder| folder.is_dir());
    std::iter::once(frozen.to_path_buf()).chain(later).collect()
}

/// A copy of the repository, and what is known about its tenant.
struct Repository {
    folder: tempfile::TempDir,
    /// Random IDs and times, with their replacements.
    ids: BTreeMap<String, String>,
    /// The sandbox as it was served for the last look at the tenant.
    portal: Option<Portal>,
}

impl Repository {
    fn new() -> Repository {
        Repository { folder: tempfile::tempdir().unwrap(), ids: BTreeMap::new(), portal: None }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Copies a state's inputs over the existing files.
    fn lay(&self, state: &Path) {
        for input in &INPUTS[..2] {
            copy(&state.join(input), &self.path(input));
        }
        for gone in fs::read_to_string(state.join("gone.txt")).unwrap_or_default().lines() {
            fs::remove_file(self.path(gone)).unwrap();
        }
    }

    /// Does in the portal what `portal.txt` lists, and records the new IDs and times.
    fn portal(&mut self, state: &Path) {
        let served = self.portal.take();
        let Ok(script) = fs::read_to_string(state.join("portal.txt")) else { return };
        let portal = served.or_else(|| Portal::open(self.folder.path())).unwrap();
        for request in script.split("\n\n").filter(|request| !request.trim().is_empty()) {
            let request = portal.with_ids(request);
            let (line, body) = request.split_once('\n').unwrap_or((&request, ""));
            let (method, path) = line.split_once(' ').unwrap();
            let body = (!body.trim().is_empty()).then(|| serde_json::from_str(body).unwrap());
            portal.send(method, path, body.as_ref());
        }
        self.learn(&portal);
    }

    fn learn(&mut self, portal: &Portal) {
        for (kind, name, object) in portal.objects() {
            if object["createdDateTime"] == ALWAYS_THERE {
                continue;
            }
            let id = text(&object["id"]);
            let taken = |shown: &String| self.ids.iter().any(|(other, taken)| taken == shown && *other != id);
            let mut shown =
                (1..).map(|nth| if nth == 1 { format!("[{kind} {name}]") } else { format!("[{kind} {name} {nth}]") });
            let shown = shown.find(|shown| !taken(shown)).unwrap();
            self.ids.entry(id).or_insert(shown);
            if let Some(time) = object["lastModifiedDateTime"].as_str() {
                self.ids.insert(time.to_owned(), "[time]".to_owned());
            }
        }
    }

    /// All machine-readable output, by file name.
    fn look(&mut self, only: bool) -> BTreeMap<String, Vec<u8>> {
        fs::create_dir(self.path("exports")).unwrap();
        let mut goldens = BTreeMap::new();
        let mut codes = String::new();
        let mut run = |golden: &str, arguments: &[&str]| {
            let (code, printed) = self.run(arguments);
            codes.push_str(&format!("{code} {}\n", arguments.join(" ")));
            if !golden.is_empty() && !printed.is_empty() {
                goldens.insert(golden.to_owned(), printed);
            }
        };
        run("check.json", &["check", "--output-format", "json"]);
        run("plan.requests", &["plan", "--requests", "--out", "exports/plan.json"]);
        // The printed plan must be the saved one. Checking this for one state is enough, because each plan takes time.
        if only {
            run("plan.json", &["plan", "--output-format", "json"]);
        }
        run("", &["export", "reg", "--skip-unsupported", "--out", "exports/export.reg"]);
        run("export.admx.txt", &["export", "admx", "--skip-unsupported", "--out", "exports/admx/"]);
        goldens.insert("exit-codes.txt".to_owned(), codes.into_bytes());
        for (path, bytes) in files(&self.path("exports")) {
            let printed = goldens.insert(path, bytes.clone());
            assert!(
                printed.is_none_or(|printed| printed == bytes),
                "the plan that is saved is not the one that is printed"
            );
        }
        fs::remove_dir_all(self.path("exports")).unwrap();
        goldens.into_iter().map(|(path, bytes)| (path, self.normal(bytes))).collect()
    }

    /// Applies, and returns the custom profiles of the tenant, without the unchanged ones of every sandbox.
    fn apply(&mut self) -> Option<(String, Vec<u8>)> {
        self.run(&["apply", "--auto-approve"]);
        let portal = Portal::open(self.folder.path())?;
        self.learn(&portal);
        let mut profiles: Vec<Value> = portal.profiles();
        profiles.retain(|one| one["createdDateTime"] != ALWAYS_THERE || one["version"] != json!(1));
        let shown = |one: &Value| {
            let targets: Vec<&Value> =
                one["assignments"].as_array().unwrap().iter().map(|one| &one["target"]).collect();
            let settings: Vec<Value> = one["omaSettings"].as_array().into_iter().flatten().map(shown_setting).collect();
            json!({
                "id": one["id"], "displayName": one["displayName"], "description": one["description"],
                "version": one["version"], "roleScopeTagIds": one["roleScopeTagIds"], "omaSettings": settings,
                "assignments": targets,
            })
        };
        let mut profiles: Vec<Value> = profiles.iter().map(shown).collect();
        profiles.sort_by_key(|one| (text(&one["displayName"]), text(&one["description"])));
        self.portal = Some(portal);
        let text = format!("{:#}\n", Value::from(profiles));
        Some(("tenant.json".to_owned(), self.normal(text.into_bytes())))
    }

    /// The output of the program, and its exit code.
    fn run(&self, arguments: &[&str]) -> (i32, Vec<u8>) {
        let done = command(self.folder.path()).args(arguments).output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert!(!said.contains("panicked"), "{said}");
        (done.status.code().unwrap(), done.stdout)
    }

    /// The bytes without random IDs and the program's version. UTF-16 files contain neither.
    fn normal(&self, bytes: Vec<u8>) -> Vec<u8> {
        let Ok(text) = String::from_utf8(bytes.clone()) else { return bytes };
        let version = concat!("\"program\": \"", env!("CARGO_PKG_VERSION"), "\"");
        let text = text.replace(version, "\"program\": \"[version]\"");
        self.ids.iter().fold(text, |text, (id, shown)| text.replace(id, shown)).into_bytes()
    }
}

fn shown_setting(setting: &Value) -> Value {
    let mut setting = setting.clone();
    // Random, and without meaning here.
    setting.as_object_mut().unwrap().remove("secretReferenceValueId");
    setting
}

/// Compares the expected output, or writes it; returns the differences.
fn compare(state: &Path, goldens: &BTreeMap<String, Vec<u8>>) -> String {
    let mut frozen: BTreeMap<String, Vec<u8>> = files(state).into_iter().filter(|(path, _)| is_golden(path)).collect();
    if std::env::var_os("SSPR_POLICY_UPDATE_FROZEN").is_some() {
        frozen.keys().for_each(|path| fs::remove_file(state.join(path)).unwrap());
        for (path, bytes) in goldens {
            let file = state.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, bytes).unwrap();
        }
        return String::new();
    }
    let mut differences = String::new();
    for (path, bytes) in goldens {
        let before = frozen.remove(path).unwrap_or_default();
        if before != *bytes {
            differences += &difference(&state.join(path), &readable(&before), &readable(bytes));
        }
    }
    for path in frozen.keys() {
        differences += &format!("{} is not made any more\n", state.join(path).display());
    }
    differences
}

/// Whether a file of a state is expected output, neither an input nor part of a later state.
fn is_golden(path: &str) -> bool {
    let first = path.split('/').next().unwrap();
    !INPUTS.contains(&first) && first.parse::<u32>().is_err()
}

/// The lines that differ, with their context.
fn difference(file: &Path, before: &str, after: &str) -> String {
    let lines = similar::TextDiff::from_lines(before, after);
    let shown = lines.unified_diff().context_radius(3).header("frozen", "now").to_string();
    let shown = if shown.is_empty() { "the bytes differ, and their text does not\n".to_owned() } else { shown };
    format!("{}\n{shown}\n", file.display())
}

/// Bytes as text; a `.reg` file is UTF-16.
fn readable(bytes: &[u8]) -> String {
    match bytes.strip_prefix(b"\xff\xfe") {
        Some(utf_16) => {
            let units: Vec<u16> =
                utf_16.chunks(2).map(|two| u16::from_le_bytes([two[0], *two.last().unwrap()])).collect();
            String::from_utf16_lossy(&units)
        }
        None => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// The sandbox of a repository, served for changes as in the portal; killed when dropped.
struct Portal {
    /// Host and port.
    address: String,
    child: Child,
}

impl Portal {
    /// `None` if the configuration cannot be read.
    fn open(folder: &Path) -> Option<Portal> {
        let mut command = command(folder);
        command.args(["sandbox", "serve", "--port", "0"]).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
        let portal = Portal { address: url.trim().trim_start_matches("http://").to_owned(), child };
        (!portal.address.is_empty()).then_some(portal)
    }

    /// HTTP by hand: in a debug build, creating a client with TLS takes longer than all requests.
    fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let body = body.map(Value::to_string).unwrap_or_default();
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.0\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap();
        assert!(status.starts_with('2'), "{method} {path}: {answer}");
        serde_json::from_str(body).unwrap_or_default()
    }

    fn list(&self, path: &str) -> Vec<Value> {
        self.send("GET", path, None)["value"].as_array().unwrap().clone()
    }

    fn profiles(&self) -> Vec<Value> {
        self.list(&format!("{CONFIGURATIONS}?$top=1000&$expand=assignments"))
    }

    /// The kind, name and object of everything that may be new.
    fn objects(&self) -> Vec<(&'static str, String, Value)> {
        let mut objects = Vec::new();
        for (kind, name, path) in [
            ("profile", "displayName", format!("{CONFIGURATIONS}?$top=1000")),
            ("policy", "name", CATALOG.to_owned()),
            ("group", "displayName", "/v1.0/groups?$top=999".to_owned()),
            ("filter", "displayName", "/beta/deviceManagement/assignmentFilters".to_owned()),
        ] {
            objects.extend(self.list(&path).into_iter().map(|one| (kind, text(&one[name]), one)));
        }
        objects
    }

    /// A request with IDs in place of `{profile NAME}`, `{group NAME}` and so on, and text in place of `{description
    /// NAME}`.
    fn with_ids(&self, request: &str) -> String {
        let known = self.objects().into_iter();
        known.fold(request.to_owned(), |text, (kind, name, object)| {
            let description = object["description"].to_string();
            text.replace(&format!("{{{kind} {name}}}"), object["id"].as_str().unwrap())
                .replace(&format!("{{description {name}}}"), description.trim_matches('"'))
        })
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The command that runs the program in a folder.
fn command(folder: &Path) -> Command {
    let program = std::env::var("SSPR_POLICY_TEST_PROGRAM");
    let mut command = Command::new(program.as_deref().unwrap_or(env!("CARGO_BIN_EXE_sspr-policy")));
    command.current_dir(folder).stdin(Stdio::null()).env("NO_COLOR", "1");
    for variable in ["CLICOLOR_FORCE", "COLUMNS", "SSPR_POLICY_TOKEN"] {
        command.env_remove(variable);
    }
    // All repositories of a user share locks, but tests must not. A sandbox without a quota does not need pacing.
    let state = env!("CARGO_TARGET_TMPDIR");
    command.env("XDG_STATE_HOME", state).env("LOCALAPPDATA", state).env("SSPR_POLICY_QUOTA_WINDOW_MS", "0");
    command
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// All files below a folder, by path with forward slashes.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for name in names(folder) {
        let path = folder.join(&name);
        if path.is_dir() {
            found.extend(files(&path).into_iter().map(|(below, bytes)| (format!("{name}/{below}"), bytes)));
        } else {
            found.insert(name, fs::read(path).unwrap());
        }
    }
    found
}

/// Copies a file, or a folder with its contents.
fn copy(from: &Path, to: &Path) {
    if from.is_file() {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
    }
    names(from).iter().for_each(|name| copy(&from.join(name), &to.join(name)));
}
