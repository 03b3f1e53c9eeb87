//! What an interrupted apply leaves for the next one: creations that no list has shown yet.

use insta::assert_snapshot;
use serde_json::json;

use crate::harness::{EMBEDDED, Graph, Repository, Served, TENANT, normal, served, text};

const RESET: &str = "name: Reset\nsettings: { Authentication/AllowAadPasswordReset: Allowed }\nassignments: { include: [{ group: SSPR Pilot }] }\n";

/// A repository whose only policy was applied; the apply was interrupted before a list showed its profile.
fn cut_short(seconds_ago: i64) -> Repository {
    let repo = Repository::new(EMBEDDED);
    repo.policy("reset", RESET);
    repo.apply().succeeds();
    let id = text(&repo.portal().profile("Reset")["id"]);
    let sent = jiff::Timestamp::now().as_second().saturating_sub(seconds_ago);
    let creation =
        json!({ "tenant": TENANT, "owner": "contoso", "key": "reset", "name": "Reset", "sent": sent, "id": id });
    repo.write(".sspr-policy/journal.json", &json!({ "format": 1, "creations": [creation] }).to_string());
    repo
}

fn last_line(repo: &Repository) -> String {
    let ran = repo.apply().succeeds();
    let journal = repo.path(".sspr-policy/journal.json").exists();
    format!("{} {}\njournal: {journal}", ran.out.lines().last().unwrap_or_default(), ran.err)
}

#[test]
fn it_is_there() {
    assert_snapshot!(last_line(&cut_short(0)), @"
    Plan: nothing to do; 1 unchanged, 7 not managed here. 
    journal: false
    ");
}

#[test]
fn somebody_renamed_it_meanwhile() {
    let repo = cut_short(0);
    let portal = repo.portal();
    portal.patch(&portal.profile("Reset"), json!({ "displayName": "Renamed" }));
    drop(portal);
    assert_snapshot!(last_line(&repo), @"
    1 done, 0 failed. 
    journal: false
    ");
    repo.assert_converged();
}

#[test]
fn somebody_deleted_it_meanwhile() {
    let repo = cut_short(0);
    let portal = repo.portal();
    portal.delete(&portal.profile("Reset"));
    drop(portal);
    assert_snapshot!(last_line(&repo), @"
    1 done, 0 failed. 
    journal: false
    ");
    repo.assert_converged();
}

#[test]
fn somebody_took_our_marker_away() {
    let repo = cut_short(0);
    let portal = repo.portal();
    portal.patch(&portal.profile("Reset"), json!({ "description": "Mine now" }));
    drop(portal);
    let ran = repo.apply();
    let problem = ran.out.split_once("error[").unwrap().1.lines().next().unwrap().to_owned();
    assert_snapshot!(problem, @r#"SP0517]: the tenant already has a profile "Reset" that is not managed here"#);
    assert_eq!((ran.code, repo.portal().names().iter().filter(|name| *name == "Reset").count()), (Some(1), 1));
}

/// A wrong clock must not make an apply hang or stop.
#[test]
fn it_was_sent_at_any_time() {
    for seconds_ago in [i64::MIN, -1_000_000, 1_000_000, i64::MAX] {
        let repo = cut_short(seconds_ago);
        let portal = repo.portal();
        portal.delete(&portal.profile("Reset"));
        drop(portal);
        repo.apply().succeeds();
    }
}

#[test]
fn the_lists_do_not_show_it_yet() {
    let tenant = tempfile::tempdir().unwrap();
    let server = Served::faulty(tenant.path(), "list_lag_ms: 4000\ndurable: false\n", 1);
    let mut repo = Repository::new(&served("contoso", &server.url, ""));
    repo.policy("reset", RESET);
    let patience = "SSPR_POLICY_PATIENCE_SECONDS".to_owned();
    repo.variables.insert(patience.clone(), "0".into());
    // The object itself shows that it is complete.
    repo.apply().succeeds();
    assert_snapshot!(normal(&repo.apply().fails()), @"
    error: the profile of reset ([id]) was created, but the tenant's lists do not show it yet; nothing was changed
    help: run `sspr-policy apply` again in a few minutes
    ");
    repo.variables.insert(patience, "20".into());
    repo.apply().succeeds();
    repo.assert_converged();
    assert_eq!(server_names(&server), 1);
}

fn server_names(server: &Served) -> usize {
    Graph::new(&server.url).names().iter().filter(|name| *name == "Reset").count()
}

/// Without its creations, an apply could create profiles a second time.
#[test]
fn a_newer_version_wrote_it() {
    let repo = cut_short(0);
    let newer = json!({ "format": 2, "creations": { "reset": { "of": TENANT } } }).to_string();
    repo.write(".sspr-policy/journal.json", &newer);
    repo.edit("reset", "Allowed", "Blocked");
    let before = repo.portal().profiles();
    assert_snapshot!(normal(&repo.apply().fails()), @"error: the journal ./.sspr-policy/journal.json was written by a newer version of sspr-policy (format 2; this version reads format 1); nothing was changed. Install the newest version and run `sspr-policy apply` again; keep the file, because it lists creations and approvals that are not finished");
    assert_eq!((repo.portal().profiles(), repo.read(".sspr-policy/journal.json")), (before, newer));
}
