//! The program as a process: how every test starts it, and what a run leaves.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use regex::Regex;

/// Replaces the user's state folder.
const STATE: &str = env!("CARGO_TARGET_TMPDIR");

/// The program to test; long tests set a faster build of it.
fn program() -> String {
    std::env::var("SSPR_POLICY_TEST_PROGRAM").unwrap_or_else(|_| env!("CARGO_BIN_EXE_sspr-policy").to_owned())
}

/// The command that runs the program in a folder, independently of the terminal and the user.
pub fn command(folder: &Path) -> Command {
    let mut command = Command::new(program());
    command.current_dir(folder).stdin(Stdio::null());
    command.env("NO_COLOR", "1").env_remove("CLICOLOR_FORCE").env_remove("COLUMNS");
    command.env("SSPR_POLICY_TOKEN", "token").env("SSPR_POLICY_PATIENCE_SECONDS", "0");
    // The servers of tests are on this computer.
    command.env("SSPR_POLICY_TRUSTED_HOSTS", "127.0.0.1, localhost, login.contoso.example");
    // All repositories of a user share locks, but tests must not.
    command.env("XDG_STATE_HOME", STATE).env("LOCALAPPDATA", STATE);
    // A sandbox without a quota does not need pacing.
    command.env("SSPR_POLICY_QUOTA_WINDOW_MS", "0");
    command
}

/// The arguments of the program: a text with words, or a list if a word may contain spaces.
pub trait Arguments {
    fn words(&self) -> Vec<&str>;
}

impl Arguments for str {
    fn words(&self) -> Vec<&str> {
        self.split_whitespace().collect()
    }
}

impl Arguments for String {
    fn words(&self) -> Vec<&str> {
        self.as_str().words()
    }
}

impl Arguments for Vec<&str> {
    fn words(&self) -> Vec<&str> {
        self.clone()
    }
}

impl<const COUNT: usize> Arguments for [&str; COUNT] {
    fn words(&self) -> Vec<&str> {
        self.to_vec()
    }
}

/// The result of a run.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// Runs a command to its end.
    #[must_use = "the exit code must be checked"]
    #[track_caller]
    pub fn of(command: &mut Command) -> Ran {
        Ran::from(command.output().unwrap())
    }

    /// What it printed: stdout, then stderr.
    pub fn printed(&self) -> String {
        format!("{}{}", self.out, self.err)
    }

    #[track_caller]
    pub fn ends(self, code: i32) -> Ran {
        assert_eq!(self.code, Some(code), "{}", self.printed());
        self
    }

    #[track_caller]
    pub fn succeeds(self) -> Ran {
        self.ends(0)
    }

    /// Expects exit code 1, and returns stderr.
    #[track_caller]
    pub fn fails(self) -> String {
        normal(&self.ends(1).err)
    }
}

impl From<Child> for Ran {
    /// Waits for the end of a process whose output is piped.
    #[track_caller]
    fn from(child: Child) -> Ran {
        Ran::from(child.wait_with_output().unwrap())
    }
}

impl From<Output> for Ran {
    #[track_caller]
    fn from(output: Output) -> Ran {
        let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        assert!(!err.contains("panicked"), "{out}{err}");
        Ran { code: output.status.code(), out, err }
    }
}

/// Waits for something that a process in the background does.
#[track_caller]
pub fn wait_until(what: &str, mut happens: impl FnMut() -> bool) {
    for _ in 0..2_000 {
        if happens() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("{what} does not happen");
}

/// Ctrl+C, as a terminal sends it.
#[cfg(unix)]
pub fn interrupt(process: &Child) {
    let sent = Command::new("kill").args(["-INT", &process.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Replaces what differs between runs: new IDs, times, and the amount of data read.
pub fn normal(text: &str) -> String {
    let patterns = [
        (r"(?m)^Read .* requests, [\d.]+ s\n", ""),
        (r"\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b", "[id]"),
        (r"\b20\d\d-\d\d-\d\dT[\d:.]+Z", "[time]"),
        (r"\b20\d\d-\d\d-\d\d \d\d:\d\d UTC", "[time]"),
        (r"(?m)[ ]+$", ""),
    ];
    patterns.iter().fold(text.to_owned(), |text, (pattern, with)| {
        Regex::new(pattern).unwrap().replace_all(&text, *with).into_owned()
    })
}
