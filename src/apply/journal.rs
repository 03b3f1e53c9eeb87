//! Remembers across runs: creations that the tenant does not show yet, and approvals.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use sha2::Digest;

use crate::folder::{FileError, StateFolder};
use crate::setting::{Delivery, ObjectKey};

/// A small file of the tenant and the owner: for the sandbox in `.sspr-policy/`, otherwise in the user's state folder.
#[derive(Debug)]
pub struct Journal {
    folder: StateFolder,
    name: String,
    content: Mutex<JournalContent>,
}

/// In bytes. A creation or an approval takes a few hundred.
const LARGEST: usize = 16 << 20;
/// The version of the journal's format.
const FORMAT: u32 = 1;

#[derive(Debug, Default, Serialize, Deserialize)]
struct JournalContent {
    format: u32,
    creations: Vec<Pending>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    approvals: Vec<(Approval, String)>,
}

/// A creation that was sent, but that the tenant's lists have not shown yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Pending {
    /// The tenant's id.
    pub tenant: String,
    pub owner: String,
    /// The policy's key.
    pub key: String,
    #[serde(default, skip_serializing_if = "Delivery::is_default")]
    pub delivery: Delivery,
    /// The profile's name.
    pub name: String,
    /// When it was sent, in seconds since 1970.
    pub sent: i64,
    /// The profile's id; `None` if there was no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

impl Pending {
    pub fn object(&self) -> ObjectKey {
        ObjectKey { key: self.key.clone(), delivery: self.delivery }
    }

    fn is(&self, tenant: &str, owner: &str, object: &ObjectKey) -> bool {
        self.tenant == tenant && self.owner == owner && self.key == object.key && self.delivery == object.delivery
    }
}

/// A write that waits for approval. After the approval, exactly this write has to be sent again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    tenant: String,
    owner: String,
    key: String,
    #[serde(default, skip_serializing_if = "Delivery::is_default")]
    delivery: Delivery,
    method: String,
    path: String,
    /// A digest of the write without its secrets.
    digest: String,
}

impl Approval {
    /// Identifies a write. `shown` is its body with names in place of secrets. A digest of the secrets themselves would
    /// be in a file and in the text for approvers, where anyone could guess short secrets. If there is a fingerprint
    /// key, a changed secret is still detected, because the marker in the body then contains the keyed digest.
    pub fn of(
        tenant: &str,
        owner: &str,
        object: &ObjectKey,
        method: &str,
        path: &str,
        shown: Option<&serde_json::Value>,
    ) -> Self {
        let text = shown.map(ToString::to_string).unwrap_or_default();
        let digest = sha2::Sha256::digest(format!("{tenant} {owner} {} {method} {path} {text}", object.key));
        let digest = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let ObjectKey { key, delivery } = object.clone();
        let [tenant, owner, method, path] = [tenant, owner, method, path].map(String::from);
        Self { tenant, owner, key, delivery, method, path, digest }
    }

    /// Key and owner, for approvers.
    pub fn whose(&self) -> String {
        format!("{} of {}", self.key, self.owner)
    }

    /// The first characters of the digest, enough to distinguish the writes to one object.
    pub fn digest(&self) -> &str {
        self.digest.get(..8).unwrap_or(&self.digest)
    }
}

/// Why the journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file exists, but cannot be read.
    #[error("the journal {path} cannot be read: {reason}; open it, and delete it if you do not need its content")]
    Broken { path: String, reason: String },
    #[error(
        "the journal {path} was written by a newer version of sspr-policy (format {format}; this version reads format \
         {FORMAT}); nothing was changed. Install the newest version and run `sspr-policy apply` again; keep the file, \
         because it lists creations and approvals that are not finished"
    )]
    Newer { path: String, format: u64 },
    #[error("the journal cannot be used: {0}")]
    File(#[from] FileError),
}

impl Journal {
    /// Opens the journal. A missing file is an empty journal.
    ///
    /// # Errors
    /// If the file exists, but cannot be read, or a newer version wrote it.
    pub fn open(folder: StateFolder, name: &str) -> Result<Self, JournalError> {
        let path = folder.path_of(name).display().to_string();
        let broken = |reason: String| JournalError::Broken { path: path.clone(), reason };
        let content = match folder.read(name, LARGEST)? {
            Some(bytes) => {
                let content: serde_json::Value =
                    serde_json::from_slice(&bytes).map_err(|error| broken(error.to_string()))?;
                match content["format"].as_u64() {
                    Some(format) if format > u64::from(FORMAT) => {
                        return Err(JournalError::Newer { path, format });
                    }
                    Some(format) if format == u64::from(FORMAT) => {}
                    _ => return Err(broken(format!("`format` is not {FORMAT}"))),
                }
                serde_json::from_value(content).map_err(|error| broken(error.to_string()))?
            }
            None => JournalContent { format: FORMAT, ..JournalContent::default() },
        };
        Ok(Self { folder, name: name.to_owned(), content: Mutex::new(content) })
    }

    /// The creations in this tenant that are not settled yet.
    pub fn pending(&self, tenant: &str, owner: &str) -> Vec<Pending> {
        let ours = |pending: &&Pending| pending.tenant == tenant && pending.owner == owner;
        self.content().creations.iter().filter(ours).cloned().collect()
    }

    /// Remembers that a creation is about to be sent.
    ///
    /// # Errors
    /// If the file cannot be written. Then the creation must not be sent.
    pub fn begin(&self, tenant: &str, owner: &str, object: &ObjectKey, name: &str) -> Result<(), JournalError> {
        let [tenant, owner, name] = [tenant, owner, name].map(String::from);
        let ObjectKey { key, delivery } = object.clone();
        let sent = crate::clock::now().as_second();
        self.change(|content| content.creations.push(Pending { tenant, owner, key, delivery, name, sent, id: None }))
    }

    /// Remembers the id from the answer to a creation. Lists may not show the profile yet.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn made(&self, tenant: &str, owner: &str, object: &ObjectKey, id: &str) -> Result<(), JournalError> {
        let same = |one: &&mut Pending| one.is(tenant, owner, object);
        self.change(|content| content.creations.iter_mut().filter(same).for_each(|one| one.id = Some(id.to_string())))
    }

    /// Forgets a creation, because its outcome is known.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn end(&self, tenant: &str, owner: &str, object: &ObjectKey) -> Result<(), JournalError> {
        self.change(|content| content.creations.retain(|one| !one.is(tenant, owner, object)))
    }

    /// The code of the request for approval of a write, which may have been approved by now.
    pub fn approval(&self, approval: &Approval) -> Option<String> {
        self.content().approvals.iter().find(|(known, _)| known == approval).map(|(_, code)| code.clone())
    }

    /// Remembers the code of a request for approval.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn remember(&self, approval: &Approval, code: &str) -> Result<(), JournalError> {
        self.change(|content| {
            // An earlier request for the same object is for a write that is no longer wanted.
            let same = |one: &Approval| {
                (&one.tenant, &one.owner, &one.key, one.delivery)
                    == (&approval.tenant, &approval.owner, &approval.key, approval.delivery)
            };
            content.approvals.retain(|(known, _)| !same(known));
            content.approvals.push((approval.clone(), code.to_string()));
        })
    }

    /// Forgets a request for approval that was used or refused.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn forget(&self, approval: &Approval) -> Result<(), JournalError> {
        self.change(|content| content.approvals.retain(|(known, _)| known != approval))
    }

    fn content(&self) -> MutexGuard<'_, JournalContent> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut JournalContent)) -> Result<(), JournalError> {
        let mut content = self.content();
        change(&mut content);
        self.save(&content)
    }

    /// Writes a new file and renames it, so that the journal is always complete.
    fn save(&self, content: &JournalContent) -> Result<(), JournalError> {
        if content.creations.is_empty() && content.approvals.is_empty() {
            return Ok(self.folder.remove(&self.name)?);
        }
        let text = serde_json::to_vec_pretty(content).unwrap_or_default();
        Ok(self.folder.replace(&self.name, &text)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journal(folder: &tempfile::TempDir) -> Result<Journal, JournalError> {
        Journal::open(StateFolder::open(&folder.path().join("state")).expect("a folder"), "journal.json")
    }

    #[test]
    fn a_creation_is_remembered_until_its_outcome_is_known() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = journal(&folder).expect("an empty journal");
        let object = ObjectKey { key: "sspr/reset".into(), delivery: Delivery::Custom };
        first.begin("t", "o", &object, "Reset").expect("written");
        let again = journal(&folder).expect("the same journal");
        assert_eq!(again.pending("t", "o").len(), 1);
        assert_eq!(again.pending("t", "other").len(), 0);
        again.end("t", "o", &object).expect("written");
        assert!(!folder.path().join("state/journal.json").exists());
    }

    #[test]
    fn a_broken_journal_is_never_overwritten() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state/journal.json");
        std::fs::create_dir(folder.path().join("state")).expect("a folder");
        std::fs::write(&path, "not json").expect("written");
        let error = journal(&folder).expect_err("no journal").to_string();
        assert!(error.contains("cannot be read"), "{error}");
        assert_eq!(std::fs::read(&path).expect("still there"), b"not json");
    }
}
