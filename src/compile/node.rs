//! Checks whether a node can be set, and whether the oldest supported Windows has it.

use crate::catalogue::{CspNode, Format};
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{Policy, WindowsRelease};
use crate::source::Place;

/// Reports problems of a node that do not depend on its value.
pub(super) fn complain(node: &CspNode, policy: &Policy, place: &Place, problems: &mut Vec<Diagnostic>) {
    if !node.is_settable() {
        problems.push(
            Diagnostic::error(Code::NotSettable, "this node cannot be set")
                .at(place.clone(), why_not(node))
                .help("remove it"),
        );
        return;
    }
    if !node.access.contains('G') {
        problems.push(
            Diagnostic::warning(Code::WriteOnlySetting, "this setting can be written but not read back")
                .at(place.clone(), "Intune will report an error, because devices cannot return the value")
                .note("the setting may still work")
                .fact("source: Microsoft, \"Use custom settings for Windows 10/11 devices in Intune\""),
        );
    }
    complain_of_windows(node, policy, place, problems);
    if let Some(since) = &node.deprecated {
        let label = if since == "yes" { String::new() } else { format!("since {since}") };
        problems.push(
            Diagnostic::warning(Code::DeprecatedSetting, "Microsoft marks this node as deprecated")
                .at(place.clone(), label),
        );
    }
    if node.insider {
        problems.push(
            Diagnostic::warning(Code::PreviewOnly, "Microsoft lists this node for preview builds only")
                .at(place.clone(), "released builds may not have it")
                .note("this mark often stays after the release: try the setting on one device"),
        );
    }
}

fn why_not(node: &CspNode) -> &'static str {
    match (node.format, node.access.contains('E'), node.access.contains('G')) {
        (Format::Node, ..) => "an inner node does not have a value",
        (_, true, _) => "it is a command, and a profile can only set values",
        (Format::Null, ..) => "it does not have a value",
        _ => "it is read-only",
    }
}

fn complain_of_windows(node: &CspNode, policy: &Policy, place: &Place, problems: &mut Vec<Diagnostic>) {
    let Some(windows) = &policy.document.windows else { return };
    let floor = policy.place(windows.span);
    if !node.on_build(windows.build) {
        problems.push(
            Diagnostic::warning(Code::WindowsTooOld, format!("{} does not have this setting", windows.shown()))
                .at(place.clone(), where_it_is(node))
                .and(floor.clone(), "this is the oldest release that must be supported")
                .help("older devices report an error for this setting: raise `windows:`, or move the setting to a separate policy"),
        );
    }
    if let Some(edition) =
        windows.edition.filter(|edition| !node.editions.is_empty() && !node.editions.contains(edition))
    {
        let names: Vec<&str> = node.editions.iter().map(|edition| edition.name()).collect();
        problems.push(
            Diagnostic::warning(Code::EditionLacksSetting, format!("Windows {edition} does not have this setting"))
                .at(place.clone(), format!("available on {}", names.join(", ")))
                .and(floor, "the edition that must be supported")
                .help("devices of this edition report an error for this setting: move it to a separate policy"),
        );
    }
}

/// The releases that have a node, and older ones that have it with updates.
fn where_it_is(node: &CspNode) -> String {
    let (updates, releases): (Vec<&str>, Vec<&str>) =
        node.builds.iter().map(String::as_str).partition(|build| build.matches('.').count() > 2);
    match (releases.as_slice(), updates.as_slice()) {
        ([], updates) => format!("available only with updates: {}", updates.join(", ")),
        (releases, []) => format!("available since {}", named(releases)),
        (releases, updates) => {
            format!("available since {}, and with updates: {}", named(releases), updates.join(", "))
        }
    }
}

/// `10.0.16299` → `Windows 10 1709 (build 16299)`.
fn named(releases: &[&str]) -> String {
    let shown = |release: &&str| match release.trim_start_matches("10.0.").parse() {
        Ok(build) => WindowsRelease { build, edition: None }.shown(),
        Err(_) => release.to_string(),
    };
    releases.iter().map(shown).collect::<Vec<_>>().join(", ")
}
