//! A single edit in the portal, and files that were moved.

use serde_json::json;

use super::{
    LOCK, applied, applied_through_proxy, carried_out, in_the_portal, listed, listed_beside_errors, plan, with_new_ids,
    without_ids,
};
use crate::harness::proxy::Proxy;
use crate::harness::{EMBEDDED, Repository, Served, TENANT, served, text};

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
    Scope tags: 1 new profile has none, so it gets Default.
    Plan: 1 to add, 0 to change, 0 to delete; 0 unchanged, 7 not managed here.
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
      ~ lock                         "Lock screen"   someone changed this in Intune on [time]; apply will put it back
          ~ Start/HideLock [device]                            Do not hide (0) → Hide (1)

    Reach: 24 devices as before (SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.
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
    let repo = Repository::new(EMBEDDED);
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

    error[SP0504]: 2 profiles have the key `lock`
     |
     = note: "Duplicate" in the portal copies the marker, and two applies at the same time can create two profiles; nothing is changed for this key until only one is left
     = note: [id]  "Lock screen"  changed [time]
     = note: [id]  "Lock screen - Copy"  changed [time]
     = help: run `sspr-policy disown ID` for the copy, or delete it in the portal

    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here; 1 error (SP0504).
    Nothing was changed.
    exit 1
    "#);
    let before = repo.portal().profile("Lock screen");
    let listed = listed_beside_errors(&repo);
    let (ran, sent) = applied_through_proxy(&repo);
    assert_eq!(ran.code, Some(1));
    assert!(ran.out.contains("1 done, 0 failed."), "{}", ran.out);
    assert_eq!((sent.len(), &sent), (1, &listed));
    assert_eq!(repo.portal().profile("Lock screen"), before);

    repo.ran(&["disown", &copy]).succeeds();
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
    error[SP0517]: the tenant already has a profile "Lock screen" that is not managed here
     --> policies/lock.yaml:1:7
      |
    1 | name: Lock screen
      |       ^^^^^^^^^^^ a second profile with this name would be created
      |
      = note: its ID: [id]
      = help: take it over with `adopt: { sandbox: [id] }`, or choose another name

    Plan: nothing can be done; 0 unchanged, 8 not managed here; 1 error (SP0517).
    exit 1
    "#);
    assert_eq!(listed_beside_errors(&repo), []);
    let (ran, sent) = applied_through_proxy(&repo);
    assert_eq!((ran.code, sent), (Some(1), vec![]));
    assert_eq!(repo.portal().profiles(), before, "no second profile");

    let id = text(&repo.portal().profile("Lock screen")["id"]);
    repo.policy("lock", &format!("{LOCK}adopt: {{ sandbox: {id} }}\n"));
    insta::assert_snapshot!(carried_out(&repo), @r#"
      ~ lock                         "Lock screen"   adopted: will be managed here from now on

    Reach: 24 devices as before (SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.
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
fn a_moved_file_without_moved_from() {
    let repo = applied();
    repo.rename("lock", "screen/lock");
    insta::assert_snapshot!(plan(&repo), @r#"
      1 managed profile no longer has a policy file: lock. It is kept; set `prune: true` on the
        environment to delete it.

    error[SP0507]: screen/lock would be created again next to `lock` ("Lock screen")
     --> policies/screen/lock.yaml:1:7
      |
    1 | name: Lock screen
      |       ^^^^^^^^^^^ was this file moved or renamed?
      |
      = help: add `moved_from: [lock]` to keep the profile and not assign its settings twice

    Plan: nothing can be done; 0 unchanged, 7 not managed here; 1 error (SP0507).
    exit 1
    "#);
    assert_eq!(listed_beside_errors(&repo), []);
    let before = repo.portal().profiles();
    let (ran, sent) = applied_through_proxy(&repo);
    assert_eq!((ran.code, sent), (Some(1), vec![]));
    assert_eq!(repo.portal().profiles(), before);
}

#[test]
fn a_moved_file_with_moved_from() {
    let repo = applied();
    let before = repo.portal().profile("Lock screen");
    repo.rename("lock", "screen/lock");
    repo.policy("screen/lock", &format!("{LOCK}moved_from: [lock]\n"));
    insta::assert_snapshot!(carried_out(&repo), @r#"
      ~ screen/lock                  "Lock screen"   moved from lock

    Reach: 24 devices as before (SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.
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

/// The plan cannot know that such a tenant raises the version again, which the marker uses to trust masked values.
#[test]
fn the_marker_is_corrected_if_an_assignment_raises_the_version() {
    let (tenant, repo) = (tempfile::tempdir().unwrap(), Repository::new(""));
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
