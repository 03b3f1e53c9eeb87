//! The shapes of values: what `compile` takes, in the words of JSON Schema.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};
use sha2::Digest;

use super::SHAPES;
use crate::catalogue::{AdmxElement, Allowed, ElementType, EnumValue, Format, Node};

/// A variable or a secret somewhere in a text.
const REFERENCE: &str = r"\$\{";

/// The shapes by name, each of them once.
#[derive(Default)]
pub(super) struct Shapes(BTreeMap<String, Json>);

impl Shapes {
    /// The name of a node's shape. It comes from what the shape says, so that a new node renames no other.
    pub fn name(&mut self, node: &Node) -> String {
        if node.allowed == Allowed::Admx {
            let body = admx(node);
            return self.keep(named_after("admx", &body), |_| body);
        }
        let (name, alternatives) = values(node);
        self.keep(name, |name| with_long_form(name, alternatives))
    }

    fn keep(&mut self, name: String, body: impl FnOnce(&str) -> Json) -> String {
        if !self.0.contains_key(&name) {
            let body = body(&name);
            self.0.insert(name.clone(), body);
        }
        name
    }

    /// All of them, with those that they refer to.
    pub fn into_definitions(mut self) -> BTreeMap<String, Json> {
        let plain =
            json!({ "if": { "type": ["string", "number", "boolean"] }, "else": wrong_type("string", "Write a text.") });
        self.0.insert("text".into(), plain);
        let form = json!({ "allOf": [{ "$ref": "#/$defs/SettingForm" }, { "properties": { "enabled": false } }] });
        self.0.insert("form".into(), form);
        self.0
    }
}

fn named_after(kind: &str, body: &Json) -> String {
    let digest = sha2::Sha256::digest(body.to_string());
    let digits: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    format!("{kind}-{digits}")
}

/// A scalar or a list, or the long form with such a value in it.
fn with_long_form(name: &str, mut alternatives: Vec<Json>) -> Json {
    if alternatives.is_empty() {
        let message = "Write { base64: … } or { file: … }.";
        let mut only = wrong_type("object", message);
        only["if"] = json!({ "type": "object" });
        only["then"] = shape("form");
        return only;
    }
    // What is unchecked takes any value.
    alternatives.push(json!({
        "title": "",
        "allOf": [shape("form"), {
            "if": { "not": { "required": ["unchecked"] } },
            "then": { "properties": { "value": shape(name) } }
        }]
    }));
    json!({ "anyOf": alternatives })
}

fn shape(name: &str) -> Json {
    json!({ "$ref": format!("{SHAPES}{name}") })
}

/// A type with a message. In a list, because the server words a single type itself.
fn wrong_type(kind: &str, message: &str) -> Json {
    json!({ "type": [kind], "errorMessage": message })
}

/// A further text, beside the alternative that says what is right. Without the empty description the server takes all
/// alternatives for the same, and repeats the title for each.
fn text_like(pattern: &str) -> Json {
    json!({ "description": "", "type": "string", "pattern": pattern })
}

/// What a node takes apart from the long form, with a name for that.
fn values(node: &Node) -> (String, Vec<Json>) {
    match &node.allowed {
        Allowed::Enum(values) if !values.is_empty() => {
            let alternatives = choices(values, true);
            (named_after("enum", &json!(alternatives)), alternatives)
        }
        Allowed::Flags(values) if !values.is_empty() => {
            let alternatives = flags(values);
            (named_after("flags", &json!(alternatives)), alternatives)
        }
        Allowed::Range([low, high]) => (format!("range_{low}_{high}"), whole_number(*low, *high)),
        Allowed::Regex(pattern) if portable(pattern) && node.list.is_none() => {
            let alternatives = vec![matching(pattern)];
            (named_after("pattern", &json!(alternatives)), alternatives)
        }
        _ => of_format(node),
    }
}

fn of_format(node: &Node) -> (String, Vec<Json>) {
    let (name, alternatives) = match node.format {
        Format::Int => ("integer", whole_number(i32::MIN.into(), i32::MAX.into())),
        Format::Bool => ("boolean", vec![json!({ "type": "boolean" }), text_like(&one_of(["true", "false"]))]),
        Format::Float => ("number", vec![json!(wrong_type("number", "Write a number.")), text_like(REFERENCE)]),
        Format::Date | Format::Time => (
            "instant",
            vec![json!({
                "type": "string",
                "pattern": format!(r"^\d{{4}}-\d{{2}}-\d{{2}}[Tt ]|{REFERENCE}"),
                "patternErrorMessage": "Write an instant with its zone, as 2027-03-31T08:00:00Z."
            })],
        ),
        Format::B64 | Format::Bin => ("bytes", Vec::new()),
        Format::Chr | Format::Xml | Format::Null | Format::Node if node.list.is_some() => {
            ("texts", vec![shape("text"), json!({ "description": "", "type": "array", "items": shape("text") })])
        }
        Format::Chr | Format::Xml | Format::Null | Format::Node => ("one-text", vec![shape("text")]),
    };
    (name.to_string(), alternatives)
}

fn number_between(low: &Json, high: &Json) -> Json {
    let mut number = wrong_type("integer", &format!("Write a whole number from {low} to {high}."));
    number["minimum"] = low.clone();
    number["maximum"] = high.clone();
    number
}

fn whole_number(low: i64, high: i64) -> Vec<Json> {
    vec![number_between(&low.into(), &high.into()), text_like(&format!(r"^\s*[-+]?\d+\s*$|{REFERENCE}"))]
}

/// Labels and values to choose from; labels count in any case. `booleans`: whether true and false are taken for texts.
fn choices(values: &[EnumValue], booleans: bool) -> Vec<Json> {
    let flag = |text: &str| booleans.then(|| text.to_ascii_lowercase().parse::<bool>().ok()).flatten();
    let label = |text: &str| flag(text).map_or_else(|| text.into(), Json::from);
    let value = |text: &str| text.parse::<i64>().map_or_else(|_| label(text), Json::from);
    let labels = values.iter().filter(|value| !value.1.is_empty()).map(|value| label(&value.1));
    let mut offered: Vec<Json> = Vec::new();
    for choice in labels.chain(values.iter().map(|written| value(&written.0))) {
        if !offered.contains(&choice) {
            offered.push(choice);
        }
    }
    let words = values.iter().flat_map(|EnumValue(value, label)| [label.as_str(), value.as_str()]);
    vec![json!({ "enum": offered }), text_like(&one_of(words.filter(|word| !word.is_empty())))]
}

/// A sum, one of its parts, or a list of them by label.
fn flags(values: &[EnumValue]) -> Vec<Json> {
    let all = values.iter().filter_map(|value| value.0.parse::<i64>().ok()).fold(0, |sum, bit| sum | bit);
    let mut alternatives = choices(values, false);
    let labels = values.iter().filter(|value| !value.1.is_empty());
    let labels: Vec<EnumValue> = labels.map(|value| EnumValue(value.1.clone(), String::new())).collect();
    let mut sum = number_between(&0.into(), &all.into());
    sum["description"] = "".into();
    alternatives.insert(1, sum);
    if !labels.is_empty() {
        let items = json!({ "anyOf": choices(&labels, false) });
        alternatives.push(json!({ "description": "", "type": "array", "items": items }));
    }
    alternatives
}

/// Whether JavaScript reads a pattern as we do.
fn portable(pattern: &str) -> bool {
    let groups = pattern.matches("(?").count() == pattern.matches("(?:").count();
    groups && !pattern.contains(r"\-") && regex::Regex::new(pattern).is_ok()
}

fn matching(pattern: &str) -> Json {
    let inner = pattern.trim_start_matches('^').trim_end_matches('$');
    json!({ "allOf": [shape("text"), { "pattern": format!("^(?:{inner})$|{REFERENCE}") }] })
}

/// A pattern of words in any case, or a reference.
fn one_of<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    let mut unique: Vec<String> = Vec::new();
    for word in words.into_iter().map(any_case) {
        if !unique.contains(&word) {
            unique.push(word);
        }
    }
    format!("^(?:{})$|{REFERENCE}", unique.join("|"))
}

/// JSON Schema's patterns have no flag for it.
fn any_case(word: &str) -> String {
    let letter = |letter: char| match letter {
        'a'..='z' | 'A'..='Z' => format!("[{}{}]", letter.to_ascii_uppercase(), letter.to_ascii_lowercase()),
        other => escape(other.encode_utf8(&mut [0; 4])),
    };
    word.chars().map(letter).collect()
}

/// A text as a pattern, with only those backslashes that ECMAScript allows with `u`.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        if r"^$\.*+?()[]{}|/".contains(letter) {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

/// An ADMX-backed policy: its state, its payload, or the long form with its elements.
fn admx(node: &Node) -> Json {
    let elements = node.admx().map_or(&[][..], |form| &form.elements);
    let ids: Vec<&str> = elements.iter().map(|element| element.id.as_str()).collect();
    let payload = r"|^\s*<";
    let (state, words) = if ids.is_empty() {
        (json!({ "enum": ["enabled", "disabled"] }), one_of(["enabled", "disabled"]))
    } else {
        let message = format!("Write disabled, or enabled: with {}.", ids.join(", "));
        (json!({ "enum": ["disabled"], "errorMessage": message }), one_of(["disabled"]))
    };
    let enabled = json!({ "properties": { "enabled": elements_of(elements) } });
    let mut long = json!({ "title": "", "allOf": [{ "$ref": "#/$defs/SettingForm" }, enabled] });
    if !ids.is_empty() {
        // What an editor inserts for `enabled`.
        let places = ids.iter().enumerate().map(|(at, id)| (id.to_string(), format!("${}", at + 1).into()));
        let body = json!({ "enabled": Map::from_iter(places) });
        long["defaultSnippets"] = json!([{ "label": "enabled", "body": body }]);
    }
    json!({ "anyOf": [state, text_like(&format!("{words}{payload}")), long] })
}

/// What stands after `enabled:`: every element by its id, or the only one's value.
fn elements_of(elements: &[AdmxElement]) -> Json {
    if elements.is_empty() {
        let message = "This policy has no elements: write enabled as its value.";
        return json!({ "anyOf": [{ "enum": [true], "errorMessage": message }, { "type": "object", "maxProperties": 0 }] });
    }
    let ids: Vec<&str> = elements.iter().map(|element| element.id.as_str()).collect();
    let properties: Map<String, Json> =
        elements.iter().map(|element| (element.id.clone(), labelled(element))).collect();
    let by_id = json!({
        "allOf": [
            wrong_type("object", &format!("Write the elements by id: {}.", ids.join(", "))),
            { "properties": properties, "required": ids, "additionalProperties": false }
        ]
    });
    match elements {
        [only] => json!({ "anyOf": [element_value(only), by_id] }),
        _ => by_id,
    }
}

fn labelled(element: &AdmxElement) -> Json {
    let mut value = element_value(element);
    if let Some(label) = &element.label {
        value["description"] = label.as_str().into();
    }
    value
}

fn element_value(element: &AdmxElement) -> Json {
    let reference = || text_like(REFERENCE);
    let list = || json!({ "type": "array", "items": shape("text") });
    match element.kind {
        ElementType::Text => match element.maxlen {
            Some(most) => json!({ "anyOf": [{ "allOf": [shape("text"), { "maxLength": most }] }, reference()] }),
            // Behind anyOf, because the server writes no colon after a name whose type it does not see.
            None => json!({ "anyOf": [shape("text")] }),
        },
        ElementType::Decimal => {
            let (low, high) = (element.min.unwrap_or(0), element.max.unwrap_or(9999));
            json!({ "anyOf": [number_between(&low.into(), &high.into()), reference()] })
        }
        ElementType::Boolean => json!({ "anyOf": [
            { "type": "boolean" }, { "description": "", "type": "integer", "minimum": 0, "maximum": 1 }, reference()
        ] }),
        ElementType::Enum => {
            let choice = |(value, label)| EnumValue(value, label);
            json!({ "anyOf": choices(&element.choices().into_iter().map(choice).collect::<Vec<_>>(), false) })
        }
        ElementType::MultiText => json!({ "anyOf": [list(), { "description": "", "type": "string" }] }),
        ElementType::List if element.explicit => {
            json!({ "anyOf": [{ "type": "object", "additionalProperties": shape("text") }, reference()] })
        }
        ElementType::List => json!({ "anyOf": [list(), reference()] }),
    }
}
