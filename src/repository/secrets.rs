//! Reads what policies refer to: files, and secrets from environment variables and files.

use std::fs;

use super::Repository;
use super::contents::{Files, read};
use crate::compile::{References, Secrets, references};

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

/// An environment variable; on error, why it cannot be used.
pub fn variable(name: &str) -> Result<String, String> {
    match std::env::var(name) {
        Ok(value) if value.is_empty() => Err("it is empty".into()),
        Ok(value) => Ok(value),
        Err(std::env::VarError::NotPresent) => Err("it is not set".into()),
        Err(std::env::VarError::NotUnicode(_)) => Err("it is not valid Unicode".into()),
    }
}
