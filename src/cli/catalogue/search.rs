//! `catalogue search`: settings by words.

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::catalogue::{Catalogue, CatalogueEntry, Hit};
use crate::cli::output::Output;
use crate::cli::{Global, catalogue_of, repository_if_any};
use crate::failure::Failure;
use crate::setting::Scope;

#[derive(Debug, Args)]
pub(super) struct SearchArgs {
    /// Words of a name, a title, a path or a label; the beginning of a word is enough
    #[arg(required = true)]
    words: Vec<String>,
    /// Maximum number of results
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    output_format: SearchFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
enum SearchFormat {
    Human,
    Json,
}

pub(super) fn run(args: &SearchArgs, global: &Global, output: &Output) -> Result<ExitCode, Failure> {
    let text = args.words.join(" ");
    let repository = repository_if_any(global, output);
    let catalogue = catalogue_of(repository.as_ref());
    let hits = catalogue.search(&text);
    let shown = &hits[..hits.len().min(args.limit)];
    match args.output_format {
        SearchFormat::Json => output.json(&as_json(&hits, shown, catalogue))?,
        SearchFormat::Human => output.result(&as_text(shown, catalogue)),
    }
    if hits.is_empty() {
        return Err(Failure::with_help(
            format!("no setting matches `{text}`"),
            "use fewer words, or only their first letters; only English names are searched",
        ));
    }
    if hits.len() > shown.len() && args.output_format == SearchFormat::Human {
        output.result(&format!("\n{} more; `--limit {}` shows all\n", hits.len() - shown.len(), hits.len()));
    }
    Ok(ExitCode::SUCCESS)
}

/// What `explain` takes as a name.
fn name(entry: CatalogueEntry<'_>, catalogue: &Catalogue) -> String {
    match entry {
        CatalogueEntry::Node(node) => catalogue.name_of(&node.address(node.first_scope())),
        CatalogueEntry::Policy(policy) => policy.policy.clone(),
    }
}

fn scopes(entry: CatalogueEntry<'_>) -> Vec<&'static str> {
    [Scope::Device, Scope::User].into_iter().filter(|scope| entry.has(*scope)).map(Scope::word).collect()
}

/// The title; where another hit has the same, with its folder.
fn title(entry: CatalogueEntry<'_>, hits: &[Hit<'_>]) -> String {
    let Some(policy) = entry.group_policy() else { return String::new() };
    let same = |hit: &&Hit<'_>| hit.entry.group_policy().is_some_and(|other| other.title == policy.title);
    let folder = policy.path.rsplit(" > ").next().filter(|_| hits.iter().filter(same).count() > 1);
    let folder = folder.filter(|_| !policy.title.is_empty()).map_or(String::new(), |folder| format!(", in {folder}"));
    let node = if matches!(entry, CatalogueEntry::Policy(_)) { " (no node)" } else { "" };
    format!("{}{folder}{node}", policy.title)
}

fn as_text(hits: &[Hit<'_>], catalogue: &Catalogue) -> String {
    /// A longer name is on a separate line, so that it does not push all titles away.
    const LONGEST: usize = 52;
    let named = |hit: &Hit<'_>| {
        let scopes = scopes(hit.entry);
        let scopes = if scopes.len() > 1 { "both" } else { scopes.first().copied().unwrap_or_default() };
        (name(hit.entry, catalogue), scopes, title(hit.entry, hits))
    };
    let rows: Vec<(String, &str, String)> = hits.iter().map(named).collect();
    let lengths = rows.iter().map(|(name, ..)| name.chars().count());
    let width = lengths.filter(|length| *length <= LONGEST).max().unwrap_or(0);
    let mut text = String::new();
    for (mut name, scopes, title) in rows {
        if name.chars().count() > LONGEST {
            text.push_str(&format!("{name}\n"));
            name = String::new();
        }
        text.push_str(format!("{name:<width$}  {scopes:<6}  {title}").trim_end());
        text.push('\n');
    }
    text
}

fn as_json(hits: &[Hit<'_>], shown: &[Hit<'_>], catalogue: &Catalogue) -> Value {
    let one = |hit: &Hit<'_>| {
        let entry = hit.entry;
        let policy = entry.group_policy();
        let uri = match entry {
            CatalogueEntry::Node(node) => Some(node.address(node.first_scope()).to_string()),
            CatalogueEntry::Policy(_) => None,
        };
        json!({
            "name": name(entry, catalogue),
            "uri": uri,
            "scopes": scopes(entry),
            "title": policy.map(|policy| policy.title.as_str()).filter(|title| !title.is_empty()),
            "path": policy.map(|policy| policy.path.as_str()).filter(|path| !path.is_empty()),
        })
    };
    json!({ "release": catalogue.release, "found": hits.len(), "settings": shown.iter().map(one).collect::<Vec<_>>() })
}
