//! The page of edits: each one alone gives exactly its plan and exactly its requests, and after them nothing is left.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod support;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sspr_policy::plan::{Desired, Fate, Options, build};
use sspr_policy::profile::{Profile, Setting};
use sspr_policy::setting::{OmaType, OmaUri, OmaValue};
use sspr_policy::source::Place;
use sspr_policy::source::Source;
use support::proxy::{Proxy, REAL};
use support::{EMBEDDED, Graph, Ran, Repo, Served, TENANT, normal, served, text};

/// Three values, of which Intune masks the last.
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
fn applied() -> Repo {
    let repo = Repo::new(EMBEDDED);
    repo.policy("lock", LOCK);
    repo.apply().succeeds();
    repo.assert_converged();
    repo
}

/// An edit of the policy: the plan and its requests; then it is applied, and nothing is left.
fn edited(old: &str, new: &str) -> String {
    let repo = applied();
    repo.edit("lock", old, new);
    carried_out(&repo)
}

/// The plan and its requests; then these are sent and no others, and nothing is left.
fn carried_out(repo: &Repo) -> String {
    let listed = listed(repo);
    let seen = format!("{}\n{}", plan(repo), shown(repo, &listed));
    let (ran, sent) = applied_through_proxy(repo);
    ran.succeeds();
    assert_eq!(sent, with_new_ids(&listed), "what was sent is not what was planned");
    repo.assert_converged();
    seen
}

/// The plan without the line that is above each of them.
fn plan(repo: &Repo) -> String {
    let plan = repo.plan();
    plan.split_once("\n\n").unwrap().1.to_owned()
}

/// The requests of a plan, as people read them.
fn requests(repo: &Repo) -> String {
    shown(repo, &listed(repo))
}

/// `PATCH /beta/…`, with `[id]` in place of ids, and the body.
type Request = (String, Value);

/// What `plan --requests` prints.
fn listed(repo: &Repo) -> Vec<Request> {
    let printed = repo.run(&["plan", "--requests"]).out;
    let mut requests = Vec::new();
    for block in printed.split("\n\n").filter(|block| !block.trim().is_empty()) {
        let block = block.trim_start_matches(|c| c != 'P' && c != 'D' && c != '#').trim();
        let block = block.strip_prefix('#').map_or(block, |rest| rest.split_once('\n').map_or("", |(_, rest)| rest));
        let (line, body) = block.split_once('\n').unwrap_or((block, "null"));
        requests.push((line.to_owned(), serde_json::from_str(body).unwrap()));
    }
    without_ids(requests)
}

/// The requests with what is known only when they are sent: the id of a new object.
fn with_new_ids(requests: &[Request]) -> Vec<Request> {
    requests.iter().map(|(line, body)| (line.replace("{id}", "[id]"), body.clone())).collect()
}

/// Applies, and looks between client and sandbox at what is sent.
fn applied_through_proxy(repo: &Repo) -> (Ran, Vec<Request>) {
    let server = Served::start(repo.path(), None);
    let proxy = Proxy::start(&server.url, TENANT, &[]);
    let configuration = repo.read("sspr-policy.yaml");
    let through = format!("tenant: {TENANT}, graph_url: {}, auth: {{ method: token }}", proxy.url);
    repo.write("sspr-policy.yaml", &configuration.replace("tenant: sandbox", &through));
    let ran = repo.apply();
    repo.write("sspr-policy.yaml", &configuration);
    let writes = proxy.writes();
    assert_eq!(Graph::new(&server.own).get("/sandbox/counters")["writes"], writes.len());
    (ran, without_ids(writes))
}

fn without_ids(requests: Vec<Request>) -> Vec<Request> {
    requests.into_iter().map(|(line, body)| (normal(&line), body)).collect()
}

/// Requests, each with all that its body holds: groups by name, and markers as one word.
fn shown(repo: &Repo, requests: &[Request]) -> String {
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

#[test]
fn the_first_of_three_values() {
    insta::assert_snapshot!(edited("AboveLock: Allowed", "AboveLock: Not allowed"), @r#"
      ~ lock                         "Lock screen"   you changed the policy
          ~ AboveLock/AllowCortanaAboveLock [device]           Allowed (1) → Not allowed (0)

    Reach: 24 devices as before (SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    exit 0

    PATCH …/[id]
      displayName "Lock screen"
      description "" and the marker
      Integer AboveLock/AllowCortanaAboveLock = 0
      Integer Start/HideLock = 1
      String WindowsLogon/DontDisplayNetworkSelectionUI = "<enabled/>"
    "#);
}

#[test]
fn a_masked_value() {
    insta::assert_snapshot!(edited("UI: enabled", "UI: disabled"), @r#"
      ~ lock                         "Lock screen"   you changed the policy
          ~ WindowsLogon/DontDisplayNetworkSelectionUI [device]   enabled → disabled

    Reach: 24 devices as before (SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    exit 0

    PATCH …/[id]
      displayName "Lock screen"
      description "" and the marker
      Integer AboveLock/AllowCortanaAboveLock = 1
      Integer Start/HideLock = 1
      String WindowsLogon/DontDisplayNetworkSelectionUI = "<disabled/>"
    "#);
}

#[test]
fn a_setting_that_is_added() {
    insta::assert_snapshot!(edited("  Start/HideLock: Hide\n", "  Start/HideLock: Hide\n  Camera/AllowCamera: Allowed\n"), @r#"
      ~ lock                         "Lock screen"   you changed the policy
          + Camera/AllowCamera [device]                        Allowed (1)

    Reach: 24 devices as before (SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    exit 0

    PATCH …/[id]
      displayName "Lock screen"
      description "" and the marker
      Integer AboveLock/AllowCortanaAboveLock = 1
      Integer Camera/AllowCamera = 1
      Integer Start/HideLock = 1
      String WindowsLogon/DontDisplayNetworkSelectionUI = "<enabled/>"
    "#);
}

#[test]
fn a_setting_that_is_taken_out() {
    insta::assert_snapshot!(edited("  Start/HideLock: Hide\n", ""), @r#"
      ~ lock                         "Lock screen"   you changed the policy
          - Start/HideLock [device]                            Hide (1)

    Reach: 24 devices as before (SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    exit 0

    PATCH …/[id]
      displayName "Lock screen"
      description "" and the marker
      Integer AboveLock/AllowCortanaAboveLock = 1
      String WindowsLogon/DontDisplayNetworkSelectionUI = "<enabled/>"
    "#);
}

#[test]
fn settings_in_another_order() {
    let repo = applied();
    repo.edit("lock", "  Start/HideLock: Hide\n", "");
    repo.edit("lock", "settings:\n", "settings:\n  Start/HideLock: Hide\n");
    repo.assert_converged();
    let (ran, sent) = applied_through_proxy(&repo);
    assert_eq!((listed(&repo), ran.code, sent), (vec![], Some(0), vec![]));
}

#[test]
fn an_assignment_that_is_taken_out() {
    insta::assert_snapshot!(edited("  exclude:\n    - group: Kiosks\n", ""), @r#"
      ~ lock                         "Lock screen"   you changed the policy
          - assignment  exclude group Kiosks   ! its members come into reach: 12 devices

    Reach: 12 devices come out of an exclusion (Kiosks), 24 devices as before (SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    exit 0

    PATCH …/[id]
      displayName "Lock screen"
      description "" and the marker
      Integer AboveLock/AllowCortanaAboveLock = 1
      Integer Start/HideLock = 1
      String WindowsLogon/DontDisplayNetworkSelectionUI = "<enabled/>"
    POST …/[id]/assign
      include SSPR Pilot
    "#);
}

#[test]
fn an_assignment_that_goes_to_another_group() {
    insta::assert_snapshot!(edited("SSPR Pilot", "SSPR Ring 2"), @r#"
      ~ lock                         "Lock screen"   you changed the policy
          + assignment  include group SSPR Ring 2   310 devices
          - assignment  include group SSPR Pilot   24 devices

    Reach: +310 devices (SSPR Ring 2), -24 devices (SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    exit 0

    PATCH …/[id]
      displayName "Lock screen"
      description "" and the marker
      Integer AboveLock/AllowCortanaAboveLock = 1
      Integer Start/HideLock = 1
      String WindowsLogon/DontDisplayNetworkSelectionUI = "<enabled/>"
    POST …/[id]/assign
      include SSPR Ring 2
      exclude Kiosks
    "#);
}

/// What leaves the audience leaves before the new value is there, and what joins it joins after.
#[test]
fn an_assignment_and_a_value() {
    let repo = applied();
    repo.edit("lock", "SSPR Pilot", "SSPR Ring 2");
    repo.edit("lock", "HideLock: Hide", "HideLock: do not hide");
    insta::assert_snapshot!(carried_out(&repo), @r#"
      ~ lock                         "Lock screen"   you changed the policy
          ~ Start/HideLock [device]                            Hide (1) → Do not hide (0)
          + assignment  include group SSPR Ring 2   310 devices
          - assignment  include group SSPR Pilot   24 devices

    Reach: +310 devices (SSPR Ring 2), -24 devices (SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    exit 0

    POST …/[id]/assign
      exclude Kiosks
    PATCH …/[id]
      displayName "Lock screen"
      description "" and the marker
      Integer AboveLock/AllowCortanaAboveLock = 1
      Integer Start/HideLock = 0
      String WindowsLogon/DontDisplayNetworkSelectionUI = "<enabled/>"
    POST …/[id]/assign
      include SSPR Ring 2
      exclude Kiosks
    "#);
}

#[test]
fn another_name() {
    let repo = applied();
    let before = repo.portal().profile("Lock screen");
    repo.edit("lock", "name: Lock screen", "name: Lock screen, hidden");
    insta::assert_snapshot!(carried_out(&repo), @r#"
      ~ lock                         "Lock screen, hidden"   you changed the policy
          ~ name   "Lock screen" → "Lock screen, hidden"

    Reach: 24 devices as before (SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    exit 0

    PATCH …/[id]
      displayName "Lock screen, hidden"
      description "" and the marker
      Integer AboveLock/AllowCortanaAboveLock = 1
      Integer Start/HideLock = 1
      String WindowsLogon/DontDisplayNetworkSelectionUI = "<enabled/>"
    "#);
    assert_eq!(repo.portal().profile("Lock screen, hidden")["id"], before["id"]);
}

#[test]
fn another_filter() {
    let repo = applied();
    repo.edit("lock", "- group: SSPR Pilot", "- { group: SSPR Pilot, filter: Windows 11 corporate }");
    repo.apply().succeeds();
    repo.edit("lock", "filter: Windows 11 corporate", "filter: { exclude: Kiosk hardware }");
    insta::assert_snapshot!(carried_out(&repo), @r#"
      ~ lock                         "Lock screen"   you changed the policy
          + assignment  include group SSPR Pilot (filter exclude Kiosk hardware)   24 devices
          - assignment  include group SSPR Pilot (filter include Windows 11 corporate)   24 devices

    Reach: 24 devices at most under another filter (SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    exit 0

    PATCH …/[id]
      displayName "Lock screen"
      description "" and the marker
      Integer AboveLock/AllowCortanaAboveLock = 1
      Integer Start/HideLock = 1
      String WindowsLogon/DontDisplayNetworkSelectionUI = "<enabled/>"
    POST …/[id]/assign
      include SSPR Pilot with a filter that excludes
      exclude Kiosks
    "#);
}

#[test]
fn a_scope_tag() {
    insta::assert_snapshot!(edited("assignments:", "scope_tags: [Service Desk]\nassignments:"), @r#"
      ~ lock                         "Lock screen"   you changed the policy
          ~ scope_tags   "Default" → "Service Desk"
          ~ scope_tags: managed from now on

    Reach: 24 devices as before (SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    exit 0

    PATCH …/[id]
      displayName "Lock screen"
      description "" and the marker
      Integer AboveLock/AllowCortanaAboveLock = 1
      Integer Start/HideLock = 1
      String WindowsLogon/DontDisplayNetworkSelectionUI = "<enabled/>"
      roleScopeTagIds ["1"]
    "#);
}

#[test]
fn a_group_with_a_quote_in_its_name() {
    insta::assert_snapshot!(edited("SSPR Pilot", "Bob's PCs"), @r#"
      ~ lock                         "Lock screen"   you changed the policy
          + assignment  include group Bob's PCs   3 devices
          - assignment  include group SSPR Pilot   24 devices

    Reach: +3 devices (Bob's PCs), -24 devices (SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    exit 0

    PATCH …/[id]
      displayName "Lock screen"
      description "" and the marker
      Integer AboveLock/AllowCortanaAboveLock = 1
      Integer Start/HideLock = 1
      String WindowsLogon/DontDisplayNetworkSelectionUI = "<enabled/>"
    POST …/[id]/assign
      include Bob's PCs
      exclude Kiosks
    "#);
}

/// More names that go wrong are in `tests/names.rs`.
#[test]
fn a_group_that_is_not_there() {
    let repo = applied();
    repo.edit("lock", "SSPR Pilot", "SSPR Pilots");
    let before = repo.portal().profiles();
    let said = repo.run(&["plan"]).fails();
    insta::assert_snapshot!(said, @"
    error[SP0501]: the tenant has no group `SSPR Pilots`
     --> policies/lock.yaml:8:14
      |
    8 |     - group: SSPR Pilots
      |              ^^^^^^^^^^^ not found in the tenant
      |
      = note: candidates: SSPR Pilot, SSPR Ring 2
      = help: did you mean `SSPR Pilot`
    error: 1 error in the files; nothing was done
    ");
    let (ran, sent) = applied_through_proxy(&repo);
    assert_eq!((ran.fails(), sent), (said, vec![]));
    assert_eq!(repo.portal().profiles(), before);
}

#[test]
fn a_profile_that_somebody_deleted() {
    let repo = applied();
    {
        let portal = repo.portal();
        portal.delete(&portal.profile("Lock screen"));
    }
    insta::assert_snapshot!(carried_out(&repo), @r#"
      + lock                         "Lock screen"
          + AboveLock/AllowCortanaAboveLock [device]           Allowed (1)
          + Start/HideLock [device]                            Hide (1)
          + WindowsLogon/DontDisplayNetworkSelectionUI [device]   enabled
          + assignment  include group SSPR Pilot   24 devices
          + assignment  exclude group Kiosks   12 devices

    Reach: +24 devices (SSPR Pilot).
    Scope tags: 1 new profile names none, and gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    exit 0

    POST …
      displayName "Lock screen"
      description "" and the marker
      Integer AboveLock/AllowCortanaAboveLock = 1
      Integer Start/HideLock = 1
      String WindowsLogon/DontDisplayNetworkSelectionUI = "<enabled/>"
    POST …/{id}/assign
      include SSPR Pilot
      exclude Kiosks
    "#);
}

#[test]
fn a_value_in_the_portal() {
    let repo = applied();
    in_the_portal(&repo.portal(), |settings| settings[1]["value"] = json!(0));
    insta::assert_snapshot!(carried_out(&repo), @r#"
      ~ lock                         "Lock screen"   changed in the tenant
          ~ Start/HideLock [device]                            Do not hide (0) → Hide (1)

    Reach: 24 devices as before (SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    exit 0

    PATCH …/[id]
      displayName "Lock screen"
      description "" and the marker
      Integer AboveLock/AllowCortanaAboveLock = 1
      Integer Start/HideLock = 1
      String WindowsLogon/DontDisplayNetworkSelectionUI = "<enabled/>"
    "#);
}

#[test]
fn a_profile_that_somebody_duplicated() {
    let repo = Repo::new(EMBEDDED);
    repo.policy("lock", LOCK);
    repo.policy("toasts", "name: Toasts\nsettings: { AboveLock/AllowToasts: 0 }\n");
    repo.apply().succeeds();
    let copy = {
        let portal = repo.portal();
        text(&portal.duplicate(&portal.profile("Lock screen"), "Lock screen - Copy")["id"])
    };
    repo.edit("lock", "HideLock: Hide", "HideLock: 0");
    repo.edit("toasts", ": 0", ": 1");
    insta::assert_snapshot!(plan(&repo), @r#"
      ~ toasts                       "Toasts"   you changed the policy
          ~ AboveLock/AllowToasts [device]                     Not allowed (0) → Allowed (1)

    error[SP0504] 2 profiles in the tenant carry the key `lock`
      = the portal's "Duplicate" copies the marker, and two applies at once can make two; nothing is
        changed under this key until one is left
      = [id]  "Lock screen"  changed [time]
      = [id]  "Lock screen - Copy"  changed [time]
      = help: `sspr-policy disown ID` takes our marker off the one that is a copy

    Plan: 0 to add, 1 to change, 0 to delete; 0 as written, 7 not ours; 1 error.
    Nothing was changed.
    exit 1
    "#);
    let before = repo.portal().profile("Lock screen");
    let listed = listed(&repo);
    let (ran, sent) = applied_through_proxy(&repo);
    assert_eq!(ran.code, Some(1));
    assert!(ran.out.contains("1 done, 0 failed."), "{}", ran.out);
    assert_eq!((sent.len(), &sent), (1, &listed));
    assert_eq!(repo.portal().profile("Lock screen"), before);

    repo.run(&["disown", &copy]).succeeds();
    carried_out(&repo);
}

#[test]
fn a_marker_that_somebody_deleted() {
    let repo = applied();
    {
        let portal = repo.portal();
        portal.patch(&portal.profile("Lock screen"), json!({ "description": "" }));
    }
    let before = repo.portal().profiles();
    insta::assert_snapshot!(plan(&repo), @r#"
    error[SP0517] the tenant has a profile "Lock screen" that is not ours
      --> policies/lock.yaml:1:7  a second profile of this name would be made
      = its id: [id]
      = help: take it over with `adopt: { sandbox: [id] }`, or choose
        another name

    Plan: nothing can be done; 0 as written, 8 not ours; 1 error.
    exit 1
    "#);
    assert_eq!(requests(&repo), "");
    let (ran, sent) = applied_through_proxy(&repo);
    assert_eq!((ran.code, sent), (Some(1), vec![]));
    assert_eq!(repo.portal().profiles(), before, "no second profile");

    let id = text(&repo.portal().profile("Lock screen")["id"]);
    repo.policy("lock", &format!("{LOCK}adopt: {{ sandbox: {id} }}\n"));
    insta::assert_snapshot!(carried_out(&repo), @r#"
      ~ lock                         "Lock screen"   adopted: ours from now on

    Reach: 24 devices as before (SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    exit 0

    PATCH …/[id]
      displayName "Lock screen"
      description "" and the marker
      Integer AboveLock/AllowCortanaAboveLock = 1
      Integer Start/HideLock = 1
      String WindowsLogon/DontDisplayNetworkSelectionUI = "<enabled/>"
    "#);
    assert_eq!(repo.portal().profile("Lock screen")["id"], id);
}

#[test]
fn a_file_that_was_moved_and_does_not_say_so() {
    let repo = applied();
    repo.rename("lock", "screen/lock");
    insta::assert_snapshot!(plan(&repo), @r#"
      1 of ours in the tenant that no policy writes: lock (kept; `prune: true` would delete them)

    error[SP0507] screen/lock would be made anew beside `lock` ("Lock screen")
      --> policies/screen/lock.yaml:1:7  was its file moved?
      = help: write `moved_from: [lock]`, so that the profile stays and nothing is assigned twice

    Plan: nothing can be done; 0 as written, 7 not ours; 1 error.
    exit 1
    "#);
    assert_eq!(requests(&repo), "");
    let before = repo.portal().profiles();
    let (ran, sent) = applied_through_proxy(&repo);
    assert_eq!((ran.code, sent), (Some(1), vec![]));
    assert_eq!(repo.portal().profiles(), before);
}

#[test]
fn a_file_that_was_moved_and_says_so() {
    let repo = applied();
    let before = repo.portal().profile("Lock screen");
    repo.rename("lock", "screen/lock");
    repo.policy("screen/lock", &format!("{LOCK}moved_from: [lock]\n"));
    insta::assert_snapshot!(carried_out(&repo), @r#"
      ~ screen/lock                  "Lock screen"   moved from lock

    Reach: 24 devices as before (SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    exit 0

    PATCH …/[id]
      displayName "Lock screen"
      description "" and the marker
      Integer AboveLock/AllowCortanaAboveLock = 1
      Integer Start/HideLock = 1
      String WindowsLogon/DontDisplayNetworkSelectionUI = "<enabled/>"
    "#);
    assert_eq!(repo.portal().profile("Lock screen")["id"], before["id"]);
}

/// The plan cannot know it: such a tenant counts the version up once more, and masked values are trusted by the version.
#[test]
fn where_an_assignment_counts_as_a_change_the_marker_is_put_right() {
    let (tenant, repo) = (tempfile::tempdir().unwrap(), Repo::new(""));
    let server = Served::faulty(tenant.path(), "assign_raises_version: true\n", 1);
    let proxy = Proxy::start(&server.url, TENANT, &[]);
    repo.write("sspr-policy.yaml", &served("contoso", &proxy.url, ""));
    repo.policy("lock", LOCK);
    let listed = listed(&repo);
    repo.apply().succeeds();
    let mut sent = without_ids(proxy.writes());
    let (line, mut corrected) = sent.pop().unwrap();
    assert_eq!(sent, with_new_ids(&listed));
    assert_eq!(line, "PATCH /beta/deviceManagement/deviceConfigurations/[id]");
    corrected["description"] = json!(text(&corrected["description"]).replace(" v=3]", " v=1]"));
    assert_eq!(corrected, listed[0].1);
    repo.assert_converged();
}

/// Said once, however many policies follow it.
#[test]
fn a_target_of_forty_policies() {
    let targets = |group: &str| format!("{EMBEDDED}targets:\n  pilot: {{ include: [{{ group: {group} }}] }}\n");
    let repo = Repo::new(&targets("SSPR Pilot"));
    for number in 1..=40 {
        let policy = format!("name: Policy {number:02}\nsettings: {{ Camera/AllowCamera: 0 }}\nassignments: pilot\n");
        repo.policy(&format!("p{number:02}"), &policy);
    }
    repo.apply().succeeds();
    repo.write("sspr-policy.yaml", &targets("SSPR Ring 2"));
    let plan = plan(&repo);
    let (first, rest) = plan.split_at(plan.find("  ~ p02").unwrap());
    let last = &rest[rest.find("  ~ p40").unwrap()..];
    insta::assert_snapshot!(format!("{first}  (37 more)\n\n{last}"), @r#"
      target pilot changed, for 40 profiles
          + assignment  include group SSPR Ring 2   310 devices
          - assignment  include group SSPR Pilot   24 devices

      ~ p01                          "Policy 01"   you changed the policy
          ~ assignments follow target pilot

      (37 more)

      ~ p40                          "Policy 40"   you changed the policy
          ~ assignments follow target pilot

    Reach: +310 devices (SSPR Ring 2), -24 devices (SSPR Pilot).
    Plan: 0 to add, 40 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    exit 0
    "#);
    let mut listed = listed(&repo);
    assert_eq!(shown(&repo, &listed).matches("/assign\n  include SSPR Ring 2\n").count(), 40);
    let (ran, mut sent) = applied_through_proxy(&repo);
    ran.succeeds();
    // Many at once, in any order.
    listed.sort_by_key(|(line, body)| format!("{line} {body}"));
    sent.sort_by_key(|(line, body)| format!("{line} {body}"));
    assert_eq!(sent, listed);
    repo.assert_converged();
}

#[test]
fn a_pattern_that_no_key_matches() {
    let repo = applied();
    insta::assert_snapshot!(repo.run(&["plan", "--only", "lok"]).fails(), @"
    error: `--only lok` matches no key
    help: did you mean lock
    ");
    insta::assert_snapshot!(repo.run(&["apply", "--auto-approve", "--only", "sspr/*"]).fails(), @"
    error: `--only sspr/*` matches no key
    help: a key is a policy's path under policies/ without .yaml
    ");
}

/// The masked values of a profile: somebody's tenant, with or without the permission to read them.
struct Masked {
    repo: Repo,
    graph: Graph,
    /// Whose token may read masked values, and whose may not.
    reader: Proxy,
    blind: Proxy,
    more: String,
    _server: Served,
    _folder: tempfile::TempDir,
}

const WITH_KEY: &str = "    fingerprint_key: ${env:KEY}\n";

impl Masked {
    /// A policy that was applied to somebody's tenant.
    fn applied(policy: &str, more: &str) -> Masked {
        let folder = tempfile::tempdir().unwrap();
        let server = Served::start(folder.path(), None);
        let reader = Proxy::start(&server.url, REAL, &[]);
        let blind = Proxy::start(&server.url, REAL, &["getOmaSettingPlainTextValue"]);
        let mut repo = Repo::new("");
        repo.variables.insert("KEY".into(), "the key of the fingerprints".into());
        repo.variables.insert("SECRET".into(), "hunter2".into());
        repo.policy("lock", policy);
        let graph = Graph::new(&server.url);
        let masked = Masked { repo, graph, reader, blind, more: more.to_owned(), _server: server, _folder: folder };
        masked.with(&masked.reader);
        masked.repo.apply().succeeds();
        // The first ones are no edit's.
        masked.reader.writes();
        masked
    }

    fn with(&self, proxy: &Proxy) {
        let configuration = served("contoso", &proxy.url, &self.more).replace(TENANT, REAL);
        self.repo.write("sspr-policy.yaml", &configuration);
    }

    /// Sends the requests of the plan and no others, with the secret where the plan has its name; and nothing is left.
    fn carried_out(&self) {
        let listed = listed(&self.repo);
        self.repo.apply().succeeds();
        let sent = without_ids([self.reader.writes(), self.blind.writes()].concat());
        let text =
            |(line, body): &Request| format!("{line} {body}").replace("${env:SECRET}", &self.repo.variables["SECRET"]);
        assert_eq!(sent.iter().map(text).collect::<Vec<_>>(), listed.iter().map(text).collect::<Vec<_>>());
        self.repo.assert_converged();
    }

    /// What a plan says of masked values in each of its forms.
    fn seen(&self, proxy: &Proxy) -> String {
        self.with(proxy);
        let human = plan(&self.repo);
        let json: Value = serde_json::from_str(&self.repo.run(&["plan", "--output-format", "json"]).out).unwrap();
        let changes = json["changes"].as_array().unwrap().iter();
        let changes: Vec<Value> = changes
            .map(|change| {
                let settings = change["settings"].as_array().unwrap().iter();
                let settings: Vec<Value> =
                    settings.map(|one| json!([one["name"], one["before"]["text"], one["after"]["text"]])).collect();
                json!({ "because": change["because"], "settings": settings })
            })
            .collect();
        let markdown = self.repo.run(&["plan", "--output-format", "markdown"]).out;
        let markdown = markdown.split_once("not ours.\n").unwrap().1.trim();
        let json = json!({ "changes": changes, "unverified": json["unverified"] });
        format!("{human}\n{json}\n\n{markdown}\n")
    }
}

const NETWORK: &str = "name: Lock screen\nsettings: { WindowsLogon/DontDisplayNetworkSelectionUI: enabled }\nassignments: { include: [] }\n";

#[test]
fn masked_values_as_applied() {
    let masked = Masked::applied(NETWORK, "");
    insta::assert_snapshot!(masked.seen(&masked.blind), @r#"
      ? 1 profile of others with masked values that may interfere
          "Portal - Lock screen hardening": WindowsLogon/DisableLockScreenAppNotifications
          reading them needs DeviceManagementConfiguration.ReadWrite.All

    Plan: nothing to do; 1 as written, 7 not ours.
    exit 0

    {"changes":[],"unverified":{}}

    <code>Portal - Lock screen hardening</code>, which is not ours, may interfere; its values are masked: WindowsLogon/DisableLockScreenAppNotifications
    "#);
}

#[test]
fn masked_values_that_you_changed() {
    let masked = Masked::applied(NETWORK, "");
    masked.repo.edit("lock", "enabled", "disabled");
    insta::assert_snapshot!(masked.seen(&masked.blind), @r#"
      ~ lock                         "Lock screen"   you changed the policy
          ~ WindowsLogon/DontDisplayNetworkSelectionUI [device]   (hidden) → disabled

      ? 1 profile of others with masked values that may interfere
          "Portal - Lock screen hardening": WindowsLogon/DisableLockScreenAppNotifications
          reading them needs DeviceManagementConfiguration.ReadWrite.All

    Plan: 0 to add, 1 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    exit 0

    {"changes":[{"because":"you changed the policy","settings":[["WindowsLogon/DontDisplayNetworkSelectionUI",null,"disabled"]]}],"unverified":{}}

    | | profile | what changes |
    |---|---|---|
    | ✏️ change | `lock`<br>Lock screen | _you changed the policy_<br>~ <code>WindowsLogon/DontDisplayNetworkSelectionUI</code> [device] _hidden_ → <code>disabled</code> |

    <code>Portal - Lock screen hardening</code>, which is not ours, may interfere; its values are masked: WindowsLogon/DisableLockScreenAppNotifications
    "#);
    insta::assert_snapshot!(masked.seen(&masked.reader), @r#"
      ~ lock                         "Lock screen"   you changed the policy
          ~ WindowsLogon/DontDisplayNetworkSelectionUI [device]   enabled → disabled

    Plan: 0 to add, 1 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    exit 0

    {"changes":[{"because":"you changed the policy","settings":[["WindowsLogon/DontDisplayNetworkSelectionUI","enabled","disabled"]]}],"unverified":{}}

    | | profile | what changes |
    |---|---|---|
    | ✏️ change | `lock`<br>Lock screen | _you changed the policy_<br>~ <code>WindowsLogon/DontDisplayNetworkSelectionUI</code> [device] <code>enabled</code> → <code>disabled</code> |
    "#);
    masked.carried_out();
}

/// Somebody saved the profile in the portal: whether the value is the same is known only to who may read it.
#[test]
fn masked_values_that_are_not_verified() {
    let masked = Masked::applied(NETWORK, "");
    in_the_portal(&masked.graph, |_| {});
    insta::assert_snapshot!(masked.seen(&masked.blind), @r#"
      ? 1 profile with masked values that could not be compared
          lock: WindowsLogon/DontDisplayNetworkSelectionUI
          reading them needs DeviceManagementConfiguration.ReadWrite.All

      ? 1 profile of others with masked values that may interfere
          "Portal - Lock screen hardening": WindowsLogon/DisableLockScreenAppNotifications
          reading them needs DeviceManagementConfiguration.ReadWrite.All

    Plan: nothing to do; 1 as written, 7 not ours.
    exit 0

    {"changes":[],"unverified":{"lock":["WindowsLogon/DontDisplayNetworkSelectionUI"]}}

    `lock`: could not be compared: WindowsLogon/DontDisplayNetworkSelectionUI

    <code>Portal - Lock screen hardening</code>, which is not ours, may interfere; its values are masked: WindowsLogon/DisableLockScreenAppNotifications
    "#);
    assert_eq!(masked.repo.run(&["plan", "--strict"]).code, Some(1));
    insta::assert_snapshot!(masked.seen(&masked.reader), @r#"
    Plan: nothing to do; 1 as written, 7 not ours.
    exit 0

    {"changes":[],"unverified":{}}
    "#);
}

#[test]
fn masked_values_that_are_not_verified_beside_a_value_that_you_changed() {
    let masked = Masked::applied(&NETWORK.replace("settings: { ", "settings: { Start/HideLock: Hide, "), "");
    in_the_portal(&masked.graph, |_| {});
    masked.repo.edit("lock", "Hide,", "Do not hide,");
    insta::assert_snapshot!(masked.seen(&masked.blind), @r#"
      ~ lock                         "Lock screen"   you changed the policy
          ~ Start/HideLock [device]                            Hide (1) → Do not hide (0)
          ? WindowsLogon/DontDisplayNetworkSelectionUI   not verified
              reading them needs DeviceManagementConfiguration.ReadWrite.All

      ? 1 profile of others with masked values that may interfere
          "Portal - Lock screen hardening": WindowsLogon/DisableLockScreenAppNotifications
          reading them needs DeviceManagementConfiguration.ReadWrite.All

    Plan: 0 to add, 1 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    exit 0

    {"changes":[{"because":"you changed the policy","settings":[["Start/HideLock","Hide (1)","Do not hide (0)"]]}],"unverified":{"lock":["WindowsLogon/DontDisplayNetworkSelectionUI"]}}

    | | profile | what changes |
    |---|---|---|
    | ✏️ change | `lock`<br>Lock screen | _you changed the policy_<br>~ <code>Start/HideLock</code> [device] <code>Hide (1)</code> → <code>Do not hide (0)</code><br>? <code>WindowsLogon/DontDisplayNetworkSelectionUI</code> not verified |

    <code>Portal - Lock screen hardening</code>, which is not ours, may interfere; its values are masked: WindowsLogon/DisableLockScreenAppNotifications
    "#);
    masked.carried_out();
}

#[test]
fn masked_values_that_were_changed_in_the_tenant() {
    let masked = Masked::applied(NETWORK, "");
    in_the_portal(&masked.graph, |settings| settings[0]["value"] = json!("<disabled/>"));
    insta::assert_snapshot!(plan_with(&masked, &masked.blind), @r#"
      ? 1 profile with masked values that could not be compared
          lock: WindowsLogon/DontDisplayNetworkSelectionUI
          reading them needs DeviceManagementConfiguration.ReadWrite.All

      ? 1 profile of others with masked values that may interfere
          "Portal - Lock screen hardening": WindowsLogon/DisableLockScreenAppNotifications
          reading them needs DeviceManagementConfiguration.ReadWrite.All

    Plan: nothing to do; 1 as written, 7 not ours.
    exit 0
    "#);
    insta::assert_snapshot!(masked.seen(&masked.reader), @r#"
      ~ lock                         "Lock screen"   changed in the tenant
          ~ WindowsLogon/DontDisplayNetworkSelectionUI [device]   disabled → enabled

    Plan: 0 to add, 1 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    exit 0

    {"changes":[{"because":"changed in the tenant","settings":[["WindowsLogon/DontDisplayNetworkSelectionUI","disabled","enabled"]]}],"unverified":{}}

    | | profile | what changes |
    |---|---|---|
    | ✏️ change | `lock`<br>Lock screen | _changed in the tenant_<br>~ <code>WindowsLogon/DontDisplayNetworkSelectionUI</code> [device] <code>disabled</code> → <code>enabled</code> |
    "#);
    masked.carried_out();
}

fn plan_with(masked: &Masked, proxy: &Proxy) -> String {
    masked.with(proxy);
    plan(&masked.repo)
}

const SECRET: &str = "name: Lock screen\nsettings:\n  Contoso/Key: { type: string, value: \"${env:SECRET}\", unchecked: our own }\nassignments: { include: [] }\n";

/// The same four states where a secret is among the values: a keyed fingerprint tells them apart, and nothing shows it.
#[test]
fn masked_values_with_a_secret() {
    let mut masked = Masked::applied(SECRET, WITH_KEY);
    insta::assert_snapshot!(plan_with(&masked, &masked.blind), @r#"
      ? 1 profile of others with masked values that may interfere
          "Portal - Lock screen hardening": WindowsLogon/DisableLockScreenAppNotifications
          reading them needs DeviceManagementConfiguration.ReadWrite.All

    Plan: nothing to do; 1 as written, 7 not ours.
    exit 0
    "#);
    in_the_portal(&masked.graph, |_| {});
    insta::assert_snapshot!(plan_with(&masked, &masked.blind), @r#"
      ? 1 profile with masked values that could not be compared
          lock: Contoso/Key
          reading them needs DeviceManagementConfiguration.ReadWrite.All

      ? 1 profile of others with masked values that may interfere
          "Portal - Lock screen hardening": WindowsLogon/DisableLockScreenAppNotifications
          reading them needs DeviceManagementConfiguration.ReadWrite.All

    Plan: nothing to do; 1 as written, 7 not ours.
    exit 0
    "#);
    masked.with(&masked.reader);
    masked.repo.assert_converged();
    masked.repo.variables.insert("SECRET".into(), "hunter3".into());
    insta::assert_snapshot!(plan_with(&masked, &masked.blind), @r#"
      ~ lock                         "Lock screen"   you changed the policy
          ~ Contoso/Key [device]                               (hidden) → ${env:SECRET}

      ? 1 profile of others with masked values that may interfere
          "Portal - Lock screen hardening": WindowsLogon/DisableLockScreenAppNotifications
          reading them needs DeviceManagementConfiguration.ReadWrite.All

    Plan: 0 to add, 1 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    exit 0
    "#);
    masked.with(&masked.reader);
    masked.carried_out();
    in_the_portal(&masked.graph, |settings| settings[0]["value"] = json!("swordfish"));
    insta::assert_snapshot!(plan_with(&masked, &masked.reader), @r#"
      ~ lock                         "Lock screen"   changed in the tenant
          ~ Contoso/Key [device]                               (hidden) → ${env:SECRET}

    Plan: 0 to add, 1 to change, 0 to delete; 0 as written, 7 not ours.
    Nothing was changed.
    exit 0
    "#);
}

/// What Intune shows in place of a value is never sent back: whatever was there would be lost.
#[test]
fn a_masked_value_is_never_written() {
    let repo = Repo::new(EMBEDDED);
    repo.policy(
        "mask",
        "name: Mask\nsettings:\n  Contoso/A: { type: string, value: \"****\", unchecked: copied }\n  Contoso/B: { type: xml, raw: \"<a/>\", unchecked: copied }\n  Contoso/C: { type: base64, base64: PGEvPg==, unchecked: copied }\n",
    );
    insta::assert_snapshot!(repo.run(&["plan"]).fails(), @r#"
    error[SP0218]: this is what Intune shows in place of a value
     --> policies/mask.yaml:3:14
      |
    3 |   Contoso/A: { type: string, value: "****", unchecked: copied }
      |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ it was copied from an export, and the value itself was not in it
      |
      = help: write the value; a secret as `${env:NAME}`

    error[SP0218]: this is what Intune shows in place of a value
     --> policies/mask.yaml:4:14
      |
    4 |   Contoso/B: { type: xml, raw: "<a/>", unchecked: copied }
      |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ it was copied from an export, and the value itself was not in it
      |
      = help: write the value; a secret as `${env:NAME}`

    error[SP0218]: this is what Intune shows in place of a value
     --> policies/mask.yaml:5:14
      |
    5 |   Contoso/C: { type: base64, base64: PGEvPg==, unchecked: copied }
      |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ it was copied from an export, and the value itself was not in it
      |
      = help: write the value; a secret as `${env:NAME}`
    error: 3 errors in the files; nothing was done
    "#);
}

/// Whoever made the profile: the plan itself has no change with such a value.
#[test]
fn a_plan_has_no_masked_value() {
    let uri = OmaUri::parse("./Device/Vendor/MSFT/Policy/Config/Contoso/A").unwrap();
    for value in [OmaValue::String("****".into()), OmaValue::Xml("<a/>".into()), OmaValue::Masked(OmaType::String)] {
        let setting = Setting { value, shown: None };
        let profile = Profile {
            name: "Mask".into(),
            description: None,
            settings: BTreeMap::from([(uri.clone(), setting)]),
            assignments: None,
            scope_tags: None,
        };
        let desired = Desired {
            key: "mask".into(),
            fate: Fate::Kept,
            profile,
            adopt: None,
            moved_from: Vec::new(),
            target: None,
            place: Place::start_of(&Source::new("mask.yaml", Vec::new()).unwrap()),
        };
        let plan = build(&[desired], &[], &Options::default());
        assert_eq!(plan.changes.len(), 0);
        assert_eq!(plan.problems[0].message, "Contoso/A would be written as it is masked");
    }
}
