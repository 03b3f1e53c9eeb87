//! Settings that were found, for a terminal.

use crate::report::documents::{CatalogueSearchDocument, FoundSetting};

/// A longer name stands on a line of its own, so that it does not push all titles away.
const LONGEST: usize = 52;

/// One line for each setting, and one about those that were left out.
pub fn catalogue_search_text(search: &CatalogueSearchDocument) -> String {
    let lengths = search.settings.iter().map(|setting| setting.name.chars().count());
    let width = lengths.filter(|length| *length <= LONGEST).max().unwrap_or(0);
    let mut text = String::new();
    for setting in &search.settings {
        let mut name = setting.name.as_str();
        if name.chars().count() > LONGEST {
            text.push_str(&format!("{name}\n"));
            name = "";
        }
        let scopes = match setting.scopes.as_slice() {
            [only] => only,
            _ => "both",
        };
        let title = title(setting, &search.settings);
        text.push_str(format!("{name:<width$}  {scopes:<6}  {title}").trim_end());
        text.push('\n');
    }
    if search.found > search.settings.len() {
        let more = search.found - search.settings.len();
        text.push_str(&format!("\n{more} more; `--limit {}` shows all\n", search.found));
    }
    text
}

/// The title; where another setting has the same, with its folder.
fn title(setting: &FoundSetting, all: &[FoundSetting]) -> String {
    let Some(title) = &setting.title else { return String::new() };
    let is_shared = all.iter().filter(|other| other.title.as_ref() == Some(title)).count() > 1;
    let folder = setting.path.as_ref().filter(|_| is_shared).and_then(|path| path.rsplit(" > ").next());
    let folder = folder.map_or(String::new(), |folder| format!(", in {folder}"));
    let node = if setting.uri.is_none() { " (no node)" } else { "" };
    format!("{title}{folder}{node}")
}
