//! `catalogue search`: settings by words.

use std::process::ExitCode;

use clap::Args;

use crate::cli::output::{HumanOrJson, Output};
use crate::cli::{Global, catalogue_of, repository_if_any};
use crate::failure::Failure;
use crate::report::{CatalogueSearchDocument, catalogue_search_text};

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
    output_format: HumanOrJson,
}

pub(super) fn run(args: &SearchArgs, global: &Global, output: &Output) -> Result<ExitCode, Failure> {
    let text = args.words.join(" ");
    let repository = repository_if_any(global, output);
    let catalogue = catalogue_of(repository.as_ref());
    let hits = catalogue.search(&text);
    let document = CatalogueSearchDocument::new(&hits, args.limit, catalogue);
    match args.output_format {
        HumanOrJson::Human => output.result(&catalogue_search_text(&document)),
        HumanOrJson::Json => output.json(&document)?,
    }
    if hits.is_empty() {
        return Err(Failure::with_help(
            format!("no setting matches `{text}`"),
            "use fewer words, or only their first letters; only English names are searched",
        ));
    }
    Ok(ExitCode::SUCCESS)
}
