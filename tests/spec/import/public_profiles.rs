//! Profiles that people published: adopting them changes nothing in the tenant.
//!
//! They lie in `../shared/data`, and in the folder that `SSPR_POLICY_TEST_PROFILES` names. Neither is in the repository;
//! the test says what it left out.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::emptied;
use crate::harness::{EMBEDDED, Portal, Repository, files, text};

/// The number of public profiles that this was first tried with.
const PUBLIC: usize = 41;

#[test]
fn public_profiles_are_adopted_and_nothing_changes() {
    let found = profiles();
    if found.len() < PUBLIC {
        // Directly, because the test program keeps what tests print.
        let left_out = format!("LEFT OUT: only {} custom profiles are here, of {PUBLIC} that are known\n", found.len());
        std::io::stderr().write_all(left_out.as_bytes()).unwrap();
    }
    if found.is_empty() {
        return;
    }
    let repo = Repository::new(EMBEDDED);
    let portal = repo.portal();
    emptied(&portal);
    for (at, (_, profile)) in found.iter().enumerate() {
        let rows: Vec<Value> = profile["omaSettings"].as_array().unwrap().iter().map(writable).collect();
        portal.create(&format!("{at} {}", text(&profile["displayName"])), &profile["description"], &rows);
    }
    let before = settings(&portal);
    drop(portal);
    let ran = repo.ran("import");
    let all = format!("{0} of {0} profiles written, {0} proven to be adopted unchanged", found.len());
    assert!(ran.out.contains(&all), "{}{}\n{found:#?}", ran.out, ran.err);
    repo.ran("check --env sandbox").succeeds();
    repo.apply().succeeds();
    repo.assert_converged();
    let portal = repo.portal();
    assert_eq!(settings(&portal), before);
}

/// Every custom profile below the folders, with its file.
fn profiles() -> Vec<(PathBuf, Value)> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let more = std::env::var_os("SSPR_POLICY_TEST_PROFILES").map(PathBuf::from);
    let folders = [shared.join("samples"), shared.join("cases")].into_iter().chain(more);
    let mut found = Vec::new();
    for folder in folders.filter(|folder| folder.is_dir()) {
        for (name, bytes) in files(&folder).into_iter().filter(|(name, _)| name.ends_with(".json")) {
            let Some(profile) = read(&bytes) else { continue };
            if profile["@odata.type"] == "#microsoft.graph.windows10CustomConfiguration" {
                found.push((folder.join(name), profile));
            }
        }
    }
    found
}

/// A JSON file, in UTF-8 or UTF-16.
fn read(bytes: &[u8]) -> Option<Value> {
    let text = match bytes.strip_prefix(&[0xff, 0xfe]) {
        Some(units) => {
            let units: Vec<u16> = units.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            String::from_utf16(&units).ok()?
        }
        None => String::from_utf8(bytes.to_vec()).ok()?,
    };
    serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()
}

/// A row as it can be sent.
fn writable(row: &Value) -> Value {
    let mut sent = json!({});
    for name in ["@odata.type", "displayName", "description", "omaUri", "value", "fileName"] {
        if !row[name].is_null() {
            sent[name] = row[name].clone();
        }
    }
    sent
}

/// The rows of every profile, with their values.
fn settings(portal: &Portal) -> Vec<(Value, Vec<Value>)> {
    let rows = |profile: &Value| {
        let rows = profile["omaSettings"].as_array().unwrap().iter();
        let mut rows: Vec<Value> = rows
            .map(|row| {
                let mut plain = writable(row);
                plain["value"] = portal.plain(profile, row);
                plain
            })
            .collect();
        // Apply writes them in the order of their addresses, which means nothing.
        rows.sort_by_key(|row| text(&row["omaUri"]));
        rows
    };
    let mut all: Vec<(Value, Vec<Value>)> =
        portal.profiles().iter().map(|profile| (profile["displayName"].clone(), rows(profile))).collect();
    all.sort_by_key(|(name, _)| text(name));
    all
}
