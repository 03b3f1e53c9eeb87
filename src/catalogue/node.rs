//! One CSP node.

use serde::{Deserialize, Serialize};

use super::admx::AdmxForm;
use super::compact;
use super::registry::RegistryForm;
use crate::setting::{Edition, OmaType, OmaUri, Scope};

/// One node: a line of the table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CspNode {
    /// Its address; if it exists in both scopes, the device's.
    pub uri: String,
    #[serde(default, skip_serializing_if = "Scopes::is_device")]
    pub scope: Scopes,
    /// Its format in the DDF.
    pub format: Format,
    /// The first letters of Add, Copy, Delete, Exec, Get, Replace.
    #[serde(default = "usual_access", skip_serializing_if = "is_usual_access")]
    pub access: String,
    /// Its default in the DDF.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    #[serde(default, skip_serializing_if = "Allowed::is_any")]
    pub allowed: Allowed,
    /// The separator of a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    /// The builds that have it, such as `10.0.16299`: the first release, then its backports.
    #[serde(default, with = "compact::builds", skip_serializing_if = "Vec::is_empty")]
    pub builds: Vec<String>,
    /// The editions that have it; empty if unknown.
    #[serde(default, with = "compact::editions", skip_serializing_if = "Vec::is_empty")]
    pub editions: Vec<Edition>,
    /// Which of two values wins on a device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict: Option<String>,
    /// Whether the DDF lists preview builds only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub insider: bool,
    /// The build since which Microsoft marks it as deprecated; `yes` if the build is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<String>,
    /// Whether Microsoft lists it under `./Vendor`, so that this spelling is not a mistake.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub vendor_root: bool,
    /// The nodes that must have, or must not have, certain values so that this one has an effect.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends: Vec<Dependency>,
    /// Whether a device restarts for it: `Automatic`, or `ServerInitiated` if the server has to request it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reboot: Option<String>,
    /// The Group Policy that sets the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_policy: Option<GroupPolicy>,
    /// The registry values that set the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registry: Option<RegistryForm>,
    /// The older file that describes it, if the newest one does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What is unusual about it.
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

/// Another node that must have, or must not have, one of these values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dependency {
    pub uri: String,
    /// The values as text: a range, a list of values, or empty for any value.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub values: String,
    /// The node must not have these values.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scopes {
    #[default]
    Device,
    User,
    Both,
}

impl Scopes {
    fn is_device(&self) -> bool {
        *self == Self::Device
    }

    pub fn has(self, scope: Scope) -> bool {
        matches!((self, scope), (Self::Both, _) | (Self::Device, Scope::Device) | (Self::User, Scope::User))
    }
}

/// The formats of the DDF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    Chr,
    Int,
    /// `true` or `false`.
    Bool,
    /// Base64.
    B64,
    /// Bytes.
    Bin,
    Xml,
    Float,
    Date,
    /// A date and time.
    Time,
    /// No value: the node is executed.
    Null,
    /// An inner node.
    Node,
}

impl Format {
    /// The type that Graph uses for it (Microsoft, Policy DDF and "custom settings for Windows 10/11"); `None` if it
    /// has no value.
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

/// The values that a node accepts.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Allowed {
    /// Anything in the node's format.
    #[default]
    Any,
    /// One of these values.
    Enum(Vec<EnumValue>),
    /// A sum of some of these values.
    Flags(Vec<EnumValue>),
    /// From the first to the second, inclusive.
    Range([i64; 2]),
    /// Text that matches this pattern.
    Regex(String),
    Xml,
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
    /// The value as a number. The DDF writes most flags as `0x10`.
    pub fn number(&self) -> Option<i64> {
        match self.0.strip_prefix("0x").or_else(|| self.0.strip_prefix("0X")) {
            Some(digits) => i64::from_str_radix(digits, 16).ok(),
            None => self.0.parse().ok(),
        }
    }

    /// `Allowed (1)`, or only the value if it has no label.
    pub fn shown(&self) -> String {
        if self.1.is_empty() { self.0.clone() } else { format!("{} ({})", self.1, self.0) }
    }
}

/// The Group Policy that sets the same as a node.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupPolicy {
    /// Its name in the ADMX file or in the security template.
    pub name: String,
    /// Its title in the editor; empty if no known ADMX file defines it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Its folder in the editor, with parts separated by ` > `.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// `Machine`, `User` or `Both`; empty if no known ADMX file defines it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub class: String,
    /// Its ADMX file; `None` for security settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Its section and name in a security template, such as `[Privilege Rights] SeInteractiveLogonRight`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
}

impl GroupPolicy {
    /// `Computer > System > Logon > Turn off …`
    pub fn full_path(&self, scope: Scope) -> String {
        let side = if scope == Scope::User { "User" } else { "Computer" };
        let template = if self.file.is_some() { "Administrative Templates" } else { "" };
        // The folder of some policies is unknown.
        let parts = [side, template, &self.path, &self.title];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" > ")
    }
}

impl CspNode {
    /// Its address in one of its scopes.
    pub fn address(&self, scope: Scope) -> OmaUri {
        // Every address in the table is valid (a test reads them all). A broken one would match nothing.
        OmaUri::parse(&self.uri).unwrap_or_else(|_| OmaUri::policy(scope, &self.uri)).in_scope(scope)
    }

    /// `Area/Name`, or the path below `./Vendor/MSFT/`.
    pub fn short(&self) -> String {
        OmaUri::short_of(&self.uri).to_string()
    }

    /// The last part of its address.
    pub fn name(&self) -> &str {
        self.uri.rsplit('/').next().unwrap_or_default()
    }

    /// The scope that a name without a scope means.
    pub fn first_scope(&self) -> Scope {
        if self.scope.has(Scope::Device) { Scope::Device } else { Scope::User }
    }

    /// Its ADMX elements, if the catalogue has them.
    pub fn admx(&self) -> Option<&AdmxForm> {
        if self.allowed != Allowed::Admx {
            return None;
        }
        self.registry.as_ref().and_then(RegistryForm::admx)
    }

    /// Whether a profile can set it.
    pub fn is_settable(&self) -> bool {
        self.format.oma_type().is_some() && self.access.contains(['A', 'R'])
    }

    /// The lowest build that has it, such as `10.0.16299`.
    pub fn first_build(&self) -> Option<&str> {
        self.builds.iter().min_by_key(|build| build_number(build)).map(String::as_str)
    }

    /// Whether a Windows build such as 17763 has it: a build at or above a release listed without a revision, or a
    /// release with a backport. Returns true if the builds are unknown.
    pub fn on_build(&self, build: u32) -> bool {
        self.builds.is_empty()
            || self.builds.iter().any(|listed| {
                let number = build_number(listed).0;
                let revised = listed.matches('.').count() > 2;
                build >= number && (!revised || serviced_with(build) == serviced_with(number))
            })
            // All listed builds are backports, so later releases have it, too.
            || self.builds.iter().all(|listed| listed.matches('.').count() > 2 && build > build_number(listed).0)
    }
}

/// The build that receives the same updates. An enablement package alone turns some releases into others (Microsoft,
/// "Windows 10/11 release information": 1909, 20H2 to 22H2, 11 23H2, 11 25H2).
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

/// Whether a part of an address is a placeholder: `{ProfileName}`, or `*` in older files.
pub(super) fn is_placeholder(part: &str) -> bool {
    part == "*" || part.starts_with('{') && part.ends_with('}')
}

/// Compares two addresses part by part, beginning with their scopes.
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
