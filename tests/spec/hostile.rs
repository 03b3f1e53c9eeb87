//! A repository that a stranger wrote: no command follows a link out of it, waits for a pipe, reads a device, changes a file
//! of the user, or sends a credential because a file in the repository said so.
#![cfg(unix)]

use std::fs;
use std::io::Read;
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::harness::{Ran, Repository, files};
use base64::Engine;

/// What must never be shown or sent.
const SECRET: &str = "canary-7d1f";
/// Each command, with the arguments that touch most files.
const COMMANDS: [&str; 18] = [
    "init",
    "check",
    "check --diff",
    "check --fix",
    "plan",
    "plan --out plan.json",
    "plan --requests",
    "show shown.json",
    "apply --auto-approve",
    "apply shown.json",
    "export reg --out out.reg",
    "export reg --out out/",
    "export admx --out out.admx",
    "import --out policies/imported",
    "doctor",
    "disown 5f1c0000-0000-4000-8000-000000000000",
    "sandbox approve",
    "sandbox reset",
];
/// No command needs longer; one that waits for a pipe or reads a device would.
const LONGEST: Duration = Duration::from_secs(60);

/// The user's files, next to the repository.
struct User {
    home: tempfile::TempDir,
}

impl User {
    fn new() -> User {
        let home = tempfile::tempdir().unwrap();
        for name in ["secret", "profile", "keys/private"] {
            let file = home.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, format!("owner: {SECRET}\n")).unwrap();
        }
        User { home }
    }

    fn file(&self, name: &str) -> std::path::PathBuf {
        self.home.path().join(name)
    }

    /// Runs commands in the repository, and expects that nothing of the user is shown or changed.
    fn survives(&self, repository: &Repository, commands: &[&str]) {
        let before = files(self.home.path());
        for command in commands {
            let printed = self.run(repository, command).printed();
            assert!(!printed.contains(SECRET), "{command}: {printed}");
            assert_eq!(files(self.home.path()), before, "{command} changed a file of the user");
        }
    }

    fn run(&self, repository: &Repository, command: &str) -> Ran {
        let mut process = repository.command(command);
        process.env_remove("SSPR_POLICY_TRUSTED_HOSTS").env("SSPR_POLICY_TOKEN", graph_token());
        process.env("AZURE_CLIENT_SECRET", SECRET).env("HOME", self.home.path());
        ran_in_time(process.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()), command)
    }
}

fn ran_in_time(process: &mut Command, what: &str) -> Ran {
    let started = Instant::now();
    let mut child = process.spawn().unwrap();
    while child.try_wait().unwrap().is_none() {
        if started.elapsed() > LONGEST {
            child.kill().unwrap();
            panic!("{what} does not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ran::from(child)
}

/// A token as Microsoft Graph takes it.
fn graph_token() -> String {
    let encode = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.{SECRET}", encode("{}"), encode(r#"{"aud":"https://graph.microsoft.com","roles":[]}"#))
}

/// Puts a link to each of the user's files, devices and pipes in place of these files of a repository.
fn linked(names: &[&str], to: &Path) -> Repository {
    let repository =
        Repository::lab().with("policies/a.yaml", "name: A\nsettings:\n  Authentication/AllowAadPasswordReset: 1\n");
    for name in names {
        let place = repository.path(name);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        let _ = fs::remove_file(&place).or_else(|_| fs::remove_dir_all(&place));
        symlink(to, place).unwrap();
    }
    repository
}

const STATE: [&str; 6] = ["sandbox.json", "sandbox.log", "sandbox.lock", "sandbox.url", "journal.json", "apply.lock"];

#[test]
fn links_to_files_of_the_user() {
    let user = User::new();
    let to = user.file("secret");
    user.survives(&linked(&["sspr-policy.yaml", ".gitignore"], &to), &COMMANDS);
    let state = STATE.map(|name| format!(".sspr-policy/{name}"));
    let outputs = ["policies/.hidden.yaml", "shown.json", "plan.json", "out.reg", "out.admx", "out.adml"];
    let names: Vec<&str> = state.iter().map(String::as_str).chain(outputs).collect();
    user.survives(&linked(&names, &to), &COMMANDS);
    user.survives(&linked(&["policies/b.yaml"], &to), &["check", "plan", "check --fix"]);
}

#[test]
fn links_to_folders_of_the_user() {
    let user = User::new();
    let repository = linked(&[".sspr-policy", "out", ".github", "schemas", "policies/imported"], &user.file("keys"));
    user.survives(&repository, &COMMANDS);
    let repository = linked(&[], &user.file("keys"));
    fs::remove_dir_all(repository.path("policies")).unwrap();
    symlink(user.file("keys"), repository.path("policies")).unwrap();
    user.survives(&repository, &COMMANDS);
    // `init` writes into an empty folder of a clone, too.
    let repository = linked(&[".github", "policies", "schemas"], &user.file("keys"));
    fs::remove_file(repository.path("sspr-policy.yaml")).unwrap();
    user.survives(&repository, &["init"]);
}

#[test]
fn links_to_devices_and_pipes() {
    let user = User::new();
    let pipe = user.file("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for to in [Path::new("/dev/zero"), pipe.as_path()] {
        for name in ["sspr-policy.yaml", "policies/b.yaml", "shown.json", "plan.json", ".sspr-policy/sandbox.json"] {
            let repository = linked(&[name], to);
            for command in ["check", "plan --out plan.json", "show shown.json", "apply --auto-approve"] {
                let printed = user.run(&repository, command).printed();
                assert!(!printed.contains(SECRET), "{command}: {printed}");
            }
        }
    }
}

/// A policy can name any file and any variable.
#[test]
fn values_from_elsewhere() {
    let user = User::new();
    let settings = |value: &str| {
        Repository::lab().with("policies/a.yaml", &format!("name: A\nsettings:\n  Start/StartLayout: {value}\n"))
    };
    let outside = user.file("secret").display().to_string();
    for value in [
        format!("{{ file: {outside} }}"),
        "{ file: ../.git/config }".into(),
        "{ file: ../.env }".into(),
        "{ file: link.xml }".into(),
        "{ file: /proc/self/environ }".into(),
        "\"${env:AZURE_CLIENT_SECRET}\"".into(),
        "\"${env:SSPR_POLICY_TOKEN}\"".into(),
        format!("\"${{secret-file:{outside}}}\""),
    ] {
        let repository = settings(&value);
        repository.write(".git/config", SECRET);
        repository.write(".env", SECRET);
        symlink(user.file("secret"), repository.path("policies/link.xml")).unwrap();
        user.survives(
            &repository,
            &["check", "plan --out plan.json", "apply --auto-approve", "export reg --out out.reg"],
        );
        let state = fs::read_to_string(repository.path(".sspr-policy/sandbox.json")).unwrap_or_default();
        assert!(!state.contains(SECRET), "{value}");
        let saved = fs::read_to_string(repository.path("plan.json")).unwrap_or_default();
        assert!(!saved.contains(SECRET), "{value}");
    }
}

/// A server that keeps what it receives and never answers properly.
fn listener() -> (String, Arc<Mutex<String>>) {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", server.local_addr().unwrap());
    let received = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&received);
    std::thread::spawn(move || {
        for mut client in server.incoming().flatten() {
            let mut bytes = [0; 16 << 10];
            client.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
            let length = client.read(&mut bytes).unwrap_or_default();
            kept.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..length]));
        }
    });
    (url, received)
}

#[test]
fn servers_that_only_the_repository_names() {
    let user = User::new();
    let tenant = "8f6d0000-0000-4000-8000-000000000000";
    let (url, received) = listener();
    for environment in [
        format!("{{ tenant: {tenant}, graph_url: {url}, auth: {{ method: token }} }}"),
        format!("{{ tenant: {tenant}, graph_url: {url} }}"),
        format!("{{ tenant: {tenant}, login_url: {url}, auth: {{ method: client-secret, client_id: {tenant} }} }}"),
        format!(
            "{{ tenant: {tenant}, login_url: {url}, graph_url: {url}, auth: {{ method: client-secret, client_id: {tenant} }} }}"
        ),
    ] {
        let repository = Repository::new(&format!("owner: contoso\ndefault: a\nenvironments:\n  a: {environment}\n"))
            .with("policies/a.yaml", "name: A\nsettings:\n  Authentication/AllowAadPasswordReset: 1\n");
        user.survives(&repository, &["check", "plan", "apply --auto-approve", "import", "doctor", COMMANDS[15]]);
    }
    let received = received.lock().unwrap();
    let token = graph_token();
    assert!(!received.contains(SECRET) && !received.contains(&token), "{received}");
}
