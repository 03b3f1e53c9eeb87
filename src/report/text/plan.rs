//! A plan for a terminal.

use std::collections::BTreeMap;

use super::change::{assignment_text, change_text, needed_for_masked_values};
use super::findings::{codes, findings_text, saved_findings_text};
use super::reach;
use super::style::{Paint, visible};
use crate::diagnostic::{Diagnostic, Severity, counted};
use crate::plan::{ActionWord, AssignmentLine, ChangeDocument, ForeignUnverifiedLine, PlanDocument};
use crate::setting::ObjectKey;

/// What is known of a plan that was just made, and is not saved with it.
#[derive(Debug, Clone, Default)]
pub struct PlanHeader<'a> {
    /// How many profiles, groups, filters and tags were read, and with how many requests.
    pub read: Option<String>,
    /// The findings with the lines of the files that they are about.
    pub findings: Option<&'a [Diagnostic]>,
}

/// The errors of a plan and its summary line.
pub fn plan_errors_text(plan: &PlanDocument, header: &PlanHeader<'_>, paint: Paint) -> String {
    let is_error = |severity: Severity| severity == Severity::Error;
    let text = match header.findings {
        Some(findings) => findings_text(findings.iter().filter(|one| is_error(one.severity)), paint),
        None => saved_findings_text(plan.diagnostics.iter().filter(|one| is_error(one.severity)), paint),
    };
    format!("{text}{}\n", plan_summary(plan))
}

/// The whole plan, ending with its summary line.
pub fn plan_text(plan: &PlanDocument, header: &PlanHeader<'_>, paint: Paint) -> String {
    let tenant = if plan.sandbox {
        "sandbox (embedded, not your tenant)".to_string()
    } else {
        format!("{} ({})", visible(&plan.tenant.name), plan.tenant.id)
    };
    let mut text =
        format!("Environment {}   tenant {tenant}   owner {}\n", paint.strong(&plan.environment), plan.owner);
    if let Some(read) = &header.read {
        text.push_str(&paint.faint(read));
        text.push('\n');
    }
    text.push('\n');
    let shared = shared_targets(&plan.changes);
    for (target, change) in &shared {
        let profiles = counted(change.objects.len(), "profile");
        text.push_str(&format!("  target {} changed, for {profiles}\n", paint.strong(target)));
        for line in &change.lines {
            text.push_str(&format!("      {}\n", assignment_text(line, paint)));
        }
        text.push('\n');
    }
    for change in &plan.changes {
        let follows = change
            .target
            .as_ref()
            .filter(|target| shared.get(*target).is_some_and(|shared| shared.objects.contains(&change.object())));
        let unverified = plan.unverified_in(change);
        text.push_str(&change_text(change, follows.map(String::as_str), unverified, paint));
        text.push('\n');
    }
    text.push_str(&notes(plan, paint));
    text.push_str(&match header.findings {
        Some(findings) => findings_text(findings, paint),
        None => saved_findings_text(&plan.diagnostics, paint),
    });
    for line in reach::reach(plan) {
        text.push_str(&wrapped(&line, "  ", paint));
    }
    if let Some(line) = reach::default_scope_tag(plan) {
        text.push_str(&wrapped(&line, "  ", paint));
    }
    if let Some(line) = reach::limits_line(plan) {
        text.push_str(&wrapped(&paint.changed(&line), "  ", paint));
    }
    text.push_str(&plan_summary(plan));
    text.push('\n');
    text
}

/// The change of a target that is the same in several profiles.
struct SharedTargetChange<'p> {
    lines: Vec<&'p AssignmentLine>,
    /// These profiles.
    objects: Vec<ObjectKey>,
}

/// The targets whose change is the same in several profiles, by name, so that it is shown once.
fn shared_targets(changes: &[ChangeDocument]) -> BTreeMap<String, SharedTargetChange<'_>> {
    let mut groups: BTreeMap<(&str, Vec<&AssignmentLine>), Vec<ObjectKey>> = BTreeMap::new();
    for change in changes.iter().filter(|change| change.action == ActionWord::Update && !change.assignments.is_empty())
    {
        if let Some(target) = &change.target {
            groups.entry((target, change.assignments.iter().collect())).or_default().push(change.object());
        }
    }
    let several = groups.into_iter().filter(|(_, objects)| objects.len() > 1);
    several.map(|((target, lines), objects)| (target.to_string(), SharedTargetChange { lines, objects })).collect()
}

fn notes(plan: &PlanDocument, paint: Paint) -> String {
    let mut text = String::new();
    let kept: Vec<String> = plan
        .orphans
        .iter()
        .filter(|orphan| !plan.changes.iter().any(|change| change.id.as_ref() == Some(&orphan.id)))
        .map(|orphan| orphan.object().to_string())
        .collect();
    if !kept.is_empty() {
        let (have, they, them) = if kept.len() == 1 { ("has", "It is", "it") } else { ("have", "They are", "them") };
        let hint = match plan.prune {
            true => format!("{they} kept."),
            false => format!("{they} kept; set `prune: true` on the environment to delete {them}."),
        };
        let (profiles, names) = (counted(kept.len(), "managed profile"), kept.join(", "));
        text.push_str(&wrapped(
            &format!("  {profiles} no longer {have} a policy file: {names}. {hint}"),
            "    ",
            paint,
        ));
        text.push('\n');
    }
    let alone = plan.unverified_alone();
    if !alone.is_empty() {
        let profiles = counted(alone.len(), "profile");
        text.push_str(&format!("  ? {profiles} with masked values that could not be compared\n"));
        for one in alone {
            text.push_str(&format!("      {}: {}\n", one.object(), one.settings.join(", ")));
        }
        text.push_str(&format!("      {}\n\n", needed_for_masked_values()));
    }
    if !plan.foreign_unverified.is_empty() {
        let profiles = counted(plan.foreign_unverified.len(), "profile");
        text.push_str(&format!("  ? {profiles} that are not managed here, with masked values that may interfere\n"));
        for ForeignUnverifiedLine { name, id, settings } in &plan.foreign_unverified {
            let id = if plan.is_shared_name(name) { format!(" ({})", visible(id)) } else { String::new() };
            text.push_str(&format!("      \"{}\"{id}: {}\n", visible(name), settings.join(", ")));
        }
        text.push_str(&format!("      {}\n\n", needed_for_masked_values()));
    }
    if !plan.held.is_empty() {
        text.push_str(&format!(
            "  left as they are, because `environments:` excludes this one: {}\n\n",
            plan.held.join(", ")
        ));
    }
    if !plan.registry_only.is_empty() {
        text.push_str(&format!("  registry only, so exported but not sent: {}\n\n", plan.registry_only.join(", ")));
    }
    text
}

/// A line of at most the width of the terminal, if its words allow that; continued with an indent, and ended.
fn wrapped(text: &str, indent: &str, paint: Paint) -> String {
    let (mut wrapped, mut width) = (String::new(), 0);
    for word in text.split_inclusive(' ') {
        let length = word.trim_end().chars().count();
        if width > indent.len() && width + length > paint.width {
            wrapped.truncate(wrapped.trim_end_matches(' ').len());
            wrapped.push('\n');
            wrapped.push_str(indent);
            width = indent.len();
        }
        wrapped.push_str(word);
        width += word.chars().count();
    }
    wrapped.push('\n');
    wrapped
}

/// `Plan: 1 to add, 2 to change, 1 to delete; 38 unchanged, 209 not managed here.`
pub fn plan_summary(plan: &PlanDocument) -> String {
    let counts = plan.summary;
    let errors = plan.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
    let error_codes =
        plan.diagnostics.iter().filter(|one| one.severity == Severity::Error).map(|one| one.code.as_str());
    let blocked =
        if errors == 0 { String::new() } else { format!("; {}{}", counted(errors, "error"), codes(error_codes)) };
    if counts.create + counts.update + counts.delete == 0 {
        let nothing = if errors == 0 { "nothing to do" } else { "nothing can be done" };
        return format!(
            "Plan: {nothing}; {} unchanged, {} not managed here{blocked}.",
            counts.unchanged, counts.not_ours
        );
    }
    format!(
        "Plan: {} to add, {} to change, {} to delete; {} unchanged, {} not managed here{blocked}.",
        counts.create, counts.update, counts.delete, counts.unchanged, counts.not_ours
    )
}
