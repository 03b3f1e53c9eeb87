//! `check`: validates policies and tells what will break.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::output::{Failure, Output, exit};
use super::workspace::{CONFIGURATION, Workspace, policy_names, relative};
use super::{Global, secrets};
use crate::catalogue::Catalogue;
use crate::compile::{Compiled, Secrets, claims, compile};
use crate::diagnostic::{Diagnostic, Fix, Severity, sort};
use crate::source::{Source, parse};
use crate::{report, rules};

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Policy files or folders; everything under policies/ without this
    paths: Vec<PathBuf>,
    /// Mend what has only one right form
    #[arg(long)]
    fix: bool,
    /// Show what `--fix` would change
    #[arg(long, conflicts_with = "fix")]
    diff: bool,
    /// Warnings fail, too
    #[arg(long)]
    strict: bool,
    /// The form of the findings
    #[arg(long, value_name = "FORM", default_value = "human")]
    output_format: CheckFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
enum CheckFormat {
    Human,
    Json,
    Github,
}

pub(super) fn run(args: &CheckArgs, global: &Global, output: &Output) -> Result<ExitCode, Failure> {
    let mut seen = restrict(look(global)?, args, global)?;
    if args.diff {
        return Ok(show_difference(&fixes(&global.dir, &seen.found), output));
    }
    if args.fix {
        // What is mended may bring to light what else can be; some rounds are enough for every file.
        let mut mended = BTreeSet::new();
        for _ in 0..8 {
            let fixed = fixes(&global.dir, &seen.found);
            if fixed.is_empty() {
                break;
            }
            write(&global.dir, &fixed)?;
            mended.extend(fixed.into_keys());
            seen = restrict(look(global)?, args, global)?;
        }
        mended.iter().for_each(|path| output.say(&format!("fixed {path}")));
    }
    let wrong = |finding: &Diagnostic| {
        finding.severity == Severity::Error || args.strict && finding.severity == Severity::Warning
    };
    print(&seen, args, output);
    Ok(exit(seen.found.iter().any(wrong)))
}

/// What was looked at, and what was found.
struct Seen {
    files: Vec<String>,
    found: Vec<Diagnostic>,
    /// Whether there is a configuration; what is wrong with it concerns every file.
    configured: bool,
}

fn look(global: &Global) -> Result<Seen, Failure> {
    match Workspace::open(&global.dir) {
        Ok(workspace) => {
            let found = findings(&workspace, global.env.as_deref())?;
            Ok(Seen { files: workspace.files, found, configured: true })
        }
        // Without a configuration nothing can be compiled; what is wrong is said in the same form.
        Err(Failure::Diagnostics(mut found)) => {
            sort(&mut found);
            Ok(Seen { files: policy_names(&global.dir), found, configured: false })
        }
        Err(failure) => Err(failure),
    }
}

/// Everything that can be said about the policies without a tenant, in every environment or in one.
pub(super) fn findings(workspace: &Workspace, only: Option<&str>) -> Result<Vec<Diagnostic>, Failure> {
    let mut found = workspace.problems.clone();
    if let Some(name) = only {
        workspace.environment(Some(name))?;
    }
    let files = secrets::files(workspace);
    for (name, environment) in workspace.configuration.environments.iter() {
        if only.is_some_and(|only| only != name.value) {
            continue;
        }
        // Any tenant's id will do: what is checked is that its place can be filled.
        let tenant_id = crate::sandbox::TENANT_ID;
        let context = workspace.context((name, environment), tenant_id, &Secrets::Placeholders, &files);
        let mut problems = Vec::new();
        let compiled = compile(&workspace.policies, &context, &mut problems);
        found.extend(with_rules(problems, &compiled, workspace.catalogue()));
    }
    let mut seen = HashSet::new();
    found.retain(|finding| {
        seen.insert((finding.kind, finding.place.as_ref().map(ToString::to_string), finding.message.clone()))
    });
    sort(&mut found);
    Ok(found)
}

/// What rules say about policies among themselves and while they were compiled, less what they accept.
fn with_rules(problems: Vec<Diagnostic>, compiled: &[Compiled<'_>], catalogue: &Catalogue) -> Vec<Diagnostic> {
    let (mut findings, mut others): (Vec<_>, Vec<_>) = problems.into_iter().partition(Diagnostic::is_finding);
    findings.extend(rules::evaluate(&claims(compiled), &[], catalogue));
    let policies: Vec<_> = compiled.iter().map(Compiled::accepts).collect();
    others.extend(rules::waive(findings, &policies, today()));
    others
}

/// Waivers end with a day, wherever that day is.
pub(super) fn today() -> jiff::civil::Date {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// Only what stands in the files that are named; everything is read all the same, because policies meet each other.
fn restrict(seen: Seen, args: &CheckArgs, global: &Global) -> Result<Seen, Failure> {
    if args.paths.is_empty() {
        return Ok(seen);
    }
    let mut wanted = Vec::new();
    for path in &args.paths {
        let here = if path.exists() { path.clone() } else { global.dir.join(path) };
        if !here.exists() {
            return Err(Failure::new(format!("{}: there is no such file or folder", path.display())));
        }
        let real = fs::canonicalize(&here).map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
        let root = fs::canonicalize(&global.dir).map_err(|error| Failure::new(error.to_string()))?;
        let name = relative(&root, &real);
        if name.is_empty() {
            return Ok(seen);
        }
        let known = |source: &str| source == name || source.starts_with(&format!("{name}/"));
        let places = seen.found.iter().filter_map(|finding| finding.place.as_ref());
        let mut names = seen.files.iter().map(String::as_str).chain(places.map(|place| place.source.path.as_str()));
        if !names.any(known) && name != CONFIGURATION {
            let other = real.extension().is_some_and(|extension| {
                ["reg", "pol", "json", "xml"].iter().any(|known| extension.eq_ignore_ascii_case(known))
            });
            let reason = if other {
                "not yet: this version checks policies only"
            } else {
                "there is no policy of this repository"
            };
            return Err(Failure::new(format!("{}: {reason}", path.display())));
        }
        wanted.push(name);
    }
    let wanted = |path: &str| wanted.iter().any(|name| path == name || path.starts_with(&format!("{name}/")));
    let Seen { mut files, mut found, configured } = seen;
    let always = |path: &str| !configured && path == CONFIGURATION;
    found.retain(|finding| {
        finding.place.as_ref().is_none_or(|place| wanted(&place.source.path) || always(&place.source.path))
    });
    files.retain(|file| wanted(file));
    Ok(Seen { files, found, configured })
}

fn print(seen: &Seen, args: &CheckArgs, output: &Output) {
    let found = &seen.found;
    match args.output_format {
        CheckFormat::Human => output.result(&report::human(found, output.colour_out)),
        CheckFormat::Json => output.result(&format!("{:#}\n", report::json(found))),
        CheckFormat::Github => output.result(&report::github(found)),
    }
    let summary = report::summary(found, seen.files.len());
    if args.output_format == CheckFormat::Human { output.result(&format!("{summary}\n")) } else { output.say(&summary) }
}

/// A file with its text before and after; both with the byte order mark that the file has.
type Fixed = BTreeMap<String, (String, String)>;

/// The texts after all certain fixes. Of two fixes that touch each other the first is taken; the next run takes the other.
fn fixes(root: &Path, found: &[Diagnostic]) -> Fixed {
    let mut by_file: BTreeMap<String, Vec<&Fix>> = BTreeMap::new();
    for fix in found.iter().filter_map(|finding| finding.fix.as_ref()).filter(|fix| fix.certain) {
        by_file.entry(fix.place.source.path.clone()).or_default().push(fix);
    }
    let mut fixed = Fixed::new();
    for (path, mut fixes) in by_file {
        fixes.sort_by_key(|fix| fix.place.span.start);
        let before = &fixes[0].place.source.text;
        let (mut after, mut at) = (String::new(), 0);
        for fix in &fixes {
            let span = fix.place.span;
            if span.start >= at {
                after.push_str(&before[at..span.start]);
                after.push_str(&fix.text);
                at = span.end;
            }
        }
        after.push_str(&before[at..]);
        // A fix that made the file unreadable would be none.
        let readable = Source::new(path.clone(), after.clone().into_bytes()).is_ok_and(|source| parse(&source).is_ok());
        let was_readable = parse(&fixes[0].place.source).is_ok();
        if was_readable && !readable {
            continue;
        }
        let mark = if fixes[0].place.source.bom { "\u{feff}" } else { "" };
        if root.join(&path).is_file() && after != *before {
            fixed.insert(path, (format!("{mark}{before}"), format!("{mark}{after}")));
        }
    }
    fixed
}

fn show_difference(fixed: &Fixed, output: &Output) -> ExitCode {
    for (path, (before, after)) in fixed {
        let difference = similar::TextDiff::from_lines(before, after);
        let text =
            difference.unified_diff().context_radius(2).header(&format!("a/{path}"), &format!("b/{path}")).to_string();
        output.result(&text);
    }
    exit(!fixed.is_empty())
}

fn write(root: &Path, fixed: &Fixed) -> Result<(), Failure> {
    for (path, (_, after)) in fixed {
        // Where the name is a link, what it leads to is mended, and the link stays.
        let failed = |error: std::io::Error| Failure::new(format!("{path} cannot be written: {error}"));
        let file = fs::canonicalize(root.join(path)).map_err(failed)?;
        // Beside and renamed: a file of somebody's is never half written.
        let beside = file.with_extension("yaml.new");
        let mode = fs::metadata(&file).map_err(failed)?.permissions();
        fs::write(&beside, after)
            .and_then(|()| fs::set_permissions(&beside, mode))
            .and_then(|()| fs::rename(&beside, &file))
            .map_err(failed)?;
    }
    Ok(())
}
