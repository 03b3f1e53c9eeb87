//! How two catalogues differ, for a terminal.

use std::collections::BTreeMap;

use crate::catalogue::Fact;
use crate::report::documents::{CatalogueDiffDocument, ChangedSetting, GroupPolicies, ScopedSetting};
use crate::report::{WIDTH, wrap};

/// Names of Group Policies and changes of editions only are counted, and listed if `verbose`.
pub fn catalogue_diff_text(diff: &CatalogueDiffDocument, verbose: bool) -> String {
    let mut text = format!("{} → {}\n", diff.old, diff.new);
    let mut list = |heading: &str, names: Vec<String>| {
        if !names.is_empty() {
            text.push_str(&format!("\n{heading}\n"));
            names.iter().for_each(|name| text.push_str(&format!("  {name}\n")));
        }
    };
    let scoped = |line: &ScopedSetting| format!("{}{}", line.setting, in_scopes(&line.scopes));
    list("Added", diff.added.iter().map(scoped).collect());
    list("Removed", diff.removed.iter().map(scoped).collect());
    let (editions, others): (Vec<&ChangedSetting>, Vec<&ChangedSetting>) =
        diff.changed.iter().partition(|changed| !verbose && changed.facts.iter().all(|fact| fact.fact == "editions"));
    list("Changed", others.iter().flat_map(|changed| change_lines(changed)).collect());
    if !editions.is_empty() {
        text.push_str(&format!("\n{} more changed in their editions only; `-v` lists them\n", editions.len()));
    }
    group_policies(&mut text, &diff.group_policies, verbose);
    if !diff.policies.is_empty() {
        text.push_str("\nYour policies\n");
        for one in &diff.policies {
            text.push_str(&format!("  {}:{}: {} {}\n", one.file, one.line, one.setting, one.what));
        }
    }
    text.push_str(&format!(
        "\n{} added, {} removed, {} changed{}\n",
        diff.added.len(),
        diff.removed.len(),
        diff.changed.len(),
        kinds(&diff.changed)
    ));
    text
}

/// How many changed in what, the most frequent first.
fn kinds(changed: &[ChangedSetting]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for fact in changed.iter().flat_map(|changed| &changed.facts) {
        *counts.entry(fact.fact).or_default() += 1;
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let shown: Vec<String> = counts.iter().map(|(fact, count)| format!("{fact} {count}")).collect();
    if shown.is_empty() { String::new() } else { format!(" ({})", shown.join(", ")) }
}

fn in_scopes(scopes: &[String]) -> String {
    format!(" [{}]", scopes.join(", "))
}

fn change_lines(changed: &ChangedSetting) -> Vec<String> {
    let mut lines = vec![format!("{}{}", changed.setting, in_scopes(&changed.scopes))];
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

/// Of a list, only what was added and removed.
fn items(fact: &Fact) -> String {
    let split = |text: &'_ str| text.split(' ').filter(|item| !item.is_empty()).map(String::from).collect::<Vec<_>>();
    let (before, after) = (split(&fact.before), split(&fact.after));
    let added = after.iter().filter(|item| !before.contains(item)).map(|item| format!("+ {item}"));
    let removed = before.iter().filter(|item| !after.contains(item)).map(|item| format!("- {item}"));
    let items: Vec<String> = added.chain(removed).collect();
    if items.is_empty() { "in another order".into() } else { items.join(", ") }
}

fn group_policies(text: &mut String, found: &GroupPolicies, verbose: bool) {
    let lists = [("added", &found.added), ("removed", &found.removed), ("changed", &found.changed)];
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
