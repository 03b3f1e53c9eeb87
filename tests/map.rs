//! The map of the house holds: pure files stay pure, and arrows run from the edges to the middle.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

/// No files, no network, no clock, no environment.
const PURE: [&str; 10] =
    ["source", "diagnostic", "policy", "setting", "catalogue", "rules", "formats", "compile", "profile", "plan"];
const EDGES: [&str; 6] = ["cli", "graph", "tenant", "apply", "sandbox", "report"];
const IMPURE: [&str; 8] =
    ["std::fs", "std::env", "std::net::Tcp", "SystemTime", "Instant", "Timestamp::now", "tokio", "reqwest"];

/// A module, what it must not see.
const BLIND: [(&str, &[&str]); 11] = [
    ("setting", &["policy", "catalogue", "rules", "formats", "compile", "profile", "plan", "diagnostic"]),
    ("source", &["policy", "catalogue", "rules", "formats", "compile", "profile", "plan", "setting", "diagnostic"]),
    ("catalogue", &["policy", "rules", "formats", "compile", "profile", "plan"]),
    ("policy", &["catalogue", "rules", "formats", "compile", "profile", "plan"]),
    ("profile", &["policy", "rules", "formats", "plan"]),
    ("rules", &["formats", "compile", "profile", "plan"]),
    ("compile", &["formats", "plan"]),
    ("formats", &["rules", "plan"]),
    (
        "sandbox",
        &[
            "graph", "plan", "profile", "setting", "compile", "policy", "rules", "formats", "tenant", "apply", "cli",
            "source",
        ],
    ),
    ("graph", &["plan", "rules", "policy", "compile", "profile", "formats", "sandbox", "tenant", "apply", "cli"]),
    ("tenant", &["apply", "cli", "sandbox", "report"]),
];

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

/// The lines of a file that are code, without its tests; a line's number from 1.
fn code(file: &Path) -> Vec<(usize, String)> {
    if file.file_name().is_some_and(|name| name == "tests.rs") {
        return Vec::new();
    }
    let text = std::fs::read_to_string(file).unwrap();
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.to_string()));
    let mut code = Vec::new();
    for (at, line) in lines {
        if line.starts_with("#[cfg(test)]") {
            break;
        }
        let line = line.split("//").next().unwrap_or_default().to_string();
        code.push((at, line));
    }
    code
}

/// Whether a path such as `std::fs` or `crate::graph` is named, and not only as a part of another word.
fn names(line: &str, path: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(path).any(|(at, _)| {
        !line[..at].ends_with(word) && !line[at + path.len()..].starts_with(|c: char| word(c) || c == '!')
    })
}

/// `crate::graph`, `sspr_policy::graph`, or `graph` in `use crate::{…}`.
fn sees(line: &str, module: &str) -> bool {
    names(line, &format!("crate::{module}"))
        || line.split_once("crate::{").is_some_and(|(_, list)| {
            list.split([',', '{', '}']).any(|part| part.trim().split("::").next() == Some(module))
        })
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
fn pure_files_stay_pure() {
    none(complaints(&PURE, |_, line| {
        let impure = IMPURE.iter().find(|name| names(line, name)).map(|name| format!("a pure file names {name}"));
        impure.or_else(|| EDGES.iter().find(|edge| sees(line, edge)).map(|edge| format!("a pure file sees {edge}")))
    }));
}

#[test]
fn arrows_run_from_the_edges_to_the_middle() {
    for (module, unseen) in BLIND {
        none(complaints(&[module], |module, line| {
            unseen.iter().find(|other| sees(line, other)).map(|other| format!("{module} sees {other}"))
        }));
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
    let library: Vec<&str> = PURE.iter().chain(&EDGES).copied().filter(|module| *module != "cli").collect();
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
    let mut mapped: Vec<&str> = PURE.iter().chain(&EDGES).copied().collect();
    modules.sort_unstable();
    mapped.sort_unstable();
    assert_eq!(modules, mapped);
}

#[test]
fn this_test_would_see_what_it_looks_for() {
    assert!(names("let now = std::time::Instant::now();", "Instant"));
    assert!(names("use std::fs;", "std::fs"));
    assert!(!names("let instant = Instantly;", "Instant"));
    assert!(!names("include_str!(\"std::env!\")", "std::env"));
    assert!(sees("use crate::graph::Client;", "graph"));
    assert!(sees("use crate::{report, rules};", "report"));
    assert!(!sees("use crate::planning::Plan;", "plan"));
}
