//! The forms in which a value can be written, the simplest first. The first form that compiles to the value is used.

use base64::Engine;

use super::super::yaml::{Yaml, bare};
use crate::catalogue::{AdmxElement, Allowed, CspNode, ElementType, EnumValue, read_payload};
use crate::compile::well_known_account;
use crate::setting::{OmaType, OmaValue};

/// The number of characters from which text, and of bytes from which data, gets its own file.
const LARGE: usize = 1000;
const MANY_BYTES: usize = 60;
/// The number of characters up to which a label can replace its value.
const LONG_LABEL: usize = 50;
/// The reason for `unchecked:`.
pub(super) const UNCHECKED: &str = "imported from the tenant";
const SEPARATOR: &str = "\u{f000}";

/// One form of a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ValueForm {
    /// What follows the name.
    pub value: Yaml,
    /// The meaning of the number, for a comment.
    pub label: Option<String>,
    /// The content of the file that it refers to.
    pub bytes: Option<Vec<u8>>,
}

impl ValueForm {
    fn of(value: Yaml) -> Self {
        Self { value, label: None, bytes: None }
    }
}

/// All forms, the simplest first. `file` is the path of a file next to the policy for large values.
pub(super) fn forms(node: Option<&CspNode>, value: &OmaValue, file: &str) -> Vec<ValueForm> {
    let mut forms = Vec::new();
    let kind = value.oma_type();
    if let Some(bytes) = large(value) {
        let form = |value: Yaml| ValueForm { bytes: Some(bytes.to_vec()), ..ValueForm::of(value) };
        forms.extend(long_forms("file", Yaml::text(file), kind, node.is_some()).into_iter().map(form));
    }
    if let Some(node) = node {
        forms.extend(by_meaning(node, value));
        if !matches!(value, OmaValue::Base64(_)) {
            let label = label(node, value);
            forms.push(ValueForm { label, ..ValueForm::of(plain(value)) });
        }
    }
    let (word, payload) = payload(value);
    forms.extend(long_forms(word, payload, kind, node.is_some()).into_iter().map(ValueForm::of));
    forms
}

/// The forms of a reference to a secret of a type.
pub(super) fn secret_forms(node: Option<&CspNode>, kind: OmaType, variable: &str) -> Vec<ValueForm> {
    let reference = Yaml::Bare(format!("'${{env:{variable}}}'"));
    let mut forms = Vec::new();
    let word = if kind == OmaType::Base64 { "base64" } else { "raw" };
    if node.is_some() && kind != OmaType::Base64 {
        forms.push(ValueForm::of(reference.clone()));
    }
    forms.extend(long_forms(word, reference, kind, node.is_some()).into_iter().map(ValueForm::of));
    forms
}

/// `{ raw: … }`: with its type, unchecked, and with both, which unknown nodes need.
fn long_forms(word: &str, payload: Yaml, kind: OmaType, known: bool) -> Vec<Yaml> {
    let kind = || ("type".to_string(), Yaml::text(kind.word()));
    let payload = || (word.to_string(), payload.clone());
    let why = || ("unchecked".to_string(), Yaml::text(UNCHECKED));
    let last = Yaml::Map(vec![kind(), payload(), why()]);
    if !known {
        return vec![last];
    }
    let entries = [vec![payload()], vec![kind(), payload()], vec![payload(), why()]];
    entries.into_iter().map(Yaml::Map).chain([last]).collect()
}

fn large(value: &OmaValue) -> Option<Vec<u8>> {
    match value {
        OmaValue::Base64(bytes) if bytes.len() > MANY_BYTES || bytes.is_empty() => Some(bytes.to_vec()),
        OmaValue::String(text) | OmaValue::Xml(text) if text.len() > LARGE => Some(text.as_bytes().to_vec()),
        _ => None,
    }
}

fn plain(value: &OmaValue) -> Yaml {
    match value {
        OmaValue::Integer(number) => Yaml::Bare(number.to_string()),
        OmaValue::Boolean(flag) => Yaml::Bare(flag.to_string()),
        OmaValue::Float(number) => Yaml::Bare(number.to_string()),
        other => Yaml::text(other.canonical()),
    }
}

/// The key of the long form, and its value. Empty or blank text cannot follow `raw`.
fn payload(value: &OmaValue) -> (&'static str, Yaml) {
    match value {
        OmaValue::Base64(bytes) => ("base64", Yaml::text(base64::engine::general_purpose::STANDARD.encode(bytes))),
        OmaValue::String(text) | OmaValue::Xml(text) | OmaValue::DateTime(text) if !text.trim().is_empty() => {
            ("raw", Yaml::text(&**text))
        }
        other => ("value", plain(other)),
    }
}

/// The forms with the catalogue's labels: choices, states, lists, names of accounts.
fn by_meaning(node: &CspNode, value: &OmaValue) -> Vec<ValueForm> {
    let one = |yaml: Option<Yaml>| yaml.map(ValueForm::of).into_iter().collect();
    match (&node.allowed, value) {
        (Allowed::Admx, OmaValue::String(text)) => admx(node, text).into_iter().map(ValueForm::of).collect(),
        (Allowed::Enum(all), OmaValue::String(text)) if node.list.is_some() => {
            let items = text.split(node.list.as_deref().unwrap_or(SEPARATOR));
            let labels = items.map(|item| label_of(all, item).unwrap_or_else(|| Yaml::Bare(bare(item)))).collect();
            vec![ValueForm::of(Yaml::List(labels))]
        }
        (Allowed::Enum(all), OmaValue::Integer(_) | OmaValue::String(_)) => one(label_of(all, &value.canonical())),
        (Allowed::Flags(all), OmaValue::Integer(_) | OmaValue::String(_)) => one(flags(all, &value.canonical())),
        (_, OmaValue::String(text)) => one(list(node, text)),
        _ => Vec::new(),
    }
}

/// The label of a value, if it is short and unique.
fn label_of(all: &[EnumValue], text: &str) -> Option<Yaml> {
    let value = all.iter().find(|value| same_number(value, text))?;
    let same = |other: &&EnumValue| other.1.eq_ignore_ascii_case(&value.1) || other.0.eq_ignore_ascii_case(&value.1);
    let only = all.iter().filter(same).count() == 1;
    let is_name = !value.1.is_empty() && value.1.chars().count() <= LONG_LABEL && !value.1.contains(['\n', '\r']);
    (is_name && only).then(|| Yaml::text(&value.1))
}

fn same_number(value: &EnumValue, text: &str) -> bool {
    value.0 == text || value.number().is_some_and(|number| number.to_string() == text)
}

/// The meaning of a number, if its label cannot replace it.
fn label(node: &CspNode, value: &OmaValue) -> Option<String> {
    let (Allowed::Enum(all) | Allowed::Flags(all)) = &node.allowed else { return None };
    if matches!(value, OmaValue::Boolean(_)) {
        return None;
    }
    let text = value.canonical();
    let found = all.iter().find(|one| same_number(one, &text))?;
    let line = found.1.lines().next().filter(|line| !line.trim().is_empty() && *line != text)?;
    if line.chars().count() <= LONG_LABEL {
        return Some(line.to_string());
    }
    let cut: String = line.chars().take(LONG_LABEL - 1).collect();
    Some(format!("{}…", cut.trim_end()))
}

/// A sum as the labels of its bits.
fn flags(all: &[EnumValue], text: &str) -> Option<Yaml> {
    if let Some(label) = label_of(all, text) {
        return Some(label);
    }
    let mut left: i64 = text.parse().ok().filter(|number| *number > 0)?;
    let mut labels = Vec::new();
    for value in all {
        let bits = value.number().filter(|bits| bits.count_ones() == 1 && left & bits != 0);
        if let Some(bits) = bits {
            labels.push(label_of(all, &bits.to_string())?);
            left &= !bits;
        }
    }
    (left == 0).then_some(Yaml::List(labels))
}

fn list(node: &CspNode, text: &str) -> Option<Yaml> {
    let separator = node.list.as_deref()?;
    let rights = node.short().starts_with("UserRights/");
    if text.is_empty() {
        return rights.then(|| Yaml::List(Vec::new()));
    }
    let item = |item: &str| {
        let name = well_known_account(item).filter(|_| rights);
        name.map_or_else(|| Yaml::text(item), Yaml::text)
    };
    let items: Vec<Yaml> = text.split(separator).map(item).collect();
    // A single item can be plain text, except in user rights.
    (items.len() > 1 || rights).then_some(Yaml::List(items))
}

/// `enabled`, `disabled`, or elements by ID.
fn admx(node: &CspNode, text: &str) -> Vec<Yaml> {
    let Ok(payload) = read_payload(text) else { return Vec::new() };
    let elements = node.admx().map_or(&[][..], |form| &form.elements);
    if payload.data.is_empty() && (!payload.enabled || elements.is_empty()) {
        return vec![Yaml::text(if payload.enabled { "enabled" } else { "disabled" })];
    }
    let value = |(id, value): &(String, String)| {
        let element = elements.iter().find(|element| element.id == *id)?;
        Some((id.clone(), element_value(element, value)?))
    };
    let Some(mut by_id) = payload.data.iter().map(value).collect::<Option<Vec<_>>>() else { return Vec::new() };
    let all = Yaml::Map(vec![("enabled".into(), Yaml::Map(by_id.clone()))]);
    match by_id.pop() {
        Some((_, only)) if by_id.is_empty() => vec![Yaml::Map(vec![("enabled".into(), only)]), all],
        _ => vec![all],
    }
}

fn element_value(element: &AdmxElement, text: &str) -> Option<Yaml> {
    let parts = || text.split(SEPARATOR).collect::<Vec<_>>();
    Some(match element.kind {
        ElementType::Text => Yaml::text(text),
        ElementType::Decimal | ElementType::Boolean => Yaml::Bare(bare(text)),
        ElementType::Enum => choice(element, text),
        ElementType::MultiText => Yaml::List(parts().into_iter().map(Yaml::text).collect()),
        ElementType::List if text.is_empty() && !element.explicit => Yaml::List(Vec::new()),
        ElementType::List => {
            let pairs: Vec<(String, Yaml)> =
                parts().chunks_exact(2).map(|pair| (pair[0].to_string(), Yaml::text(pair[1]))).collect();
            let numbered = || pairs.iter().enumerate().all(|(at, (name, _))| *name == (at + 1).to_string());
            match element.explicit {
                true => Yaml::Map(pairs),
                false if numbered() => Yaml::List(pairs.into_iter().map(|(_, value)| value).collect()),
                false => return None,
            }
        }
    })
}

/// The label of a choice, if it is short and unique.
fn choice(element: &AdmxElement, text: &str) -> Yaml {
    let choices = element.choices();
    let label = choices.iter().find(|(value, _)| value == text).map(|(_, label)| label.as_str()).unwrap_or_default();
    let same = |(value, other): &&(String, String)| other.eq_ignore_ascii_case(label) || value.as_str() == label;
    let only = choices.iter().filter(same).count() == 1;
    let is_name = !label.is_empty() && label.chars().count() <= LONG_LABEL;
    if is_name && only { Yaml::text(label) } else { Yaml::Bare(bare(text)) }
}
