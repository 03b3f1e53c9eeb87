//! One change of a plan for a terminal.

use super::reach;
use super::style::{Paint, cut_pair, visible};
use crate::diagnostic::{counted, unseen_difference};
use crate::permissions::WRITE_CONFIGURATION;
use crate::plan::{ActionWord, AssignmentLine, ChangeDocument, FieldLine, SettingLine, ValueText};

/// Longer texts are cut; their full form is in the JSON.
const WIDTH: usize = 60;

/// The permission that it takes to compare masked values.
pub fn needed_for_masked_values() -> String {
    format!("reading them needs {WRITE_CONFIGURATION}")
}

/// The lines of a plan about one change, without its headline; empty if only the marker is written.
pub fn differences(change: &ChangeDocument, paint: Paint) -> Vec<String> {
    let text = change_text(change, None, &[], paint);
    text.lines().skip(1).map(|line| line.strip_prefix("      ").unwrap_or(line).to_string()).collect()
}

/// One change. Its assignments are left out if they follow those of a target that is shown once for all.
pub(super) fn change_text(
    change: &ChangeDocument,
    follows: Option<&str>,
    unverified: &[String],
    paint: Paint,
) -> String {
    let sign = match change.action {
        ActionWord::Create => '+',
        ActionWord::Update => '~',
        ActionWord::Delete => '-',
    };
    let name = format!("\"{}\"", visible(&change.name));
    let mut text = format!("  {}", paint.sign(sign, &format!("{sign} {:<28} {name}", change.object().to_string())));
    if change.action != ActionWord::Create {
        text.push_str(&format!("   {}", change.because));
    }
    text.push('\n');
    if change.action == ActionWord::Delete {
        let places = change.assignments.len();
        let reach =
            if places == 0 { "not assigned".to_string() } else { format!("{} assigned", counted(places, "target")) };
        text.push_str(&format!(
            "      {}, {reach}; devices keep the last values until something else sets them\n",
            counted(change.settings.len(), "setting")
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
        text.push_str(&format!("          {}\n", needed_for_masked_values()));
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
        text.push_str("      not assigned\n");
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
    let unseen = unseen_difference(&field.before, &field.after).map_or(String::new(), |how| format!("   ({how})"));
    format!("      {changed} {}   \"{before}\" → \"{after}\"{unseen}\n", field.field)
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
pub(super) fn assignment_text(line: &AssignmentLine, paint: Paint) -> String {
    let sign = line.sign.symbol();
    let members = line.members.map(reach::members);
    let more = match (line.widens, members) {
        (true, Some(members)) => format!("   ! its members will now get this profile: {members}"),
        (true, None) => "   ! its members will now get this profile".into(),
        (false, Some(members)) => format!("   {members}"),
        (false, None) => String::new(),
    };
    format!("{} assignment  {}{more}", paint.sign(sign, &sign.to_string()), visible(&line.words()))
}

/// The first line of some text, cut to a readable length.
fn clip(text: &str) -> String {
    let visible = visible(text.lines().next().unwrap_or_default());
    if visible.chars().count() > WIDTH || text.lines().count() > 1 {
        return format!("{}…", visible.chars().take(WIDTH - 1).collect::<String>());
    }
    visible
}
