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
use std::path::{Path, PathBuf};

use regex::Regex;
use serde_json::{Value, json};

use crate::harness::{CONFIGURATIONS, Graph, Portal, Repository, copy, files, text};

const FROZEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/frozen");
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
    let folders = fs::read_dir(FROZEN).unwrap();
    let mut folders: Vec<String> = folders.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let mut tested = REPOSITORIES.to_vec();
    folders.sort();
    tested.sort_unstable();
    assert_eq!(folders, tested);
}

/// Goes through the states of a repository and compares the output with the expected one.
fn hold(name: &str) {
    let frozen = Path::new(FROZEN).join(name);
    let mut course = Course::new();
    let mut differences = String::new();
    let states = states(&frozen);
    for (number, state) in states.iter().enumerate() {
        course.lay(state);
        course.portal(state);
        let mut goldens = course.look(states.len() == 1);
        if number + 1 < states.len() {
            goldens.extend(course.apply());
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

/// A copy of a frozen repository, and what is known about its tenant.
struct Course {
    repository: Repository,
    /// Random IDs and times, with their replacements.
    ids: BTreeMap<String, String>,
    /// The exit code of the last plan; the apply that follows has the same.
    code: i32,
    /// The sandbox as it was served for the last look at the tenant.
    portal: Option<Portal>,
}

impl Course {
    fn new() -> Course {
        Course { repository: Repository::empty(), ids: BTreeMap::new(), code: 0, portal: None }
    }

    /// Copies a state's inputs over the existing files.
    fn lay(&self, state: &Path) {
        for input in INPUTS[..2].iter().filter(|input| state.join(input).exists()) {
            copy(&state.join(input), &self.repository.path(input));
        }
        for gone in fs::read_to_string(state.join("gone.txt")).unwrap_or_default().lines() {
            fs::remove_file(self.repository.path(gone)).unwrap();
        }
    }

    /// Does in the portal what `portal.txt` lists, and records the new IDs and times.
    fn portal(&mut self, state: &Path) {
        let served = self.portal.take();
        let Ok(script) = fs::read_to_string(state.join("portal.txt")) else { return };
        let portal = served.unwrap_or_else(|| self.repository.portal());
        for request in script.split("\n\n").filter(|request| !request.trim().is_empty()) {
            let request = with_ids(&portal, request);
            let (line, body) = request.split_once('\n').unwrap_or((&request, ""));
            let (method, path) = line.split_once(' ').unwrap();
            let body = (!body.trim().is_empty()).then(|| serde_json::from_str(body).unwrap());
            portal.send(method, path, body.as_ref());
        }
        self.learn(&portal);
    }

    fn learn(&mut self, portal: &Portal) {
        for (kind, name, object) in objects(portal) {
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
        fs::create_dir(self.repository.path("exports")).unwrap();
        let mut goldens = BTreeMap::new();
        let mut codes = String::new();
        let mut run = |golden: &str, arguments: &str| {
            let ran = self.repository.ran(arguments);
            let code = ran.code.unwrap();
            codes.push_str(&format!("{code} {arguments}\n"));
            if !golden.is_empty() && !ran.out.is_empty() {
                goldens.insert(golden.to_owned(), ran.out.into_bytes());
            }
            code
        };
        run("check.json", "check --output-format json");
        self.code = run("plan.requests", "plan --requests --out exports/plan.json");
        // The printed plan must be the saved one. Checking this for one state is enough, because each plan takes time.
        if only {
            run("plan.json", "plan --output-format json");
        }
        run("", "export reg --skip-unsupported --out exports/export.reg");
        run("export.admx.txt", "export admx --skip-unsupported --out exports/admx/");
        goldens.insert("exit-codes.txt".to_owned(), codes.into_bytes());
        for (path, bytes) in files(&self.repository.path("exports")) {
            let printed = goldens.insert(path, bytes.clone());
            assert!(
                printed.is_none_or(|printed| printed == bytes),
                "the plan that is saved is not the one that is printed"
            );
        }
        fs::remove_dir_all(self.repository.path("exports")).unwrap();
        goldens.into_iter().map(|(path, bytes)| (path, self.normal(bytes))).collect()
    }

    /// Applies, and returns the custom profiles of the tenant, without the unchanged ones of every sandbox.
    fn apply(&mut self) -> Option<(String, Vec<u8>)> {
        self.repository.apply().ends(self.code);
        if !self.repository.path(".sspr-policy").exists() {
            // Without a readable configuration there is no sandbox.
            return None;
        }
        let portal = self.repository.portal();
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

    /// The bytes without random IDs, times and the program's version. UTF-16 files contain neither.
    fn normal(&self, bytes: Vec<u8>) -> Vec<u8> {
        let Ok(text) = String::from_utf8(bytes.clone()) else { return bytes };
        let version = concat!("\"program\": \"", env!("CARGO_PKG_VERSION"), "\"");
        let text = text.replace(version, "\"program\": \"[version]\"");
        let time = Regex::new(r"\b20\d\d-\d\d-\d\d \d\d:\d\d UTC").unwrap();
        let text = time.replace_all(&text, "[time]").into_owned();
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

/// The kind, name and object of everything that may be new.
fn objects(graph: &Graph) -> Vec<(&'static str, String, Value)> {
    let mut objects = Vec::new();
    for (kind, name, path) in [
        ("profile", "displayName", format!("{CONFIGURATIONS}?$top=1000")),
        ("policy", "name", CATALOG.to_owned()),
        ("group", "displayName", "/v1.0/groups?$top=999".to_owned()),
        ("filter", "displayName", "/beta/deviceManagement/assignmentFilters".to_owned()),
    ] {
        let list = graph.get(&path);
        objects.extend(list["value"].as_array().unwrap().iter().map(|one| (kind, text(&one[name]), one.clone())));
    }
    objects
}

/// A request with IDs in place of `{profile NAME}`, `{group NAME}` and so on, and text in place of `{description NAME}`.
fn with_ids(graph: &Graph, request: &str) -> String {
    let known = objects(graph).into_iter();
    known.fold(request.to_owned(), |request, (kind, name, object)| {
        let description = object["description"].to_string();
        request
            .replace(&format!("{{{kind} {name}}}"), object["id"].as_str().unwrap())
            .replace(&format!("{{description {name}}}"), description.trim_matches('"'))
    })
}
