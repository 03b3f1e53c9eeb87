//! The one door for files in folders that are not trusted: a policy repository, and the program's own state.
//!
//! A pull request can put anything into a repository: links, pipes, files of any size. So files are opened relative to a
//! handle of the folder, what was opened is checked instead of its name, and every read has a limit.

mod error;
mod file_lock;
mod given;
mod secret_folders;
mod state;

pub use error::{FileError, FileProblem};
pub use file_lock::FileLock;
pub use given::{read_given, write_given};
pub use secret_folders::SecretFolders;
pub use state::StateFolder;

use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};

use cap_fs_ext::{DirExt, FollowSymlinks, OpenOptionsFollowExt, OpenOptionsSyncExt};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, File, OpenOptions};

use crate::source::unusable_name;

/// A folder whose content is not trusted. Paths in it have forward or backward slashes.
#[derive(Debug)]
pub struct UntrustedFolder {
    path: PathBuf,
    dir: Dir,
}

/// A name in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderEntry {
    pub name: String,
    pub kind: EntryKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    File,
    Folder,
    Link,
    /// A device, a pipe or a socket.
    Other,
}

impl UntrustedFolder {
    /// Opens a folder that the caller trusts the path of.
    ///
    /// # Errors
    /// If it is not a folder, or cannot be opened.
    pub fn open(path: &Path) -> io::Result<Self> {
        let opened = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        let dir = Dir::open_ambient_dir(opened, ambient_authority())?;
        Ok(Self { path: path.to_path_buf(), dir })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads a file of at most `limit` bytes. A link is followed if it stays in the folder.
    ///
    /// # Errors
    /// If the path or a link in it leads out, a name in it is refused ([`unusable_name`]), or this is not a regular file.
    pub fn read(&self, path: &str, limit: usize) -> Result<Vec<u8>, FileError> {
        let real = self.resolve(path)?;
        let mut options = OpenOptions::new();
        // The real path has no links. Opening a pipe must not wait for a writer.
        options.read(true).follow(FollowSymlinks::No).nonblock(true);
        let file = self.dir.open_with(&real, &options).map_err(|error| FileError::io(path, error))?;
        read_at_most(file, limit).map_err(|problem| FileError::new(path, problem))
    }

    /// What lies in a folder, sorted by name. Links are not followed.
    ///
    /// # Errors
    /// If it cannot be listed, or holds a name that is not valid Unicode.
    pub fn list(&self, path: &str) -> Result<Vec<FolderEntry>, FileError> {
        let failed = |error| FileError::io(path, error);
        let mut entries = Vec::new();
        for entry in self.dir.read_dir(if path.is_empty() { "." } else { path }).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let kind = kind_of(entry.file_type().map_err(failed)?);
            let name = entry.file_name().into_string().map_err(|name| {
                FileError::new(
                    &format!("{path}/{}", name.to_string_lossy()),
                    FileProblem::Name("it is not valid Unicode"),
                )
            })?;
            entries.push(FolderEntry { name, kind });
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    /// What is at a path; `None` if nothing is there. A link is not followed.
    pub fn kind(&self, path: &str) -> Option<EntryKind> {
        let data = self.dir.symlink_metadata(lexical(path).ok()?).ok()?;
        Some(kind_of(data.file_type()))
    }

    /// What a path leads to inside the folder, following links.
    ///
    /// # Errors
    /// As for [`UntrustedFolder::read`].
    pub fn target_kind(&self, path: &str) -> Result<EntryKind, FileError> {
        let real = self.resolve(path)?;
        let data = self.dir.symlink_metadata(&real).map_err(|error| FileError::io(path, error))?;
        Ok(kind_of(data.file_type()))
    }

    /// Creates a file and the folders that it lies in; follows no link.
    ///
    /// # Errors
    /// If it exists ([`FileProblem::Exists`]), or a part of the path is a link or not a folder.
    pub fn create(&self, path: &str, content: &[u8]) -> Result<(), FileError> {
        let (folder, name) = self.parent(path)?;
        create_new(&folder, &name, content).map_err(|error| FileError::io(path, error))
    }

    /// Creates or replaces a file; follows no link. The file is never half written, and keeps its permissions.
    ///
    /// # Errors
    /// If a part of the path is a link or not a folder, or the name is taken by anything but a regular file.
    pub fn replace(&self, path: &str, content: &[u8]) -> Result<(), FileError> {
        let (folder, name) = self.parent(path)?;
        replace(&folder, &name, content).map_err(|problem| FileError::new(path, problem))
    }

    /// The path from the folder without links, which stays inside.
    ///
    /// # Errors
    /// As for [`UntrustedFolder::read`].
    pub fn real_path(&self, path: &str) -> Result<String, FileError> {
        let real = self.resolve(path)?;
        let parts: Vec<_> = real.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        Ok(parts.join("/"))
    }

    fn resolve(&self, path: &str) -> Result<PathBuf, FileError> {
        // Checked first, so that the message does not reveal whether a file outside exists.
        let wanted = lexical(path).map_err(|problem| FileError::new(path, problem))?;
        let real = self.dir.canonicalize(&wanted).map_err(|error| FileError::io(path, error))?;
        for part in real.components() {
            if let Component::Normal(part) = part
                && let Some(reason) = unusable_name(&part.to_string_lossy())
            {
                return Err(FileError::new(path, FileProblem::Name(reason)));
            }
        }
        Ok(real)
    }

    /// The folder that a path lies in, which is created if it is missing, and the last name.
    fn parent(&self, path: &str) -> Result<(Dir, String), FileError> {
        let failed = |error| FileError::io(path, error);
        let mut dir = self.dir.try_clone().map_err(failed)?;
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        for part in folders.split('/').filter(|part| !part.is_empty()) {
            dir = child(&dir, part).map_err(|problem| FileError::new(path, problem))?;
        }
        Ok((dir, name.to_owned()))
    }
}

/// A folder in a folder, which is created if it is missing.
fn child(dir: &Dir, name: &str) -> Result<Dir, FileProblem> {
    match dir.create_dir(name) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error.into()),
        _ => {}
    }
    match kind_of(dir.symlink_metadata(name)?.file_type()) {
        EntryKind::Folder => Ok(dir.open_dir_nofollow(name)?),
        EntryKind::Link => Err(FileProblem::Link),
        EntryKind::File | EntryKind::Other => Err(FileProblem::NotAFolder),
    }
}

fn create_new(dir: &Dir, name: &str, content: &[u8]) -> io::Result<()> {
    let mut file = dir.open_with(name, OpenOptions::new().write(true).create_new(true))?;
    file.write_all(content)
}

/// Writes a new file of a random name beside the old one, syncs it, and renames it.
fn replace(dir: &Dir, name: &str, content: &[u8]) -> Result<(), FileProblem> {
    let permissions = match dir.symlink_metadata(name) {
        Ok(data) if data.is_file() => Some(data.permissions()),
        Ok(data) if data.is_symlink() => return Err(FileProblem::Link),
        Ok(data) if data.is_dir() => return Err(FileProblem::Folder),
        Ok(_) => return Err(FileProblem::NotRegular),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error.into()),
    };
    let beside = format!("{name}.{}.new", uuid::Uuid::new_v4().simple());
    let written = write_new(dir, &beside, content, permissions).and_then(|()| dir.rename(&beside, dir, name));
    if written.is_err() {
        let _ = dir.remove_file(&beside);
    }
    Ok(written?)
}

fn write_new(dir: &Dir, name: &str, content: &[u8], permissions: Option<cap_std::fs::Permissions>) -> io::Result<()> {
    let mut file = dir.open_with(name, OpenOptions::new().write(true).create_new(true))?;
    file.write_all(content)?;
    if let Some(permissions) = permissions {
        file.set_permissions(permissions)?;
    }
    file.sync_all()
}

/// Reads an opened file, if it is a regular one of at most `limit` bytes.
fn read_at_most(file: File, limit: usize) -> Result<Vec<u8>, FileProblem> {
    let data = file.metadata()?;
    if data.is_dir() {
        return Err(FileProblem::Folder);
    }
    if !data.is_file() {
        return Err(FileProblem::NotRegular);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(data.len()).unwrap_or(limit).min(limit));
    // A file may grow while it is read.
    file.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > limit {
        return Err(FileProblem::TooLarge { bytes: data.len().max(bytes.len() as u64), limit });
    }
    Ok(bytes)
}

fn kind_of(kind: cap_std::fs::FileType) -> EntryKind {
    if kind.is_symlink() {
        EntryKind::Link
    } else if kind.is_dir() {
        EntryKind::Folder
    } else if kind.is_file() {
        EntryKind::File
    } else {
        EntryKind::Other
    }
}

/// A path without `.` and `..`.
fn lexical(path: &str) -> Result<PathBuf, FileProblem> {
    let mut parts: Vec<&str> = Vec::new();
    if path.starts_with(['/', '\\']) {
        return Err(FileProblem::Outside);
    }
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop().ok_or(FileProblem::Outside)?),
            _ => match unusable_name(part) {
                Some(reason) => return Err(FileProblem::Name(reason)),
                None => parts.push(part),
            },
        }
    }
    Ok(if parts.is_empty() { PathBuf::from(".") } else { parts.iter().collect() })
}

#[cfg(all(test, unix))]
mod tests;
