#![allow(clippy::unwrap_used)]

use std::fs;
use std::os::unix::fs::symlink;
use std::time::Duration;

use super::*;

/// A repository with a file, and next to it a file that must not be read.
fn repository() -> (tempfile::TempDir, UntrustedFolder) {
    let temporary = tempfile::tempdir().unwrap();
    let root = temporary.path().join("repository");
    fs::create_dir_all(root.join("policies")).unwrap();
    fs::create_dir(root.join(".git")).unwrap();
    fs::write(root.join(".git/config"), "a token").unwrap();
    fs::write(root.join("policies/a.xml"), "<a/>").unwrap();
    fs::write(temporary.path().join("secret"), "a secret").unwrap();
    let folder = UntrustedFolder::open(&root).unwrap();
    (temporary, folder)
}

fn refused(folder: &UntrustedFolder, path: &str) -> String {
    folder.read(path, 1000).unwrap_err().to_string()
}

#[test]
fn files_of_the_repository_are_read() {
    let (_kept, folder) = repository();
    for path in ["policies/a.xml", "./policies/../policies/a.xml", "policies\\a.xml"] {
        assert_eq!(folder.read(path, 4).unwrap(), b"<a/>", "{path}");
    }
    symlink("a.xml", folder.path().join("policies/inside.xml")).unwrap();
    assert_eq!(folder.read("policies/inside.xml", 4).unwrap(), b"<a/>");
}

#[test]
fn nothing_else_is_read() {
    let (kept, folder) = repository();
    let root = folder.path();
    symlink("../../secret", root.join("policies/out.xml")).unwrap();
    symlink(kept.path(), root.join("out")).unwrap();
    symlink("../.git", root.join("policies/hidden")).unwrap();
    symlink("/dev/zero", root.join("zero")).unwrap();
    insta::assert_snapshot!(
        [
            "../secret",
            "/etc/passwd",
            "policies/out.xml",
            "out/secret",
            ".git/config",
            "policies/hidden/config",
            "zero",
            "policies",
            "GIT~1/config",
            "policies/a.xml:stream",
            "policies/a.xml.",
            "NUL",
            "policies/missing.xml",
            "policies/a.xml/b",
        ]
        .map(|path| refused(&folder, path))
        .join("\n"),
        @"
    ../secret is outside the policy repository
    /etc/passwd is outside the policy repository
    policies/out.xml is outside the policy repository
    out/secret is outside the policy repository
    .git/config has a name that is not read: names that begin with `.` are not read
    policies/hidden/config has a name that is not read: names that begin with `.` are not read
    zero is outside the policy repository
    policies is a folder
    GIT~1/config has a name that is not read: on Windows, `~` and a digit can be the short form of another name
    policies/a.xml:stream has a name that is not read: on Windows, `:` in a name opens another stream or drive
    policies/a.xml. has a name that is not read: Windows removes dots and blanks at the end of a name
    NUL has a name that is not read: Windows reserves this name for a device
    policies/missing.xml does not exist
    policies/a.xml/b is not a folder, or is in something that is not a folder
    "
    );
    assert_eq!(
        folder.read("policies/a.xml", 3).unwrap_err().to_string(),
        "policies/a.xml has 4 bytes; at most 3 are allowed"
    );
}

/// Opening a pipe waits for a writer; the test has none.
#[test]
fn a_pipe_is_not_waited_for() {
    let (_kept, folder) = repository();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let (sender, answer) = std::sync::mpsc::channel();
    std::thread::spawn(move || sender.send(refused(&folder, "pipe")));
    assert_eq!(answer.recv_timeout(Duration::from_secs(20)).unwrap(), "pipe is not a regular file");
}

#[test]
fn writing_follows_no_link() {
    let (kept, folder) = repository();
    let root = folder.path();
    symlink("../secret", root.join("link")).unwrap();
    symlink(kept.path(), root.join("out")).unwrap();
    let written = [
        folder.replace("link", b"changed"),
        folder.create("link", b"changed"),
        folder.replace("out/secret", b"changed"),
        folder.create("out/new", b"new"),
        folder.replace("policies", b"changed"),
        folder.create("policies/a.xml", b"changed"),
    ];
    insta::assert_snapshot!(written.map(|written| written.unwrap_err().to_string()).join("\n"), @"
    link is a link
    link already exists
    out/secret is a link
    out/new is a link
    policies is a folder
    policies/a.xml already exists
    ");
    assert_eq!(fs::read(kept.path().join("secret")).unwrap(), b"a secret");
    folder.replace("policies/a.xml", b"<b/>").unwrap();
    folder.create("new/folder/a.xml", b"<c/>").unwrap();
    assert_eq!(folder.read("policies/a.xml", 9).unwrap(), b"<b/>");
    assert_eq!(folder.read("new/folder/a.xml", 9).unwrap(), b"<c/>");
    assert_eq!(folder.list("policies").unwrap().len(), 1, "nothing is left beside it");
}

#[test]
fn our_own_state_follows_no_link() {
    let (kept, folder) = repository();
    let root = folder.path();
    symlink(kept.path(), root.join(".linked")).unwrap();
    fs::create_dir(root.join(".sspr-policy")).unwrap();
    for name in ["sandbox.json", "sandbox.log", "apply.lock"] {
        symlink("../../secret", root.join(".sspr-policy").join(name)).unwrap();
    }
    assert!(StateFolder::open(&root.join(".linked")).unwrap_err().to_string().ends_with("is a link"));
    let state = StateFolder::open(&root.join(".sspr-policy")).unwrap();
    let refused = [
        state.read("sandbox.json", 99).unwrap_err(),
        state.replace("sandbox.json", b"{}").unwrap_err(),
        state.open_file("sandbox.log").unwrap_err(),
        state.lock("apply.lock").unwrap_err(),
    ];
    for error in refused {
        assert!(error.to_string().ends_with("is a link"), "{error}");
    }
    assert_eq!(fs::read(kept.path().join("secret")).unwrap(), b"a secret");
    state.replace("new.json", b"{}").unwrap();
    assert_eq!(state.read("new.json", 2).unwrap().unwrap(), b"{}");
}
