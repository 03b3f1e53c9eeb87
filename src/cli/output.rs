//! Prints results to stdout and everything else to stderr.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::ValueEnum;

use super::{Color, Global};
use crate::diagnostic::{Diagnostic, Severity, counted, sort};
use crate::failure::Failure;
use crate::folder::write_given;
use crate::report::{self, Paint, WIDTH};
use crate::session::Prompt;

/// The output formats of a command that prints a document.
#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
pub(super) enum HumanOrJson {
    Human,
    Json,
}

/// The form of the bar.
const BAR: &str = "{bar:24} {pos} of {len} changes, {per_sec}, {eta} left";

pub(super) struct Output {
    pub color_out: bool,
    pub color_err: bool,
    pub quiet: bool,
    verbose: bool,
    /// The columns of the terminal, at most 100; 100 if there is no terminal.
    width: usize,
    /// A result could not be written. A reader that has closed the pipe does not count.
    lost: std::cell::Cell<bool>,
}

impl Output {
    pub fn new(global: &Global) -> Self {
        let wants = |terminal: bool| match global.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto if std::env::var_os("TERM").is_some_and(|terminal| terminal == "dumb") => false,
            Color::Auto => {
                let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
                !set("NO_COLOR") && (terminal || set("CLICOLOR_FORCE"))
            }
        };
        Self {
            color_out: wants(std::io::stdout().is_terminal()),
            color_err: wants(std::io::stderr().is_terminal()),
            quiet: global.quiet,
            verbose: global.verbose > 0,
            width: terminal_size::terminal_size().map_or(WIDTH, |(width, _)| usize::from(width.0).clamp(40, WIDTH)),
            lost: std::cell::Cell::new(false),
        }
    }

    /// How to color text for stdout.
    pub fn paint(&self) -> Paint {
        Paint { color: self.color_out, width: self.width }
    }

    /// A document, for programs.
    pub fn json(&self, document: &impl serde::Serialize) -> Result<(), Failure> {
        self.document(&json_text(document)?);
        Ok(())
    }

    /// A result for people.
    pub fn result(&self, text: &str) {
        self.document(&report::terminal(text));
    }

    /// A result that another program reads, whose format has its own rules.
    pub fn document(&self, text: &str) {
        let mut stream = anstream::AutoStream::new(std::io::stdout(), choice(self.color_out));
        self.written(stream.write_all(text.as_bytes()).and_then(|()| stream.flush()));
    }

    /// Prints bytes unchanged to stdout.
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

    /// Prints a message to stderr, unless `--quiet`.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            self.err(text);
        }
    }

    /// Prints a message to stderr if `--verbose`.
    pub fn detail(&self, text: &str) {
        if self.verbose && !self.quiet {
            self.err(text);
        }
    }

    fn err(&self, text: &str) {
        let mut stream = anstream::AutoStream::new(std::io::stderr(), choice(self.color_err));
        let text = report::terminal(text) + "\n";
        let _ = stream.write_all(text.as_bytes());
    }

    /// Prints diagnostics to stderr; with `--quiet`, only errors.
    pub fn diagnostics(&self, diagnostics: &mut [Diagnostic]) {
        sort(diagnostics);
        let is_shown = |one: &&Diagnostic| !self.quiet || one.severity == Severity::Error;
        let text = report::findings_text(
            diagnostics.iter().filter(is_shown),
            Paint { color: self.color_err, width: self.width },
        );
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
                self.err(&format!("error: {} in the files; nothing was done", counted(errors, "error")));
            }
        }
    }

    /// The bar of a long apply, with its pace and the time left; hidden where stderr is not a terminal, and with `--quiet`.
    pub fn bar(&self, changes: usize) -> indicatif::ProgressBar {
        if self.quiet || !self.color_err && std::env::var_os("TERM").is_some_and(|terminal| terminal == "dumb") {
            return indicatif::ProgressBar::hidden();
        }
        let style =
            indicatif::ProgressStyle::with_template(BAR).unwrap_or_else(|_| indicatif::ProgressStyle::default_bar());
        // Hides itself if stderr is not a terminal.
        let bar = indicatif::ProgressBar::new(changes as u64).with_style(style);
        bar.enable_steady_tick(std::time::Duration::from_millis(250));
        bar
    }

    /// Asks for confirmation on the terminal.
    pub fn confirm(&self, question: &str) -> Result<bool, Failure> {
        if !std::io::stdin().is_terminal() {
            return Err(Failure::with_help(
                "no terminal to confirm on; nothing was changed",
                "use --auto-approve in a pipeline, or apply a saved plan: `plan --out FILE`, then `apply FILE`",
            ));
        }
        eprint!("{} Only `yes` is accepted: ", report::terminal(question));
        let mut answer = String::new();
        std::io::stdin().read_line(&mut answer).map_err(|error| Failure::new(error.to_string()))?;
        Ok(answer.trim() == "yes")
    }
}

/// Writes a file that was named on the command line, and creates the folders that it lies in. `root` is the repository's.
pub(super) fn write_file(root: &Path, path: &Path, content: &[u8]) -> Result<(), Failure> {
    write_given(root, path, content).map_err(|error| Failure::new(format!("cannot write the output: {error}")))
}

/// The text of a document for programs.
pub(super) fn json_text(document: &impl serde::Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(document).map_err(|error| Failure::new(error.to_string()))?;
    Ok(text + "\n")
}

/// How a person is asked to sign in. Shown with `--quiet`, too: nothing can continue without it.
pub(super) fn prompt() -> Prompt {
    let can_ask = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    Prompt { can_ask, show: |text| eprintln!("{}", report::terminal(text)) }
}

fn choice(color: bool) -> anstream::ColorChoice {
    if color { anstream::ColorChoice::Always } else { anstream::ColorChoice::Never }
}

pub(super) fn exit(failed: bool) -> ExitCode {
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Exit code 3: nothing failed, and a second administrator has to approve first.
pub(super) fn waiting() -> ExitCode {
    ExitCode::from(3)
}
