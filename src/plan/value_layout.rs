//! The structure of a value, by which it is shown in lines.

use quick_xml::events::Event;
use quick_xml::{Reader, Writer};

use crate::catalogue::{Allowed, CspNode, ElementType, read_payload};

/// How a value is divided into lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ValueLayout {
    /// Text without a structure.
    Text,
    /// A list, one item a line.
    List,
    /// The payload of an ADMX-backed policy, one element a line.
    Payload,
    /// XML or JSON, laid out.
    Document,
}

impl ValueLayout {
    /// The form of two values of a node: both have it.
    pub fn of(node: Option<&CspNode>, before: Option<&str>, after: Option<&str>) -> Self {
        let all = |is: &dyn Fn(&str) -> bool| before.is_none_or(is) && after.is_none_or(is);
        let is_payload = node.is_some_and(|node| node.allowed == Allowed::Admx);
        let is_whole_payload = |text: &str| {
            matches!(text, "enabled" | "disabled")
                || payload(text).is_some_and(|payload| are_same_but_blanks(&payload.write(), text))
        };
        if is_payload && all(&is_whole_payload) {
            return Self::Payload;
        }
        if node.is_some_and(|node| node.list.is_some()) {
            return Self::List;
        }
        let is_document = |text: &str| pretty(text).is_some_and(|laid_out| are_same_but_blanks(&laid_out, text));
        if all(&is_document) { Self::Document } else { Self::Text }
    }

    pub fn lines(self, node: Option<&CspNode>, text: &str) -> Vec<String> {
        match self {
            Self::Text => text.lines().map(String::from).collect(),
            Self::List => items(node, text),
            Self::Payload => elements(node, text),
            Self::Document => pretty(text).unwrap_or_default().lines().map(String::from).collect(),
        }
    }
}

/// The items of a list as the plan writes it.
fn items(node: Option<&CspNode>, text: &str) -> Vec<String> {
    let separator = node.and_then(|node| node.list.as_deref()).unwrap_or(",");
    // A separator that is not printable is shown as a semicolon.
    let separator = if separator == "\u{f000}" { "; " } else { separator };
    text.split(separator).map(String::from).collect()
}

fn payload(text: &str) -> Option<crate::catalogue::Payload> {
    match text {
        "enabled" => read_payload("<enabled/>").ok(),
        "disabled" => read_payload("<disabled/>").ok(),
        text => read_payload(text).ok(),
    }
}

/// The state of a policy, then its elements with their labels on the screen. A list of an element has one line an item.
fn elements(node: Option<&CspNode>, text: &str) -> Vec<String> {
    let Some(payload) = payload(text) else { return vec![text.to_owned()] };
    let mut lines = vec![if payload.enabled { "enabled" } else { "disabled" }.to_owned()];
    for (id, value) in &payload.data {
        let element = node.and_then(|node| node.admx()?.elements.iter().find(|element| element.id == *id));
        let label = element.and_then(|element| element.label.as_deref()).filter(|label| !label.trim().is_empty());
        let name = match label {
            Some(label) => format!("{} ({id})", label.trim().trim_end_matches(':')),
            None => id.clone(),
        };
        let shown = |value: &str| match element
            .and_then(|element| element.choices().into_iter().find(|(choice, _)| choice.as_str() == value))
        {
            Some((value, label)) if !label.is_empty() => format!("{label} ({value})"),
            _ => value.to_owned(),
        };
        let is_list = element.is_some_and(|element| matches!(element.kind, ElementType::List | ElementType::MultiText));
        if !is_list && !value.contains('\u{f000}') {
            lines.push(format!("{name}: {}", shown(value)));
            continue;
        }
        let items: Vec<&str> = value.split('\u{f000}').collect();
        // The items of some lists have names.
        let together = if element.is_some_and(|element| element.explicit) { 2 } else { 1 };
        lines.extend(items.chunks(together).map(|item| format!("{name}: {}", item.join(" = "))));
    }
    lines
}

/// Whether laying out loses nothing, such as a key that JSON has twice, or a comment of a payload. A value that loses
/// something is shown as the text that it is.
fn are_same_but_blanks(laid_out: &str, text: &str) -> bool {
    let visible =
        |text: &str| -> String { text.trim_start_matches('\u{feff}').chars().filter(|c| !c.is_whitespace()).collect() };
    visible(laid_out) == visible(text)
}

/// XML or JSON on many lines; `None` for any other text.
pub(super) fn pretty(text: &str) -> Option<String> {
    let text = text.trim_start_matches('\u{feff}').trim();
    match text.chars().next()? {
        '{' | '[' => {
            let json: serde_json::Value = serde_json::from_str(text).ok()?;
            serde_json::to_string_pretty(&json).ok()
        }
        '<' => pretty_xml(text),
        _ => None,
    }
}

fn pretty_xml(text: &str) -> Option<String> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().trim_text(true);
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    let mut open = 0_usize;
    loop {
        match reader.read_event().ok()? {
            Event::Eof if open == 0 => break,
            Event::Eof => return None,
            event => {
                match &event {
                    Event::Start(_) => open += 1,
                    Event::End(_) => open = open.checked_sub(1)?,
                    _ => {}
                }
                writer.write_event(event).ok()?;
            }
        }
    }
    String::from_utf8(writer.into_inner()).ok()
}
