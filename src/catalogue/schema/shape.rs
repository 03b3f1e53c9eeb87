//! The shapes of values: what `compile` accepts, expressed in JSON Schema.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde_json::{Map, Value as Json, json};
use sha2::Digest;

use super::SHAPES;
use crate::catalogue::{AdmxElement, Allowed, CspNode, ElementType, EnumValue, Format};

/// A variable or a secret anywhere in text.
const REFERENCE: &str = r"\$\{";
/// The integers that a profile can have in any delivery (Microsoft Graph, omaSettingInteger: `value` is an Int32).
const INTEGERS: RangeInclusive<i64> = i32::MIN as i64..=i32::MAX as i64;

/// The shapes by name.
#[derive(Default)]
pub(super) struct Shapes(BTreeMap<String, Json>);

impl Shapes {
    /// The name of a node's shape. It is derived from the content of the shape, so that a new node does not rename
    /// others.
    pub fn name(&mut self, node: &CspNode) -> String {
        if node.allowed == Allowed::Admx {
            let parts = admx(node);
            return self.keep(named_after("admx", &json!(parts)), |name| parts.into_shape(name));
        }
        let (name, alternatives) = values(node);
        self.keep(name, |name| plain(name, alternatives, refused(node.format)))
    }

    fn keep(&mut self, name: String, body: impl FnOnce(&str) -> Json) -> String {
        if !self.0.contains_key(&name) {
            let body = body(&name);
            self.0.insert(name.clone(), body);
        }
        name
    }

    /// All shapes, with those that they refer to.
    pub fn into_definitions(mut self) -> BTreeMap<String, Json> {
        let plain =
            json!({ "if": { "type": ["string", "number", "boolean"] }, "else": wrong_type("string", "Write text.") });
        self.0.insert("text".into(), plain);
        self.0
    }
}

fn named_after(kind: &str, body: &Json) -> String {
    let digest = sha2::Sha256::digest(body.to_string());
    let digits: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    format!("{kind}-{digits}")
}

/// The keys of the long form that a node of this format does not accept: only text and bytes can be read from files.
fn refused(format: Format) -> &'static [&'static str] {
    match format {
        Format::Chr | Format::Xml => &["enabled", "base64"],
        Format::B64 | Format::Bin => &["enabled"],
        _ => &["enabled", "base64", "file"],
    }
}

/// A scalar or a list, or the long form with such a value in it.
fn plain(name: &str, mut alternatives: Vec<Json>, refused: &[&str]) -> Json {
    if alternatives.is_empty() {
        let mut only = wrong_type("object", "Write { base64: … } or { file: … }.");
        only["if"] = json!({ "type": "object" });
        only["then"] = json!({ "$ref": "#/$defs/SettingForm" });
        return only;
    }
    let mut parts = json!({ "value": shape(name) });
    for part in refused {
        parts[*part] = false.into();
    }
    alternatives.push(long_form(parts));
    json!({ "anyOf": alternatives })
}

/// The long form with the constraints of its parts, unless it is unchecked.
fn long_form(parts: Json) -> Json {
    let checked = json!({ "not": { "required": ["unchecked"] } });
    let parts = json!({ "if": checked, "then": { "properties": parts } });
    json!({ "title": "", "allOf": [{ "$ref": "#/$defs/SettingForm" }, parts] })
}

fn shape(name: &str) -> Json {
    json!({ "$ref": format!("{SHAPES}{name}") })
}

/// A type with a message. It is a list because the server has its own message for a single type.
fn wrong_type(kind: &str, message: &str) -> Json {
    json!({ "type": [kind], "errorMessage": message })
}

/// Another kind of text, next to the alternative with the recommended form. Without the empty description, the server
/// treats all alternatives as the same and repeats the title for each.
fn text_like(pattern: &str) -> Json {
    json!({ "description": "", "type": "string", "pattern": pattern })
}

/// The values that a node accepts outside the long form, and a name for the shape.
fn values(node: &CspNode) -> (String, Vec<Json>) {
    let (kind, mut alternatives) = match &node.allowed {
        Allowed::Enum(values) if !values.is_empty() => match &node.list {
            Some(separator) => ("some", some_of(values, separator)),
            None => ("enum", choices(values, true)),
        },
        Allowed::Flags(values) if !values.is_empty() => ("flags", flags(values)),
        Allowed::Range([low, high]) => ("range", whole_number(*low, *high)),
        Allowed::Regex(pattern) if portable(pattern) && node.list.is_none() => ("pattern", vec![matching(pattern)]),
        _ => return of_format(node),
    };
    alternatives.extend(default_beside(node));
    if node.format == Format::Bool {
        // Some nodes list their values as 0 and 1.
        alternatives.push(json!({ "description": "", "type": "boolean" }));
    }
    (named_after(kind, &json!([alternatives, refused(node.format)])), alternatives)
}

/// Windows' own default, if it is not among the values that the node accepts.
fn default_beside(node: &CspNode) -> Option<Json> {
    let default = node.default.as_ref()?;
    let number = default.parse::<i64>().ok()?;
    let within = match &node.allowed {
        Allowed::Range([low, high]) => (*low..=*high).contains(&number),
        Allowed::Enum(values) => values.iter().any(|value| value.0 == *default),
        _ => true,
    };
    (!within).then(|| json!({ "description": "", "enum": [number, default] }))
}

fn of_format(node: &CspNode) -> (String, Vec<Json>) {
    let (name, alternatives) = match node.format {
        Format::Int => ("integer", whole_number(*INTEGERS.start(), *INTEGERS.end())),
        Format::Bool => ("boolean", vec![json!({ "type": "boolean" }), text_like(&one_of(["true", "false"]))]),
        Format::Float => ("number", vec![json!(wrong_type("number", "Write a number.")), text_like(REFERENCE)]),
        Format::Date | Format::Time => (
            "instant",
            vec![json!({
                "type": "string",
                "pattern": format!(r"^\d{{4}}-\d{{2}}-\d{{2}}[Tt ]|{REFERENCE}"),
                "patternErrorMessage": "Write a date and time with its time zone, such as 2027-03-31T08:00:00Z."
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

/// Labels (in any case) and values to choose from. `booleans`: whether true and false are accepted as text.
fn choices(values: &[EnumValue], booleans: bool) -> Vec<Json> {
    let flag = |text: &str| booleans.then(|| text.to_ascii_lowercase().parse::<bool>().ok()).flatten();
    let label = |text: &str| flag(text).map_or_else(|| text.into(), Json::from);
    let value = |value: &EnumValue| value.number().map_or_else(|| label(&value.0), Json::from);
    let labels = values.iter().filter(|value| !value.1.is_empty()).map(|value| label(&value.1));
    let mut offered: Vec<Json> = Vec::new();
    for choice in labels.chain(values.iter().map(value)) {
        if !offered.contains(&choice) {
            offered.push(choice);
        }
    }
    let words = values.iter().flat_map(|EnumValue(value, label)| [label.as_str(), value.as_str()]);
    vec![json!({ "enum": offered }), text_like(&one_of(words.filter(|word| !word.is_empty())))]
}

/// One of the values, or a list of them, which may already be joined.
fn some_of(values: &[EnumValue], separator: &str) -> Vec<Json> {
    let mut alternatives = choices(values, true);
    alternatives.push(text_like(&escape(separator)));
    let items = json!({ "anyOf": choices(values, true) });
    alternatives.push(json!({ "description": "", "type": "array", "minItems": 1, "items": items }));
    alternatives
}

/// A sum, one of its parts, or a list of either.
fn flags(values: &[EnumValue]) -> Vec<Json> {
    let all = values.iter().filter_map(EnumValue::number).fold(0, |sum, bit| sum | bit);
    let mut alternatives = choices(values, false);
    let mut sum = number_between(&0.into(), &all.into());
    sum["description"] = "".into();
    alternatives.insert(1, sum.clone());
    let mut parts = choices(values, false);
    parts.insert(1, sum);
    alternatives.push(json!({ "description": "", "type": "array", "items": { "anyOf": parts } }));
    alternatives
}

/// Whether a pattern has the same meaning in JavaScript as in the program.
fn portable(pattern: &str) -> bool {
    let groups = pattern.matches("(?").count() == pattern.matches("(?:").count();
    groups && !pattern.contains(r"\-") && regex::Regex::new(pattern).is_ok()
}

fn matching(pattern: &str) -> Json {
    let inner = pattern.trim_start_matches('^').trim_end_matches('$');
    json!({ "allOf": [shape("text"), { "pattern": format!("^(?:{inner})$|{REFERENCE}") }] })
}

/// A pattern for words in any case, or for a reference.
fn one_of<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    let mut unique: Vec<String> = Vec::new();
    for word in words.into_iter().map(any_case) {
        if !unique.contains(&word) {
            unique.push(word);
        }
    }
    format!("^(?:{})$|{REFERENCE}", unique.join("|"))
}

/// A pattern for a word in any case; JSON Schema has no flag for this.
fn any_case(word: &str) -> String {
    let letter = |letter: char| match letter {
        'a'..='z' | 'A'..='Z' => format!("[{}{}]", letter.to_ascii_uppercase(), letter.to_ascii_lowercase()),
        other => escape(other.encode_utf8(&mut [0; 4])),
    };
    word.chars().map(letter).collect()
}

/// Escapes a string for a pattern, with only the backslashes that ECMAScript allows with `u`.
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

/// An ADMX-backed policy: its state or payload, and its elements.
#[derive(serde::Serialize)]
struct AdmxParts {
    state: [Json; 2],
    enabled: Json,
    /// The text that an editor inserts for `enabled`.
    snippet: Option<Json>,
}

fn admx(node: &CspNode) -> AdmxParts {
    let elements = node.admx().map_or(&[][..], |form| &form.elements);
    let ids: Vec<&str> = elements.iter().map(|element| element.id.as_str()).collect();
    let state = |words: &[&str]| text_like(&format!(r"{}|^\s*<", one_of(words.iter().copied())));
    let enabled = elements_of(elements);
    if ids.is_empty() {
        let words = ["enabled", "disabled"];
        return AdmxParts { state: [json!({ "enum": words }), state(&words)], enabled, snippet: None };
    }
    let message = format!("Write disabled, or enabled: with {}.", ids.join(", "));
    let choice = json!({ "enum": ["disabled"], "errorMessage": message });
    let places = ids.iter().enumerate().map(|(at, id)| (id.to_string(), format!("${}", at + 1).into()));
    let body = json!({ "enabled": Map::from_iter(places) });
    let snippet = Some(json!([{ "label": "enabled", "body": body }]));
    AdmxParts { state: [choice, state(&["disabled"])], enabled, snippet }
}

impl AdmxParts {
    fn into_shape(self, name: &str) -> Json {
        let [choice, text] = self.state;
        let mut long = long_form(json!({ "value": shape(name), "enabled": self.enabled, "base64": false }));
        if let Some(snippet) = self.snippet {
            long["defaultSnippets"] = snippet;
        }
        json!({ "anyOf": [choice, text, long] })
    }
}

/// The value of `enabled:`: every element by its ID, or the value of the only one.
fn elements_of(elements: &[AdmxElement]) -> Json {
    if elements.is_empty() {
        let message = "This policy has no elements: write enabled as its value.";
        return json!({ "anyOf": [{ "enum": [true], "errorMessage": message }, { "type": "object", "maxProperties": 0 }] });
    }
    let ids: Vec<&str> = elements.iter().map(|element| element.id.as_str()).collect();
    let message = match elements {
        [only] => format!("Write {}.", wanted(only)),
        _ => format!("Write the elements by ID: {}.", ids.join(", ")),
    };
    let properties: Map<String, Json> = elements.iter().map(|element| (element.id.clone(), labeled(element))).collect();
    let by_id = json!({
        "allOf": [
            wrong_type("object", &message),
            { "properties": properties, "required": ids, "additionalProperties": false }
        ]
    });
    match elements {
        [only] => {
            let mut value = element_value(only);
            if only.kind == ElementType::List && only.explicit {
                // The ID of the list is not the name of an item.
                value["properties"] = json!({ &only.id: false });
            }
            json!({ "anyOf": [by_id, value] })
        }
        _ => by_id,
    }
}

/// What an element accepts, for people.
fn wanted(element: &AdmxElement) -> String {
    match element.kind {
        ElementType::Text => "text".into(),
        ElementType::Decimal => {
            format!("a whole number from {} to {}", element.min.unwrap_or(0), element.max.unwrap_or(9999))
        }
        ElementType::Boolean => "true or false".into(),
        ElementType::Enum => {
            let shown = |(value, label)| EnumValue(value, label).shown();
            format!("one of: {}", element.choices().into_iter().map(shown).collect::<Vec<_>>().join(", "))
        }
        ElementType::List if element.explicit => "a map of names and strings".into(),
        ElementType::List | ElementType::MultiText => "a list of strings".into(),
    }
}

fn labeled(element: &AdmxElement) -> Json {
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
            // It is inside anyOf because the server omits the colon after a name whose type it does not see.
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
            json!({ "type": "object", "additionalProperties": shape("text") })
        }
        ElementType::List => json!({ "anyOf": [list(), reference()] }),
    }
}
