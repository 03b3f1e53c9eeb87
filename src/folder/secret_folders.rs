//! The folders that secret files may lie in.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

/// A variable with a list of folders, separated as in `PATH`.
const VARIABLE: &str = "SSPR_POLICY_SECRET_DIRS";
/// In bytes. A certificate with its key and chain has under 20,000.
const LARGEST: u64 = 128 << 10;

/// Where secret files and certificates may lie. A repository names such files, so whoever runs the program says where they
/// are: otherwise a pull request could name any file of the machine.
#[derive(Debug, Clone, Default)]
pub struct SecretFolders(Vec<PathBuf>);

impl SecretFolders {
    /// The folders in `SSPR_POLICY_SECRET_DIRS`. Relative ones are ignored.
    pub fn from_environment() -> Self {
        let folders = std::env::var_os(VARIABLE).unwrap_or_default();
        Self(std::env::split_paths(&folders).filter(|folder| folder.is_absolute()).collect())
    }

    /// The text of a secret file without line ends at its end.
    ///
    /// # Errors
    /// As for [`SecretFolders::find`], or if it cannot be read. The content is never part of a message.
    pub fn read(&self, path: &str) -> Result<String, String> {
        let file = self.find(path)?;
        let mut bytes = Vec::new();
        let opened = File::open(&file).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
        opened.map_err(|error| format!("{path}: {error}"))?;
        if bytes.len() as u64 > LARGEST {
            return Err(format!("{path} has more than {LARGEST} bytes, which is too large for a secret"));
        }
        let text = String::from_utf8(bytes).map_err(|_| format!("{path} is not UTF-8"))?;
        Ok(text.trim_end_matches(['\r', '\n']).to_owned())
    }

    /// Where a secret file is: an absolute path, or a path in one of the folders, the first that has it.
    ///
    /// # Errors
    /// If no folder is named, it is in none of them, or it is not a regular file.
    pub fn find(&self, path: &str) -> Result<PathBuf, String> {
        if self.0.is_empty() {
            return Err(format!(
                "{path} is not read, because {VARIABLE} is not set; set it to the folder that holds the file"
            ));
        }
        let outside = || format!("{path} is not in a folder of {VARIABLE}");
        let found = self.0.iter().find_map(|folder| {
            let (folder, file) = (fs::canonicalize(folder).ok()?, fs::canonicalize(folder.join(path)).ok()?);
            // Kubernetes mounts secrets as links inside the folder.
            file.starts_with(&folder).then_some(file)
        });
        let file: PathBuf = found.ok_or_else(outside)?;
        if is_regular(&file) { Ok(file) } else { Err(format!("{path} is not a regular file")) }
    }
}

/// Asked before the file is opened: opening a pipe would wait for a writer.
fn is_regular(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|data| data.is_file())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_read_from_named_folders_only() {
        let [named, other] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        fs::write(named.path().join("key"), "hidden\r\n").unwrap();
        fs::write(other.path().join("key2"), "hidden").unwrap();
        let folders = SecretFolders(vec![named.path().to_path_buf()]);
        assert_eq!(folders.read("key").unwrap(), "hidden");
        assert_eq!(folders.read(&named.path().join("key").display().to_string()).unwrap(), "hidden");
        for outside in [other.path().join("key2").display().to_string(), "../key2".into(), "key2".into()] {
            let refused = folders.read(&outside).unwrap_err();
            assert_eq!(refused, format!("{outside} is not in a folder of SSPR_POLICY_SECRET_DIRS"));
        }
        assert_eq!(
            SecretFolders::default().read("key").unwrap_err(),
            "key is not read, because SSPR_POLICY_SECRET_DIRS is not set; set it to the folder that holds the file"
        );
    }
}
