//! A plan for a terminal.

use std::collections::BTreeMap;

use super::reach;
use super::style::{Paint, cut_pair, visible};
use crate::diagnostic::Severity;
use crate::plan::{
    ActionWord, AssignmentLine, ChangeDocument, DiagnosticDocument, FieldLine, PlanDocument, SettingLine, ValueText,
};

/// What is said above a plan and is not part of it.
#[derive(Debug, Clone, Default)]
pub struct Header {
    /// How many profiles, groups, filters and tags were read, and by how many requests.
    pub read: Option<String>,
}

/// Longer texts are cut; their full form is in the JSON.
const WIDTH: usize = 60;
/// What it takes to compare masked values.
const DECRYPTS: &str = "reading them needs DeviceManagementConfiguration.ReadWrite.All";

/// The whole plan, ending with its summary line.
pub fn plan_text(plan: &PlanDocument, header: &Header, paint: Paint) -> String {
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
    for (target, (lines, keys)) in &shared {
        text.push_str(&format!("  target {} changed, for {} profiles\n", paint.strong(target), keys.len()));
        for line in lines {
            text.push_str(&format!("      {}\n", assignment_text(line, paint)));
        }
        text.push('\n');
    }
    for change in &plan.changes {
        let follows = change
            .target
            .as_ref()
            .filter(|target| shared.get(*target).is_some_and(|(_, keys)| keys.contains(&change.key.as_str())));
        let unverified = plan.unverified.get(&change.key).map_or(&[][..], Vec::as_slice);
        text.push_str(&change_text(change, follows.map(String::as_str), unverified, paint));
        text.push('\n');
    }
    text.push_str(&notes(plan));
    for diagnostic in &plan.diagnostics {
        text.push_str(&diagnostic_text(diagnostic, paint));
        text.push('\n');
    }
    for line in reach::reach(plan) {
        text.push_str(&wrapped(&line, "  "));
    }
    if let Some(line) = reach::default_scope_tag(plan) {
        text.push_str(&wrapped(&line, "  "));
    }
    if let Some(line) = reach::limits(plan) {
        text.push_str(&wrapped(&paint.changed(&line), "  "));
    }
    text.push_str(&summary(plan));
    text.push('\n');
    text
}

type Shared<'p> = BTreeMap<String, (Vec<&'p AssignmentLine>, Vec<&'p str>)>;

/// Targets whose change is the same in several profiles: said once.
fn shared_targets(changes: &[ChangeDocument]) -> Shared<'_> {
    let mut groups: BTreeMap<(&str, Vec<&AssignmentLine>), Vec<&str>> = BTreeMap::new();
    for change in changes.iter().filter(|change| change.action == ActionWord::Update && !change.assignments.is_empty())
    {
        if let Some(target) = &change.target {
            groups.entry((target, change.assignments.iter().collect())).or_default().push(&change.key);
        }
    }
    let several = groups.into_iter().filter(|(_, keys)| keys.len() > 1);
    several.map(|((target, lines), keys)| (target.to_string(), (lines, keys))).collect()
}

/// What differs in one change, as a plan says it; nothing where only the marker is written.
pub fn differences(change: &ChangeDocument, paint: Paint) -> Vec<String> {
    let text = change_text(change, None, &[], paint);
    text.lines().skip(1).map(|line| line.strip_prefix("      ").unwrap_or(line).to_string()).collect()
}

fn change_text(change: &ChangeDocument, follows: Option<&str>, unverified: &[String], paint: Paint) -> String {
    let sign = match change.action {
        ActionWord::Create => '+',
        ActionWord::Update => '~',
        ActionWord::Delete => '-',
    };
    let name = format!("\"{}\"", visible(&change.name));
    let mut text = format!("  {}", paint.sign(sign, &format!("{sign} {:<28} {name}", change.key)));
    if change.action != ActionWord::Create {
        text.push_str(&format!("   {}", change.because));
    }
    text.push('\n');
    if change.action == ActionWord::Delete {
        let places = change.assignments.len();
        let count = |count: usize, one: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") };
        let reach =
            if places == 0 { "not assigned".to_string() } else { format!("{} assigned", count(places, "target")) };
        text.push_str(&format!(
            "      {}, {reach}; last values stay on devices until something else sets them\n",
            count(change.settings.len(), "setting")
        ));
        return text;
    }
    for field in &change.fields {
        text.push_str(&field_text(field, paint));
    }
    for setting in &change.settings {
        text.push_str(&setting_text(setting, paint));
    }
    for name in unverified {
        text.push_str(&format!("      ? {name}   not verified\n"));
    }
    if !unverified.is_empty() {
        text.push_str(&format!("          {DECRYPTS}\n"));
    }
    match follows {
        Some(target) => text.push_str(&format!("      {} assignments follow target {target}\n", paint.changed("~"))),
        None => {
            let sign = if change.action == ActionWord::Create { '+' } else { '~' };
            if let Some(target) = change.target.as_ref().filter(|_| !change.assignments.is_empty()) {
                text.push_str(&format!(
                    "      {} assignments of target {target}\n",
                    paint.sign(sign, &sign.to_string())
                ));
            }
            let indent = if change.target.is_some() { "        " } else { "      " };
            for line in &change.assignments {
                text.push_str(&format!("{indent}{}\n", assignment_text(line, paint)));
            }
        }
    }
    if change.action == ActionWord::Create && change.assignments.is_empty() {
        text.push_str("      assigned to nobody\n");
    }
    for part in &change.newly_managed {
        text.push_str(&format!("      {} {part}: managed from now on\n", paint.changed("~")));
    }
    for part in &change.not_managed {
        let how = if part.released { "no longer managed" } else { "not managed" };
        let holds = if part.holds.is_empty() { "nothing" } else { &part.holds };
        let sign = if part.released { paint.changed("~") } else { " ".into() };
        text.push_str(&format!("      {sign} {}: {how}, stays as it is: {}\n", part.part, clip(holds)));
    }
    text
}

fn field_text(field: &FieldLine, paint: Paint) -> String {
    let changed = paint.changed("~");
    if field.before.contains('\n') || field.after.contains('\n') {
        return format!("      {changed} {}\n{}", field.field, line_difference(&field.before, &field.after, paint));
    }
    if field.before.is_empty() {
        return format!("      {} {}   \"{}\"\n", paint.added("+"), field.field, clip(&field.after));
    }
    let (before, after) = cut_pair(&field.before, &field.after, WIDTH);
    format!("      {changed} {}   \"{before}\" → \"{after}\"\n", field.field)
}

fn setting_text(setting: &SettingLine, paint: Paint) -> String {
    let sign = setting.sign.symbol();
    let name = format!("{} [{}]", setting.name, setting.scope);
    let long = |value: &Option<ValueText>| {
        value.as_ref().and_then(|value| value.text.as_deref()).is_some_and(|text| text.contains('\n'))
    };
    if long(&setting.before) || long(&setting.after) {
        let mut text = format!("      {} {name}\n", paint.sign(sign, &sign.to_string()));
        let all = |value: &Option<ValueText>| value.as_ref().and_then(|value| value.text.clone()).unwrap_or_default();
        text.push_str(&line_difference(&all(&setting.before), &all(&setting.after), paint));
        return text;
    }
    let value = match (&setting.before, &setting.after) {
        (Some(before), Some(after)) => values_text(before, after),
        (None, Some(only)) | (Some(only), None) => only.text.as_deref().map_or_else(hidden, clip),
        (None, None) => String::new(),
    };
    let sign = paint.sign(sign, &sign.to_string());
    // One line where both fit 100 columns, else the value on a line of its own.
    if name.chars().count().max(48) + value.chars().count() <= 88 {
        format!("      {sign} {name:<48}   {value}\n")
    } else {
        format!("      {sign} {name}\n          {value}\n")
    }
}

fn hidden() -> String {
    "(hidden)".into()
}

/// Old and new value, with their types where those are what changes.
fn values_text(before: &ValueText, after: &ValueText) -> String {
    let (old, new) = match (&before.text, &after.text) {
        (Some(old), Some(new)) => cut_pair(old, new, WIDTH),
        (old, new) => (old.as_deref().map_or_else(hidden, clip), new.as_deref().map_or_else(hidden, clip)),
    };
    if before.kind == after.kind {
        return format!("{old} → {new}");
    }
    format!("{old} ({}) → {new} ({})", before.kind.word(), after.kind.word())
}

fn line_difference(before: &str, after: &str, paint: Paint) -> String {
    let difference = similar::TextDiff::from_lines(before, after);
    let mut lines = String::new();
    for change in difference.iter_all_changes().filter(|change| change.tag() != similar::ChangeTag::Equal).take(40) {
        let (sign, line) = match change.tag() {
            similar::ChangeTag::Delete => ('-', change.value()),
            _ => ('+', change.value()),
        };
        lines.push_str(&format!("          {}\n", paint.sign(sign, &format!("{sign} {}", clip(line.trim_end())))));
    }
    lines
}

/// One assignment: `+ assignment  include group SSPR Pilot (filter include Windows 11)`.
fn assignment_text(line: &AssignmentLine, paint: Paint) -> String {
    let sign = line.sign.symbol();
    let members = line.members.map(reach::members);
    let more = match (line.widens, members) {
        (true, Some(members)) => format!("   ! its members come into reach: {members}"),
        (true, None) => "   ! its members come into reach".into(),
        (false, Some(members)) => format!("   {members}"),
        (false, None) => String::new(),
    };
    format!("{} assignment  {}{more}", paint.sign(sign, &sign.to_string()), visible(&line.words()))
}

fn notes(plan: &PlanDocument) -> String {
    let mut text = String::new();
    let keys = |count: usize| if count == 1 { "profile" } else { "profiles" };
    let kept: Vec<&str> = plan
        .orphans
        .iter()
        .filter(|orphan| !plan.changes.iter().any(|change| change.id.as_ref() == Some(&orphan.id)))
        .map(|orphan| orphan.key.as_str())
        .collect();
    if !kept.is_empty() {
        let hint = if plan.prune { "kept" } else { "kept; `prune: true` would delete them" };
        text.push_str(&format!(
            "  {} of ours in the tenant that no policy writes: {} ({hint})\n\n",
            kept.len(),
            kept.join(", ")
        ));
    }
    let alone = plan.unverified.iter().filter(|(key, _)| !plan.changes.iter().any(|change| change.key == **key));
    let alone: Vec<(&String, &Vec<String>)> = alone.collect();
    if !alone.is_empty() {
        let count = alone.len();
        text.push_str(&format!("  ? {count} {} with masked values that could not be compared\n", keys(count)));
        for (key, settings) in alone {
            text.push_str(&format!("      {key}: {}\n", settings.join(", ")));
        }
        text.push_str(&format!("      {DECRYPTS}\n\n"));
    }
    if !plan.foreign_unverified.is_empty() {
        let count = plan.foreign_unverified.len();
        text.push_str(&format!("  ? {count} {} of others with masked values that may interfere\n", keys(count)));
        for (name, settings) in &plan.foreign_unverified {
            text.push_str(&format!("      \"{}\": {}\n", visible(name), settings.join(", ")));
        }
        text.push_str(&format!("      {DECRYPTS}\n\n"));
    }
    if !plan.held.is_empty() {
        text.push_str(&format!("  kept as they are, outside this environment: {}\n\n", plan.held.join(", ")));
    }
    if !plan.registry_only.is_empty() {
        text.push_str(&format!("  registry only, exported and not sent: {}\n\n", plan.registry_only.join(", ")));
    }
    text
}

/// A problem or finding as a few lines.
fn diagnostic_text(diagnostic: &DiagnosticDocument, paint: Paint) -> String {
    let head = format!("{}[{}]", diagnostic.severity.word(), diagnostic.code);
    let head = match diagnostic.severity {
        Severity::Error => paint.removed(&head),
        Severity::Warning => paint.changed(&head),
        Severity::Info => paint.strong(&head),
    };
    let name = diagnostic.name.as_ref().map_or(String::new(), |name| format!(" {name}:"));
    let mut text = wrapped(&format!("{head}{name} {}", visible(&diagnostic.message)), "  ");
    if let (Some(file), Some(line), Some(column)) = (&diagnostic.file, diagnostic.line, diagnostic.column) {
        let place = format!("  --> {file}:{line}:{column}  {}", visible(&diagnostic.label));
        text.push_str(&wrapped(place.trim_end(), "      "));
    }
    for note in &diagnostic.notes {
        text.push_str(&wrapped(&format!("  = {}", visible(note)), "    "));
    }
    if let Some(help) = &diagnostic.help {
        text.push_str(&wrapped(&format!("  = help: {}", visible(help)), "    "));
    }
    text
}

/// A line with at most 100 columns where its words allow, continued with an indent, and its line end.
fn wrapped(text: &str, indent: &str) -> String {
    let (mut wrapped, mut width) = (String::new(), 0);
    for word in text.split_inclusive(' ') {
        let length = word.trim_end().chars().count();
        if width > indent.len() && width + length > 100 {
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

/// `Plan: 1 to add, 2 to change, 1 to delete; 209 not ours.`
pub(super) fn summary(plan: &PlanDocument) -> String {
    let counts = plan.summary;
    let errors = plan.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
    let blocked = match errors {
        0 => String::new(),
        1 => "; 1 error".into(),
        more => format!("; {more} errors"),
    };
    if counts.create + counts.update + counts.delete == 0 {
        let nothing = if errors == 0 { "nothing to do" } else { "nothing can be done" };
        return format!("Plan: {nothing}; {} as written, {} not ours{blocked}.", counts.unchanged, counts.not_ours);
    }
    format!(
        "Plan: {} to add, {} to change, {} to delete; {} as written, {} not ours{blocked}.",
        counts.create, counts.update, counts.delete, counts.unchanged, counts.not_ours
    )
}

/// The first line of a text, cut to a readable length.
fn clip(text: &str) -> String {
    let visible = visible(text.lines().next().unwrap_or_default());
    if visible.chars().count() > WIDTH || text.lines().count() > 1 {
        return format!("{}…", visible.chars().take(WIDTH - 1).collect::<String>());
    }
    visible
}
