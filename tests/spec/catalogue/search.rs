//! `catalogue search` and `catalogue diff`, and a repository with its own catalogue.

use insta::assert_snapshot;

use crate::harness::repository::{CONFIGURATION, Repository};
use crate::schemas::outputs::assert_follows_schema;

const BASE: &str = "./Device/Vendor/MSFT/Policy/Config";

/// A custom table, as `catalogue import` would write it.
fn table(release: &str, nodes: &[&str]) -> String {
    let lines: String = nodes.iter().map(|node| format!("{}\n", node.replace("BASE", BASE))).collect();
    format!("{{\"release\":\"{release}\"}}\n{lines}")
}

const OLD: [&str; 5] = [
    r#"{"uri":"BASE/Camera/AllowCamera","format":"int","default":"1","allowed":{"enum":[["0","Not allowed"],["1","Allowed"]]},"builds":"10240","editions":"PE"}"#,
    r#"{"uri":"BASE/Camera/Brightness","format":"int","allowed":{"range":[0,9]},"builds":"22000","editions":"PE"}"#,
    r#"{"uri":"BASE/Camera/Flash","format":"int","builds":"22000","editions":"E"}"#,
    r#"{"uri":"BASE/Camera/Tint","scope":"both","format":"int","builds":"22000","editions":"PE"}"#,
    r#"{"policy":"Camera.admx/Hum","group_policy":{"name":"Hum","title":"Let the camera hum","path":"Windows Components > Camera","class":"Machine","file":"Camera.admx"}}"#,
];
const NEW: [&str; 6] = [
    r#"{"uri":"BASE/Camera/AllowCamera","format":"int","default":"0","allowed":{"enum":[["0","Not allowed"],["1","Allowed"],["2","Ask"]]},"builds":"10240","editions":"HPE"}"#,
    r#"{"uri":"BASE/Camera/Brightness","format":"int","allowed":{"range":[0,9]},"builds":"22000","editions":"HPE"}"#,
    r#"{"uri":"BASE/Camera/Focus","scope":"both","format":"bool","builds":"26100"}"#,
    r#"{"uri":"BASE/Camera/Tint","scope":"both","format":"int","builds":"22000 19045.3031","editions":"PE"}"#,
    r#"{"policy":"Camera.admx/Hum","group_policy":{"name":"Hum","title":"Let the camera hum","path":"Windows Components > Camera","class":"Both","file":"Camera.admx"}}"#,
    r#"{"policy":"Camera.admx/Sing","group_policy":{"name":"Sing","title":"Let the camera sing","path":"Windows Components > Camera","class":"Machine","file":"Camera.admx"}}"#,
];

const POLICY: &str = "\
name: Camera
settings:
  Camera/AllowCamera: Not allowed
  Camera/Brightness: 5
  Camera/Flash: 1
";

fn configured(catalogue: &str) -> Repository {
    Repository::lab().with("sspr-policy.yaml", &format!("{CONFIGURATION}catalogue: {catalogue}\n"))
}

#[test]
fn search_finds_settings_by_any_of_their_names() {
    let search =
        |words: &str| format!("> {words}\n{}\n", Repository::empty().run(&format!("catalogue search {words}")));
    let all = ["legal notice", "fast user switching", "proxy --limit 8", "SeShutdownPrivilege", "desktop items zone"];
    assert_snapshot!("search", all.map(search).concat());
    assert_snapshot!("search_json", search("camera lock --limit 1 --output-format json"));
    for words in ["camera lock --limit 1", "legal notice", "unicorn"] {
        let found = Repository::empty().ran(&format!("catalogue search {words} --output-format json"));
        assert_follows_schema(&found.out, "catalogue-search");
    }
    assert_snapshot!("search_nothing", search("unicorn") + &search(""));
}

#[test]
fn two_tables_are_compared_fact_by_fact() {
    let repository = Repository::lab()
        .with_bytes("old.jsonl", table("DDF old", &OLD).as_bytes())
        .with_bytes("new.jsonl", table("DDF new", &NEW).as_bytes())
        .with("policies/camera.yaml", POLICY);
    assert_snapshot!("diff", repository.run("catalogue diff old.jsonl new.jsonl"));
    assert_snapshot!("diff_verbose", repository.run("catalogue diff old.jsonl new.jsonl -v"));
    let json = repository.succeeds("catalogue diff old.jsonl new.jsonl --output-format json");
    assert_follows_schema(&json, "catalogue-diff");
    assert_snapshot!("diff_json", json);
    assert_eq!(
        repository.run("catalogue diff new.jsonl new.jsonl"),
        "DDF new → DDF new\n\n0 added, 0 removed, 0 changed\n"
    );
    assert_eq!(
        repository.run("catalogue diff embedded embedded"),
        "DDF February 2026 → DDF February 2026\n\n0 added, 0 removed, 0 changed\n"
    );
    let wrong = repository.run("catalogue diff old.jsonl policies/camera.yaml") + &repository.run("catalogue diff a b");
    assert_snapshot!("diff_of_no_table", wrong);
}

#[test]
fn a_repository_is_checked_with_its_own_catalogue() {
    let repository = configured("schemas/windows.jsonl")
        .with_bytes("schemas/windows.jsonl", table("DDF new", &NEW).as_bytes())
        .with("policies/camera.yaml", "name: Camera\nsettings:\n  Camera/AllowCamera: Ask\n  Camera/Focus: true\n");
    assert_snapshot!("own_catalogue_check", repository.run("check"));
    let own = ["plan", "apply --auto-approve", "plan"].map(|command| repository.succeeds(command)).concat();
    assert!(own.contains("Ask (2)") && own.contains("Plan: nothing to do; 1 unchanged"), "{own}");
    let schema: serde_json::Value = serde_json::from_str(&repository.succeeds("schema policy")).unwrap();
    let names = &schema["properties"]["settings"]["properties"];
    assert!(names["Camera/Focus"].is_object() && names["WindowsLogon/HideFastUserSwitching"].is_null());
    assert_snapshot!("own_catalogue_explain", repository.run("explain Camera/Focus"));
    assert_snapshot!("own_catalogue_search", repository.run("catalogue search camera"));
    let unknown =
        repository.with("policies/other.yaml", "name: Other\nsettings: { WindowsLogon/HideFastUserSwitching: 0 }\n");
    assert_snapshot!("own_catalogue_unknown", unknown.run("check"));
}

/// A pull request could swap the labels of a setting. The plan file says so, too.
#[test]
fn a_catalogue_that_turns_labels_upside_down() {
    let swapped =
        NEW.map(|line| line.replace("Not allowed", "?").replace("Allowed", "Not allowed").replace('?', "Allowed"));
    let lines: Vec<&str> = swapped.iter().map(String::as_str).collect();
    let repository = configured("schemas/windows.jsonl")
        .with_bytes("schemas/windows.jsonl", table("DDF new", &lines).as_bytes())
        .with("policies/camera.yaml", "name: Camera\nsettings:\n  Camera/AllowCamera: Not allowed\n");
    assert_snapshot!("upside_down", repository.run("check"));
    assert!(repository.run("plan --out plan.json").contains("warning[SP0422]"));
    assert!(repository.run("show plan.json --output-format markdown").contains("<code>SP0422</code>"));
}

#[test]
fn an_unreadable_catalogue_is_reported_at_its_path() {
    let broken = table("DDF new", &NEW).replace("\"bool\"", "\"boolean\"");
    let mut said = String::new();
    for (name, file, content) in [
        ("schemas/none.jsonl", "other.jsonl", "{}"),
        ("windows.jsonl", "windows.jsonl", "name: a policy\n"),
        ("windows.jsonl", "windows.jsonl", broken.as_str()),
        ("../windows.jsonl", "windows.jsonl", ""),
        ("schemas", "schemas/windows.jsonl", ""),
    ] {
        let repository = configured(name)
            .with_bytes(file, content.as_bytes())
            .with("policies/camera.yaml", "name: Camera\nsettings: { Camera/Focus: true }\n");
        said.push_str(&format!("> {name}\n{}\n", repository.run("check")));
        for command in ["plan", "schema policy", "export reg --out out.reg"] {
            let said = repository.run(command);
            assert!(said.ends_with("1 error in the files; nothing was done\nexit code 1\n"), "{said}");
        }
    }
    assert_snapshot!("own_catalogue_broken", said);
}
