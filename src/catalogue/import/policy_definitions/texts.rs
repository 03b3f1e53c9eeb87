//! What an ADML file says: its strings, and the text beside each element.

use std::collections::HashMap;

use super::Element;

/// How many characters a label may have.
const LONGEST_LABEL: usize = 60;

/// The texts of one language file.
#[derive(Debug, Default)]
pub(super) struct Texts {
    strings: HashMap<String, String>,
    /// By presentation, the labels by element.
    presentations: HashMap<String, HashMap<String, String>>,
}

impl Texts {
    /// Where an id stands twice, its first text counts.
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

    /// The text that `$(string.Id)` names; anything else is the text itself. White space is folded.
    pub fn resolve(&self, shown: &str) -> Option<String> {
        let text = match referred(shown, "string") {
            Some(id) => self.strings.get(id)?.clone(),
            None => folded(shown),
        };
        Some(text).filter(|text| !text.is_empty())
    }

    /// The label of an element of the policy.
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
            // Empty lines only make room.
            above = shortened(&control.text).or(above);
            continue;
        }
        let own = match control.name.as_str() {
            "textBox" | "comboBox" => control.text_of("label"),
            _ => None,
        };
        // The line belongs to the next control only, even when that has a text of its own.
        let label = shortened(own.unwrap_or(&control.text)).or(above.take());
        if let (Some(id), Some(label)) = (control.attribute("refId"), label) {
            labels.entry(id.to_string()).or_insert(label);
        }
    }
    labels
}

/// A label without its colon, cut at a word when it is long; nothing when it is empty.
fn shortened(text: &str) -> Option<String> {
    let text = folded(text);
    let text = text.trim_end_matches([':', ' ']);
    if text.chars().count() <= LONGEST_LABEL {
        return Some(text.to_string()).filter(|text| !text.is_empty());
    }
    // One character less, as `…` is one too.
    let kept: String = text.chars().take(LONGEST_LABEL - 1).collect();
    let next = text.chars().nth(LONGEST_LABEL - 1);
    let words = if next == Some(' ') { &kept } else { kept.rsplit_once(' ').map_or(kept.as_str(), |(words, _)| words) };
    Some(format!("{}…", words.trim_end_matches([',', ';', ':', '.', ' '])))
}

/// Each run of white space as one space, none around.
fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
