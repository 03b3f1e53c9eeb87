//! Where the repository is searched for, and what is not overwritten.

use std::fs;

use insta::assert_snapshot;

use crate::harness::process::command;
use crate::harness::{Ran, Repository};

const POLICY: &str = "name: A\nsettings: { Experience/AllowCortana: 0 }\n";

/// Runs the program in a folder of the repository.
fn in_folder(repo: &Repository, folder: &str, arguments: &str) -> Ran {
    let place = repo.path(folder);
    fs::create_dir_all(&place).unwrap();
    Ran::of(command(&place).args(arguments.split(' ')).env("HOME", repo.root()))
}

fn said(repo: &Repository, ran: &Ran) -> String {
    let root = repo.root().canonicalize().unwrap();
    ran.printed().replace(&root.display().to_string(), "[root]")
}

#[test]
fn it_is_found_above_the_current_folder() {
    let repo = Repository::lab().with("policies/sub/a.yaml", POLICY);
    let ran = in_folder(&repo, "policies/sub", "check");
    assert_snapshot!(said(&repo, &ran), @"
    0 errors, 0 warnings in 1 policy
    policy repository: [root]
    ");
    assert_snapshot!(said(&repo, &in_folder(&repo, "policies/sub", "check a.yaml")), @"
    0 errors, 0 warnings in 1 policy
    policy repository: [root]
    ");
    assert!(in_folder(&repo, "policies/sub", "plan").succeeds().out.starts_with("Environment lab"));
}

/// The work tree of a project that has nothing to do with the repository above it.
#[test]
fn the_search_ends_at_the_top_of_a_git_work_tree() {
    let repo = Repository::lab().with("policies/a.yaml", POLICY);
    for (project, git) in [("project", "folder"), ("linked", "file")] {
        fs::create_dir_all(repo.path(&format!("{project}/src"))).unwrap();
        match git {
            "folder" => fs::create_dir(repo.path(&format!("{project}/.git"))).unwrap(),
            _ => fs::write(repo.path(&format!("{project}/.git")), "gitdir: ../.git/worktrees/linked\n").unwrap(),
        }
        let said = in_folder(&repo, &format!("{project}/src"), "check").fails();
        assert!(said.starts_with("error: sspr-policy.yaml is missing in this folder"), "{said}");
    }
}

#[test]
fn the_search_ends_at_the_home_folder() {
    let repo = Repository::lab().with("policies/a.yaml", POLICY);
    let home = repo.path("home");
    fs::create_dir_all(home.join("work")).unwrap();
    let ran = Ran::of(command(&home.join("work")).arg("check").env("HOME", &home));
    assert!(ran.fails().starts_with("error: sspr-policy.yaml is missing in this folder"));
}

#[test]
fn a_plan_replaces_only_a_plan() {
    let repo = Repository::lab().with("policies/a.yaml", POLICY).with("notes.json", "{}\n").with("empty.json", "");
    assert_snapshot!(repo.ran("plan --out notes.json").fails(), @"
    error: notes.json exists and is not a saved plan; it was not replaced
    help: choose another name for `--out`
    ");
    assert_eq!(repo.read("notes.json"), "{}\n");
    let _ = repo.ran("plan --out plan.json").succeeds();
    let _ = repo.ran("plan --out plan.json").succeeds();
    let _ = repo.ran("plan --out empty.json").succeeds();
}
