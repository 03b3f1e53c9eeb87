//! Converts registry data to the value of a node.

use super::write::writes_of;
use super::{DataForm, Relation, SameType, action, element_key};
use crate::catalogue::admx::{AdmxElement, AdmxForm, ElementType, Payload};
use crate::catalogue::{CspNode, Format};
use crate::setting::{OmaValue, RegistryAction, RegistryData, RegistryKey, RegistryLocation, Scope};

/// Looks up a registry location: its data, or that it is deleted; `None` if unknown.
pub type Registry<'r> = &'r dyn Fn(&RegistryLocation) -> Option<RegistryAction>;

impl CspNode {
    /// The value that has the effect of the registry data: the inverse of [`Node::registry_writes`]. `None` if there is
    /// no exact form, if a location is unknown, if no value of the node writes this data, or if the node has a list,
    /// because its value names are not known in advance.
    pub fn value_in_registry(&self, scope: Scope, registry: Registry<'_>) -> Option<OmaValue> {
        let form = self.registry.as_ref().filter(|form| form.relation == Relation::Exact)?;
        let key = form.key(scope)?;
        let own = || registry(&RegistryLocation { key: key.clone(), name: form.value.clone()? });
        let value = match &form.data {
            DataForm::Admx(form) => return admx_value(form, &key, registry),
            DataForm::Map(map) => {
                let held = own()?;
                let mut same = map.iter().filter(|(_, data)| action(data).as_ref() == Some(&held));
                let (value, _) = same.next().filter(|_| same.next().is_none())?;
                self.typed(value)?
            }
            DataForm::Same(kind) => match own()? {
                RegistryAction::Set(data) => self.same_value(*kind, data)?,
                RegistryAction::Delete => return None,
            },
        };
        self.registry_writes(scope, &value).is_ok().then_some(value)
    }

    /// A value from the catalogue, in the node's type.
    fn typed(&self, text: &str) -> Option<OmaValue> {
        match self.format {
            Format::Int => text.parse().ok().map(OmaValue::Integer),
            Format::Bool => match text {
                "true" | "1" => Some(OmaValue::Boolean(true)),
                "false" | "0" => Some(OmaValue::Boolean(false)),
                _ => None,
            },
            Format::Chr => Some(OmaValue::String(text.into())),
            _ => None,
        }
    }

    fn same_value(&self, kind: SameType, data: RegistryData) -> Option<OmaValue> {
        match (kind, data) {
            (SameType::Dword, RegistryData::Dword(number)) => self.typed(&number.to_string()),
            (SameType::Sz, RegistryData::Sz(text)) | (SameType::ExpandSz, RegistryData::ExpandSz(text)) => {
                self.typed(&text)
            }
            (SameType::MultiSz, RegistryData::MultiSz(texts)) => match &self.list {
                Some(separator) if texts.iter().any(|text| text.contains(separator)) => None,
                Some(separator) => self.typed(&texts.join(separator)),
                None => texts.first().filter(|_| texts.len() == 1).and_then(|text| self.typed(text)),
            },
            (SameType::Binary, RegistryData::Binary(bytes)) => Some(OmaValue::Base64(bytes.into())),
            _ => None,
        }
    }
}

/// Accepts a payload only if writing it gives exactly this data. If enabled and disabled write the same, the state is
/// unknown.
fn admx_value(form: &AdmxForm, key: &RegistryKey, registry: Registry<'_>) -> Option<OmaValue> {
    let holds = |payload: &Payload| {
        writes_of(form, key, payload).is_ok_and(|writes| {
            !writes.is_empty() && writes.iter().all(|(place, action)| registry(place).as_ref() == Some(action))
        })
    };
    let disabled = Some(Payload { enabled: false, data: Vec::new() }).filter(holds);
    let enabled = enabled_payload(form, key, registry).filter(holds);
    match (enabled, disabled) {
        (Some(payload), None) | (None, Some(payload)) => Some(OmaValue::String(payload.write().into())),
        _ => None,
    }
}

fn enabled_payload(form: &AdmxForm, key: &RegistryKey, registry: Registry<'_>) -> Option<Payload> {
    let data = form.elements.iter().map(|element| {
        let key = element_key(element, key)?;
        let held = registry(&RegistryLocation { key, name: element.value.clone()? })?;
        Some((element.id.clone(), element_data(element, &held)?))
    });
    Some(Payload { enabled: true, data: data.collect::<Option<_>>()? })
}

fn element_data(element: &AdmxElement, held: &RegistryAction) -> Option<String> {
    let written = |data: &Option<String>, usual: &str| action(data.as_deref().unwrap_or(usual)).as_ref() == Some(held);
    match (element.kind, held) {
        (ElementType::Boolean, _) if written(&element.on, "dword:1") => Some("true".into()),
        (ElementType::Boolean, _) if written(&element.off, "dword:0") => Some("false".into()),
        (ElementType::Enum, _) => {
            let mut same = element
                .choices()
                .into_iter()
                .filter(|(value, _)| super::write::enum_data(element, value).as_ref() == Some(held));
            same.next().map(|(value, _)| value)
        }
        (ElementType::Decimal, RegistryAction::Set(RegistryData::Dword(number))) => Some(number.to_string()),
        (
            ElementType::Decimal | ElementType::Text,
            RegistryAction::Set(RegistryData::Sz(text) | RegistryData::ExpandSz(text)),
        ) => Some(text.clone()),
        (ElementType::MultiText, RegistryAction::Set(RegistryData::MultiSz(texts))) => Some(texts.join("\u{f000}")),
        _ => None,
    }
}
