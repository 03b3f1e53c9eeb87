//! The registry values that correspond to a node, and whether the correspondence is proven.

mod read;
mod write;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::admx::{AdmxElement, AdmxForm, ElementType, Payload};
use super::{Catalogue, CspNode};
use crate::setting::{RegistryAction, RegistryData, RegistryKey, RegistryLocation, Scope};

pub use read::Registry;

/// How a registry value corresponds to a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    /// Setting one sets the other, in both directions.
    #[default]
    Exact,
    /// The node writes more than this value.
    Partial,
    /// The mapping of their values is not proven.
    Unproven,
}

impl Relation {
    fn is_exact(&self) -> bool {
        *self == Self::Exact
    }
}

/// The registry values that correspond to a node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistryForm {
    /// How it corresponds to the node.
    #[serde(default, skip_serializing_if = "Relation::is_exact")]
    pub relation: Relation,
    /// The key, such as `HKLM\…`. `HK*` is the hive of the scope.
    pub key: String,
    /// The name of the value; `None` if elements name their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The mapping of the values.
    pub data: DataForm,
    /// The source of the fact, if it is not DDF and ADMX.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// How the values of a node map to registry data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataForm {
    /// The same value, in this registry type.
    Same(SameType),
    /// The data for each value of the node: `dword:1`, `sz:x`, `delete`.
    Map(BTreeMap<String, String>),
    /// The data of an ADMX-backed policy.
    Admx(AdmxForm),
}

/// Registry types of values that are used unchanged.
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

/// Why the registry equivalent of a setting cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoRegistryForm {
    /// Windows does not store it in the registry, or the location is not known.
    #[error("no registry value is known for this setting")]
    None,
    /// The known registry values cover only a part of it.
    #[error("{0} covers only a part of it")]
    Partial(String),
    /// The mapping of the values is not proven.
    #[error("{0} is probably its registry value, but the mapping of the values is not proven")]
    Unproven(String),
    /// This value has no registry form.
    #[error("this value has no registry form: {0}")]
    Value(String),
}

/// Writes that together have the effect of a node's value.
pub type Writes = Vec<(RegistryLocation, RegistryAction)>;

impl RegistryForm {
    /// The ADMX policy behind the node, if there is one.
    pub fn admx(&self) -> Option<&AdmxForm> {
        match &self.data {
            DataForm::Admx(form) => Some(form),
            _ => None,
        }
    }

    /// Whether it has a list, whose value names are not known in advance.
    fn has_list(&self) -> bool {
        self.admx().is_some_and(|form| form.elements.iter().any(|element| element.kind == ElementType::List))
    }

    /// The key, in the hive of a scope.
    pub fn key(&self, scope: Scope) -> Option<RegistryKey> {
        let hive = if scope == Scope::User { "HKCU" } else { "HKLM" };
        // One ADMX file ends its key with a backslash, which Windows accepts.
        RegistryKey::parse(self.key.replace("HK*", hive).trim_end_matches('\\')).ok()
    }

    /// The first location that it writes, for messages.
    pub fn shown(&self, scope: Scope) -> String {
        let name = self.value.as_deref().or_else(|| {
            let form = self.admx()?;
            form.value.as_deref().or_else(|| form.elements.first()?.value.as_deref())
        });
        let key = self.key(scope).map_or_else(|| self.key.clone(), |key| key.to_string());
        format!("{key} {}", name.unwrap_or_default()).trim_end().to_string()
    }

    /// What the ADMX policy behind the node writes for this payload.
    ///
    /// # Errors
    /// If there is no ADMX policy, or the payload does not match it.
    pub fn policy_writes(&self, scope: Scope, payload: &Payload) -> Result<Writes, NoRegistryForm> {
        let (Some(form), Some(key)) = (self.admx(), self.key(scope)) else { return Err(NoRegistryForm::None) };
        write::writes_of(form, &key, payload)
    }

    /// Every location that it can write.
    pub fn locations(&self, scope: Scope) -> Vec<RegistryLocation> {
        let Some(key) = self.key(scope) else {
            return Vec::new();
        };
        let mut places: Vec<RegistryLocation> =
            self.value.iter().map(|name| RegistryLocation { key: key.clone(), name: name.clone() }).collect();
        if let Some(form) = self.admx() {
            places.extend(form.value.iter().map(|name| RegistryLocation { key: key.clone(), name: name.clone() }));
            for [path, name, _] in form.on_list.iter().chain(&form.off_list) {
                places.extend(key_in(&key, path).map(|key| RegistryLocation { key, name: name.clone() }));
            }
            for element in &form.elements {
                if let (Some(name), Some(key)) = (&element.value, element_key(element, &key)) {
                    places.push(RegistryLocation { key, name: name.clone() });
                }
            }
        }
        places.sort();
        places.dedup();
        places
    }
}

impl Catalogue {
    /// The nodes that may correspond to a registry value, and how. A node that also writes other values is
    /// [`Relation::Partial`].
    pub fn nodes_at(&self, location: &RegistryLocation) -> Vec<(&CspNode, Relation)> {
        let at = self.registry_index().get(location);
        let nodes = at.into_iter().flatten().filter_map(|at| self.nodes.get(*at));
        let relation = |node: &CspNode| {
            let form = node.registry.as_ref()?;
            let scope = node.first_scope();
            let alone = form.locations(scope).len() == 1 && !form.has_list();
            Some(if form.relation.is_exact() && !alone { Relation::Partial } else { form.relation })
        };
        nodes.filter_map(|node| Some((node, relation(node)?))).collect()
    }
}

impl CspNode {
    /// The locations that this node's registry form can write. They are cleared when the setting is removed.
    pub fn registry_places(&self, scope: Scope) -> Vec<RegistryLocation> {
        self.registry.as_ref().map(|form| form.locations(scope)).unwrap_or_default()
    }
}

/// Parses `dword:1`, `qword:1`, `sz:text` or `delete`.
fn action(text: &str) -> Option<RegistryAction> {
    match text.split_once(':') {
        Some(("dword", number)) => number.parse().ok().map(|n| RegistryAction::Set(RegistryData::Dword(n))),
        Some(("qword", number)) => number.parse().ok().map(|n| RegistryAction::Set(RegistryData::Qword(n))),
        Some(("sz", text)) => Some(RegistryAction::Set(RegistryData::Sz(text.to_string()))),
        _ if text == "delete" => Some(RegistryAction::Delete),
        _ => None,
    }
}

fn element_key(element: &AdmxElement, policy: &RegistryKey) -> Option<RegistryKey> {
    match &element.key {
        None => Some(policy.clone()),
        Some(path) => key_in(policy, path),
    }
}

/// A key path below the same hive as another key.
fn key_in(policy: &RegistryKey, path: &str) -> Option<RegistryKey> {
    RegistryKey::parse(&format!("{}\\{}", policy.hive.short(), path.trim_end_matches('\\'))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setting::OmaValue;

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
    fn a_long_number_is_a_qword() {
        let table = r#"{"release":"x"}
{"uri":"./Device/Vendor/MSFT/Policy/Config/A/B","format":"chr","allowed":"admx","registry":{"key":"HKLM\\A","data":{"admx":{"value":"b","on":"qword:4294967296"}}}}
"#;
        let table = Catalogue::parse(table.into()).expect("a table");
        let node = table.nodes().next().expect("a node");
        let writes = node.registry_writes(Scope::Device, &OmaValue::String("<enabled/>".into())).expect("a form");
        assert_eq!(writes[0].1, RegistryAction::Set(RegistryData::Qword(4_294_967_296)));
    }

    #[test]
    fn inexact_forms_are_refused_with_the_reason() {
        assert_eq!(
            writes("Personalization/LockScreenImageUrl", OmaValue::String("https://contoso.example/lock.jpg".into())),
            [
                r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\PersonalizationCSP LockScreenImageUrl covers only a part of it"
            ]
        );
        assert_eq!(
            writes("AboveLock/AllowToasts", OmaValue::Integer(0)),
            ["no registry value is known for this setting"]
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
