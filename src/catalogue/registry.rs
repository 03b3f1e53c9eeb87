//! Where the registry holds the same knob, and whether that is proven.

mod read;
mod write;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::admx::{AdmxElement, AdmxForm, ElementType, Payload};
use super::{Catalogue, Node};
use crate::setting::{RegistryAction, RegistryData, RegistryKey, RegistryLocation, Scope};

pub use read::Registry;

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
    #[error("no registry value is known for this setting")]
    None,
    /// Only a part of it.
    #[error("{0} covers only a part of it")]
    Partial(String),
    /// Nobody has proved the correspondence.
    #[error("{0} is probably its registry value, but the mapping of the values is not proven")]
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

    /// Whether it writes values whose names nobody knows before.
    fn has_list(&self) -> bool {
        self.admx().is_some_and(|form| form.elements.iter().any(|element| element.kind == ElementType::List))
    }

    /// The key in the hive of a scope.
    pub fn key(&self, scope: Scope) -> Option<RegistryKey> {
        let hive = if scope == Scope::User { "HKCU" } else { "HKLM" };
        // One ADMX file ends its key with a backslash, which Windows takes.
        RegistryKey::parse(self.key.replace("HK*", hive).trim_end_matches('\\')).ok()
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
    /// When it is not an ADMX policy, or the payload does not fit it.
    pub fn policy_writes(&self, scope: Scope, payload: &Payload) -> Result<Writes, NoRegistryForm> {
        let (Some(form), Some(key)) = (self.admx(), self.key(scope)) else { return Err(NoRegistryForm::None) };
        write::writes_of(form, &key, payload)
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
    /// The nodes that the registry value may be the same knob as, with how far: one that writes more values than this
    /// is the same in part only.
    pub fn nodes_at(&self, location: &RegistryLocation) -> Vec<(&Node, Relation)> {
        let at = self.registry_index().get(location);
        let nodes = at.into_iter().flatten().filter_map(|at| self.nodes.get(*at));
        let relation = |node: &Node| {
            let form = node.registry.as_ref()?;
            let scope = node.first_scope();
            let alone = form.locations(scope).len() == 1 && !form.has_list();
            Some(if form.relation.is_exact() && !alone { Relation::Partial } else { form.relation })
        };
        nodes.filter_map(|node| Some((node, relation(node)?))).collect()
    }
}

impl Node {
    /// The places that this node's registry form may write, to be emptied when the setting is taken back.
    pub fn registry_places(&self, scope: Scope) -> Vec<RegistryLocation> {
        self.registry.as_ref().map(|form| form.locations(scope)).unwrap_or_default()
    }
}

/// `dword:1`, `qword:1`, `sz:text` or `delete`.
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

/// A key in the hive of another one.
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
    fn what_is_not_exact_is_refused_with_the_reason() {
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
