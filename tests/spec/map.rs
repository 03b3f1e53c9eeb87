//! Checks the architecture: pure modules stay pure, and dependencies point from the edges to the middle.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Modules without files, network, clock and environment, each with the modules that it may use.
const PURE: [(&str, &[&str]); 14] = [
    ("source", &[]),
    ("setting", &["source"]),
    ("diagnostic", &["source"]),
    ("failure", &["diagnostic"]),
    ("permissions", &[]),
    ("policy", &["source", "diagnostic", "setting"]),
    ("catalogue", &["diagnostic", "setting"]),
    ("profile", &["setting"]),
    ("delivery", &["setting", "catalogue", "profile"]),
    ("rules", &["source", "diagnostic", "setting", "catalogue"]),
    ("compile", &["source", "diagnostic", "policy", "setting", "catalogue", "profile", "delivery", "rules"]),
    ("formats", &["source", "diagnostic", "permissions", "policy", "setting", "catalogue", "compile", "profile"]),
    ("plan", &["source", "diagnostic", "setting", "catalogue", "profile", "delivery"]),
    ("report", &["source", "diagnostic", "permissions", "policy", "setting", "catalogue", "rules", "formats", "plan"]),
];
/// The same for modules that read files, use the network or print. `cli` may use everything, but does not contact
/// tenants itself.
const EDGES: [(&str, &[&str]); 12] = [
    ("clock", &[]),
    ("file_lock", &[]),
    ("sandbox", &["clock", "file_lock"]),
    ("graph", &["permissions", "clock"]),
    ("repository", &["source", "diagnostic", "failure", "policy", "catalogue", "compile", "rules", "file_lock"]),
    ("tenant", &["permissions", "setting", "catalogue", "compile", "profile", "delivery", "graph"]),
    ("session", &["source", "failure", "policy", "plan", "graph", "sandbox", "tenant"]),
    (
        "planning",
        &[
            "diagnostic",
            "failure",
            "policy",
            "setting",
            "catalogue",
            "compile",
            "profile",
            "rules",
            "plan",
            "graph",
            "repository",
            "session",
            "tenant",
        ],
    ),
    (
        "adoption",
        &[
            "source",
            "diagnostic",
            "failure",
            "policy",
            "setting",
            "compile",
            "profile",
            "formats",
            "plan",
            "graph",
            "repository",
            "session",
            "tenant",
            "planning",
        ],
    ),
    (
        "readiness",
        &[
            "diagnostic",
            "failure",
            "permissions",
            "policy",
            "report",
            "graph",
            "repository",
            "session",
            "tenant",
            "planning",
        ],
    ),
    (
        "apply",
        &[
            "diagnostic",
            "failure",
            "policy",
            "setting",
            "profile",
            "delivery",
            "plan",
            "clock",
            "file_lock",
            "graph",
            "repository",
            "tenant",
            "session",
            "planning",
        ],
    ),
    (
        "cli",
        &[
            "source",
            "diagnostic",
            "failure",
            "policy",
            "setting",
            "catalogue",
            "compile",
            "rules",
            "formats",
            "plan",
            "clock",
            "sandbox",
            "repository",
            "tenant",
            "session",
            "planning",
            "adoption",
            "readiness",
            "apply",
            "report",
        ],
    ),
];
const IMPURE: [&str; 9] = [
    "std::fs",
    "std::env",
    "std::net::Tcp",
    "SystemTime",
    "Instant",
    "Timestamp::now",
    "clock::now",
    "tokio",
    "reqwest",
];

fn rows() -> impl Iterator<Item = &'static (&'static str, &'static [&'static str])> {
    PURE.iter().chain(&EDGES)
}

/// The Rust files of a module: `foo.rs` and everything in `foo/`.
fn files(module: &str) -> Vec<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found: Vec<PathBuf> =
        [source.join(format!("{module}.rs"))].into_iter().filter(|file| file.exists()).collect();
    let mut folders = vec![source.join(module)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(folder) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty(), "there is no module {module}");
    found
}

/// The code in a file, without its tests.
fn code(file: &Path) -> Vec<(usize, String)> {
    if file.file_name().is_some_and(|name| name == "tests.rs") {
        return Vec::new();
    }
    lines_of_code(&std::fs::read_to_string(file).unwrap())
}

/// Lines with their numbers from 1, without comments. A `use` of several lines is one line, with the number of its
/// first.
fn lines_of_code(text: &str) -> Vec<(usize, String)> {
    let mut code: Vec<(usize, String)> = Vec::new();
    let mut goes_on = false;
    for (at, line) in (1..).zip(text.lines()).take_while(|(_, line)| !line.starts_with("#[cfg(test)]")) {
        let line = line.split("//").next().unwrap_or_default();
        match code.last_mut() {
            Some((_, before)) if goes_on => before.push_str(line.trim()),
            _ => code.push((at, line.to_string())),
        }
        goes_on = code.last().is_some_and(|(_, whole)| is_use(whole) && !whole.contains(';'));
    }
    code
}

/// Whether it is `use …`, `pub use …` or `pub(crate) use …`.
fn is_use(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let first = words.next();
    first == Some("use") || first.is_some_and(|word| word.starts_with("pub")) && words.next() == Some("use")
}

/// Whether it contains a path such as `std::fs` or `crate::graph`, and not only as a part of another word.
fn names(line: &str, path: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(path).any(|(at, _)| {
        !line[..at].ends_with(word) && !line[at + path.len()..].starts_with(|c: char| word(c) || c == '!')
    })
}

/// Whether it uses `crate::graph`, `sspr_policy::graph`, or `graph` in `use crate::{…}`.
fn sees(line: &str, module: &str) -> bool {
    names(line, &format!("crate::{module}"))
        || line.split_once("crate::{").is_some_and(|(_, list)| parts(list).iter().any(|part| starts(part, module)))
}

/// The parts of a list up to its `}`; a nested list stays in its part.
fn parts(list: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut depth = 0;
    let mut start = 0;
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' if depth > 0 => {}
            ',' | '}' => {
                parts.push(&list[start..at]);
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    parts
}

fn starts(path: &str, module: &str) -> bool {
    path.trim().split(|c: char| !c.is_alphanumeric() && c != '_').next() == Some(module)
}

fn complaints(modules: &[&str], wrong: impl Fn(&str, &str) -> Option<String>) -> Vec<String> {
    let mut found = Vec::new();
    for module in modules {
        for file in files(module) {
            for (at, line) in code(&file) {
                if let Some(reason) = wrong(module, &line) {
                    let file = file.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().display();
                    found.push(format!("{file}:{at}: {reason}: {}", line.trim()));
                }
            }
        }
    }
    found
}

fn none(found: Vec<String>) {
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn pure_modules_stay_pure() {
    none(complaints(&PURE.map(|(module, _)| module), |_, line| {
        IMPURE.iter().find(|name| names(line, name)).map(|name| format!("a pure file names {name}"))
    }));
    let is_edge = |module: &&&str| EDGES.iter().any(|(edge, _)| edge == *module);
    let wrong = PURE.iter().filter_map(|(module, seen)| Some((module, seen.iter().find(is_edge)?)));
    none(wrong.map(|(module, edge)| format!("the row of {module} has {edge}")).collect());
}

#[test]
fn dependencies_point_from_the_edges_to_the_middle() {
    for (module, seen) in rows() {
        none(complaints(&[module], |module, line| {
            let others = rows().map(|(other, _)| *other).filter(|other| *other != module && !seen.contains(other));
            others.into_iter().find(|other| sees(line, other)).map(|other| format!("{module} sees {other}"))
        }));
    }
}

#[test]
fn modules_do_not_depend_on_each_other_in_a_cycle() {
    let mut left: Vec<_> = rows().collect();
    while !left.is_empty() {
        let before = left.len();
        let modules: Vec<&str> = left.iter().map(|(module, _)| *module).collect();
        left.retain(|(_, seen)| seen.iter().any(|other| modules.contains(other)));
        assert!(left.len() < before, "in circles: {modules:?}");
    }
}

#[test]
fn the_library_never_prints_never_exits_and_never_panics() {
    let forbidden = [
        "println!",
        "print!",
        "eprintln!",
        "eprint!",
        "dbg!",
        "process::exit",
        ".unwrap()",
        "panic!",
        "unreachable!",
        "todo!",
        "unimplemented!",
        "unsafe ",
    ];
    let library: Vec<&str> = rows().map(|(module, _)| *module).filter(|module| *module != "cli").collect();
    none(complaints(&library, |_, line| {
        let here = |name: &&&str| {
            line.match_indices(**name).any(|(at, _)| {
                name.starts_with('.') || !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_')
            })
        };
        forbidden.iter().find(here).map(|name| format!("the library names {name}"))
    }));
}

#[test]
fn every_module_is_on_the_map() {
    let library = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let mut modules: Vec<&str> =
        library.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let mut mapped: Vec<&str> = rows().map(|(module, _)| *module).collect();
    modules.sort_unstable();
    mapped.sort_unstable();
    assert_eq!(modules, mapped);
}

#[test]
fn these_checks_detect_violations() {
    assert!(names("let now = std::time::Instant::now();", "Instant"));
    assert!(names("use std::fs;", "std::fs"));
    assert!(!names("let instant = Instantly;", "Instant"));
    assert!(!names("include_str!(\"std::env!\")", "std::env"));
    assert!(sees("use crate::graph::Client;", "graph"));
    assert!(sees("use crate::{report, rules};", "report"));
    assert!(!sees("use crate::planning::Plan;", "plan"));
    let joined = |text: &str| lines_of_code(text).into_iter().map(|(_, line)| line).collect::<Vec<_>>();
    let list =
        "use crate::{ // edges\n    report,\n    rules::{self, plan},\n    graph::Client as Graph,\n};\nfn f() {}\n";
    assert_eq!(joined(list), ["use crate::{ report,rules::{self, plan},graph::Client as Graph,};", "fn f() {}"]);
    assert_eq!(lines_of_code(&format!("\npub(crate) {list}"))[2], (7, "fn f() {}".to_owned()));
    for (module, seen) in [("report", true), ("rules", true), ("graph", true), ("plan", false), ("tenant", false)] {
        assert_eq!(sees(&joined(list)[0], module), seen, "{module}");
    }
    assert_eq!(joined("fn used() {\n    user()\n}\n#[cfg(test)]\nmod tests;\n").len(), 3);
}

/// Otherwise a finding could have a severity or sources that its rule does not have.
#[test]
fn only_rules_create_findings() {
    let creates = |file: &PathBuf| std::fs::read_to_string(file).unwrap().contains("Diagnostic::finding(");
    let found: Vec<PathBuf> = rows().flat_map(|(module, _)| files(module)).filter(creates).collect();
    assert!(matches!(found.as_slice(), [only] if only.ends_with("src/rules/finding.rs")), "{found:?}");
}

/// A reader who searches for a type finds one. Types inside functions and associated types are not counted, and neither
/// is `Error`: each is only used with the name of its module.
#[test]
fn no_two_types_share_a_name() {
    let mut homes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (module, _) in rows() {
        for file in files(module) {
            let text = std::fs::read_to_string(&file).unwrap();
            for line in text.lines() {
                let words: Vec<&str> =
                    line.split([' ', '<', '(', ';', '{', ':']).filter(|word| !word.is_empty()).collect();
                let is_item = line.starts_with("pub") || line.starts_with(['s', 'e', 't']);
                let kind = words.iter().position(|word| ["struct", "enum", "trait", "type"].contains(word));
                let Some(name) = kind.filter(|_| is_item).and_then(|at| words.get(at + 1)) else { continue };
                if name.starts_with(char::is_uppercase) && *name != "Error" {
                    homes.entry((*name).to_string()).or_default().push(file.display().to_string());
                }
            }
        }
    }
    assert!(homes.len() > 300, "{}", homes.len());
    homes.retain(|_, files| files.len() > 1);
    assert_eq!(homes, BTreeMap::new());
}
