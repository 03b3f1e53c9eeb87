//! Converts the value of a node to registry writes.

use super::{DataForm, NoRegistryForm, Relation, SameType, Writes, action, element_key, key_in};
use crate::catalogue::CspNode;
use crate::catalogue::admx::{AdmxElement, AdmxForm, ElementType, Payload, read_payload};
use crate::setting::{OmaValue, RegistryAction, RegistryData, RegistryKey, RegistryLocation, Scope};

impl CspNode {
    /// The registry writes that have the effect of `value`.
    ///
    /// # Errors
    /// If no exact equivalent is known.
    pub fn registry_writes(&self, scope: Scope, value: &OmaValue) -> Result<Writes, NoRegistryForm> {
        let form = self.registry.as_ref().ok_or(NoRegistryForm::None)?;
        match form.relation {
            Relation::Exact => {}
            Relation::Partial => return Err(NoRegistryForm::Partial(form.shown(scope))),
            Relation::Unproven => return Err(NoRegistryForm::Unproven(form.shown(scope))),
        }
        let key = form.key(scope).ok_or(NoRegistryForm::None)?;
        let at = |name: &str| RegistryLocation { key: key.clone(), name: name.to_string() };
        let wrong = |reason: &str| NoRegistryForm::Value(reason.to_string());
        match &form.data {
            DataForm::Admx(form) => admx_writes(form, &key, value),
            DataForm::Map(map) => {
                let data = map.get(&value.canonical()).ok_or_else(|| wrong("the value is not in the map"))?;
                let name = form.value.as_deref().ok_or(NoRegistryForm::None)?;
                Ok(vec![(at(name), action(data).ok_or_else(|| wrong(data))?)])
            }
            DataForm::Same(kind) => {
                let name = form.value.as_deref().ok_or(NoRegistryForm::None)?;
                let data = same(*kind, value, self.list.as_deref()).ok_or_else(|| wrong("the type is different"))?;
                Ok(vec![(at(name), RegistryAction::Set(data))])
            }
        }
    }
}

fn same(kind: SameType, value: &OmaValue, separator: Option<&str>) -> Option<RegistryData> {
    let text = value.canonical();
    match kind {
        SameType::Dword => match value {
            OmaValue::Boolean(flag) => Some(RegistryData::Dword(u32::from(*flag))),
            _ => text.parse::<i64>().ok().and_then(|number| u32::try_from(number).ok()).map(RegistryData::Dword),
        },
        SameType::Sz => Some(RegistryData::Sz(text)),
        SameType::ExpandSz => Some(RegistryData::ExpandSz(text)),
        SameType::MultiSz => Some(RegistryData::MultiSz(match separator {
            Some(separator) => text.split(separator).map(String::from).collect(),
            None => vec![text],
        })),
        SameType::Binary => match value {
            OmaValue::Base64(bytes) => Some(RegistryData::Binary(bytes.to_vec())),
            _ => None,
        },
    }
}

fn admx_writes(form: &AdmxForm, key: &RegistryKey, value: &OmaValue) -> Result<Writes, NoRegistryForm> {
    let OmaValue::String(payload) = value else {
        return Err(NoRegistryForm::Value("an ADMX-backed policy takes text".into()));
    };
    writes_of(form, key, &read_payload(payload).map_err(NoRegistryForm::Value)?)
}

/// What a payload writes, with each value only once.
pub(super) fn writes_of(form: &AdmxForm, key: &RegistryKey, payload: &Payload) -> Result<Writes, NoRegistryForm> {
    let (own, elements) = (own_writes(form, key, payload.enabled)?, elements_writes(form, key, payload)?);
    // Some thirty policies share a value with one of their elements. When they are enabled, the element's data is
    // written; when they are disabled, the policy's own.
    let (mut first, second) = if payload.enabled { (elements, own) } else { (own, elements) };
    for write in second {
        if first.iter().all(|(place, _)| *place != write.0) {
            first.push(write);
        }
    }
    if payload.enabled {
        // The policy's own value comes first, as in the editor.
        first.sort_by_key(|(place, _)| form.value.as_ref() != Some(&place.name));
    }
    Ok(first)
}

/// What the policy writes regardless of its elements.
fn own_writes(form: &AdmxForm, key: &RegistryKey, enabled: bool) -> Result<Writes, NoRegistryForm> {
    let mut writes = Writes::new();
    let (own, list) = if enabled { (&form.on, &form.on_list) } else { (&form.off, &form.off_list) };
    for [path, name, data] in list {
        let key = key_in(key, path).ok_or(NoRegistryForm::None)?;
        let action = action(data).ok_or_else(|| NoRegistryForm::Value(data.clone()))?;
        writes.push((RegistryLocation { key, name: name.clone() }, action));
    }
    if let Some(name) = &form.value {
        let place = RegistryLocation { key: key.clone(), name: name.clone() };
        // A list may state the data of the policy's own value, as the list of the fault tolerant heap does.
        if own.is_some() || writes.iter().all(|(listed, _)| *listed != place) {
            let data = own.as_deref().unwrap_or(if enabled { "dword:1" } else { "delete" });
            let action = action(data).ok_or_else(|| NoRegistryForm::Value(data.to_string()))?;
            writes.insert(0, (place, action));
        }
    }
    Ok(writes)
}

fn elements_writes(form: &AdmxForm, key: &RegistryKey, payload: &Payload) -> Result<Writes, NoRegistryForm> {
    let mut writes = Writes::new();
    for element in &form.elements {
        let key = element_key(element, key).ok_or(NoRegistryForm::None)?;
        if payload.enabled {
            writes.extend(element_writes(element, &key, payload.data(&element.id))?);
        } else if let Some(name) = &element.value {
            writes.push((RegistryLocation { key, name: name.clone() }, RegistryAction::Delete));
        } else {
            return Err(NoRegistryForm::Value(format!("`{}` is a list, and its items are not known", element.id)));
        }
    }
    Ok(writes)
}

fn element_writes(element: &AdmxElement, key: &RegistryKey, data: Option<&str>) -> Result<Writes, NoRegistryForm> {
    let Some(data) = data else {
        return Ok(Writes::new());
    };
    let wrong = || NoRegistryForm::Value(format!("`{data}` for `{}`", element.id));
    let at = |name: &str| RegistryLocation { key: key.clone(), name: name.to_string() };
    let text = |text: &str| {
        if element.expand { RegistryData::ExpandSz(text.into()) } else { RegistryData::Sz(text.into()) }
    };
    if element.kind == ElementType::List {
        let parts: Vec<&str> = data.split('\u{f000}').collect();
        let (pairs, rest) = parts.as_chunks::<2>();
        if !rest.is_empty() {
            return Err(wrong());
        }
        return Ok(pairs
            .iter()
            .map(|[name, value]| {
                // Like the Group Policy editor: without a prefix, the name of a value is its data (ADMX schema).
                let name = match &element.prefix {
                    _ if element.explicit => (*name).to_string(),
                    Some(prefix) => format!("{prefix}{name}"),
                    None => (*value).to_string(),
                };
                (at(&name), RegistryAction::Set(text(value)))
            })
            .collect());
    }
    let name = element.value.as_deref().ok_or(NoRegistryForm::None)?;
    let written = match element.kind {
        ElementType::Decimal if element.as_text => RegistryAction::Set(RegistryData::Sz(data.into())),
        ElementType::Decimal => RegistryAction::Set(RegistryData::Dword(data.parse().map_err(|_| wrong())?)),
        ElementType::Boolean => {
            let (on, off) = (element.on.as_deref().unwrap_or("dword:1"), element.off.as_deref().unwrap_or("dword:0"));
            action(if data == "true" { on } else { off }).ok_or_else(wrong)?
        }
        ElementType::Enum => enum_data(element, data).ok_or_else(wrong)?,
        ElementType::MultiText => {
            RegistryAction::Set(RegistryData::MultiSz(data.split('\u{f000}').map(String::from).collect()))
        }
        ElementType::Text | ElementType::List => RegistryAction::Set(text(data)),
    };
    Ok(vec![(at(name), written)])
}

pub(super) fn enum_data(element: &AdmxElement, chosen: &str) -> Option<RegistryAction> {
    element.items.iter().find_map(|(value, _)| match value {
        serde_json::Value::Number(number) if number.to_string() == chosen => {
            Some(RegistryAction::Set(RegistryData::Dword(u32::try_from(number.as_u64()?).ok()?)))
        }
        serde_json::Value::String(text) if text.split_once(':').map_or(text.as_str(), |(_, rest)| rest) == chosen => {
            action(text).or_else(|| Some(RegistryAction::Set(RegistryData::Sz(text.clone()))))
        }
        _ => None,
    })
}
