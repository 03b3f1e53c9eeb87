//! Single edits: each gives exactly its plan and its requests, and afterwards nothing is left to change.

mod masked;
mod policy;
mod portal;
mod several;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::harness::proxy::Proxy;
use crate::harness::{EMBEDDED, Graph, Ran, Repository, Served, TENANT, normal, text};

/// Three values, of which Intune masks the last one.
const LOCK: &str = "\
name: Lock screen
settings:
  AboveLock/AllowCortanaAboveLock: Allowed
  Start/HideLock: Hide
  WindowsLogon/DontDisplayNetworkSelectionUI: enabled
assignments:
  include:
    - group: SSPR Pilot
  exclude:
    - group: Kiosks
";

/// A repository with one policy, which was applied.
fn applied() -> Repository {
    let repo = Repository::new(EMBEDDED);
    repo.policy("lock", LOCK);
    repo.apply().succeeds();
    repo.assert_converged();
    repo
}

/// The plan and its requests. Checks that exactly these are sent, and that nothing is left to change.
fn carried_out(repo: &Repository) -> String {
    let listed = listed(repo);
    let seen = format!("{}\n{}", plan(repo), shown(repo, &listed));
    let (ran, sent) = applied_through_proxy(repo);
    ran.succeeds();
    assert_eq!(sent, with_new_ids(&listed), "what was sent is not what was planned");
    repo.assert_converged();
    seen
}

/// The plan without its first line, which is always the same.
fn plan(repo: &Repository) -> String {
    let plan = repo.plan();
    plan.split_once("\n\n").unwrap().1.to_owned()
}

/// `PATCH /beta/…`, with `[id]` in place of IDs, and the body.
type Request = (String, Value);

/// The requests from `plan --requests`.
fn listed(repo: &Repository) -> Vec<Request> {
    read(&repo.ran("plan --requests").succeeds().out)
}

/// The same for a plan with errors.
fn listed_beside_errors(repo: &Repository) -> Vec<Request> {
    let ran = repo.ran("plan --requests");
    assert_eq!(ran.code, Some(1), "{}{}", ran.out, ran.err);
    read(&ran.out)
}

fn read(printed: &str) -> Vec<Request> {
    let mut requests = Vec::new();
    for block in printed.split("\n\n").filter(|block| !block.trim().is_empty()) {
        let block = block.trim_start_matches(|c| c != 'P' && c != 'D' && c != '#').trim();
        let block = block.strip_prefix('#').map_or(block, |rest| rest.split_once('\n').map_or("", |(_, rest)| rest));
        let (line, body) = block.split_once('\n').unwrap_or((block, "null"));
        requests.push((line.to_owned(), serde_json::from_str(body).unwrap()));
    }
    without_ids(requests)
}

/// The requests with what is only known when they are sent: the ID of a new object.
fn with_new_ids(requests: &[Request]) -> Vec<Request> {
    requests.iter().map(|(line, body)| (line.replace("{id}", "[id]"), body.clone())).collect()
}

/// Applies, and records between client and sandbox what is sent.
fn applied_through_proxy(repo: &Repository) -> (Ran, Vec<Request>) {
    let server = Served::start(repo.root(), None);
    let proxy = Proxy::start(&server.url, TENANT, &[]);
    let configuration = repo.read("sspr-policy.yaml");
    let through = format!("tenant: {TENANT}, graph_url: {}, auth: {{ method: token }}", proxy.url);
    repo.write("sspr-policy.yaml", &configuration.replace("tenant: sandbox", &through));
    let ran = repo.apply();
    repo.write("sspr-policy.yaml", &configuration);
    let writes = proxy.writes();
    assert_eq!(server.counters()["writes"], writes.len());
    (ran, without_ids(writes))
}

fn without_ids(requests: Vec<Request>) -> Vec<Request> {
    requests.into_iter().map(|(line, body)| (normal(&line), body)).collect()
}

/// The requests with their bodies: groups by name, and markers as one word.
fn shown(repo: &Repository, requests: &[Request]) -> String {
    let groups: BTreeMap<String, String> = repo.portal().get("/v1.0/groups?$top=999")["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| (text(&group["id"]), text(&group["displayName"])))
        .collect();
    let mut seen = String::new();
    for (line, body) in requests {
        seen.push_str(&format!("{}\n", line.replace("/beta/deviceManagement/deviceConfigurations", "…")));
        for (name, value) in body.as_object().into_iter().flatten() {
            for line in field(name, value, &groups) {
                seen.push_str(&format!("  {line}\n"));
            }
        }
    }
    normal(&seen)
}

fn field(name: &str, value: &Value, groups: &BTreeMap<String, String>) -> Vec<String> {
    let all = || value.as_array().unwrap().iter();
    match name {
        "@odata.type" => vec![],
        "description" => {
            let description = text(value);
            let (words, marker) = description.split_at(description.find("Managed by sspr-policy").unwrap());
            assert!(marker.contains(" v="), "{marker}");
            vec![format!("description {:?} and the marker", words.trim())]
        }
        "omaSettings" => all()
            .map(|one| {
                let kind = text(&one["@odata.type"]);
                let name = text(&one["omaUri"]);
                let name = name.rsplit("/Config/").next().unwrap();
                format!("{} {name} = {}", kind.trim_start_matches("#microsoft.graph.omaSetting"), one["value"])
            })
            .collect(),
        "assignments" if all().next().is_none() => vec!["nobody".into()],
        "assignments" => all().map(|one| target(&one["target"], groups)).collect(),
        _ => vec![format!("{name} {value}")],
    }
}

fn target(target: &Value, groups: &BTreeMap<String, String>) -> String {
    let side = if text(&target["@odata.type"]).contains("exclusion") { "exclude" } else { "include" };
    let filter = target
        .get("deviceAndAppManagementAssignmentFilterType")
        .map_or(String::new(), |mode| format!(" with a filter that {}s", text(mode)));
    format!("{side} {}{filter}", groups[&text(&target["groupId"])])
}

/// Changes settings of the profile in the portal.
fn in_the_portal(graph: &Graph, change: impl FnOnce(&mut Vec<Value>)) {
    let profile = graph.profile("Lock screen");
    let mut settings: Vec<Value> =
        profile["omaSettings"].as_array().unwrap().iter().map(|one| graph.writable(&profile, one)).collect();
    change(&mut settings);
    graph.patch(&profile, json!({ "omaSettings": settings }));
}
