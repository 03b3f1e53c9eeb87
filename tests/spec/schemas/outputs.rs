//! What the program prints for other programs follows its schema.

use std::path::Path;

use serde_json::Value as Json;

use super::documents::schema;
use crate::harness::Repository;

/// Fails unless a document follows `schemas/NAME.schema.json`.
#[track_caller]
pub fn assert_follows_schema(document: &str, name: &str) {
    let document: Json = serde_json::from_str(document).unwrap_or_else(|error| panic!("{error}: {document}"));
    let validator = jsonschema::draft202012::new(&schema(name)).unwrap();
    validator.validate(&document).unwrap_or_else(|error| panic!("{name} at {}: {error}", error.instance_path()));
}

/// The frozen outputs come from 24 repositories; `frozen.rs` compares them with what the program prints now.
#[test]
fn findings_and_plans_follow_their_schemas() {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/frozen")];
    let mut seen = [0, 0];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let which = match path.file_name().and_then(|name| name.to_str()) {
                _ if path.is_dir() => {
                    folders.push(path);
                    continue;
                }
                Some("check.json") => 0,
                Some("plan.json") => 1,
                _ => continue,
            };
            let text = std::fs::read_to_string(&path).unwrap();
            // Nothing was planned where the files have errors.
            if which == 0 || !text.is_empty() {
                assert_follows_schema(&text, ["check", "plan"][which]);
                seen[which] += 1;
            }
        }
    }
    assert!(seen[0] > 40 && seen[1] > 30, "{seen:?}");
}

#[test]
fn the_report_of_doctor_follows_its_schema() {
    let repository = Repository::empty();
    repository.succeeds("init --owner contoso");
    for purpose in ["plan", "apply"] {
        let report = repository.succeeds(&format!("doctor --for {purpose} --output-format json"));
        assert_follows_schema(&report, "readiness");
    }
}
