//! Paths that people type, as names in the repository.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

#[derive(Debug, Clone)]
pub struct NamedPath {
    /// As it was typed.
    pub typed: PathBuf,
    /// Its path from the root with forward slashes; empty for the root itself.
    pub name: String,
}

impl NamedPath {
    /// What somebody typed: as it is seen from the current folder, else from the repository's root.
    pub fn find(root: &Path, typed: &Path) -> Result<Self, Failure> {
        let here = if typed.exists() { typed.to_path_buf() } else { root.join(typed) };
        if !here.exists() {
            return Err(Failure::new(format!("{}: there is no such file or folder", typed.display())));
        }
        let failed = |error: std::io::Error| Failure::new(format!("{}: {error}", typed.display()));
        let real = fs::canonicalize(&here).map_err(failed)?;
        let root = fs::canonicalize(root).map_err(failed)?;
        Ok(Self { typed: typed.to_path_buf(), name: relative(&root, &real) })
    }

    /// Whether a file of the repository is this one, or lies below it.
    pub fn holds(&self, file: &str) -> bool {
        file.strip_prefix(&self.name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// A path from the root with forward slashes.
pub fn relative(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
