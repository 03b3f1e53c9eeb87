//! One change of a plan for a terminal.

use super::reach;
use super::style::{Paint, visible};
use crate::diagnostic::{counted, unseen_difference};
use crate::permissions::WRITE_CONFIGURATION;
use crate::plan::{ActionWord, AssignmentLine, ChangeDocument, FieldLine, SettingLine, Sign, ValueLine, ValueText};

/// What stays as it is may be cut; the full form is in the JSON.
const WIDTH: usize = 60;
/// The most lines that one value shows.
pub(in crate::report) const MOST_LINES: usize = 100;

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
    let sign = if field.before.is_empty() { paint.added("+") } else { changed };
    if !field.lines.is_empty() {
        return format!("      {sign} {}\n{}", visible(&field.field), lines_text(&field.lines, paint));
    }
    let (name, before, after) = (visible(&field.field), visible(&field.before), visible(&field.after));
    if field.before.is_empty() {
        return format!("      {sign} {name}   \"{after}\"\n");
    }
    let unseen = unseen_difference(&field.before, &field.after).map_or(String::new(), |how| format!("   ({how})"));
    format!("      {sign} {name}   \"{before}\" → \"{after}\"{unseen}\n")
}

fn setting_text(setting: &SettingLine, paint: Paint) -> String {
    let sign = setting.sign.symbol();
    let name = visible(&format!("{} [{}]", setting.name, setting.scope));
    if !setting.lines.is_empty() {
        let is_hidden = setting.before.as_ref().is_some_and(|value| value.text.is_none());
        let hidden = if is_hidden { format!("          {}\n", paint.removed("- (hidden)")) } else { String::new() };
        let lines = lines_text(&setting.lines, paint);
        return format!("      {} {name}{}\n{hidden}{lines}", paint.sign(sign, &sign.to_string()), types_text(setting));
    }
    let value = match (&setting.before, &setting.after) {
        (Some(before), Some(after)) => values_text(before, after),
        (None, Some(only)) | (Some(only), None) => only.text.as_deref().map_or_else(hidden, visible),
        (None, None) => String::new(),
    };
    let (sign, paint_width) = (paint.sign(sign, &sign.to_string()), paint.width);
    // One line where both fit the columns, else the value on a line of its own.
    if name.chars().count().max(48) + value.chars().count() <= paint_width - 12 {
        format!("      {sign} {name:<48}   {value}\n")
    } else {
        format!("      {sign} {name}\n          {value}\n")
    }
}

fn hidden() -> String {
    "(hidden)".into()
}

/// The types, if they change.
fn types_text(setting: &SettingLine) -> String {
    match (&setting.before, &setting.after) {
        (Some(before), Some(after)) if before.kind != after.kind => {
            format!("   ({} → {})", before.kind.word(), after.kind.word())
        }
        _ => String::new(),
    }
}

/// Old and new value, with their types where those are what changes.
fn values_text(before: &ValueText, after: &ValueText) -> String {
    let text = |value: &ValueText| value.text.as_deref().map_or_else(hidden, visible);
    let (old, new) = (text(before), text(after));
    if before.kind == after.kind {
        return format!("{old} → {new}");
    }
    format!("{old} ({}) → {new} ({})", before.kind.word(), after.kind.word())
}

/// The lines that differ, at most [`MOST_LINES`]; the others are counted.
fn lines_text(lines: &[ValueLine], paint: Paint) -> String {
    let mut text = String::new();
    for line in lines.iter().take(MOST_LINES) {
        let sign = line.sign.map_or(' ', Sign::symbol);
        text.push_str(&format!("          {}\n", paint.sign(sign, &format!("{sign} {}", visible(&line.text)))));
    }
    if let Some(more) = lines.len().checked_sub(MOST_LINES).filter(|more| *more > 0) {
        text.push_str(&format!("          {}\n", paint.strong(&more_lines(more))));
    }
    text
}

/// What does not fit is counted, so that nobody approves what they do not know of.
pub(in crate::report) fn more_lines(more: usize) -> String {
    format!("{}, see `--output-format json`", counted(more, "more line"))
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
