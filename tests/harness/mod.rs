//! What tests of the whole program share: a policy repository in a temporary folder, a sandbox in a separate process,
//! and a client that reads and changes the tenant as the portal does.
#![allow(dead_code, unused_imports, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

pub mod background;
pub mod between;
pub mod documents;
pub mod graph;
pub mod process;
pub mod proxy;
pub mod rehearsal;
pub mod repository;
pub mod served;
pub mod trial;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

pub use graph::{CONFIGURATIONS, Graph, Portal, integer, text};
#[cfg(unix)]
pub use process::interrupt;
pub use process::{Ran, command, normal, wait_until};
pub use rehearsal::{Rehearsal, Start};
pub use repository::{EMBEDDED, Repository, served};
pub use served::{Served, TENANT};

/// All files below a folder, by path with forward slashes.
pub fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name().into_string().unwrap())).unwrap();
        if path.is_dir() {
            found.extend(files(&path).into_iter().map(|(below, bytes)| (format!("{name}/{below}"), bytes)));
        } else {
            found.insert(name, fs::read(path).unwrap());
        }
    }
    found
}

/// Copies a file, or a folder with its contents.
pub fn copy(from: &Path, to: &Path) {
    if from.is_file() {
        fs::copy(from, to).unwrap();
        return;
    }
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}
