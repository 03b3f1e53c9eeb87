//! Reads what policies refer to: files, and secrets from environment variables and files.

use super::{Files, Repository};
use crate::compile::{References, Secrets, references};
use crate::folder::SecretFolders;
use crate::source::MAX_BYTES;

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
        let read = |path: &str| self.folder.read(path, MAX_BYTES).map_err(|error| error.to_string());
        all(self).files.into_iter().map(|path| (path.clone(), read(&path))).collect()
    }

    /// The values of secrets, for a real tenant.
    pub fn secrets(&self) -> Secrets {
        let folders = SecretFolders::from_environment();
        let value = |reference: &str| match reference.split_once(':') {
            Some(("env", name)) => variable(name),
            Some((_, path)) => folders.read(path),
            None => Err("it is not a reference".into()),
        };
        let secrets = all(self).secrets.into_iter();
        Secrets::Values(secrets.map(|reference| (reference.clone(), value(&reference))).collect())
    }
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
