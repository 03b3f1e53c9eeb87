//! Shows where a setting is in the registry, and which data each value becomes.

use crate::catalogue::{AdmxElement, AdmxForm, DataForm, ElementType, RegistryForm, Relation, SameType};
use crate::setting::Scope;

/// The key and the value, how values correspond, and the source.
pub(super) fn registry_lines(form: &RegistryForm, scope: Scope) -> Vec<String> {
    let key = form.key(scope).map_or_else(|| form.key.clone(), |key| key.to_string());
    let own = form.value.as_deref().or_else(|| form.admx().and_then(|admx| admx.value.as_deref()));
    let name = own.map_or(String::new(), |name| format!(" {}", if name.is_empty() { "(Default)" } else { name }));
    let mut lines = vec![format!("{key}{name}")];
    match &form.data {
        DataForm::Same(kind) if form.relation == Relation::Unproven => lines.push(type_name(*kind).into()),
        DataForm::Same(kind) => lines.push(format!("{}, the same value", type_name(*kind))),
        DataForm::Map(map) => {
            let pairs: Vec<String> = map.iter().map(|(value, data)| format!("{value} = {}", shown(data))).collect();
            lines.push(pairs.join(", "));
        }
        DataForm::Admx(admx) => lines.extend(admx_lines(admx)),
    }
    match form.relation {
        Relation::Exact => {}
        Relation::Partial => lines.push("This covers only a part of the setting, so it is not exported.".into()),
        Relation::Unproven => {
            lines.push("The mapping of the values is not proven, so it is not exported.".into());
        }
    }
    lines.extend(form.source.iter().map(|source| format!("source: {source}")));
    lines
}

fn admx_lines(form: &AdmxForm) -> Vec<String> {
    let mut lines = Vec::new();
    if form.value.is_some() {
        let (on, off) = (form.on.as_deref().unwrap_or("dword:1"), form.off.as_deref().unwrap_or("delete"));
        lines.push(format!("enabled = {}, disabled = {}", shown(on), shown(off)));
    }
    for (state, list) in [("enabled", &form.on_list), ("disabled", &form.off_list)] {
        lines.extend(list.iter().map(|[key, name, data]| format!("{state}: {key} {name} = {}", shown(data))));
    }
    lines.extend(form.elements.iter().map(element_line));
    lines
}

/// The element's id if the registry value has another name, then the value and its type.
fn element_line(element: &AdmxElement) -> String {
    let key = element.key.as_ref().map_or(String::new(), |key| format!("{key} "));
    let name = element.value.as_deref().unwrap_or_default();
    let text = if element.expand { "REG_EXPAND_SZ" } else { "REG_SZ" };
    let (name, kind) = match element.kind {
        ElementType::Text => (name.to_string(), text.to_string()),
        ElementType::Decimal if element.as_text => (name.to_string(), "REG_SZ".into()),
        ElementType::Decimal => (name.to_string(), "REG_DWORD".into()),
        ElementType::MultiText => (name.to_string(), "REG_MULTI_SZ".into()),
        ElementType::Boolean => (name.to_string(), ticked(element)),
        ElementType::Enum => {
            let text = |value: &serde_json::Value| value.as_str().is_some_and(|text| !text.starts_with("dword:"));
            let texts = element.items.iter().any(|(value, _)| text(value));
            (name.to_string(), if texts { "REG_SZ" } else { "REG_DWORD" }.into())
        }
        ElementType::List => {
            let names = match &element.prefix {
                _ if element.explicit => "values with names that you choose".to_string(),
                Some(prefix) => format!("values {prefix}1, {prefix}2, …"),
                None => "values 1, 2, …".into(),
            };
            (names, text.into())
        }
    };
    if key.is_empty() && name == element.id {
        format!("{name} {kind}")
    } else {
        format!("{}: {key}{name} {kind}", element.id)
    }
}

fn ticked(element: &AdmxElement) -> String {
    match (element.on.as_deref().unwrap_or("dword:1"), element.off.as_deref().unwrap_or("dword:0")) {
        ("dword:1", "dword:0") => "REG_DWORD 1 or 0".into(),
        (on, off) => format!("true = {}, false = {}", shown(on), shown(off)),
    }
}

/// `dword:1`, `sz:x` or `delete` as text for people.
fn shown(data: &str) -> String {
    match data.split_once(':') {
        Some(("dword", number)) => format!("REG_DWORD {number}"),
        Some(("sz", text)) => format!("REG_SZ \"{text}\""),
        _ if data == "delete" => "deleted".into(),
        _ => data.to_string(),
    }
}

fn type_name(kind: SameType) -> &'static str {
    match kind {
        SameType::Dword => "REG_DWORD",
        SameType::Sz => "REG_SZ",
        SameType::ExpandSz => "REG_EXPAND_SZ",
        SameType::MultiSz => "REG_MULTI_SZ",
        SameType::Binary => "REG_BINARY",
    }
}
