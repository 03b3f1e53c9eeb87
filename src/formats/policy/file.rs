//! A policy as a file, and the profile that it is written for.

use std::collections::BTreeMap;

use crate::compile::Directory;
use crate::diagnostic::Severity;
use crate::profile::LiveProfile;

/// A policy as a file. Not an [`Export`](crate::formats::Export), whose remarks have no severity, and whose unsupported
/// settings have a place in a policy file: this is written from a profile, and people have to look at each error first.
#[derive(Debug, Clone, Default)]
pub struct PolicyFile {
    /// The YAML.
    pub text: String,
    /// The files that values refer to, by path relative to the policy, with their exact bytes.
    pub files: BTreeMap<String, Vec<u8>>,
    /// What people should know about the file.
    pub remarks: Vec<Remark>,
    /// Whether the policy cannot be planned before someone supplies a secret.
    pub needs_secrets: bool,
}

/// A remark about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Error if the file says less than the profile.
    pub severity: Severity,
    /// The remark in one line, without a period at the end.
    pub text: String,
}

impl Remark {
    pub(super) fn error(text: impl Into<String>) -> Self {
        Self { severity: Severity::Error, text: text.into() }
    }

    pub(super) fn warning(text: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, text: text.into() }
    }
}

/// A profile to import.
pub struct ProfileToWrite<'a> {
    /// The profile. Values that are masked become references to secrets.
    pub live: &'a LiveProfile,
    /// The path of the new policy, relative to the root of the repository.
    pub path: &'a str,
    /// The names for IDs: the groups of its assignments, all groups that have the same names, all filters and all scope
    /// tags.
    pub directory: &'a Directory,
}

/// The files next to a policy, by path relative to the root of the repository.
pub(super) fn beside(path: &str, files: &BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Result<Vec<u8>, String>> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let at = |name: &String| if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
    files.iter().map(|(name, bytes)| (at(name), Ok(bytes.clone()))).collect()
}
