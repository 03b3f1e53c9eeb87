//! Registry keys, values and data.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::source::Place;

/// A root key of the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hive {
    /// `HKEY_CLASSES_ROOT`
    ClassesRoot,
    /// `HKEY_CURRENT_CONFIG`
    CurrentConfig,
    /// `HKEY_CURRENT_USER`
    CurrentUser,
    /// `HKEY_LOCAL_MACHINE`
    LocalMachine,
    /// `HKEY_USERS`
    Users,
}

impl Hive {
    const ALL: [(Self, &'static str, &'static str); 5] = [
        (Self::ClassesRoot, "HKCR", "HKEY_CLASSES_ROOT"),
        (Self::CurrentConfig, "HKCC", "HKEY_CURRENT_CONFIG"),
        (Self::CurrentUser, "HKCU", "HKEY_CURRENT_USER"),
        (Self::LocalMachine, "HKLM", "HKEY_LOCAL_MACHINE"),
        (Self::Users, "HKU", "HKEY_USERS"),
    ];

    fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|(_, short, long)| name.eq_ignore_ascii_case(short) || name.eq_ignore_ascii_case(long))
            .map(|(hive, ..)| hive)
    }

    /// The name that people use: `HKLM`.
    pub fn short(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// The name that a `.reg` file needs: `HKEY_LOCAL_MACHINE`.
    pub fn long(self) -> &'static str {
        Self::ALL[self as usize].2
    }
}

/// A registry key. Names keep their case, but comparisons ignore it, as Windows does.
#[derive(Debug, Clone)]
pub struct RegistryKey {
    pub hive: Hive,
    /// The path below the hive, without backslashes at its ends.
    pub path: String,
}

/// Why a string is not a registry key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// It does not begin with a known hive.
    #[error("a registry key must begin with HKLM, HKCU, HKCR, HKU or HKCC and a backslash")]
    Hive,
    /// It has slashes in place of backslashes.
    #[error("a registry key must use backslashes, not slashes")]
    Slash,
    /// A key cannot contain control characters. Most often, `\n` in a double-quoted YAML text became a line break.
    #[error("the key contains a control character: in double quotes a backslash starts an escape sequence")]
    Control,
    /// It has two backslashes in a row, or one at an end.
    #[error("the key has an empty part (two backslashes in a row, or one at the end)")]
    EmptyPart,
    /// A part has more than 255 characters (Microsoft, Registry element size limits).
    #[error("each part of a key can have up to 255 characters")]
    TooLong,
}

impl RegistryKey {
    /// Reads a key with the short or the long name of its hive, such as `HKLM\SOFTWARE\…`.
    ///
    /// # Errors
    /// If the text is not a key.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        if text.chars().any(char::is_control) {
            return Err(PathError::Control);
        }
        let Some((root, path)) = text.split_once('\\') else {
            return Err(if text.contains('/') { PathError::Slash } else { PathError::Hive });
        };
        let hive = Hive::parse(root).ok_or(if root.contains('/') { PathError::Slash } else { PathError::Hive })?;
        if path.split('\\').any(str::is_empty) {
            return Err(PathError::EmptyPart);
        }
        if path.split('\\').any(|part| part.encode_utf16().count() > 255) {
            return Err(PathError::TooLong);
        }
        Ok(Self { hive, path: path.to_string() })
    }

    /// Whether `other` is this key or below it.
    pub fn holds(&self, other: &Self) -> bool {
        self.hive == other.hive && {
            let (upper, lower) = (self.path.to_lowercase(), other.path.to_lowercase());
            lower.strip_prefix(&upper).is_some_and(|rest| rest.is_empty() || rest.starts_with('\\'))
        }
    }
}

/// Compares names as Windows does, ignoring case.
fn compare_names(one: &str, other: &str) -> Ordering {
    if one.is_ascii() && other.is_ascii() {
        let (one, other) = (one.bytes(), other.bytes());
        return one.map(|byte| byte.to_ascii_lowercase()).cmp(other.map(|byte| byte.to_ascii_lowercase()));
    }
    one.to_lowercase().cmp(&other.to_lowercase())
}

fn hash_name<H: Hasher>(name: &str, state: &mut H) {
    if name.is_ascii() {
        name.bytes().for_each(|byte| state.write_u8(byte.to_ascii_lowercase()));
    } else {
        state.write(name.to_lowercase().as_bytes());
    }
    state.write_u8(0xff);
}

impl fmt::Display for RegistryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\\{}", self.hive.short(), self.path)
    }
}

impl Ord for RegistryKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.hive.cmp(&other.hive).then_with(|| compare_names(&self.path, &other.path))
    }
}

impl PartialOrd for RegistryKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for RegistryKey {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for RegistryKey {}

impl Hash for RegistryKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.hive.hash(state);
        hash_name(&self.path, state);
    }
}

/// A value in a key; the empty name is the key's default value.
#[derive(Debug, Clone)]
pub struct RegistryLocation {
    pub key: RegistryKey,
    pub name: String,
}

impl fmt::Display for RegistryLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.name.is_empty() { "(Default)" } else { &self.name };
        write!(f, "{} {name}", self.key)
    }
}

impl Ord for RegistryLocation {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key).then_with(|| compare_names(&self.name, &other.name))
    }
}

impl PartialOrd for RegistryLocation {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for RegistryLocation {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for RegistryLocation {}

impl Hash for RegistryLocation {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
        hash_name(&self.name, state);
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegistryData {
    /// `REG_NONE`
    None(Vec<u8>),
    /// `REG_SZ`
    Sz(String),
    /// `REG_EXPAND_SZ`
    ExpandSz(String),
    /// `REG_BINARY`
    Binary(Vec<u8>),
    /// `REG_DWORD`
    Dword(u32),
    /// `REG_DWORD_BIG_ENDIAN`
    DwordBigEndian(u32),
    /// `REG_MULTI_SZ`
    MultiSz(Vec<String>),
    /// `REG_QWORD`
    Qword(u64),
}

impl RegistryData {
    /// The name of the type in Windows.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::None(_) => "REG_NONE",
            Self::Sz(_) => "REG_SZ",
            Self::ExpandSz(_) => "REG_EXPAND_SZ",
            Self::Binary(_) => "REG_BINARY",
            Self::Dword(_) => "REG_DWORD",
            Self::DwordBigEndian(_) => "REG_DWORD_BIG_ENDIAN",
            Self::MultiSz(_) => "REG_MULTI_SZ",
            Self::Qword(_) => "REG_QWORD",
        }
    }

    /// The number; `None` for types that are not numbers.
    pub fn number(&self) -> Option<u64> {
        match self {
            Self::Dword(number) | Self::DwordBigEndian(number) => Some(u64::from(*number)),
            Self::Qword(number) => Some(*number),
            _ => None,
        }
    }
}

impl fmt::Display for RegistryData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sz(text) | Self::ExpandSz(text) => f.write_str(text),
            Self::Dword(number) | Self::DwordBigEndian(number) => number.fmt(f),
            Self::Qword(number) => number.fmt(f),
            Self::MultiSz(texts) => f.write_str(&texts.join("; ")),
            Self::None(bytes) | Self::Binary(bytes) => write!(f, "{} bytes", bytes.len()),
        }
    }
}

/// A change of a registry value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegistryAction {
    Set(RegistryData),
    Delete,
}

#[derive(Clone, PartialEq)]
pub enum RegistryChange {
    /// Deletes a key with everything in it.
    DeleteKey(RegistryKey),
    /// Deletes the values of a key; the key and the keys below it stay (`**DelVals.` in a Registry.pol: MS-GPREG).
    DeleteValues(RegistryKey),
    /// Sets or deletes a value.
    Value(RegistryLocation, RegistryAction),
}

impl RegistryChange {
    /// The key that it changes, or whose value it changes.
    pub fn key(&self) -> &RegistryKey {
        match self {
            Self::DeleteKey(key) | Self::DeleteValues(key) => key,
            Self::Value(location, _) => &location.key,
        }
    }
}

/// Shows only names, because the data may be secret.
impl fmt::Debug for RegistryChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DeleteKey(key) => write!(f, "DeleteKey({key})"),
            Self::DeleteValues(key) => write!(f, "DeleteValues({key})"),
            Self::Value(location, RegistryAction::Delete) => write!(f, "Delete({location})"),
            Self::Value(location, RegistryAction::Set(data)) => write!(f, "Set({location}, {})", data.type_name()),
        }
    }
}

/// A change of the registry, and its place in a policy.
#[derive(Debug, Clone)]
pub struct RegistryEntry {
    /// Shared with claims.
    pub change: Arc<RegistryChange>,
    pub place: Place,
    /// Whether the data contains a secret.
    pub is_secret: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_with_either_name_of_their_root() {
        let short = RegistryKey::parse(r"HKLM\SOFTWARE\Policies\Microsoft\AzureADAccount").expect("a key");
        let long = RegistryKey::parse(r"hkey_local_machine\software\POLICIES\Microsoft\AzureADAccount").expect("a key");
        assert_eq!(short, long);
        assert_eq!(short.to_string(), r"HKLM\SOFTWARE\Policies\Microsoft\AzureADAccount");
    }

    #[test]
    fn what_is_no_key_is_refused() {
        assert_eq!(RegistryKey::parse("HKLM/SOFTWARE").err(), Some(PathError::Slash));
        assert_eq!(RegistryKey::parse("SOFTWARE").err(), Some(PathError::Hive));
        assert_eq!(RegistryKey::parse("HKLM\\A\\\\B").err(), Some(PathError::EmptyPart));
        assert_eq!(RegistryKey::parse("HKLM\\A\\").err(), Some(PathError::EmptyPart));
        assert_eq!(RegistryKey::parse("HKLM\\A\new").err(), Some(PathError::Control));
    }
}
