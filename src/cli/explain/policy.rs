//! Explains a Group Policy that no node sets.

use super::registry::registry_lines;
use super::screen::Screen;
use super::setting::{rules_lines, used_lines};
use super::used;
use crate::catalogue::{Catalogue, OnlyPolicy};
use crate::report::registry_block;
use crate::repository::Repository;
use crate::setting::Scope;

/// The screen for a Group Policy: its names, its registry form with a block to copy, and similar nodes.
pub(super) fn policy_text(
    policy: &OnlyPolicy,
    scope: Scope,
    catalogue: &Catalogue,
    repository: Option<&Repository>,
) -> String {
    let names = &policy.group_policy;
    let mut screen = Screen::titled(&names.title, "no CSP node is known for it");
    screen.line(
        "Intune",
        "Microsoft's description does not link it to an Intune setting. Look at similar settings; you can export its \
         registry values.",
    );
    screen.line("Group Policy", &names.full_path(scope));
    if names.class == "Both" {
        let other = if scope == Scope::Device { "User" } else { "Computer" };
        screen.line("", &format!("also exists under {other}"));
    }
    match &names.file {
        Some(file) => screen.line("ADMX name", &format!("{} ({file})", names.name)),
        None => screen.line("Name", &names.name),
    }
    screen.line("Template", names.template.as_deref().unwrap_or_default());
    match &policy.registry {
        Some(form) => screen.lines("Registry", &registry_lines(form, scope)),
        None => screen.line("Registry", "no registry value is known for this setting"),
    }
    let near: Vec<String> = catalogue
        .neighbors(names)
        .into_iter()
        .map(|node| {
            let title = node.group_policy.as_ref().map_or("", |policy| policy.title.as_str());
            format!("{}  {title}", catalogue.name_of(&node.address(node.first_scope())))
        })
        .collect();
    screen.lines("Similar", &near);
    screen.line("Source", &catalogue.release);
    let places = policy.registry.as_ref().map_or(Vec::new(), |form| form.locations(scope));
    rules_lines(&mut screen, None, &places);
    used_lines(&mut screen, repository.map_or(Vec::new(), |repository| used::by_registry(repository, &places)));
    if let Some(block) = policy.registry.as_ref().and_then(|form| registry_block(form, scope)) {
        screen.block("To copy, for `export reg`", &format!("    registry:\n{block}"));
    }
    screen.text()
}
