//! Kills the client at writes of an apply, before and after the write is on disk: at every ninth in `cargo test`, and with
//! `SSPR_POLICY_TEST_KILL_EVERY=1` at every single one, as `.ci/run` does with the release build. The next apply must end
//! with the same result as an undisturbed one.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod harness;

use std::fs;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use harness::{Graph, Repository, Served, Start, served, text};
use serde_json::{Value, json};
use tempfile::TempDir;

const PRUNE: &str = "    prune: true\n";

/// Both versions in one text: lines that begin with `1|` belong to the first, with `2|` to the second, all others to
/// both.
const CHANGED: [(&str, &str); 12] = [
    ("number", "name: Number\nsettings:\n1|  A: 1\n2|  A: 2\nassignments: { include: [{ group: SSPR Pilot }] }"),
    ("text", "name: Text\nsettings:\n1|  B: one\n2|  B: two\nassignments: { include: [{ group: SSPR Pilot }] }"),
    (
        "narrowed",
        "name: Narrowed\nsettings:\n1|  C: 1\n2|  C: 2\nassignments:\n  include:\n    - { group: SSPR Pilot }\n1|    - { group: All Staff }",
    ),
    (
        "widened",
        "name: Widened\nsettings:\n1|  D: 1\n2|  D: 2\nassignments:\n  include:\n    - { group: SSPR Pilot }\n2|    - { all: devices, filter: { exclude: Kiosk hardware } }",
    ),
    (
        "moved",
        "name: Moved\nsettings:\n1|  E: one\n2|  E: two\nassignments:\n  include:\n1|    - { group: SSPR Pilot }\n2|    - { group: SSPR Ring 2 }",
    ),
    ("renamed", "1|name: Renamed from\n2|name: Renamed to\nsettings:\n  F: 1\nassignments: { include: [] }"),
    ("tagged", "name: Tagged\nsettings:\n  G: text\n1|scope_tags: []\n2|scope_tags: [Service Desk, Branch Office]"),
    (
        "described",
        "name: Described\n1|description: Before.\n2|description: |\n2|  After.\n2|  It's \"more\".\nsettings:\n  H: 1",
    ),
    (
        "excluded",
        "name: Excluded\nsettings:\n1|  I: 1\n2|  I: 2\nassignments:\n  include: [{ all: users }]\n2|  exclude: [{ group: Kiosks }]",
    ),
    ("giver", "name: Giver\nsettings:\n  J: 1\n1|  Travels: 1\nassignments: { include: [{ group: SSPR Pilot }] }"),
    ("taker", "name: Taker\nsettings:\n  K: 1\n2|  Travels: 1\nassignments: { include: [{ group: SSPR Pilot }] }"),
    (
        "refiltered",
        "name: Refiltered\nsettings:\n  L: 1\nassignments:\n  include:\n1|    - { group: SSPR Pilot, filter: Windows 11 corporate }\n2|    - { group: SSPR Pilot, filter: { exclude: Kiosk hardware } }",
    ),
];

const NEW: [(&str, &str); 12] = [
    ("group", "name: New group\nsettings:\n  N1: 1\nassignments: { include: [{ group: SSPR Pilot }] }"),
    (
        "groups",
        "name: New groups\nsettings:\n  N2: 1\nassignments: { include: [{ group: SSPR Pilot }, { group: Bob's PCs }] }",
    ),
    ("text", "name: New text\nsettings:\n  N3: \"ü & <é>\"\nassignments: { include: [{ group: Größe Ölmühle }] }"),
    ("devices", "name: New devices\nsettings:\n  N4: 1\nassignments: { include: [{ all: devices }] }"),
    (
        "users",
        "name: New users\nsettings:\n  N5: 1\nassignments: { include: [{ all: users }], exclude: [{ group: Kiosks }] }",
    ),
    (
        "filter",
        "name: New filter\nsettings:\n  N6: 1\nassignments: { include: [{ all: devices, filter: Kiosk hardware }] }",
    ),
    (
        "tags",
        "name: New tags\nsettings:\n  N7: 1\nscope_tags: [Branch Office]\nassignments: { include: [{ group: Kiosks }] }",
    ),
    (
        "described",
        "name: New described\ndescription: A text.\nsettings:\n  N8: 1\nassignments: { include: [{ group: Kiosks }] }",
    ),
    (
        "many",
        "name: New many\nsettings:\n  N9: 1\n  N10: 2\n  N11: three\nassignments: { include: [{ group: Kiosks }] }",
    ),
    ("nobody", "name: New nobody\nsettings:\n  N12: 1\nassignments: { include: [] }"),
    (
        "odd",
        "name: \"R&D's #1 100% + A/B\"\nsettings:\n  N13: 1\nassignments: { include: [{ group: \"R&D #1 100% + A/B\" }] }",
    ),
    ("heir", "name: New heir\nsettings:\n  N14: 1\n  Inherited: 1\nassignments: { include: [{ group: SSPR Pilot }] }"),
];

const GONE: [(&str, &str); 6] = [
    (
        "retired-1",
        "name: Retired 1\nsettings:\n  R1: 1\n2|state: retired\nassignments: { include: [{ group: Kiosks }] }",
    ),
    (
        "retired-2",
        "name: Retired 2\nsettings:\n  R2: text\n2|state: retired\nassignments: { include: [{ group: Kiosks }] }",
    ),
    ("retired-3", "name: Retired 3\nsettings:\n  R3: 1\n  Inherited: 1\n2|state: retired"),
    ("pruned-1", "name: Pruned 1\nsettings:\n  P1: 1\nassignments: { include: [{ group: Kiosks }] }"),
    ("pruned-2", "name: Pruned 2\nsettings:\n  P2: text\nassignments: { include: [{ all: users }] }"),
    ("pruned-3", "name: Pruned 3\nsettings:\n  P3: 1"),
];

/// One version of a policy. The settings are invented nodes: numbers are integers, everything else is text.
fn version(written: &str, version: char) -> String {
    let mut policy = String::new();
    let mut in_settings = false;
    for line in written.lines() {
        let line = match line.split_once('|') {
            Some((only, _)) if only.len() == 1 && only.parse() != Ok(version) => continue,
            Some((only, rest)) if only.len() == 1 => rest,
            _ => line,
        };
        in_settings = line == "settings:" || in_settings && line.starts_with("  ");
        match line.trim_start().split_once(": ").filter(|_| in_settings) {
            Some((name, value)) => {
                let kind = if value.parse::<i32>().is_ok() { "integer" } else { "string" };
                policy.push_str(&format!(
                    "  Contoso~Policy~Kill/{name}: {{ type: {kind}, value: {value}, unchecked: our own }}\n"
                ));
            }
            None => policy.push_str(&format!("{line}\n")),
        }
    }
    policy
}

/// The tenant after the first version was applied, and the repository with the second.
///
/// `assigning_counts`: whether an assignment raises a profile's version, on which sources disagree.
fn start(assigning_counts: bool) -> Start {
    let tenant = tempfile::tempdir().unwrap();
    drop(Served::start(tenant.path(), None));
    let state = tenant.path().join(".sspr-policy/sandbox.json");
    let text = fs::read_to_string(&state).unwrap();
    let behaviour = format!("\"assign_raises_version\": {assigning_counts}");
    let changed = text.replace("\"assign_raises_version\": false", &behaviour);
    assert_eq!(changed != text, assigning_counts);
    fs::write(&state, changed).unwrap();
    let server = Served::start(tenant.path(), None);
    let other = Repository::new(&served("other", &server.url, ""));
    other.policy("number", "name: Of another owner\nsettings: { Camera/AllowCamera: 1 }\nassignments: { include: [{ group: SSPR Pilot }] }\n");
    other.policy(
        "text",
        "name: Text of another owner\nsettings: { WindowsLogon/DontDisplayNetworkSelectionUI: enabled }\n",
    );
    other.apply().succeeds();
    let repo = Repository::new(&served("contoso", &server.url, PRUNE));
    for (key, policy) in CHANGED.iter().chain(&GONE) {
        repo.policy(key, &version(policy, '1'));
    }
    repo.apply().succeeds();
    repo.assert_converged();
    for (key, policy) in CHANGED.iter().chain(&GONE) {
        repo.policy(key, &version(policy, '2'));
    }
    (1..=3).for_each(|n| repo.remove(&format!("pruned-{n}")));
    for (key, policy) in NEW {
        repo.policy(&format!("new/{key}"), &version(policy, '2'));
    }
    Start { tenant, repo }
}

/// Applies, and kills the client at a write; returns whether the write was reached.
fn kill_at(tenant: &TempDir, repo: &Repository, hold: &str) -> bool {
    let server = Served::start(tenant.path(), Some(hold));
    repo.write("sspr-policy.yaml", &served("contoso", &server.url, PRUNE));
    let mut apply = repo.command("apply --auto-approve");
    let mut client = apply.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let held = server.is_held(&mut client);
    client.kill().unwrap();
    let ended = client.wait().unwrap();
    assert_eq!(ended.success(), !held, "{hold}: {ended}");
    held
}

/// Applies to the end, and returns the contents of the tenant.
fn finish(tenant: &TempDir, repo: &Repository) -> Value {
    let server = Served::start(tenant.path(), None);
    repo.write("sspr-policy.yaml", &served("contoso", &server.url, PRUNE));
    repo.apply().succeeds();
    repo.assert_converged();
    assert!(!repo.path(".sspr-policy/journal.json").exists(), "a journal is left");
    state(&Graph::new(&server.url))
}

/// Other profiles unchanged; managed ones without what is new in each run.
fn state(graph: &Graph) -> Value {
    let (mut ours, mut foreign) = (Vec::new(), Vec::new());
    for profile in graph.profiles() {
        let description = text(&profile["description"]);
        let Some((before, version)) = description.rsplit_once(" v=").filter(|_| description.contains(": contoso "))
        else {
            foreign.push(profile);
            continue;
        };
        assert!(version.trim_end_matches(']').parse::<u32>().is_ok(), "{description}");
        let settings = profile["omaSettings"].as_array().unwrap().iter().map(|one| graph.writable(&profile, one));
        let settings: Vec<Value> = settings.collect();
        let mut same = profile.clone();
        same["omaSettings"] = json!(settings);
        same["description"] = json!(before);
        for new in ["id", "version", "createdDateTime", "lastModifiedDateTime", "assignments@odata.context"] {
            same.as_object_mut().unwrap().remove(new);
        }
        for assignment in same["assignments"].as_array_mut().unwrap() {
            let id = profile["id"].as_str().unwrap();
            assignment["id"] = json!(text(&assignment["id"]).replace(id, "ID"));
            if assignment["sourceId"] == id {
                assignment["sourceId"] = json!("ID");
            }
        }
        ours.push(same);
    }
    ours.sort_by_key(|profile| profile["displayName"].to_string());
    json!({ "ours": ours, "foreign": foreign })
}

/// Tries every case, and returns how many writes were reached.
fn kill_everywhere(start: &Start, when: &str, wanted: &Value) -> usize {
    // In a debug build, or behind a validating proxy, each case takes long; `.ci/run` tries every write.
    let step = std::env::var("SSPR_POLICY_TEST_KILL_EVERY").map_or(9, |every| every.parse().unwrap());
    let (next, done) = (AtomicUsize::new(1), AtomicBool::new(false));
    let reached = AtomicUsize::new(0);
    let worker = || {
        while !done.load(Ordering::Relaxed) {
            let write = next.fetch_add(step, Ordering::Relaxed);
            assert!(write < 500, "there is no end");
            let Start { tenant, repo } = start.again();
            if !kill_at(&tenant, &repo, &format!("{when}:{write}")) {
                done.store(true, Ordering::Relaxed);
            } else {
                reached.fetch_max(write, Ordering::Relaxed);
            }
            let state = finish(&tenant, &repo);
            assert_same(&state, wanted, &format!("killed {when} write {write}"));
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(worker);
        scope.spawn(worker);
    });
    reached.into_inner()
}

/// The first different object is easier to read than two whole tenants.
fn assert_same(state: &Value, wanted: &Value, when: &str) {
    for part in ["foreign", "ours"] {
        let names = |state: &Value| -> Vec<String> {
            state[part].as_array().unwrap().iter().map(|profile| text(&profile["displayName"])).collect()
        };
        assert_eq!(names(state), names(wanted), "{part}, {when}");
        for (found, wanted) in state[part].as_array().unwrap().iter().zip(wanted[part].as_array().unwrap()) {
            assert_eq!(format!("{found:#}"), format!("{wanted:#}"), "{part}, {when}");
        }
    }
}

fn killed(when: &str, assigning_counts: bool) {
    let start = start(assigning_counts);
    let before = {
        let server = Served::start(start.tenant.path(), None);
        state(&Graph::new(&server.url))
    };
    let Start { tenant, repo } = start.again();
    let wanted = finish(&tenant, &repo);
    assert_eq!(wanted["foreign"], before["foreign"]);
    assert_eq!(wanted["foreign"].as_array().unwrap().len(), 7 + 2);
    assert_eq!(wanted["ours"].as_array().unwrap().len(), 12 + 12);

    let writes = kill_everywhere(&start, when, &wanted);
    assert!(writes > 45, "only {writes} writes");
}

#[test]
fn killed_before_any_write_is_on_disk() {
    killed("before", false);
}

#[test]
fn killed_before_the_answer_to_any_write() {
    killed("after", false);
}

/// More writes: the marker's version is corrected after an assignment.
#[test]
fn killed_before_the_answer_if_assignments_raise_the_version() {
    killed("after", true);
}

/// The plan that the other tests interrupt, to show which writes they cover.
#[test]
fn the_interrupted_plan() {
    let start = start(false);
    let server = Served::start(start.tenant.path(), None);
    start.repo.write("sspr-policy.yaml", &served("contoso", &server.url, PRUNE));
    let plan = start.repo.plan();
    assert!(plan.contains("Plan: 12 to add, 12 to change, 6 to delete; 0 unchanged, 9 not managed here."), "{plan}");
}
