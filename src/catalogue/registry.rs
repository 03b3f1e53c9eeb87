//! Where the registry holds the same knob, and whether that is proven.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::admx::{AdmxElement, AdmxForm, ElementType, Payload};
use super::{Catalogue, Node};
use crate::setting::{OmaValue, RegistryAction, RegistryData, RegistryKey, RegistryLocation, Scope};

/// How far a registry value is the same knob as a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    /// Setting one is setting the other, both ways.
    #[default]
    Exact,
    /// The node writes more than this value.
    Partial,
    /// Nobody has proved how their values correspond.
    Unproven,
}

impl Relation {
    fn is_exact(&self) -> bool {
        *self == Self::Exact
    }
}

/// A node's registry form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistryForm {
    /// How far it is the same.
    #[serde(default, skip_serializing_if = "Relation::is_exact")]
    pub relation: Relation,
    /// The key, as `HKLM\…`; `HK*` is the hive of the scope.
    pub key: String,
    /// The value's name; absent where elements name theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// How values correspond.
    pub data: DataForm,
    /// Where the fact comes from, if not from DDF and ADMX.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// How a node's value and the registry's correspond.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataForm {
    /// The same value, in this registry type.
    Same(SameType),
    /// Each value of the node has its own data: `dword:1`, `sz:x`, `delete`.
    Map(BTreeMap<String, String>),
    /// An ADMX policy.
    Admx(AdmxForm),
}

/// Registry types of values that are passed on as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SameType {
    /// `REG_DWORD`
    Dword,
    /// `REG_SZ`
    Sz,
    /// `REG_EXPAND_SZ`
    ExpandSz,
    /// `REG_MULTI_SZ`
    MultiSz,
    /// `REG_BINARY`
    Binary,
}

/// Why a setting cannot be written to the registry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoRegistryForm {
    /// Windows keeps it elsewhere, or nobody says where.
    #[error("no registry value is known that sets the same")]
    None,
    /// Only a part of it.
    #[error("{0} holds only a part of it")]
    Partial(String),
    /// Nobody has proved the correspondence.
    #[error("{0} is probably its registry value, but how their values correspond is not proven")]
    Unproven(String),
    /// This value has no registry form.
    #[error("this value has no registry form: {0}")]
    Value(String),
}

/// `(location, action)` pairs that together set what a node's value sets.
pub type Writes = Vec<(RegistryLocation, RegistryAction)>;

impl RegistryForm {
    /// The ADMX policy behind it.
    pub fn admx(&self) -> Option<&AdmxForm> {
        match &self.data {
            DataForm::Admx(form) => Some(form),
            _ => None,
        }
    }

    /// The key in the hive of a scope.
    pub fn key(&self, scope: Scope) -> Option<RegistryKey> {
        let hive = if scope == Scope::User { "HKCU" } else { "HKLM" };
        RegistryKey::parse(&self.key.replace("HK*", hive)).ok()
    }

    /// The first place that it writes, for messages.
    pub fn shown(&self, scope: Scope) -> String {
        let name = self.value.as_deref().or_else(|| {
            let form = self.admx()?;
            form.value.as_deref().or_else(|| form.elements.first()?.value.as_deref())
        });
        let key = self.key(scope).map_or_else(|| self.key.clone(), |key| key.to_string());
        format!("{key} {}", name.unwrap_or_default()).trim_end().to_string()
    }

    /// What the ADMX policy behind it writes for this payload.
    ///
    /// # Errors
    /// When it is no ADMX policy, or the payload does not fit it.
    pub fn policy_writes(&self, scope: Scope, payload: &Payload) -> Result<Writes, NoRegistryForm> {
        let (Some(form), Some(key)) = (self.admx(), self.key(scope)) else { return Err(NoRegistryForm::None) };
        admx_writes(form, &key, &OmaValue::String(payload.write()))
    }

    /// Every place that it may write.
    pub fn locations(&self, scope: Scope) -> Vec<RegistryLocation> {
        let Some(key) = self.key(scope) else {
            return Vec::new();
        };
        let mut places: Vec<RegistryLocation> =
            self.value.iter().map(|name| RegistryLocation { key: key.clone(), name: name.clone() }).collect();
        if let Some(form) = self.admx() {
            places.extend(form.value.iter().map(|name| RegistryLocation { key: key.clone(), name: name.clone() }));
            for element in &form.elements {
                if let (Some(name), Some(key)) = (&element.value, element_key(element, &key)) {
                    places.push(RegistryLocation { key, name: name.clone() });
                }
            }
        }
        places
    }
}

impl Catalogue {
    /// The nodes that the registry value may be the same knob as, with how far.
    pub fn nodes_at(&self, location: &RegistryLocation) -> Vec<(&Node, Relation)> {
        let at = self.registry_index().get(location);
        let nodes = at.into_iter().flatten().filter_map(|at| self.nodes.get(*at));
        nodes.filter_map(|node| Some((node, node.registry.as_ref()?.relation))).collect()
    }
}

impl Node {
    /// What to write to the registry so that it sets what `value` sets.
    ///
    /// # Errors
    /// When no exact equivalent is known.
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
                let data = same(*kind, value, self.list.as_deref()).ok_or_else(|| wrong("another type"))?;
                Ok(vec![(at(name), RegistryAction::Set(data))])
            }
        }
    }

    /// The places that this node's registry form may write, to be emptied when the setting is taken back.
    pub fn registry_places(&self, scope: Scope) -> Vec<RegistryLocation> {
        self.registry.as_ref().map(|form| form.locations(scope)).unwrap_or_default()
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
            OmaValue::Base64(bytes) => Some(RegistryData::Binary(bytes.clone())),
            _ => None,
        },
    }
}

/// `dword:1`, `sz:text` or `delete`.
fn action(text: &str) -> Option<RegistryAction> {
    match text.split_once(':') {
        Some(("dword", number)) => number.parse().ok().map(|n| RegistryAction::Set(RegistryData::Dword(n))),
        Some(("sz", text)) => Some(RegistryAction::Set(RegistryData::Sz(text.to_string()))),
        _ if text == "delete" => Some(RegistryAction::Delete),
        _ => None,
    }
}

fn element_key(element: &AdmxElement, policy: &RegistryKey) -> Option<RegistryKey> {
    match &element.key {
        None => Some(policy.clone()),
        Some(path) => RegistryKey::parse(&format!("{}\\{path}", policy.hive.short())).ok(),
    }
}

fn admx_writes(form: &AdmxForm, key: &RegistryKey, value: &OmaValue) -> Result<Writes, NoRegistryForm> {
    let OmaValue::String(payload) = value else {
        return Err(NoRegistryForm::Value("an ADMX-backed policy takes a text".into()));
    };
    let payload = super::admx::read_payload(payload).map_err(NoRegistryForm::Value)?;
    let mut writes = Writes::new();
    let (own, list) = if payload.enabled { (&form.on, &form.on_list) } else { (&form.off, &form.off_list) };
    if let Some(name) = &form.value {
        let data = own.as_deref().unwrap_or(if payload.enabled { "dword:1" } else { "delete" });
        let action = action(data).ok_or_else(|| NoRegistryForm::Value(data.to_string()))?;
        writes.push((RegistryLocation { key: key.clone(), name: name.clone() }, action));
    }
    for [path, name, data] in list {
        let key = RegistryKey::parse(&format!("{}\\{path}", key.hive.short())).map_err(|_| NoRegistryForm::None)?;
        let action = action(data).ok_or_else(|| NoRegistryForm::Value(data.clone()))?;
        writes.push((RegistryLocation { key, name: name.clone() }, action));
    }
    for element in &form.elements {
        let key = element_key(element, key).ok_or(NoRegistryForm::None)?;
        if payload.enabled {
            writes.extend(element_writes(element, &key, payload.data(&element.id))?);
        } else if let Some(name) = &element.value {
            writes.push((RegistryLocation { key, name: name.clone() }, RegistryAction::Delete));
        } else {
            return Err(NoRegistryForm::Value(format!("`{}` is a list; what was in it is not known", element.id)));
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
        let prefix = element.prefix.as_deref().unwrap_or_default();
        return Ok(pairs
            .iter()
            .map(|[name, value]| {
                let name = if element.explicit { (*name).to_string() } else { format!("{prefix}{name}") };
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

fn enum_data(element: &AdmxElement, chosen: &str) -> Option<RegistryAction> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn writes(name: &str, value: OmaValue) -> Vec<String> {
        let found = Catalogue::embedded().resolve(name).expect("a node");
        let node = found.node.expect("known");
        match node.registry_writes(found.uri.scope(), &value) {
            Ok(writes) => writes.iter().map(|(place, action)| format!("{place} = {action:?}")).collect(),
            Err(reason) => vec![reason.to_string()],
        }
    }

    #[test]
    fn a_value_is_written_as_windows_would() {
        assert_eq!(
            writes("Authentication/AllowAadPasswordReset", OmaValue::Integer(1)),
            [r"HKLM\SOFTWARE\Policies\Microsoft\AzureADAccount AllowPasswordReset = Set(Dword(1))"]
        );
        assert_eq!(
            writes("Experience/AllowWindowsConsumerFeatures", OmaValue::Integer(0)),
            [r"HKLM\Software\Policies\Microsoft\Windows\CloudContent DisableWindowsConsumerFeatures = Set(Dword(1))"]
        );
        assert_eq!(
            writes("ADMX_ControlPanelDisplay/CPL_Personalization_NoLockScreen", OmaValue::String("<disabled/>".into())),
            [r"HKLM\Software\Policies\Microsoft\Windows\Personalization NoLockScreen = Delete"]
        );
        assert_eq!(
            writes(
                "User/ADMX_WinLogon/CustomShell",
                OmaValue::String("<enabled/><data id=\"CustomShellInst\" value=\"explorer.exe\"/>".into())
            ),
            [r#"HKCU\Software\Microsoft\Windows\CurrentVersion\Policies\System Shell = Set(Sz("explorer.exe"))"#]
        );
    }

    #[test]
    fn what_is_not_exact_is_refused_with_the_reason() {
        assert_eq!(
            writes("Personalization/LockScreenImageUrl", OmaValue::String("https://contoso.example/lock.jpg".into())),
            [
                r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\PersonalizationCSP LockScreenImageUrl holds only a part of it"
            ]
        );
        assert_eq!(
            writes("AboveLock/AllowToasts", OmaValue::Integer(0)),
            ["no registry value is known that sets the same"]
        );
    }

    #[test]
    fn a_registry_value_finds_its_node() {
        let key = RegistryKey::parse(r"HKLM\software\policies\microsoft\windows\system").expect("a key");
        let place = RegistryLocation { key, name: "disablelockscreenappnotifications".into() };
        let nodes: Vec<String> = Catalogue::embedded().nodes_at(&place).iter().map(|(n, _)| n.short()).collect();
        assert_eq!(nodes, ["WindowsLogon/DisableLockScreenAppNotifications"]);
    }
}
