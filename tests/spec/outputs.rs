//! Text from outside, in every field of every output.

use serde_json::Value;
use sspr_policy::plan::PlanDocument;
use sspr_policy::report::{self, CheckDocument, Paint, PlanHeader, terminal};

use super::harness::Repository;

/// Controls a terminal, turns the order of reading, hides text, and is a command, a link, an image and a mention.
const HOSTILE: &str = "x\u{1b}[2J\u{1b}]0;t\u{7}\u{202e}\u{2028}\u{61c}\u{180e}\u{ad}\u{e0041}\n  ::add-mask::a\n##[group]b ##vso[task.x]c\
 <img src=x> ![i](https://evil.example) @team #12 `c` | *d* https://evil.example";

/// A policy whose plan has most kinds of lines.
fn rich() -> Repository {
    let repo = Repository::lab();
    repo.policy(
        "a",
        "name: A\ndescription: One\nsettings:\n  Authentication/AllowAadPasswordReset: 1\n  Personalization/LockScreenImageUrl: https://contoso.example/a.jpg\nassignments: pilot\n",
    );
    repo.policy("b", "name: B\nsettings: { Experience/AllowCortana: 0 }\n");
    let _ = repo.ran("apply --auto-approve").succeeds();
    repo.edit("a", "a.jpg", "b.jpg");
    repo.edit("a", "name: A", "name: New");
    repo.edit("a", "description: One", "description: Two");
    repo.edit("a", "assignments: pilot", "assignments: { include: [{ all: devices }] }");
    repo.remove("b");
    repo.policy(
        "c",
        "name: C\nsettings: { WindowsLogon/DisableLockScreenAppNotifications: enabled }\nassignments: pilot\n",
    );
    repo
}

/// Calls a function with the document once for each of its texts, with that text replaced.
fn with_each_text(document: &Value, mut each: impl FnMut(&str, &Value)) {
    let mut places = Vec::new();
    texts(document, String::new(), &mut places);
    assert!(places.len() > 5, "{document}");
    for place in places {
        let mut changed = document.clone();
        *changed.pointer_mut(&place).unwrap() = HOSTILE.into();
        each(&place, &changed);
    }
}

/// The places of all texts.
fn texts(value: &Value, place: String, found: &mut Vec<String>) {
    match value {
        Value::String(_) => found.push(place),
        Value::Array(all) => all.iter().enumerate().for_each(|(at, one)| texts(one, format!("{place}/{at}"), found)),
        Value::Object(all) => all.iter().for_each(|(key, one)| {
            let key = key.replace('~', "~0").replace('/', "~1");
            texts(one, format!("{place}/{key}"), found);
        }),
        _ => {}
    }
}

/// Nothing in what a terminal or a log gets is a control, hidden or a command.
fn harmless(place: &str, shown: &str) {
    for line in shown.lines() {
        let start = line.trim_start();
        assert!(!start.starts_with("::") || start.starts_with("::: "), "{place}: {line}");
        assert!(!line.contains("##[") && !line.contains("##vso["), "{place}: {line}");
    }
    let hidden = |c: char| c.is_control() && c != '\n' || "\u{202e}\u{2028}\u{61c}\u{180e}\u{ad}\u{e0041}".contains(c);
    assert!(!shown.contains(hidden), "{place}: {shown:?}");
}

#[test]
fn a_plan() {
    let json: Value = serde_json::from_str(&rich().ran("plan --output-format json").out).unwrap();
    let mut shown = 0;
    with_each_text(&json, |place, changed| {
        // Some fields take certain words only.
        let Ok(plan) = PlanDocument::parse(changed.to_string().as_bytes()) else { return };
        shown += 1;
        for color in [true, false] {
            let text = report::plan_text(&plan, &PlanHeader::default(), Paint { color, ..Paint::PLAIN });
            let text = terminal(&text);
            harmless(place, &text.replace("\u{1b}[", ""));
        }
        let markdown = report::markdown(&plan);
        harmless(place, &markdown);
        assert!(!markdown.contains("<img") && !markdown.replace("\\]", "").contains("]("), "{place}: {markdown}");
        assert!(!markdown.contains("@team") && !markdown.contains("\nx"), "{place}: {markdown}");
    });
    assert!(shown > 40, "{shown}");
}

#[test]
fn findings_for_github() {
    let json: Value = serde_json::from_str(&rich().ran("check --output-format json").out).unwrap();
    with_each_text(&json, |place, changed| {
        let Ok(diagnostics) = serde_json::from_value(changed["diagnostics"].clone()) else { return };
        let check = CheckDocument { format: 1, diagnostics };
        let shown = report::github(&check);
        let commands = shown.lines().filter(|line| line.starts_with("::")).count();
        assert_eq!((commands, shown.lines().count()), (check.diagnostics.len(), check.diagnostics.len()), "{place}");
        assert!(!shown.contains("##["), "{place}: {shown}");
    });
}

/// The lines of a file are shown, too.
#[test]
fn lines_of_files_and_names_of_files() {
    let repo = Repository::lab();
    let hidden = HOSTILE.replace(['\n', '\u{1b}', '\u{7}'], " ");
    repo.policy(
        "a",
        &format!("name: \"{}\"\nsettings:\n  Camera/AlowCamera: 0 # {hidden}\n", hidden.replace('\\', "")),
    );
    repo.write(&format!("policies/{}.YAML", hidden.replace('/', "")), "name: B\n");
    for command in ["check", "check --diff", "plan", "check --output-format github", "--color always check"] {
        let ran = repo.ran(command);
        let github = command.contains("github");
        let shown = ran.printed().replace("\u{1b}[", "");
        let shown = if github { shown.replace("::", "") } else { shown };
        harmless(command, &shown);
    }
}
