//! What differs between two values, line by line: nothing that differs is left out.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use similar::{Algorithm, ChangeTag, TextDiff, capture_diff_slices};

use super::Sign;
use super::value_layout::ValueLayout;
use crate::catalogue::CspNode;

/// Values that are this short are shown on one line.
const SHORT: usize = 60;
/// A changed line that is longer is shown as windows around what differs.
const LONG_LINE: usize = 200;
/// The unchanged characters that are shown around each difference.
const CONTEXT: usize = 16;

/// One line of a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ValueLine {
    /// `+` for a line of the new value, `-` for a line of the old one; absent for a line of both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign: Option<Sign>,
    /// The line, or the part of it that differs with some characters around it.
    pub text: String,
}

/// The lines that differ, for values that have a structure or do not fit one line; empty for others. Each of them is `None`
/// if there is no such value, or it is hidden.
pub(super) fn value_lines(node: Option<&CspNode>, before: Option<&str>, after: Option<&str>) -> Vec<ValueLine> {
    let is_short = |text: &Option<&str>| text.is_none_or(|text| text.chars().count() <= SHORT && !text.contains('\n'));
    let form = ValueLayout::of(node, before, after);
    if form == ValueLayout::Text && is_short(&before) && is_short(&after) {
        return Vec::new();
    }
    let split = |text: Option<&str>| text.map_or_else(Vec::new, |text| form.lines(node, text));
    let (old, new) = (split(before), split(after));
    // One item or element needs no list of them.
    if old.len() <= 1 && new.len() <= 1 && is_short(&before) && is_short(&after) {
        return Vec::new();
    }
    let lines = difference(&old, &new, form == ValueLayout::Document);
    if lines.iter().any(|line| line.sign.is_some()) || before == after {
        return lines;
    }
    // They differ in blanks only, which the form does not show.
    let plain = |text: Option<&str>| -> Vec<String> {
        text.map_or_else(Vec::new, |text| text.split_inclusive('\n').map(String::from).collect())
    };
    difference(&plain(before), &plain(after), false)
}

/// The same for a text that has no node, such as a description.
pub(super) fn text_lines(before: &str, after: &str) -> Vec<ValueLine> {
    value_lines(None, (!before.is_empty()).then_some(before), (!after.is_empty()).then_some(after))
}

/// The changed lines, with one unchanged line around them if `with_context`.
fn difference(old: &[String], new: &[String], with_context: bool) -> Vec<ValueLine> {
    let mut lines = Vec::new();
    let operations = capture_diff_slices(Algorithm::Patience, old, new);
    for operation in &operations {
        let (tag, old_range, new_range) = operation.as_tag_tuple();
        if tag == similar::DiffTag::Equal {
            if with_context {
                lines.extend(context(&old[old_range], lines.is_empty(), operations.last() == Some(operation)));
            }
            continue;
        }
        let (gone, come) = (&old[old_range], &new[new_range]);
        let paired = gone.len().min(come.len());
        for (one, other) in gone[..paired].iter().zip(&come[..paired]) {
            changed_line(one, other, &mut lines);
        }
        gone[paired..].iter().for_each(|line| whole_line(line, Sign::Remove, &mut lines));
        come[paired..].iter().for_each(|line| whole_line(line, Sign::Add, &mut lines));
    }
    lines
}

/// One unchanged line before and after what changed.
fn context(equal: &[String], is_first: bool, is_last: bool) -> Vec<ValueLine> {
    let line = |text: &String| ValueLine { sign: None, text: shortened(text) };
    let mut lines: Vec<ValueLine> = Vec::new();
    if !is_first {
        lines.extend(equal.first().map(line));
    }
    if !is_last && (is_first || equal.len() > 1) {
        lines.extend(equal.last().map(line));
    }
    lines
}

/// A line that did not change may be cut.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONG_LINE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.trim_end_matches('\n').to_owned(),
    }
}

/// A line that is new or gone, in pieces if it is long.
fn whole_line(line: &str, sign: Sign, lines: &mut Vec<ValueLine>) {
    let characters: Vec<char> = line.trim_end_matches('\n').chars().collect();
    if characters.is_empty() {
        lines.push(ValueLine { sign: Some(sign), text: String::new() });
    }
    let pieces = characters.chunks(LONG_LINE).enumerate();
    lines.extend(pieces.map(|(at, piece)| {
        let text: String = piece.iter().collect();
        ValueLine { sign: Some(sign), text: if at > 0 { format!("…{text}") } else { text } }
    }));
}

/// A line before and after: whole if both are short, else a window around each difference.
fn changed_line(before: &str, after: &str, lines: &mut Vec<ValueLine>) {
    if before.chars().count().max(after.chars().count()) <= LONG_LINE {
        whole_line(before, Sign::Remove, lines);
        whole_line(after, Sign::Add, lines);
        return;
    }
    // Words, so that a window does not begin in the middle of a name by chance.
    let difference = TextDiff::configure().algorithm(Algorithm::Myers).diff_words(before, after);
    let mut part = ChangedPart::default();
    let mut same = String::new();
    for change in difference.iter_all_changes() {
        if change.tag() == ChangeTag::Equal {
            same.push_str(change.value());
            continue;
        }
        part.unchanged(&std::mem::take(&mut same), lines);
        match change.tag() {
            ChangeTag::Insert => part.new.push_str(change.value()),
            _ => part.old.push_str(change.value()),
        }
    }
    part.close(&same, lines);
}

/// The difference that is being collected.
#[derive(Default)]
struct ChangedPart {
    /// The end of the unchanged text before it.
    before: String,
    old: String,
    new: String,
}

impl ChangedPart {
    fn unchanged(&mut self, text: &str, lines: &mut Vec<ValueLine>) {
        if self.old.is_empty() && self.new.is_empty() {
            self.before = last(text);
        } else if text.chars().count() < 2 * CONTEXT {
            // Two differences this close are one.
            self.old.push_str(text);
            self.new.push_str(text);
        } else {
            self.close(text, lines);
            self.before = last(text);
        }
    }

    fn close(&mut self, after: &str, lines: &mut Vec<ValueLine>) {
        let Self { before, old, new } = std::mem::take(self);
        if old.is_empty() && new.is_empty() {
            return;
        }
        let after = first(after);
        for (sign, text) in [(Sign::Remove, old), (Sign::Add, new)] {
            whole_line(&format!("{before}{text}{after}"), sign, lines);
        }
    }
}

/// The last characters of a text; `…` says that there are more.
fn last(text: &str) -> String {
    let text = text.strip_prefix('…').unwrap_or(text);
    match text.chars().count().checked_sub(CONTEXT) {
        Some(0) | None => text.to_owned(),
        Some(skipped) => format!("…{}", text.chars().skip(skipped).collect::<String>()),
    }
}

fn first(text: &str) -> String {
    match text.char_indices().nth(CONTEXT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
