//! `check`: validates policies and reports what will break.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::output::{Output, exit};
use super::{Global, today};
use crate::diagnostic::{Diagnostic, Severity};
use crate::failure::Failure;
use crate::report;
use crate::repository::{CheckRequest, Checked, FixedFile};

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Policy files or folders [default: policies/]
    paths: Vec<PathBuf>,
    /// Fix what can be corrected automatically
    #[arg(long)]
    fix: bool,
    /// Show what `--fix` would change
    #[arg(long, conflicts_with = "fix")]
    diff: bool,
    /// Treat warnings as errors
    #[arg(long)]
    strict: bool,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    output_format: CheckFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
enum CheckFormat {
    Human,
    Json,
    Github,
}

pub(super) fn run(args: &CheckArgs, global: &Global, output: &Output) -> Result<ExitCode, Failure> {
    let check =
        CheckRequest { root: &global.dir, environment: global.env.as_deref(), paths: &args.paths, today: today() };
    let wrong = |finding: &Diagnostic| {
        finding.severity == Severity::Error || args.strict && finding.severity == Severity::Warning
    };
    if args.diff {
        let (fixed, checked) = check.differences()?;
        show_difference(&fixed, output);
        // The same exit code as without `--diff`, and a difference fails, too.
        output.say(&report::check_summary(&checked.found, checked.files.len()));
        return Ok(exit(!fixed.is_empty() || checked.found.iter().any(wrong)));
    }
    let checked = if args.fix {
        let (written, checked) = check.fix()?;
        written.iter().for_each(|path| output.say(&format!("fixed {path}")));
        checked
    } else {
        check.run()?
    };
    let failed = checked.found.iter().any(wrong);
    let shown: Vec<Diagnostic> = checked.found.iter().filter(|one| !output.quiet || wrong(one)).cloned().collect();
    print(&checked, &shown, args, output)?;
    Ok(exit(failed))
}

/// `shown` are the findings for people; documents are complete.
fn print(checked: &Checked, shown: &[Diagnostic], args: &CheckArgs, output: &Output) -> Result<(), Failure> {
    let found = &checked.found;
    match args.output_format {
        CheckFormat::Human => output.result(&report::findings_text(shown, output.paint())),
        CheckFormat::Json => output.json(&report::CheckDocument::new(found))?,
        CheckFormat::Github => output.document(&report::github(&report::CheckDocument::new(found))),
    }
    let summary = report::check_summary(found, checked.files.len());
    if args.output_format == CheckFormat::Human {
        output.result(&format!("{summary}\n"))
    } else {
        output.say(&summary)
    }
    Ok(())
}

fn show_difference(fixed: &[FixedFile], output: &Output) {
    for FixedFile { path, before, after } in fixed {
        let difference = similar::TextDiff::from_lines(before, after);
        let text =
            difference.unified_diff().context_radius(2).header(&format!("a/{path}"), &format!("b/{path}")).to_string();
        output.result(&text);
    }
}
