//! Claims, the common form in which rules check settings: a source sets something for an audience.
//!
//! The source may be a policy, a file, or a profile in a tenant. A claim does not say whether it is judged; the caller
//! of the rules decides that.

use std::fmt;
use std::sync::Arc;

use super::{Audience, OmaUri, OmaValue, Overlap, RegistryChange, RegistryKey, RegistryLocation};
use crate::source::Place;

/// A source sets something for an audience. Copies share their texts.
#[derive(Debug, Clone)]
pub struct Claim {
    pub subject: Subject,
    /// Who gets it; `None` if that is not known, because a file can be imported anywhere.
    pub audience: Option<Arc<Audience>>,
    pub origin: Origin,
    /// The oldest Windows build that it is for.
    pub oldest_build: Option<u32>,
    /// Whether the value contains a secret, so that it is not written to files or shown in messages.
    pub is_secret: bool,
}

impl Claim {
    /// How far two claims share devices. All claims of one policy or one file reach the same devices.
    pub fn overlap(&self, other: &Self) -> Overlap {
        match (&self.origin, &other.origin) {
            (Origin::Tenant { .. }, _) | (_, Origin::Tenant { .. }) => {}
            (one, other) if one.is_same(other) => return Overlap::Certainly,
            _ => {}
        }
        Audience::overlap_of(self.audience.as_deref(), other.audience.as_deref())
    }
}

/// What is set, and its value. The name is the one in the source; it is never translated to another form by guessing.
/// Values other than those of nodes and the registry are text in a canonical form: a number, an id, or JSON.
#[derive(Debug, Clone, PartialEq)]
pub enum Subject {
    /// A node of the management tree.
    Node(OmaUri, OmaValue),
    Registry(Arc<RegistryChange>),
    /// A definition of the settings catalog.
    Definition {
        id: Arc<str>,
        value: Arc<str>,
    },
    Security(Box<SecurityLine>),
    Typed(Box<TypedProperty>),
}

/// A line of a security template (`GptTmpl.inf`), such as `MinimumPasswordLength` in `System Access`.
#[derive(Debug, Clone, PartialEq)]
pub struct SecurityLine {
    pub section: Arc<str>,
    pub name: Arc<str>,
    pub value: Arc<str>,
}

/// A property of one of Graph's typed profiles, such as `cameraBlocked` of `windows10GeneralConfiguration`.
#[derive(Debug, Clone, PartialEq)]
pub struct TypedProperty {
    pub graph_type: Arc<str>,
    pub property: Arc<str>,
    pub value: Arc<str>,
}

/// The identity of what a claim sets, without the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Knob<'c> {
    Node(&'c OmaUri),
    /// A registry value.
    Value(&'c RegistryLocation),
    /// A key that is deleted, or whose values are deleted.
    Key(&'c RegistryKey),
    Definition(&'c str),
    Security(&'c str, &'c str),
    Typed(&'c str, &'c str),
}

impl RegistryChange {
    /// What it changes, without the new data.
    pub fn knob(&self) -> Knob<'_> {
        match self {
            Self::DeleteKey(key) | Self::DeleteValues(key) => Knob::Key(key),
            Self::Value(location, _) => Knob::Value(location),
        }
    }
}

impl Subject {
    pub fn knob(&self) -> Knob<'_> {
        match self {
            Self::Node(uri, _) => Knob::Node(uri),
            Self::Registry(change) => change.knob(),
            Self::Definition { id, .. } => Knob::Definition(id),
            Self::Security(line) => Knob::Security(&line.section, &line.name),
            Self::Typed(property) => Knob::Typed(&property.graph_type, &property.property),
        }
    }

    /// Whether two claims about the same knob set the same value. A number is equal in all of Graph's types.
    pub fn sets_same_value(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Node(_, one), Self::Node(_, other)) => one == other || one.canonical() == other.canonical(),
            (one, other) => one == other,
        }
    }
}

/// The name for messages.
impl fmt::Display for Knob<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node(uri) => f.write_str(uri.short()),
            Self::Value(location) => location.fmt(f),
            Self::Key(key) => key.fmt(f),
            Self::Definition(id) => f.write_str(id),
            Self::Security(section, name) => write!(f, "[{section}] {name}"),
            Self::Typed(graph_type, property) => write!(f, "{graph_type}.{property}"),
        }
    }
}

/// The source of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Policy {
        key: Arc<str>,
        /// The place of the setting's name.
        place: Place,
    },
    /// A profile in a tenant.
    Tenant { kind: ProfileKind, name: Arc<str>, id: Arc<str> },
    /// A file that is not a policy: a `.reg` file, an export, a backup.
    File(Box<InFile>),
}

/// A position in a file that is not a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InFile {
    pub path: Arc<str>,
    pub entry: Entry,
    /// Only in text files.
    pub place: Option<Place>,
}

/// The kind of a profile in a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileKind {
    /// A custom OMA-URI profile.
    Custom,
    /// A settings catalog policy.
    SettingsCatalog,
}

/// A position in a file, in the terms of its format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A key, and a value in it.
    Registry(RegistryKey, Option<Arc<str>>),
    /// A JSON path, such as `$.omaSettings[3]`.
    Json(Arc<str>),
    /// The name of a file in a zip file.
    Member(Arc<str>),
}

impl Origin {
    /// The place in a text file, if there is one.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::Policy { place, .. } => Some(place),
            Self::File(here) => here.place.as_ref(),
            Self::Tenant { .. } => None,
        }
    }

    /// Whether both are the same policy, file or profile; positions in it are ignored.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Policy { key: one, .. }, Self::Policy { key: other, .. })
            | (Self::Tenant { id: one, .. }, Self::Tenant { id: other, .. }) => one == other,
            (Self::File(one), Self::File(other)) => one.path == other.path,
            _ => false,
        }
    }
}

/// The name for messages.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Policy { key, place } => write!(f, "{key} ({place})"),
            Self::Tenant { kind: ProfileKind::Custom, name, .. } => write!(f, "\"{name}\" (in the tenant)"),
            Self::Tenant { kind: ProfileKind::SettingsCatalog, name, .. } => {
                write!(f, "\"{name}\" (settings catalog, in the tenant)")
            }
            Self::File(here) => match &here.place {
                Some(place) => place.fmt(f),
                None => write!(f, "{} ({})", here.path, here.entry),
            },
        }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Registry(key, None) => key.fmt(f),
            Self::Registry(key, Some(name)) if name.is_empty() => write!(f, "{key} (Default)"),
            Self::Registry(key, Some(name)) => write!(f, "{key} {name}"),
            Self::Json(path) => f.write_str(path),
            Self::Member(name) => f.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_subject_has_a_name_and_an_identity() {
        let key = RegistryKey::parse(r"HKLM\SOFTWARE\Contoso").expect("a key");
        let subjects = |value: &str| {
            let value: Arc<str> = value.into();
            [
                Subject::Registry(Arc::new(RegistryChange::DeleteValues(key.clone()))),
                Subject::Definition { id: "device_vendor_msft_camera".into(), value: value.clone() },
                Subject::Security(Box::new(SecurityLine {
                    section: "System Access".into(),
                    name: "LockoutBadCount".into(),
                    value: value.clone(),
                })),
                Subject::Typed(Box::new(TypedProperty {
                    graph_type: "windows10GeneralConfiguration".into(),
                    property: "cameraBlocked".into(),
                    value,
                })),
            ]
        };
        let names: Vec<String> = subjects("1").iter().map(|subject| subject.knob().to_string()).collect();
        assert_eq!(
            names,
            [
                r"HKLM\SOFTWARE\Contoso",
                "device_vendor_msft_camera",
                "[System Access] LockoutBadCount",
                "windows10GeneralConfiguration.cameraBlocked"
            ]
        );
        for (at, (one, other)) in subjects("1").iter().zip(&subjects("2")).enumerate() {
            assert_eq!(one.knob(), other.knob());
            assert_eq!(one.sets_same_value(other), at == 0);
            assert!(
                subjects("1").iter().enumerate().all(|(index, third)| (index == at) == (third.knob() == one.knob()))
            );
        }
    }

    #[test]
    fn a_number_is_the_same_in_every_type() {
        let uri = OmaUri::policy(super::super::Scope::Device, "Camera/AllowCamera");
        let node = |value| Subject::Node(uri.clone(), value);
        assert!(node(OmaValue::Integer(1)).sets_same_value(&node(OmaValue::String("1".into()))));
        assert!(!node(OmaValue::Integer(1)).sets_same_value(&node(OmaValue::Integer(0))));
    }

    #[test]
    fn what_stands_in_a_file_is_called_by_its_place_or_by_its_entry() {
        let file = |entry| Origin::File(Box::new(InFile { path: "lab.json".into(), entry, place: None }));
        assert_eq!(file(Entry::Json("$.omaSettings[3]".into())).to_string(), "lab.json ($.omaSettings[3])");
        assert_eq!(file(Entry::Member("Machine/Registry.pol".into())).to_string(), "lab.json (Machine/Registry.pol)");
        let key = RegistryKey::parse(r"HKLM\SOFTWARE\Contoso").expect("a key");
        assert_eq!(file(Entry::Registry(key.clone(), None)).to_string(), r"lab.json (HKLM\SOFTWARE\Contoso)");
        assert_eq!(
            file(Entry::Registry(key, Some("".into()))).to_string(),
            r"lab.json (HKLM\SOFTWARE\Contoso (Default))"
        );
        assert!(file(Entry::Json("$".into())).is_same(&file(Entry::Member("a".into()))));
    }
}
