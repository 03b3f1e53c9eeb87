//! Where the policies go. Nothing that is there is ever overwritten.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::formats::policy::PolicyFile;
use crate::policy::check_key;

/// A folder below `policies/`.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    /// From the root, with forward slashes and one at the end.
    path: String,
    /// What keys begin with: empty, or with a slash at its end.
    prefix: String,
}

impl Folder {
    /// The folder that is asked for: keys are made of its path, and plans see what is below `policies/`.
    pub fn new(root: &Path, wanted: &str) -> Result<Self, Failure> {
        let wrong = |reason: &str| {
            Err(Failure::with_help(
                format!("`--out {wanted}`: {reason}"),
                "name a folder of this repository, as `policies/imported`",
            ))
        };
        let path = wanted.replace('\\', "/");
        let path = path.trim_start_matches("./").trim_end_matches('/');
        let Some(rest) = path.strip_prefix("policies").filter(|rest| rest.is_empty() || rest.starts_with('/')) else {
            return wrong("policies lie below policies/");
        };
        let prefix = rest.trim_start_matches('/');
        if !prefix.is_empty() {
            if let Err(reason) = check_key(prefix) {
                return wrong(&reason);
            }
            if prefix.split('/').any(|part| part.starts_with('.')) {
                return wrong("folders that begin with a dot are not read");
            }
            if prefix.len() > 40 {
                return wrong("its path is too long for keys");
            }
        }
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        let folder = Self { root: root.to_path_buf(), path: format!("policies/{prefix}"), prefix };
        match folder.stays_inside() {
            Ok(()) => Ok(folder),
            Err(reason) => wrong(&reason),
        }
    }

    /// A link could lead out of the repository, and policies behind links to folders are not read.
    fn stays_inside(&self) -> Result<(), String> {
        let mut place = self.root.clone();
        for part in self.path.trim_end_matches('/').split('/') {
            place.push(part);
            match fs::symlink_metadata(&place) {
                Ok(data) if data.file_type().is_symlink() => return Err(format!("{part} is a link")),
                Ok(data) if !data.is_dir() => return Err(format!("{part} is no folder")),
                _ => {}
            }
        }
        Ok(())
    }

    /// The path from the root and the key of a policy.
    pub(super) fn place(&self, name: &str) -> (String, String) {
        (format!("{}{name}.yaml", self.path), format!("{}{name}", self.prefix))
    }

    /// Writes a policy and the files beside it.
    pub(super) fn write(&self, path: &str, file: &PolicyFile) -> Result<(), String> {
        let yml = format!("{}yml", path.trim_end_matches("yaml"));
        for taken in [path, yml.as_str()] {
            if fs::symlink_metadata(self.root.join(taken)).is_ok() {
                return Err(format!(
                    "{taken} is there already, and was left as it is: move it away, or name another `--out`"
                ));
            }
        }
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (name, bytes) in &file.files {
            self.create(&format!("{folder}/{name}"), bytes)?;
        }
        self.create(path, file.text.as_bytes())
    }

    /// A new file; one with the same bytes may be there.
    fn create(&self, path: &str, bytes: &[u8]) -> Result<(), String> {
        let place = self.root.join(path);
        let failed = |error: std::io::Error| format!("{path} cannot be written: {error}");
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        match fs::File::create_new(&place) {
            Ok(mut file) => file.write_all(bytes).map_err(failed),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => match fs::read(&place) {
                Ok(there) if there == bytes => Ok(()),
                _ => Err(format!("{path} is there already, with another content, and was left as it is")),
            },
            Err(error) => Err(failed(error)),
        }
    }
}
