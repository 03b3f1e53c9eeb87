//! The texts of an ADML file: its strings, and the labels of the elements.

use std::collections::HashMap;

use super::Element;

/// The maximum length of a label in characters.
const LONGEST_LABEL: usize = 60;

#[derive(Debug, Default)]
pub(super) struct Texts {
    strings: HashMap<String, String>,
    /// The labels of elements, by presentation.
    presentations: HashMap<String, HashMap<String, String>>,
}

impl Texts {
    /// If an ID occurs twice, its first text counts.
    pub fn read(root: &Element) -> Self {
        let mut texts = Self::default();
        for table in root.all("resources").flat_map(|resources| resources.all("stringTable")) {
            for string in table.all("string") {
                if let Some(id) = string.attribute("id") {
                    texts.strings.entry(id.to_string()).or_insert_with(|| folded(&string.text));
                }
            }
        }
        for table in root.all("resources").flat_map(|resources| resources.all("presentationTable")) {
            for presentation in table.all("presentation") {
                if let Some(id) = presentation.attribute("id") {
                    texts.presentations.entry(id.to_string()).or_insert_with(|| labels(presentation));
                }
            }
        }
        texts
    }

    /// The text that `$(string.Id)` refers to. Other text is returned itself. White space is folded.
    pub fn resolve(&self, shown: &str) -> Option<String> {
        let text = match referred(shown, "string") {
            Some(id) => self.strings.get(id)?.clone(),
            None => folded(shown),
        };
        Some(text).filter(|text| !text.is_empty())
    }

    /// The label of an element of a policy.
    pub fn label(&self, policy: &Element, element: &str) -> Option<&String> {
        let id = referred(policy.attribute("presentation")?, "presentation")?;
        self.presentations.get(id)?.get(element)
    }
}

/// `Id` of `$(table.Id)`.
fn referred<'a>(reference: &'a str, table: &str) -> Option<&'a str> {
    let inner = reference.trim().strip_prefix("$(")?.strip_suffix(')')?;
    Some(inner.strip_prefix(table)?.strip_prefix('.')?.trim())
}

/// The labels by element: a control's own text, or else the line above it.
fn labels(presentation: &Element) -> HashMap<String, String> {
    let mut labels = HashMap::new();
    let mut above = None;
    for control in &presentation.children {
        if control.name == "text" {
            // Empty lines are only for spacing.
            above = shortened(&control.text).or(above);
            continue;
        }
        let own = match control.name.as_str() {
            "textBox" | "comboBox" => control.text_of("label"),
            _ => None,
        };
        // The line belongs to the next control only, even if that has its own text.
        let label = shortened(own.unwrap_or(&control.text)).or(above.take());
        if let (Some(id), Some(label)) = (control.attribute("refId"), label) {
            labels.entry(id.to_string()).or_insert(label);
        }
    }
    labels
}

/// A label without its colon, cut after a word if it is long; `None` if it is empty.
fn shortened(text: &str) -> Option<String> {
    let text = folded(text);
    let text = text.trim_end_matches([':', ' ']);
    if text.chars().count() <= LONGEST_LABEL {
        return Some(text.to_string()).filter(|text| !text.is_empty());
    }
    // `…` counts as one character.
    let kept: String = text.chars().take(LONGEST_LABEL - 1).collect();
    let next = text.chars().nth(LONGEST_LABEL - 1);
    let words = if next == Some(' ') { &kept } else { kept.rsplit_once(' ').map_or(kept.as_str(), |(words, _)| words) };
    Some(format!("{}…", words.trim_end_matches([',', ';', ':', '.', ' '])))
}

/// Folds each run of white space to one space, and trims the text.
fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
