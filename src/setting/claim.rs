//! The one form in which everything is judged: someone sets something for someone.
//!
//! Whether it stands in a policy, in a file or in a profile of a tenant makes no difference, and whose fault it is
//! is not part of the claim: the caller says who is checked.

use std::fmt;
use std::sync::Arc;

use super::{Audience, OmaUri, OmaValue, Overlap, RegistryChange, RegistryKey, RegistryLocation};
use crate::source::Place;

/// Somebody sets something for someone. Copies share their texts.
#[derive(Debug, Clone)]
pub struct Claim {
    pub subject: Subject,
    /// Whom it reaches; `None` where that is not known: wherever someone imports a file.
    pub audience: Option<Arc<Audience>>,
    pub origin: Origin,
    /// The oldest Windows build that it is meant for.
    pub oldest_build: Option<u32>,
    /// Whether a secret is in its value: no file gets it, and no message shows it.
    pub is_secret: bool,
}

impl Claim {
    /// How far two claims share devices. What one policy or one file sets reaches the same devices, whoever they are.
    pub fn overlap(&self, other: &Self) -> Overlap {
        match (&self.origin, &other.origin) {
            (Origin::Tenant { .. }, _) | (_, Origin::Tenant { .. }) => {}
            (one, other) if one.is_same(other) => return Overlap::Certainly,
            _ => {}
        }
        Audience::overlap_of(self.audience.as_deref(), other.audience.as_deref())
    }
}

/// What is set, by the name that was written; never guessed into another. Values beside nodes and the registry are
/// texts in a canonical form: a number, an id, or JSON.
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
    /// A line of a security template (`GptTmpl.inf`), such as `MinimumPasswordLength` in `System Access`.
    Security {
        section: Arc<str>,
        name: Arc<str>,
        value: Arc<str>,
    },
    /// A property of one of Graph's typed profiles, such as `cameraBlocked` of `windows10GeneralConfiguration`.
    Typed {
        graph_type: Arc<str>,
        property: Arc<str>,
        value: Arc<str>,
    },
}

/// What a claim is about, without what it says: the identity of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Knob<'c> {
    Node(&'c OmaUri),
    /// A registry value.
    Value(&'c RegistryLocation),
    /// A key that goes, with the values in it or as a whole.
    Key(&'c RegistryKey),
    Definition(&'c str),
    Security(&'c str, &'c str),
    Typed(&'c str, &'c str),
}

impl Subject {
    pub fn knob(&self) -> Knob<'_> {
        match self {
            Self::Node(uri, _) => Knob::Node(uri),
            Self::Registry(change) => change.knob(),
            Self::Definition { id, .. } => Knob::Definition(id),
            Self::Security { section, name, .. } => Knob::Security(section, name),
            Self::Typed { graph_type, property, .. } => Knob::Typed(graph_type, property),
        }
    }

    /// Whether two claims about one knob say the same; a number is the same number in every type of Graph's.
    pub fn says_the_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Node(_, one), Self::Node(_, other)) => one == other || one.canonical() == other.canonical(),
            (one, other) => one == other,
        }
    }
}

/// What people call it.
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

/// Who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Policy {
        key: Arc<str>,
        /// The setting's name.
        place: Place,
    },
    /// A profile of a tenant.
    Tenant { kind: ProfileKind, name: Arc<str>, id: Arc<str> },
    /// A file that is not a policy: a `.reg` file, an export, a backup.
    File {
        path: Arc<str>,
        entry: Box<Entry>,
        /// In files that are text.
        place: Option<Place>,
    },
}

/// How a tenant keeps a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileKind {
    /// A custom OMA-URI profile.
    Custom,
    /// A settings catalog policy.
    SettingsCatalog,
}

/// Where in a file something stands, in the words of its format.
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
    /// Where it is written, as far as that has a line.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::Policy { place, .. } => Some(place),
            Self::File { place, .. } => place.as_ref(),
            Self::Tenant { .. } => None,
        }
    }

    /// Whether it is the same policy, file or profile, wherever in it.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Policy { key: one, .. }, Self::Policy { key: other, .. })
            | (Self::Tenant { id: one, .. }, Self::Tenant { id: other, .. })
            | (Self::File { path: one, .. }, Self::File { path: other, .. }) => one == other,
            _ => false,
        }
    }
}

/// What people call it.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Policy { key, place } => write!(f, "{key} ({place})"),
            Self::Tenant { kind: ProfileKind::Custom, name, .. } => write!(f, "\"{name}\" (in the tenant)"),
            Self::Tenant { kind: ProfileKind::SettingsCatalog, name, .. } => {
                write!(f, "\"{name}\" (settings catalog, in the tenant)")
            }
            Self::File { place: Some(place), .. } => place.fmt(f),
            Self::File { path, entry, .. } => write!(f, "{path} ({entry})"),
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
                Subject::Security {
                    section: "System Access".into(),
                    name: "LockoutBadCount".into(),
                    value: value.clone(),
                },
                Subject::Typed {
                    graph_type: "windows10GeneralConfiguration".into(),
                    property: "cameraBlocked".into(),
                    value,
                },
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
            assert_eq!(one.says_the_same(other), at == 0);
            assert!(
                subjects("1").iter().enumerate().all(|(index, third)| (index == at) == (third.knob() == one.knob()))
            );
        }
    }

    #[test]
    fn a_number_is_the_same_in_every_type() {
        let uri = OmaUri::policy(super::super::Scope::Device, "Camera/AllowCamera");
        let node = |value| Subject::Node(uri.clone(), value);
        assert!(node(OmaValue::Integer(1)).says_the_same(&node(OmaValue::String("1".into()))));
        assert!(!node(OmaValue::Integer(1)).says_the_same(&node(OmaValue::Integer(0))));
    }

    #[test]
    fn what_stands_in_a_file_is_called_by_its_place_or_by_its_entry() {
        let file = |entry| Origin::File { path: "lab.json".into(), entry: Box::new(entry), place: None };
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
