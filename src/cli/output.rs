//! Printing: results on stdout, everything else on stderr.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use super::{Colour, Global};
use crate::diagnostic::{Diagnostic, Severity, sort};
use crate::failure::Failure;
use crate::report::{self, Paint};
use crate::session::Prompt;

/// Where text goes, and how.
pub(super) struct Output {
    pub colour_out: bool,
    pub colour_err: bool,
    pub quiet: bool,
    verbose: bool,
    /// A result could not be written, for another reason than a reader that has gone away.
    lost: std::cell::Cell<bool>,
}

impl Output {
    pub fn new(global: &Global) -> Self {
        let wants = |terminal: bool| match global.color {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => {
                let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
                !set("NO_COLOR") && (terminal || set("CLICOLOR_FORCE"))
            }
        };
        Self {
            colour_out: wants(std::io::stdout().is_terminal()),
            colour_err: wants(std::io::stderr().is_terminal()),
            quiet: global.quiet,
            verbose: global.verbose > 0,
            lost: std::cell::Cell::new(false),
        }
    }

    /// How to colour what goes to stdout.
    pub fn paint(&self) -> Paint {
        Paint { colour: self.colour_out }
    }

    /// A document, for programs.
    pub fn json(&self, document: &impl serde::Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(document).map_err(|error| Failure::new(error.to_string()))?;
        self.result(&(text + "\n"));
        Ok(())
    }

    /// A result.
    pub fn result(&self, text: &str) {
        let mut stream = anstream::AutoStream::new(std::io::stdout(), choice(self.colour_out));
        self.written(stream.write_all(text.as_bytes()).and_then(|()| stream.flush()));
    }

    /// Bytes as they are.
    pub fn bytes(&self, bytes: &[u8]) {
        let mut stream = std::io::stdout();
        self.written(stream.write_all(bytes).and_then(|()| stream.flush()));
    }

    fn written(&self, done: std::io::Result<()>) {
        if done.is_err_and(|error| error.kind() != std::io::ErrorKind::BrokenPipe) {
            self.lost.set(true);
        }
    }

    /// Whether a result could not be written.
    pub fn lost(&self) -> bool {
        self.lost.get()
    }

    /// What a person wants to know besides the result.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            self.err(text);
        }
    }

    /// What only a person who looks closer wants to know.
    pub fn detail(&self, text: &str) {
        if self.verbose && !self.quiet {
            self.err(text);
        }
    }

    fn err(&self, text: &str) {
        let mut stream = anstream::AutoStream::new(std::io::stderr(), choice(self.colour_err));
        let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.write_all(b"\n"));
    }

    /// Diagnostics for people, on stderr.
    pub fn diagnostics(&self, diagnostics: &mut [Diagnostic]) {
        sort(diagnostics);
        let text = report::human(diagnostics, self.colour_err);
        if !text.is_empty() {
            self.err(text.trim_end());
        }
    }

    pub fn failure(&self, failure: &Failure) {
        match failure {
            Failure::Message(message, help) => {
                self.err(&format!("error: {message}"));
                if let Some(help) = help {
                    self.err(&format!("help: {help}"));
                }
            }
            Failure::Diagnostics(diagnostics) => {
                let mut diagnostics = diagnostics.clone();
                self.diagnostics(&mut diagnostics);
                let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
                self.err(&format!(
                    "error: {errors} error{} in the files; nothing was done",
                    if errors == 1 { "" } else { "s" }
                ));
            }
        }
    }

    /// Asks for a yes on the terminal.
    pub fn confirm(&self, question: &str) -> Result<bool, Failure> {
        if !std::io::stdin().is_terminal() {
            return Err(Failure::with_help(
                "nobody can be asked here, so nothing was changed",
                "run with `--auto-approve`, or apply a plan that was approved: `plan --out FILE`, `apply FILE`",
            ));
        }
        eprint!("{question} Type `yes`: ");
        let mut answer = String::new();
        std::io::stdin().read_line(&mut answer).map_err(|error| Failure::new(error.to_string()))?;
        Ok(answer.trim() == "yes")
    }
}

/// How a person is asked to sign in; also with `--quiet`, because nothing goes on without it.
pub(super) fn prompt() -> Prompt {
    let can_ask = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    Prompt { can_ask, show: |text| eprintln!("{text}") }
}

fn choice(colour: bool) -> anstream::ColorChoice {
    if colour { anstream::ColorChoice::Always } else { anstream::ColorChoice::Never }
}

/// 0, or 1.
pub(super) fn exit(failed: bool) -> ExitCode {
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// 3: nothing failed, and a second administrator has to approve first.
pub(super) fn waiting() -> ExitCode {
    ExitCode::from(3)
}
