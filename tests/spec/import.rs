//! `import`: profiles from the portal become policies, and the plan of these policies adopts them and does nothing
//! else.

mod addresses;
mod adoption;
mod elsewhere;
mod forms;
mod limits;
mod public_profiles;
mod update;

use base64::Engine;
use serde_json::{Value, json};
use sspr_policy::source::{Source, parse};

use crate::harness::documents::json_of;
use crate::harness::{Portal, Repository, normal};

/// A row of a profile, in the form of Graph.
fn row(kind: &str, uri: &str, value: Value) -> Value {
    json!({ "@odata.type": format!("#microsoft.graph.omaSetting{kind}"), "displayName": "row", "omaUri": uri, "value": value })
}

fn device(kind: &str, path: &str, value: Value) -> Value {
    row(kind, &format!("./Device/Vendor/MSFT/{path}"), value)
}

fn base64(bytes: impl AsRef<[u8]>) -> Value {
    json!(base64::engine::general_purpose::STANDARD.encode(bytes))
}

fn target(kind: &str, more: Value) -> Value {
    let mut target = json!({ "@odata.type": format!("#microsoft.graph.{kind}AssignmentTarget") });
    target.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    target
}

/// The sandbox without its built-in profiles.
fn emptied(portal: &Portal) {
    portal.profiles().iter().for_each(|profile| portal.delete(profile));
}

fn import(repo: &Repository, arguments: &[&str]) -> String {
    let ran = repo.ran(&[&["import"], arguments].concat());
    normal(&format!("{}{}exit {}\n", ran.out, ran.err, ran.code.unwrap()))
}

/// Checks that the imported policies pass `check` and the editor's schema.
fn is_valid(repo: &Repository) {
    repo.ran("check").succeeds();
    let schema = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/policy.schema.json")).unwrap();
    let validator = jsonschema::draft202012::new(&serde_json::from_slice(&schema).unwrap()).unwrap();
    let files = std::fs::read_dir(repo.path("policies/imported")).unwrap().map(|entry| entry.unwrap().path());
    for file in files.filter(|file| file.is_file()) {
        let source = Source::new("policy.yaml", std::fs::read(&file).unwrap()).unwrap();
        let document = json_of(&parse(&source).unwrap());
        validator.validate(&document).unwrap_or_else(|error| panic!("{}: {error}", source.text));
    }
}

/// Imports everything, and checks that after an apply nothing is left to do.
fn imports_and_converges(repo: &Repository) {
    let ran = repo.ran("import").succeeds();
    assert!(!ran.out.contains("not as it is"), "{}", ran.out);
    repo.ran("check").succeeds();
    repo.apply().succeeds();
    repo.assert_converged();
}
