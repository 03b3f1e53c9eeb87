//! Turns paths from the command line into names in the repository.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

#[derive(Debug, Clone)]
pub struct NamedPath {
    pub typed: PathBuf,
    /// Its path from the root with forward slashes; empty for the root itself.
    pub name: String,
}

impl NamedPath {
    /// Looks in the current folder first, then in the repository's root.
    pub fn find(root: &Path, typed: &Path) -> Result<Self, Failure> {
        let here = if typed.exists() { typed.to_path_buf() } else { root.join(typed) };
        if !here.exists() {
            return Err(Failure::new(format!("{}: no such file or folder", typed.display())));
        }
        let failed = |error: std::io::Error| Failure::new(format!("{}: {error}", typed.display()));
        let real = fs::canonicalize(&here).map_err(failed)?;
        let root = fs::canonicalize(root).map_err(failed)?;
        Ok(Self { typed: typed.to_path_buf(), name: relative(&root, &real) })
    }

    /// Whether a file of the repository is this path or inside it.
    pub fn holds(&self, file: &str) -> bool {
        file.strip_prefix(&self.name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// The path from `root`, with forward slashes.
pub fn relative(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
