//! Writes the policies of an import. Existing files are never overwritten.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::folder::{FileProblem, UntrustedFolder};
use crate::formats::policy::PolicyFile;
use crate::policy::check_key;

/// A folder inside `policies/`.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    /// From the root, with forward slashes and a trailing one.
    path: String,
    /// The prefix of all keys: empty, or with a trailing slash.
    prefix: String,
}

impl Folder {
    /// Checks the wanted folder: it has to be inside `policies/`, and its path becomes part of each key.
    pub fn new(root: &Path, wanted: &str) -> Result<Self, Failure> {
        let wrong = |reason: &str| {
            Err(Failure::with_help(
                format!("`--out {wanted}`: {reason}"),
                "choose a folder of this repository, such as `policies/imported`",
            ))
        };
        let path = wanted.replace('\\', "/");
        let path = path.trim_start_matches("./").trim_end_matches('/');
        let Some(rest) = path.strip_prefix("policies").filter(|rest| rest.is_empty() || rest.starts_with('/')) else {
            return wrong("it has to be inside policies/");
        };
        let prefix = rest.trim_start_matches('/');
        if !prefix.is_empty() {
            if let Err(reason) = check_key(prefix) {
                return wrong(&reason);
            }
            if prefix.split('/').any(|part| part.starts_with('.')) {
                return wrong("policies in folders that begin with a dot are not read");
            }
            if prefix.len() > 40 {
                return wrong("its path is too long to be part of a key");
            }
        }
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        let folder = Self { root: root.to_path_buf(), path: format!("policies/{prefix}"), prefix };
        match folder.stays_inside() {
            Ok(()) => Ok(folder),
            Err(reason) => wrong(&reason),
        }
    }

    /// Refuses links: they could point outside the repository, and policies in linked folders are not read.
    fn stays_inside(&self) -> Result<(), String> {
        let mut place = self.root.clone();
        for part in self.path.trim_end_matches('/').split('/') {
            place.push(part);
            match fs::symlink_metadata(&place) {
                Ok(data) if data.file_type().is_symlink() => return Err(format!("{part} is a link")),
                Ok(data) if !data.is_dir() => return Err(format!("{part} is not a folder")),
                _ => {}
            }
        }
        Ok(())
    }

    /// The path (from the root) and the key of a policy.
    pub(super) fn place(&self, name: &str) -> (String, String) {
        (format!("{}{name}.yaml", self.path), format!("{}{name}", self.prefix))
    }

    /// Writes a policy and the files that it refers to.
    pub(super) fn write(&self, path: &str, file: &PolicyFile) -> Result<(), String> {
        let yml = format!("{}yml", path.trim_end_matches("yaml"));
        for taken in [path, yml.as_str()] {
            if fs::symlink_metadata(self.root.join(taken)).is_ok() {
                return Err(format!(
                    "{taken} already exists and was not overwritten; move it, or choose another folder with `--out`"
                ));
            }
        }
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (name, bytes) in &file.files {
            create(&self.root, &format!("{folder}/{name}"), bytes)?;
        }
        create(&self.root, path, file.text.as_bytes())
    }
}

/// Creates a file; follows no link. An existing file with the same bytes is accepted.
pub(super) fn create(root: &Path, path: &str, bytes: &[u8]) -> Result<(), String> {
    let failed = |reason: String| format!("cannot write {path}: {reason}");
    let root = UntrustedFolder::open(root).map_err(|error| failed(error.to_string()))?;
    match root.create(path, bytes) {
        Ok(()) => Ok(()),
        Err(error) if matches!(error.problem, FileProblem::Exists) => match root.read(path, bytes.len()) {
            Ok(there) if there == bytes => Ok(()),
            _ => Err(format!("{path} already exists with different content and was not overwritten")),
        },
        Err(error) => Err(failed(error.to_string())),
    }
}
