//! Paths from the command line: whoever types them may read and write there, but in a repository a pull request decides what
//! lies at the path.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use cap_fs_ext::OpenOptionsSyncExt;
use cap_std::fs::OpenOptions;

use super::{FileError, UntrustedFolder, read_at_most};

/// Reads a file of at most `limit` bytes. Below the repository's `root`, no link that leads out of it is followed.
///
/// # Errors
/// If it cannot be read, is not a regular file, or is too large.
pub fn read_given(root: &Path, path: &Path, limit: usize) -> Result<Vec<u8>, FileError> {
    let shown = path.display().to_string();
    let read = |folder: UntrustedFolder, name: &Path| {
        let file = folder.dir.open_with(name, OpenOptions::new().read(true).nonblock(true))?;
        read_at_most(file, limit)
    };
    let read = match inside(root, path) {
        Some(inside) => UntrustedFolder::open(root).map_err(Into::into).and_then(|folder| read(folder, &inside)),
        // What a link outside the repository leads to is the user's affair.
        None => fs::canonicalize(path).map_err(Into::into).and_then(|path| {
            let name = path.file_name().map(PathBuf::from).unwrap_or_default();
            UntrustedFolder::open(path.parent().unwrap_or(&path))
                .map_err(Into::into)
                .and_then(|folder| read(folder, &name))
        }),
    };
    read.map_err(|problem| FileError::new(&shown, problem))
}

/// Creates or replaces a file, and creates the folders that it lies in. The file is never half written. The last name may not
/// be a link; below the repository's `root`, no part may.
///
/// # Errors
/// If it cannot be written, or the name is taken by anything but a regular file.
pub fn write_given(root: &Path, path: &Path, content: &[u8]) -> Result<(), FileError> {
    let shown = path.display().to_string();
    let named = |mut error: FileError| {
        error.path.clone_from(&shown);
        error
    };
    let failed = |error: io::Error| FileError::io(&shown, error);
    if let Some(inside) = inside(root, path) {
        let parts: Vec<_> = inside.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        return UntrustedFolder::open(root).map_err(failed)?.replace(&parts.join("/"), content).map_err(named);
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    if !folder.as_os_str().is_empty() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    UntrustedFolder::open(folder).map_err(failed)?.replace(&name, content).map_err(named)
}

/// The path from the root, if it is below it.
fn inside(root: &Path, path: &Path) -> Option<PathBuf> {
    let inside = normal(path)?.strip_prefix(normal(root)?).ok()?.to_path_buf();
    (!inside.as_os_str().is_empty()).then_some(inside)
}

/// An absolute path without `..`, as it is written.
fn normal(path: &Path) -> Option<PathBuf> {
    let mut normal = PathBuf::new();
    for part in std::path::absolute(path).ok()?.components() {
        match part {
            Component::ParentDir => drop(normal.pop()),
            part => normal.push(part),
        }
    }
    Some(normal)
}
