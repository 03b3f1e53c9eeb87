//! Reads what policies refer to: files, and secrets from environment variables and files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::Repository;
use crate::compile::{References, Secrets, references};
use crate::source::MAX_BYTES;

/// Contents by path from the root of the repository, or the reason why a file could not be read.
pub type Files = BTreeMap<String, Result<Vec<u8>, String>>;

/// The references of all policies.
fn all(repository: &Repository) -> References {
    let mut found = References::default();
    for policy in &repository.policies {
        let folder = policy.source.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let here = references(policy, folder);
        found.files.extend(here.files);
        found.secrets.extend(here.secrets);
    }
    found
}

impl Repository {
    /// The files that values refer to. Files outside the repository are not read.
    pub fn referenced_files(&self) -> Files {
        all(self).files.into_iter().map(|path| (path.clone(), read(&self.root, &path))).collect()
    }

    /// The values of secrets, for a real tenant.
    pub fn secrets(&self) -> Secrets {
        let value = |reference: &str| match reference.split_once(':') {
            Some(("env", name)) => variable(name),
            Some((_, path)) => fs::read_to_string(self.root.join(path))
                .map(|text| text.trim_end_matches(['\r', '\n']).to_string())
                .map_err(|error| format!("{path}: {error}")),
            None => Err("it is not a reference".into()),
        };
        let secrets = all(self).secrets.into_iter();
        Secrets::Values(secrets.map(|reference| (reference.clone(), value(&reference))).collect())
    }
}

/// Reads a file of the repository; refuses any other file.
pub(super) fn read(root: &Path, path: &str) -> Result<Vec<u8>, String> {
    let root = fs::canonicalize(root).map_err(|error| error.to_string())?;
    // Checked first, so that the message does not reveal whether a file outside exists.
    let inside = |depth: usize, part: &str| match part {
        "" | "." => Some(depth),
        ".." => depth.checked_sub(1),
        _ => Some(depth + 1),
    };
    if path.split(['/', '\\']).try_fold(0, inside).is_none() {
        return Err(format!("{path} is outside the policy repository"));
    }
    let real = fs::canonicalize(root.join(path)).map_err(|_| format!("{path} does not exist"))?;
    if !real.starts_with(&root) {
        return Err(format!("{path} is outside the policy repository"));
    }
    if real.is_dir() {
        return Err(format!("{path} is a folder"));
    }
    let length = fs::metadata(&real).map_err(|error| error.to_string())?.len();
    if length > MAX_BYTES as u64 {
        return Err(format!("{path} has {length} bytes; at most {MAX_BYTES} are allowed"));
    }
    fs::read(&real).map_err(|error| format!("{path}: {error}"))
}

/// An environment variable; on error, why it cannot be used.
pub fn variable(name: &str) -> Result<String, String> {
    match std::env::var(name) {
        Ok(value) if value.is_empty() => Err("it is empty".into()),
        Ok(value) => Ok(value),
        Err(std::env::VarError::NotPresent) => Err("it is not set".into()),
        Err(std::env::VarError::NotUnicode(_)) => Err("it is not valid Unicode".into()),
    }
}
