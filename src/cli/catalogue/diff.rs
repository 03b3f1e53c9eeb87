//! `catalogue diff`: what a newer release of Windows brings, takes away and changes, and what of ours that touches.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::import::{make, read};
use crate::catalogue::{Catalogue, Changed, Comparison, Fact, compare};
use crate::cli::output::Output;
use crate::cli::{Global, repository_if_any};
use crate::failure::Failure;
use crate::report::{CatalogueDiffDocument, TouchedSetting, WIDTH, wrap};
use crate::repository::Repository;
use crate::setting::Scope;

#[derive(Debug, Args)]
pub(super) struct DiffArgs {
    /// A table made by `catalogue import`, a DDF bundle or its folder, or `embedded`
    #[arg(value_name = "OLD")]
    old: String,
    /// The newer one, likewise
    #[arg(value_name = "NEW")]
    new: String,
    /// The form of the differences
    #[arg(long, value_name = "FORM", default_value = "human")]
    output_format: DiffFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
enum DiffFormat {
    Human,
    Json,
}

pub(super) fn run(args: &DiffArgs, global: &Global, output: &Output) -> Result<ExitCode, Failure> {
    let (old, new) = (open(&args.old)?, open(&args.new)?);
    let comparison = compare(&old, &new);
    let touched = match repository_if_any(global, output) {
        Some(repository) => touched(&repository, &comparison, &old, &new),
        None => Vec::new(),
    };
    match args.output_format {
        DiffFormat::Human => {
            let head = format!("{} → {}\n", old.release, new.release);
            output.result(&(head + &as_text(&comparison, &touched, global.verbose > 0)));
        }
        DiffFormat::Json => {
            output.json(&CatalogueDiffDocument::new(&comparison, touched, old.release.clone(), new.release.clone()))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn open(what: &str) -> Result<Catalogue, Failure> {
    if what == "embedded" {
        return Ok(Catalogue::unpack());
    }
    let path = Path::new(what);
    let broken = |error: crate::catalogue::TableError| Failure::new(format!("{what}: {error}"));
    let bytes = if path.is_dir() { None } else { Some(read(path)?) };
    let Some(bytes) = bytes.filter(|bytes| !bytes.starts_with(b"PK")) else {
        return Catalogue::parse(make(path, None, None)?.text).map_err(broken);
    };
    let no_table = |reason: String| {
        Failure::with_help(
            format!("{what}: {reason}"),
            "a table made by `catalogue import`, a DDF bundle (.zip), its folder, or `embedded` is expected",
        )
    };
    let text = String::from_utf8(bytes).map_err(|_| no_table("this is no table".into()))?;
    Catalogue::parse(text).map_err(|error| no_table(error.to_string()))
}

fn touched(repository: &Repository, found: &Comparison, old: &Catalogue, new: &Catalogue) -> Vec<TouchedSetting> {
    let changed: BTreeMap<(&str, Scope), &Changed> = found
        .changed
        .iter()
        .flat_map(|changed| changed.scopes.iter().map(move |scope| ((changed.name.as_str(), *scope), changed)))
        .collect();
    let mut touched = Vec::new();
    for policy in &repository.policies {
        for (name, _) in policy.document.settings.iter() {
            let (before, after) = (old.resolve(name).ok(), new.resolve(name).ok());
            let what = match (before.and_then(|found| found.node), &after) {
                (Some(_), None) => "removed".to_string(),
                (None, Some(after)) if after.node.is_some() => "now known".into(),
                (Some(node), Some(after)) => {
                    let short = node.short();
                    let Some(change) = changed.get(&(short.as_str(), after.uri.scope())) else { continue };
                    let facts: Vec<&str> = change.facts.iter().map(|fact| fact.fact).collect();
                    format!("changed: {}", facts.join(", "))
                }
                _ => continue,
            };
            let place = policy.place(name.span);
            let (file, line) = (place.source.path.clone(), place.position().0);
            touched.push(TouchedSetting { file, line, setting: name.value.clone(), what });
        }
    }
    touched
}

fn as_text(found: &Comparison, touched: &[TouchedSetting], verbose: bool) -> String {
    let mut text = String::new();
    let mut list = |heading: &str, names: Vec<String>| {
        if !names.is_empty() {
            text.push_str(&format!("\n{heading}\n"));
            names.iter().for_each(|name| text.push_str(&format!("  {name}\n")));
        }
    };
    let scoped = |(name, scopes): &(String, Vec<Scope>)| format!("{name}{}", in_scopes(scopes));
    list("Added", found.added.iter().map(scoped).collect());
    list("Removed", found.removed.iter().map(scoped).collect());
    let (editions, others): (Vec<&Changed>, Vec<&Changed>) =
        found.changed.iter().partition(|changed| changed.is_only("editions") && !verbose);
    list("Changed", others.iter().flat_map(|changed| change_lines(changed)).collect());
    if !editions.is_empty() {
        text.push_str(&format!("\n{} more changed in their editions only; `-v` lists them\n", editions.len()));
    }
    policies(&mut text, found, verbose);
    if !touched.is_empty() {
        text.push_str("\nYour policies\n");
        for one in touched {
            text.push_str(&format!("  {}:{}: {} {}\n", one.file, one.line, one.setting, one.what));
        }
    }
    let count = |names: &[(String, Vec<Scope>)]| names.len();
    text.push_str(&format!(
        "\n{} added, {} removed, {} changed{}\n",
        count(&found.added),
        count(&found.removed),
        found.changed.len(),
        kinds(&found.changed)
    ));
    text
}

/// How many changed in what, the most frequent first.
fn kinds(changed: &[Changed]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for fact in changed.iter().flat_map(|changed| &changed.facts) {
        *counts.entry(fact.fact).or_default() += 1;
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let shown: Vec<String> = counts.iter().map(|(fact, count)| format!("{fact} {count}")).collect();
    if shown.is_empty() { String::new() } else { format!(" ({})", shown.join(", ")) }
}

fn in_scopes(scopes: &[Scope]) -> String {
    let words: Vec<&str> = scopes.iter().map(|scope| scope.word()).collect();
    format!(" [{}]", words.join(", "))
}

fn change_lines(changed: &Changed) -> Vec<String> {
    let mut lines = vec![format!("{}{}", changed.name, in_scopes(&changed.scopes))];
    for fact in &changed.facts {
        let shown = |text: &str| if text.is_empty() { "nothing".to_string() } else { text.to_string() };
        let text = match (fact.before.as_str(), fact.after.as_str()) {
            _ if matches!(fact.fact, "builds" | "editions") => format!("{}: {}", fact.fact, items(fact)),
            ("", after) => format!("{}: {after}", fact.fact),
            (before, after) => format!("{}: {} → {}", fact.fact, shown(before), shown(after)),
        };
        for (at, line) in wrap(&text, WIDTH - 8).into_iter().enumerate() {
            lines.push(format!("  {}{line}", if at == 0 { "" } else { "  " }));
        }
    }
    lines
}

/// Of a list, only what came and what went.
fn items(fact: &Fact) -> String {
    let split = |text: &'_ str| text.split(' ').filter(|item| !item.is_empty()).map(String::from).collect::<Vec<_>>();
    let (before, after) = (split(&fact.before), split(&fact.after));
    let added = after.iter().filter(|item| !before.contains(item)).map(|item| format!("+ {item}"));
    let removed = before.iter().filter(|item| !after.contains(item)).map(|item| format!("- {item}"));
    let items: Vec<String> = added.chain(removed).collect();
    if items.is_empty() { "in another order".into() } else { items.join(", ") }
}

fn policies(text: &mut String, found: &Comparison, verbose: bool) {
    let lists =
        [("added", &found.policies_added), ("removed", &found.policies_removed), ("changed", &found.policies_changed)];
    let counts: Vec<String> = lists
        .iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(word, names)| format!("{} {word}", names.len()))
        .collect();
    if counts.is_empty() {
        return;
    }
    let more = if verbose { "" } else { "; `-v` lists them" };
    text.push_str(&format!("\nGroup Policies without a node: {}{more}\n", counts.join(", ")));
    if verbose {
        for (word, names) in lists {
            names.iter().for_each(|name| text.push_str(&format!("  {word}: {name}\n")));
        }
    }
}
