//! One node of Windows' management tree.

use serde::{Deserialize, Serialize};

use super::admx::AdmxForm;
use super::compact;
use super::registry::RegistryForm;
use crate::setting::{Edition, OmaType, OmaUri, Scope};

/// One node, as a line of the table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// Its address; where both scopes have the node, the device's.
    pub uri: String,
    /// Which scopes have it.
    #[serde(default, skip_serializing_if = "Scopes::is_device")]
    pub scope: Scopes,
    /// The DDF's format.
    pub format: Format,
    /// The letters of Add, Copy, Delete, Exec, Get, Replace.
    #[serde(default = "usual_access", skip_serializing_if = "is_usual_access")]
    pub access: String,
    /// The DDF's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// Which values it takes.
    #[serde(default, skip_serializing_if = "Allowed::is_any")]
    pub allowed: Allowed,
    /// What separates the items of a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    /// The builds that have it, the first release before its backports, as `10.0.16299`.
    #[serde(default, with = "compact::builds", skip_serializing_if = "Vec::is_empty")]
    pub builds: Vec<String>,
    /// The editions that have it; empty means unknown.
    #[serde(default, with = "compact::editions", skip_serializing_if = "Vec::is_empty")]
    pub editions: Vec<Edition>,
    /// Which of two values wins on a device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict: Option<String>,
    /// Whether only preview builds are named.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub insider: bool,
    /// Since which build Microsoft marks it as deprecated; `yes` where it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<String>,
    /// Whether Microsoft lists it under `./Vendor` (then that spelling is not a mistake).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub vendor_root: bool,
    /// What must be set as well, or must not, before this one has an effect: addresses, as Microsoft lists them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends: Vec<Dependency>,
    /// Whether a device restarts for it: `Automatic`, or `ServerInitiated` when told to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reboot: Option<String>,
    /// The Group Policy that sets the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_policy: Option<GroupPolicy>,
    /// The registry values that set the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registry: Option<RegistryForm>,
    /// Which older file describes it, where the newest one has it no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What is odd about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Most nodes can be added, deleted, read and replaced.
const USUAL_ACCESS: &str = "ADGR";

fn usual_access() -> String {
    USUAL_ACCESS.to_string()
}

fn is_usual_access(access: &str) -> bool {
    access == USUAL_ACCESS
}

/// Another node that must have, or must not have, one of some values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dependency {
    /// The other node's address.
    pub uri: String,
    /// Its values: a range, words, or empty for any.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub values: String,
    /// It must not have them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not: bool,
}

/// The scopes that have a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scopes {
    /// Devices only.
    #[default]
    Device,
    /// Users only.
    User,
    /// Both.
    Both,
}

impl Scopes {
    fn is_device(&self) -> bool {
        *self == Self::Device
    }

    /// Whether this scope is among them.
    pub fn has(self, scope: Scope) -> bool {
        matches!((self, scope), (Self::Both, _) | (Self::Device, Scope::Device) | (Self::User, Scope::User))
    }
}

/// DDF formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Text.
    Chr,
    /// A whole number.
    Int,
    /// True or false.
    Bool,
    /// Base64.
    B64,
    /// Bytes.
    Bin,
    /// XML.
    Xml,
    /// A number.
    Float,
    /// A date.
    Date,
    /// An instant.
    Time,
    /// Nothing: executed.
    Null,
    /// An inner node.
    Node,
}

impl Format {
    /// Graph's type for it (Microsoft, Policy DDF and "custom settings for Windows 10/11"); none where nothing can be set.
    pub fn oma_type(self) -> Option<OmaType> {
        match self {
            Self::Chr => Some(OmaType::String),
            Self::Int => Some(OmaType::Integer),
            Self::Bool => Some(OmaType::Boolean),
            Self::B64 | Self::Bin => Some(OmaType::Base64),
            Self::Xml => Some(OmaType::Xml),
            Self::Float => Some(OmaType::Float),
            Self::Date | Self::Time => Some(OmaType::DateTime),
            Self::Null | Self::Node => None,
        }
    }
}

/// Which values a node takes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Allowed {
    /// Anything of its format.
    #[default]
    Any,
    /// One of these.
    Enum(Vec<EnumValue>),
    /// A sum of these.
    Flags(Vec<EnumValue>),
    /// From the first to the second.
    Range([i64; 2]),
    /// What the pattern matches.
    Regex(String),
    /// An XML document.
    Xml,
    /// A JSON document.
    Json,
    /// A security descriptor.
    Sddl,
    /// The payload of an ADMX-backed policy.
    Admx,
}

impl Allowed {
    fn is_any(&self) -> bool {
        *self == Self::Any
    }
}

/// One allowed value with its label, which may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnumValue(pub String, pub String);

impl EnumValue {
    /// The value as a number, also where it is written `0x10`: so the DDF writes most flags.
    pub fn number(&self) -> Option<i64> {
        match self.0.strip_prefix("0x").or_else(|| self.0.strip_prefix("0X")) {
            Some(digits) => i64::from_str_radix(digits, 16).ok(),
            None => self.0.parse().ok(),
        }
    }

    /// `Allowed (1)`, or the value alone where there is no label.
    pub fn shown(&self) -> String {
        if self.1.is_empty() { self.0.clone() } else { format!("{} ({})", self.1, self.0) }
    }
}

/// The Group Policy that sets the same.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupPolicy {
    /// Its name in the ADMX file, or in the security template.
    pub name: String,
    /// What the editor shows; empty where no ADMX file is known to define it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The folder in the editor, parts divided by ` > `.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// `Machine`, `User` or `Both`; empty where no ADMX file says it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub class: String,
    /// Its ADMX file; absent for security settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Section and name in a security template, as `[Privilege Rights] SeInteractiveLogonRight`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
}

impl GroupPolicy {
    /// `Computer > System > Logon > Turn off …`
    pub fn full_path(&self, scope: Scope) -> String {
        let side = if scope == Scope::User { "User" } else { "Computer" };
        let template = if self.file.is_some() { "Administrative Templates" } else { "" };
        // Some nodes are known without their folder.
        let parts = [side, template, &self.path, &self.title];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" > ")
    }
}

impl Node {
    /// The address in one of its scopes.
    pub fn address(&self, scope: Scope) -> OmaUri {
        // The table holds well-formed addresses (a test reads them all); a wrong one would simply match nothing.
        OmaUri::parse(&self.uri).unwrap_or_else(|_| OmaUri::policy(scope, &self.uri)).in_scope(scope)
    }

    /// `Area/Name`, or the path below the vendor.
    pub fn short(&self) -> String {
        OmaUri::short_of(&self.uri).to_string()
    }

    /// The last part of its address.
    pub fn name(&self) -> &str {
        self.uri.rsplit('/').next().unwrap_or_default()
    }

    /// The scope that people mean when they name none.
    pub fn first_scope(&self) -> Scope {
        if self.scope.has(Scope::Device) { Scope::Device } else { Scope::User }
    }

    /// What the catalogue knows of its ADMX elements.
    pub fn admx(&self) -> Option<&AdmxForm> {
        if self.allowed != Allowed::Admx {
            return None;
        }
        self.registry.as_ref().and_then(RegistryForm::admx)
    }

    /// Whether it can be set at all.
    pub fn is_settable(&self) -> bool {
        self.format.oma_type().is_some() && self.access.contains(['A', 'R'])
    }

    /// The lowest build that has it, such as `10.0.16299`.
    pub fn first_build(&self) -> Option<&str> {
        self.builds.iter().min_by_key(|build| build_number(build)).map(String::as_str)
    }

    /// Whether a Windows build (such as 17763) has it: at or above a release without a revision, or one of the
    /// backported releases. Unknown counts as yes.
    pub fn on_build(&self, build: u32) -> bool {
        self.builds.is_empty()
            || self.builds.iter().any(|listed| {
                let number = build_number(listed).0;
                let revised = listed.matches('.').count() > 2;
                build >= number && (!revised || serviced_with(build) == serviced_with(number))
            })
            // All listed builds are backports: later releases have it too.
            || self.builds.iter().all(|listed| listed.matches('.').count() > 2 && build > build_number(listed).0)
    }
}

/// The build whose updates a build gets: some releases are another by an enablement package alone (Microsoft, "Windows
/// 10/11 release information": 1909, 20H2 to 22H2, 11 23H2, 11 25H2).
fn serviced_with(build: u32) -> u32 {
    match build {
        18362..=18363 => 18362,
        19041..=19045 => 19041,
        22621 | 22631 => 22621,
        26100 | 26200 => 26100,
        other => other,
    }
}

/// `10.0.19041.1202` → (19041, 1202).
fn build_number(text: &str) -> (u32, u32) {
    let mut parts = text.split('.').skip(2).map(|part| part.parse().unwrap_or(u32::MAX));
    (parts.next().unwrap_or(u32::MAX), parts.next().unwrap_or(0))
}

/// Whether a part of an address stands for a name: `{ProfileName}`, or `*` in older files.
pub(super) fn is_placeholder(part: &str) -> bool {
    part == "*" || part.starts_with('{') && part.ends_with('}')
}

/// Compares two addresses part by part from their scopes on.
pub(super) fn same_path(table: &str, written: &str, same: fn(&str, &str) -> bool) -> bool {
    let (mut left, mut right) = (super::below_scope(table).split('/'), super::below_scope(written).split('/'));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some(left), Some(right)) if is_placeholder(left) || same(left, right) => {}
            _ => return false,
        }
    }
}
