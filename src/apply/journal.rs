//! What must not be forgotten when a run ends: creations whose outcome is unknown.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The journal, a small file in `.sspr-policy/`.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    content: Content,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Content {
    format: u32,
    creations: Vec<Pending>,
}

/// A creation that was sent, and of which no answer is known.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Pending {
    /// The tenant's id.
    pub tenant: String,
    /// The owner.
    pub owner: String,
    /// The key.
    pub key: String,
    /// The profile's name.
    pub name: String,
    /// When it was sent, in seconds since 1970.
    pub sent: i64,
}

/// A journal that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// It is there and cannot be understood.
    #[error("the journal {path} cannot be read: {reason}; look into it, and delete it if nothing in it is needed")]
    Broken {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// It cannot be written.
    #[error("the journal {path} cannot be written: {reason}")]
    Write {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
}

impl Journal {
    /// Opens the journal; a missing file is an empty one.
    ///
    /// # Errors
    /// When it is there and cannot be understood.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let broken = |reason: String| JournalError::Broken { path: path.display().to_string(), reason };
        let content = match fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| broken(error.to_string()))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Content { format: 1, creations: Vec::new() },
            Err(error) => return Err(broken(error.to_string())),
        };
        if content.format != 1 {
            return Err(broken(format!("its format is {}, and this version knows 1", content.format)));
        }
        Ok(Self { path: path.to_path_buf(), content })
    }

    /// The creations in this tenant whose outcome is unknown.
    pub fn pending(&self, tenant: &str, owner: &str) -> Vec<Pending> {
        let ours = |pending: &&Pending| pending.tenant == tenant && pending.owner == owner;
        self.content.creations.iter().filter(ours).cloned().collect()
    }

    /// Remembers that a creation is about to be sent.
    ///
    /// # Errors
    /// When the file cannot be written: then nothing may be sent.
    pub fn begin(&mut self, tenant: &str, owner: &str, key: &str, name: &str) -> Result<(), JournalError> {
        let (tenant, owner, key, name) = (tenant.to_string(), owner.to_string(), key.to_string(), name.to_string());
        let sent = jiff::Timestamp::now().as_second();
        self.content.creations.push(Pending { tenant, owner, key, name, sent });
        self.save()
    }

    /// Forgets a creation: its outcome is known.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn end(&mut self, tenant: &str, owner: &str, key: &str) -> Result<(), JournalError> {
        self.content.creations.retain(|one| !(one.tenant == tenant && one.owner == owner && one.key == key));
        self.save()
    }

    /// Writes beside the file and renames, so that the file is always whole.
    fn save(&self) -> Result<(), JournalError> {
        let failed = |error: std::io::Error| JournalError::Write {
            path: self.path.display().to_string(),
            reason: error.to_string(),
        };
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        if self.content.creations.is_empty() {
            return match fs::remove_file(&self.path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed(error)),
                _ => Ok(()),
            };
        }
        let text = serde_json::to_vec_pretty(&self.content).unwrap_or_default();
        let beside = self.path.with_extension("json.new");
        let mut file = fs::File::create(&beside).map_err(failed)?;
        std::io::Write::write_all(&mut file, &text).and_then(|()| file.sync_all()).map_err(failed)?;
        fs::rename(&beside, &self.path).map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_creation_is_remembered_until_its_outcome_is_known() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state/journal.json");
        let mut journal = Journal::open(&path).expect("an empty journal");
        journal.begin("t", "o", "sspr/reset", "Reset").expect("written");
        let mut again = Journal::open(&path).expect("the same journal");
        assert_eq!(again.pending("t", "o").len(), 1);
        assert_eq!(again.pending("t", "other").len(), 0);
        again.end("t", "o", "sspr/reset").expect("written");
        assert!(!path.exists());
    }

    #[test]
    fn a_broken_journal_is_never_overwritten() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("journal.json");
        fs::write(&path, "not json").expect("written");
        let error = Journal::open(&path).expect_err("no journal").to_string();
        assert!(error.contains("cannot be read"), "{error}");
        assert_eq!(fs::read(&path).expect("still there"), b"not json");
    }
}
