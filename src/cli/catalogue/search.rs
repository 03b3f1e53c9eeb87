//! `catalogue search`: settings by words.

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::catalogue::{Catalogue, Entry, Hit};
use crate::cli::Global;
use crate::cli::output::{Failure, Output};
use crate::cli::workspace::Workspace;
use crate::report::{WIDTH, name_of};
use crate::setting::Scope;

#[derive(Debug, Args)]
pub(super) struct SearchArgs {
    /// Words of a name, a title, a path or a label; the beginning of a word is enough
    #[arg(required = true)]
    words: Vec<String>,
    /// How many are shown
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// The form of what is found
    #[arg(long, value_name = "FORM", default_value = "human")]
    output_format: SearchFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
enum SearchFormat {
    Human,
    Json,
}

pub(super) fn run(args: &SearchArgs, global: &Global, output: &Output) -> Result<ExitCode, Failure> {
    let text = args.words.join(" ");
    let workspace = Workspace::here(global, output);
    let catalogue = workspace.as_ref().map_or_else(|| Catalogue::embedded(), Workspace::catalogue);
    let hits = catalogue.search(&text);
    let shown = &hits[..hits.len().min(args.limit)];
    match args.output_format {
        SearchFormat::Json => output.result(&format!("{:#}\n", as_json(&hits, shown, catalogue))),
        SearchFormat::Human => output.result(&as_text(shown, catalogue)),
    }
    if hits.is_empty() {
        return Err(Failure::with_help(
            format!("nothing has all the words `{text}`"),
            "try fewer of them, or only how they begin; English names are searched",
        ));
    }
    if hits.len() > shown.len() && args.output_format == SearchFormat::Human {
        output.result(&format!("\n{} more; `--limit {}` shows all\n", hits.len() - shown.len(), hits.len()));
    }
    Ok(ExitCode::SUCCESS)
}

/// What `explain` takes as a name, and the title.
fn named(entry: Entry<'_>, catalogue: &Catalogue) -> (String, String) {
    let title = entry.group_policy().map_or("", |policy| policy.title.as_str());
    match entry {
        Entry::Node(node) => (name_of(&node.address(node.first_scope()), catalogue), title.to_string()),
        Entry::Policy(policy) => (policy.policy.clone(), format!("{title} (no node)")),
    }
}

fn as_text(hits: &[Hit<'_>], catalogue: &Catalogue) -> String {
    let rows: Vec<(String, String)> = hits.iter().map(|hit| named(hit.entry, catalogue)).collect();
    // A few long names must not push all titles away.
    let longest = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0).min(WIDTH / 2 + 8);
    let line = |(name, title): &(String, String)| format!("{name:<longest$}  {title}").trim_end().to_string() + "\n";
    rows.iter().map(line).collect()
}

fn as_json(hits: &[Hit<'_>], shown: &[Hit<'_>], catalogue: &Catalogue) -> Value {
    let one = |hit: &Hit<'_>| {
        let entry = hit.entry;
        let (name, _) = named(entry, catalogue);
        let scopes: Vec<&str> =
            [Scope::Device, Scope::User].into_iter().filter(|scope| entry.has(*scope)).map(Scope::word).collect();
        let policy = entry.group_policy();
        let uri = match entry {
            Entry::Node(node) => Some(node.address(node.first_scope()).to_string()),
            Entry::Policy(_) => None,
        };
        json!({
            "name": name,
            "uri": uri,
            "scopes": scopes,
            "title": policy.map(|policy| policy.title.as_str()).filter(|title| !title.is_empty()),
            "path": policy.map(|policy| policy.path.as_str()).filter(|path| !path.is_empty()),
        })
    };
    json!({ "release": catalogue.release, "found": hits.len(), "settings": shown.iter().map(one).collect::<Vec<_>>() })
}
