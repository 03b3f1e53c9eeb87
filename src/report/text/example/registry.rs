//! The registry values of a Group Policy, to copy.

use crate::catalogue::{AdmxElement, DataForm, ElementType, Payload, RegistryForm, SameType, Writes};
use crate::formats::yaml::{WIDTH, comment, plain_key, scalar};
use crate::setting::{RegistryAction, RegistryData, Scope};

/// A registry value as it is written below its key.
struct ExampleValue {
    key: String,
    /// The name in YAML.
    name: String,
    /// The data in YAML.
    data: String,
    /// What a comment says about it; empty for none.
    said: String,
}

/// The lines below `registry:` that enable a Group Policy; nothing where its form says too little.
pub fn registry_block(form: &RegistryForm, scope: Scope) -> Option<String> {
    let mut values: Vec<ExampleValue> = Vec::new();
    let mut add = |writes: Writes, said: &str| {
        for (place, action) in writes {
            let name = if place.name.is_empty() { "(Default)" } else { &place.name };
            let (key, name, said) = (place.key.to_string(), plain_key(name), said.to_string());
            let value = ExampleValue { key, name, data: data(&action), said };
            // Two elements may share a value; a map has each name once.
            let same = |other: &ExampleValue| {
                other.key.eq_ignore_ascii_case(&value.key) && other.name.eq_ignore_ascii_case(&value.name)
            };
            if !values.iter().any(same) {
                values.push(value);
            }
        }
    };
    match &form.data {
        DataForm::Admx(admx) => {
            let payload = |data| Payload { enabled: true, data };
            let own = form.policy_writes(scope, &payload(Vec::new())).ok()?;
            let before = own.len();
            let off = match admx.off.as_deref().and_then(|data| data.split_once(':')) {
                Some((_, data)) => format!("enabled; disabled: {data}"),
                None => "enabled; disabled: null".into(),
            };
            add(own, &off);
            for element in &admx.elements {
                let example = (element.id.clone(), element_payload(element));
                let mut writes = form.policy_writes(scope, &payload(vec![example])).ok()?;
                add(writes.split_off(before.min(writes.len())), &said(element));
            }
        }
        DataForm::Same(kind) => {
            let name = plain_key(&form.value.clone()?);
            let data = if *kind == SameType::Dword { "1".into() } else { "text".into() };
            values.push(ExampleValue { key: form.key(scope)?.to_string(), name, data, said: String::new() });
        }
        DataForm::Map(_) => return None,
    }
    (!values.is_empty()).then(|| written(&values))
}

fn said(element: &AdmxElement) -> String {
    let choice = |(value, label): &(String, String)| {
        if label.is_empty() { value.clone() } else { format!("{value} = {label}") }
    };
    let choices = element.choices().iter().map(choice).collect::<Vec<_>>().join(", ");
    let label = element.label.clone().unwrap_or_else(|| element.id.clone());
    if choices.is_empty() { label } else { format!("{label}: {choices}") }
}

fn element_payload(element: &AdmxElement) -> String {
    match element.kind {
        ElementType::Decimal => element.min.unwrap_or(0).to_string(),
        ElementType::Boolean => "true".into(),
        ElementType::Enum => element.choices().into_iter().next().map_or(String::new(), |(value, _)| value),
        ElementType::List => "1\u{f000}value".into(),
        ElementType::MultiText => "value".into(),
        ElementType::Text => "text".into(),
    }
}

/// Keys and values in the order in which the policy writes them; a key's values together.
fn written(values: &[ExampleValue]) -> String {
    let mut text = String::new();
    let mut done: Vec<String> = Vec::new();
    for ExampleValue { key, .. } in values {
        if done.iter().any(|other| other.eq_ignore_ascii_case(key)) {
            continue;
        }
        done.push(key.clone());
        text.push_str(&format!("      {}:\n", plain_key(key)));
        for ExampleValue { name, data, said, .. } in values.iter().filter(|other| other.key.eq_ignore_ascii_case(key)) {
            let line = format!("        {name}: {data}");
            if said.is_empty() {
                text.push_str(&format!("{line}\n"));
            } else if line.chars().count() + said.chars().count() + 6 <= WIDTH {
                text.push_str(&format!("{line}     # {said}\n"));
            } else {
                comment(&mut text, 8, said);
                text.push_str(&format!("{line}\n"));
            }
        }
    }
    text
}

fn data(action: &RegistryAction) -> String {
    let list = |texts: &[String]| format!("[{}]", texts.iter().map(|text| scalar(text)).collect::<Vec<_>>().join(", "));
    match action {
        RegistryAction::Delete => "null".into(),
        RegistryAction::Set(RegistryData::Dword(number)) => number.to_string(),
        RegistryAction::Set(RegistryData::Sz(text)) => scalar(text),
        RegistryAction::Set(RegistryData::ExpandSz(text)) => format!("{{ expand_sz: {} }}", scalar(text)),
        RegistryAction::Set(RegistryData::MultiSz(texts)) => list(texts),
        RegistryAction::Set(other) => format!("# {other}"),
    }
}
