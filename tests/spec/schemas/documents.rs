//! The JSON Schemas are up to date, valid, and consistent with the code that reads the documents.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use jsonschema::Validator;
use serde_json::Value as Json;
use sspr_policy::diagnostic::{Code, Diagnostic, Kind, any_error};
use sspr_policy::policy::{read_configuration, read_policy};
use sspr_policy::source::{Source, parse};

use crate::harness::Repository;
use crate::harness::documents::json_of;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(super) fn schema(name: &str) -> Json {
    let text = std::fs::read_to_string(root().join(format!("schemas/{name}.schema.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The validator of a schema. It is created once, because that takes longer than validating.
fn validator(name: &str) -> &'static Validator {
    static READY: [OnceLock<Validator>; 2] = [OnceLock::new(), OnceLock::new()];
    READY[usize::from(name == "policy")].get_or_init(|| jsonschema::draft202012::new(&schema(name)).unwrap())
}

fn yaml(text: &str) -> Json {
    let source = Source::new("document.yaml", text.into()).unwrap();
    json_of(&parse(&source).unwrap())
}

/// The errors in a document before it is compiled.
fn read(what: &str, text: &str) -> Vec<Diagnostic> {
    let source: Arc<Source> = Source::new("document.yaml", text.into()).unwrap();
    let mut problems = Vec::new();
    match what {
        "policy" => drop(read_policy(&source, Some("document"), &mut problems)),
        _ => drop(read_configuration(&source, &mut problems)),
    }
    problems
}

#[test]
fn schemas_are_up_to_date() {
    let fresh = Repository::empty();
    fresh.succeeds("schema --out schemas");
    for path in fresh.files() {
        let stored = std::fs::read_to_string(root().join(&path)).unwrap_or_default().replace("\r\n", "\n");
        assert!(stored == fresh.read(&path), "{path} is stale: run `cargo run -- schema --out schemas`");
    }
    assert_eq!(fresh.files().len(), 7);
}

#[test]
fn generated_documentation_is_up_to_date() {
    let fresh = Repository::empty();
    fresh.succeeds("reference --out docs");
    for path in fresh.files() {
        let stored = std::fs::read_to_string(root().join(&path)).unwrap_or_default().replace("\r\n", "\n");
        assert!(stored == fresh.read(&path), "{path} is stale: run `cargo run -- reference --out docs`");
    }
    assert_eq!(fresh.files(), ["docs/codes.md", "docs/rules.md"]);
}

#[test]
fn schemas_are_json_schemas() {
    for name in ["policy", "configuration", "plan", "check", "readiness", "catalogue-diff"] {
        let schema = schema(name);
        jsonschema::meta::validate(&schema).unwrap();
        if name == "plan" {
            jsonschema::draft202012::new(&schema).unwrap();
        } else {
            validator(name);
        }
    }
}

/// All YAML files below a folder of the package.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            found.push(path);
        }
    }
}

#[test]
fn ready_made_policies_and_what_init_writes_are_valid() {
    let (policy, configuration) = (validator("policy"), validator("configuration"));
    let fresh = Repository::empty();
    fresh.succeeds("init --owner contoso");
    let mut policies = Vec::new();
    files(&root().join("policies"), &mut policies);
    files(&fresh.path("policies"), &mut policies);
    assert!(policies.len() > 9);
    for path in policies {
        let document = yaml(&std::fs::read_to_string(&path).unwrap());
        policy.validate(&document).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    }
    for folder in [root(), fresh.root()] {
        let document = yaml(&std::fs::read_to_string(folder.join("sspr-policy.yaml")).unwrap());
        configuration.validate(&document).unwrap();
    }
}

#[test]
fn valid_documents_match_the_schema() {
    let policy = r#"
name: Everything
description: All fields
key: all/fields-1.0
windows: "10 1803"
settings:
  Authentication/AllowAadPasswordReset: Allowed
  Device/A/Number: 1
  Device/A/Float: 1.5
  Device/A/Flag: true
  Device/A/Empty: ""
  Device/A/List: [a, 1, true]
  Device/A/Long: { value: [a], type: string, unchecked: ours }
  Device/A/Nested: { value: { enabled: x }, registry: { 'HKLM\A': { B: 1 } } }
  Device/A/Enabled: { enabled: { a: { b: c } } }
  Device/A/Raw: { raw: <enabled/> }
  Device/A/File: { file: a.xml }
  Device/A/Base64: { base64: aGk= }
registry:
  HKLM\A: { A: 1, B: text, C: "", D: [a, b], E: null, F: { qword: "0xffffffffffffffff" }, G: { sz: "" }, H: { binary: 01 ff } }
  HKLM\B: null
assignments:
  include:
    - { group: A, filter: F }
    - { id: 3f2a, group: B, filter: { exclude: F } }
    - { all: users, filter: { include: F } }
    - { group: D, filter: { id: 3f2a } }
    - { group: E, filter: { id: 3f2a, name: F } }
    - { group: G, filter: { name: F } }
    - { group: H, filter: { exclude: { id: 3f2a, name: F } } }
    - { group: I, filter: { include: { id: 3f2a } } }
  exclude: [{ group: C }, { id: 5f1c }]
deliver: custom
scope_tags: [Default, { id: "1" }, { id: "2", name: B }]
environments: [lab]
state: draft
adopt: { lab: 5f1c0000-0000-4000-8000-000000000000 }
moved_from: [old/key]
waive: [{ rule: I01, reason: tested, until: 2027-03-31 }]
"#;
    let configuration = r#"
owner: contoso.endpoint_1
default: lab
targets: { pilot: { include: [] } }
environments:
  lab: { tenant: sandbox, seed: { groups: [A], filters: [B], scope_tags: [C] } }
  production:
    tenant: contoso.onmicrosoft.com
    cloud: usgov-high
    graph_url: http://127.0.0.1:8899
    login_url: https://login.example
    auth: { method: token, client_id: a, plan: { client_id: b }, apply: { client_id: c } }
    variables: { a: text, b: 1, c: true, d: [x, 1], e: 1.5 }
    targets: { pilot: { include: [{ all: devices }] } }
    prune: true
    limits: { max_changes: 50, max_deletes: 0, allow_all_targets: false }
    fingerprint_key: ${env:KEY}
"#;
    for (name, text) in [("policy", policy), ("configuration", configuration)] {
        let problems = read(name, text);
        assert!(!any_error(&problems), "{problems:?}");
        validator(name).validate(&yaml(text)).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

/// What a schema refuses in an editor is what `check` refuses.
#[test]
fn what_a_schema_refuses_is_an_error_too() {
    let setting = "settings: { Camera/AllowCamera: 1 }";
    let assigned = |text: &str| format!("name: A\n{setting}\nassignments: {text}");
    let policies = [
        setting.to_string(),
        "name: A".into(),
        "name: A\nsettings: {}".into(),
        "name: A\nregistry: {}\nsettings: {}".into(),
        format!("name: ''\n{setting}"),
        format!("name: ' '\n{setting}"),
        format!("name: 7\n{setting}"),
        format!("name: [A]\n{setting}"),
        format!("name: A\n{setting}\ncolour: blue"),
        format!("name: A\n{setting}\ndescription: null"),
        format!("name: A\n{setting}\nkey: Wrong"),
        format!("name: A\n{setting}\nmoved_from: [Wrong Key]"),
        format!("name: A\n{setting}\nmoved_from: a"),
        format!("name: A\n{setting}\nwindows: true"),
        format!("name: A\n{setting}\nstate: on"),
        format!("name: A\n{setting}\ndeliver: mail"),
        format!("name: A\n{setting}\nscope_tags: [7]"),
        format!("name: A\n{setting}\nscope_tags: [{{}}]"),
        format!("name: A\n{setting}\nscope_tags: [{{ id: 1 }}]"),
        format!("name: A\n{setting}\nscope_tags: [{{ tag: B }}]"),
        format!("name: A\n{setting}\nenvironments: lab"),
        format!("name: A\n{setting}\nadopt: [a]"),
        format!("name: A\n{setting}\nadopt: {{ lab: 5f1c }}"),
        format!("name: A\n{setting}\nwaive: [{{ rule: I01 }}]"),
        format!("name: A\n{setting}\nwaive: [{{ rule: I01, reason: x, until: tomorrow }}]"),
        "name: A\nsettings: { Camera/AllowCamera: null }".into(),
        "name: A\nsettings: { Camera/AllowCamera: {} }".into(),
        "name: A\nsettings: { Camera/AllowCamera: { value: null } }".into(),
        "name: A\nsettings: { Camera/AllowCamera: { value: 1, raw: x } }".into(),
        "name: A\nsettings: { Camera/AllowCamera: { value: 1, typ: string } }".into(),
        "name: A\nsettings: { Camera/AllowCamera: { value: 1, type: word } }".into(),
        "name: A\nsettings: { Camera/AllowCamera: { raw: 1 } }".into(),
        "name: A\nregistry: { 'HKLM\\A': 1 }".into(),
        "name: A\nregistry: []".into(),
        assigned("7"),
        assigned("{}"),
        assigned("{ include: all }"),
        assigned("{ include: [A] }"),
        assigned("{ include: [{}] }"),
        assigned("{ include: [{ filter: F }] }"),
        assigned("{ include: [{ group: A, all: devices }] }"),
        assigned("{ include: [{ all: everybody }] }"),
        assigned("{ include: [{ group: A, filter: {} }] }"),
        assigned("{ include: [{ group: A, filter: { include: F, exclude: G } }] }"),
        assigned("{ include: [{ group: A, filter: { id: 1 } }] }"),
        assigned("{ include: [{ group: A, filter: { exclude: {} } }] }"),
        assigned("{ include: [{ group: A, filter: { exclude: { exclude: F } } }] }"),
        assigned("{ include: [{ group: A, filter: { id: 3f2a, exclude: F } }] }"),
        assigned("{ include: [], exclude: [{}] }"),
        assigned("{ include: [], exclude: [{ group: A, filter: F }] }"),
        assigned("{ include: [], exclude: [{ all: users }] }"),
    ];
    let environment = |text: &str| format!("owner: a\ndefault: lab\nenvironments: {{ lab: {{ {text} }} }}");
    let configurations = [
        "default: lab\nenvironments: { lab: { tenant: sandbox } }".to_string(),
        "owner: a\nenvironments: { lab: { tenant: sandbox } }".into(),
        "owner: a\ndefault: lab".into(),
        "owner: Contoso Ltd\ndefault: lab\nenvironments: { lab: { tenant: sandbox } }".into(),
        environment(""),
        environment("tenant: ''"),
        environment("tenant: sandbox, colour: blue"),
        environment("tenant: sandbox, cloud: moon"),
        environment("tenant: sandbox, prune: 'yes'"),
        environment("tenant: sandbox, graph_url: ftp://a.example"),
        environment("tenant: sandbox, fingerprint_key: hunter2"),
        environment("tenant: sandbox, auth: {}"),
        environment("tenant: sandbox, auth: { method: password }"),
        environment("tenant: sandbox, auth: { method: token, plan: {} }"),
        environment("tenant: sandbox, variables: { a: null }"),
        environment("tenant: sandbox, variables: { a: { b: c } }"),
        environment("tenant: sandbox, limits: { max_changes: -1 }"),
        environment("tenant: sandbox, limits: { max_changes: few }"),
        environment("tenant: sandbox, seed: { groups: A }"),
        environment("tenant: sandbox, targets: { a: b }"),
    ];
    let mut disagreements = Vec::new();
    for (name, texts) in [("policy", &policies[..]), ("configuration", &configurations)] {
        let schema = validator(name);
        for text in texts {
            let (valid, error) = (schema.is_valid(&yaml(text)), any_error(&read(name, text)));
            if valid || !error {
                disagreements.push(format!("{name}: schema accepts: {valid}, check refuses: {error}\n{text}"));
            }
        }
    }
    assert!(disagreements.is_empty(), "{}", disagreements.join("\n\n"));
}

/// Every map of the two documents: its location in the schema, and a document that contains it at `…`.
const MAPS: [(&str, &str, &str); 15] = [
    ("policy", "", "…"),
    ("policy", "/$defs/SettingForm", "settings: { A/B: … }"),
    ("policy", "/$defs/Waiver", "waive: [ … ]"),
    ("policy", "/$defs/Assignments", "assignments: …"),
    ("policy", "/$defs/Include", "assignments: { include: [ … ] }"),
    ("policy", "/$defs/Exclude", "assignments: { include: [], exclude: [ … ] }"),
    ("policy", "/$defs/Filter/anyOf/1", "assignments: { include: [ { group: A, filter: … } ] }"),
    ("policy", "/$defs/NameOrId/anyOf/1", "scope_tags: [ … ]"),
    ("configuration", "", "…"),
    ("configuration", "/$defs/Environment", "environments: { lab: … }"),
    ("configuration", "/$defs/Auth", "environments: { lab: { auth: … } }"),
    ("configuration", "/$defs/ClientId", "environments: { lab: { auth: { method: token, plan: … } } }"),
    ("configuration", "/$defs/Limits", "environments: { lab: { limits: … } }"),
    ("configuration", "/$defs/Seed", "environments: { lab: { seed: … } }"),
    ("configuration", "/$defs/Assignments", "targets: { pilot: … }"),
];

#[test]
fn the_schema_has_exactly_the_keys_that_are_read() {
    let mut seen = std::collections::BTreeSet::new();
    for (name, pointer, document) in MAPS {
        let schema = schema(name);
        let properties = &schema.pointer(pointer).unwrap()["properties"];
        let mut properties: Vec<&str> = properties.as_object().unwrap().keys().map(String::as_str).collect();
        properties.sort_unstable();
        let unknown = |map: &str| {
            let problems = read(name, &document.replace('…', map));
            problems.into_iter().find(|problem| problem.kind == Kind::Problem(Code::UnknownYamlKey))
        };
        for property in &properties {
            assert_eq!(unknown(&format!("{{ {property}: null }}")), None, "{pointer} {property}");
        }
        let told = unknown("{ zzzzzzzzzzzzzzzz: null }").unwrap();
        let mut known: Vec<&str> = told.notes[0].strip_prefix("known keys: ").unwrap().split(", ").collect();
        // It is a known key so that it can be refused with a reason.
        known.retain(|key| !(pointer == "/$defs/Exclude" && *key == "filter"));
        known.sort_unstable();
        assert_eq!(known, properties, "{name} {pointer}");
        seen.insert((name, pointer.split("/anyOf").next().unwrap_or_default().to_string()));
    }
    // No map of the schemas is missing.
    for name in ["policy", "configuration"] {
        for (definition, of) in schema(name)["$defs"].as_object().unwrap() {
            let closed = of.to_string().contains("\"additionalProperties\":false");
            let listed =
                ["policy", "configuration"].iter().any(|name| seen.contains(&(*name, format!("/$defs/{definition}"))));
            assert!(!closed || listed || definition == "RegistryValues", "{name}: {definition} is not in MAPS");
        }
    }
}
