//! The program's own files: journal, locks, and the sandbox's state.

use std::fs::DirBuilder;
use std::io;
use std::path::{Path, PathBuf};

use cap_fs_ext::{DirExt, FollowSymlinks, OpenOptionsFollowExt, OpenOptionsSyncExt};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, File, OpenOptions};

use super::{FileError, FileLock, FileProblem, read_at_most, replace};

/// A folder of the program's own files. In a repository, or in a temporary folder of all users, others could have put
/// something there: it is refused if it is a link or belongs to another user, and so is every file in it.
#[derive(Debug)]
pub struct StateFolder {
    path: PathBuf,
    dir: Dir,
}

impl StateFolder {
    /// Opens a folder, which is created if it is missing.
    ///
    /// # Errors
    /// If it is a link, is not a folder, or belongs to another user.
    pub fn open(path: &Path) -> Result<Self, FileError> {
        let shown = path.display().to_string();
        let failed = |error: io::Error| FileError::io(&shown, error);
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        create_folders(parent).map_err(|error| match error.kind() {
            // Something else has the name.
            io::ErrorKind::AlreadyExists => FileError::new(&shown, FileProblem::NotAFolder),
            _ => failed(error),
        })?;
        let parent = Dir::open_ambient_dir(parent, ambient_authority()).map_err(failed)?;
        let name = path.file_name().ok_or_else(|| FileError::new(&shown, FileProblem::Folder))?;
        match parent.create_dir_with(name, &private_folder()) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(failed(error)),
            _ => {}
        }
        let data = parent.symlink_metadata(name).map_err(failed)?;
        if data.is_symlink() {
            return Err(FileError::new(&shown, FileProblem::Link));
        }
        if !data.is_dir() {
            return Err(FileError::new(&shown, FileProblem::NotAFolder));
        }
        let dir = parent.open_dir_nofollow(name).map_err(failed)?;
        let metadata = dir.dir_metadata().map_err(failed)?;
        is_own(&metadata).map_err(|problem| FileError::new(&shown, problem))?;
        Ok(Self { path: path.to_path_buf(), dir })
    }

    /// Opens a folder if it exists.
    ///
    /// # Errors
    /// As for [`StateFolder::open`].
    pub fn open_existing(path: &Path) -> Result<Option<Self>, FileError> {
        match std::fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            _ => Self::open(path).map(Some),
        }
    }

    /// The path of a file, for messages.
    pub fn path_of(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The content of a file; `None` if there is no such file.
    ///
    /// # Errors
    /// If it is a link, is not a regular file, belongs to another user, or has more than `limit` bytes.
    pub fn read(&self, name: &str, limit: usize) -> Result<Option<Vec<u8>>, FileError> {
        match self.opened(name, OpenOptions::new().read(true)) {
            Ok(file) => read_at_most(file, limit).map(Some).map_err(|problem| self.error(name, problem)),
            Err(FileProblem::Missing) => Ok(None),
            Err(problem) => Err(self.error(name, problem)),
        }
    }

    /// Replaces a file at once: a new file of a random name is written, synced and renamed.
    ///
    /// # Errors
    /// If it is a link or not a regular file, or cannot be written.
    pub fn replace(&self, name: &str, content: &[u8]) -> Result<(), FileError> {
        replace(&self.dir, name, content).map_err(|problem| self.error(name, problem))?;
        self.sync().map_err(|error| self.error(name, error.into()))
    }

    /// A file for reading and writing, which is created if it is missing.
    ///
    /// # Errors
    /// As for [`StateFolder::read`].
    pub fn open_file(&self, name: &str) -> Result<std::fs::File, FileError> {
        // A file that exists is opened as it is; a new one must be new, so that a link is never followed.
        let mut options = OpenOptions::new();
        options.read(true).write(true);
        let opened = match self.opened(name, &mut options) {
            Err(FileProblem::Missing) => match self.opened(name, options.create_new(true)) {
                // Another process was faster.
                Err(FileProblem::Exists) => self.opened(name, OpenOptions::new().read(true).write(true)),
                opened => opened,
            },
            opened => opened,
        };
        opened.map(File::into_std).map_err(|problem| self.error(name, problem))
    }

    /// Locks a file, which is created if it is missing; `None` if another process holds the lock.
    ///
    /// # Errors
    /// As for [`StateFolder::read`], or if the file system cannot lock files.
    pub fn lock(&self, name: &str) -> Result<Option<FileLock>, FileError> {
        FileLock::take(self.open_file(name)?).map_err(|error| self.error(name, error.into()))
    }

    /// Deletes a file, if it exists.
    ///
    /// # Errors
    /// If it cannot be deleted.
    pub fn remove(&self, name: &str) -> Result<(), FileError> {
        match self.dir.remove_file(name) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.error(name, error.into())),
            _ => Ok(()),
        }
    }

    fn opened(&self, name: &str, options: &mut OpenOptions) -> Result<File, FileProblem> {
        if self.dir.symlink_metadata(name).is_ok_and(|data| data.is_symlink()) {
            return Err(FileProblem::Link);
        }
        let file = self.dir.open_with(name, options.follow(FollowSymlinks::No).nonblock(true))?;
        let data = file.metadata()?;
        if !data.is_file() {
            return Err(FileProblem::NotRegular);
        }
        is_own(&data)?;
        Ok(file)
    }

    /// A rename survives a power loss only after its folder is synced. Windows has no such call and does not need it.
    #[cfg(unix)]
    fn sync(&self) -> io::Result<()> {
        self.dir.open(".")?.sync_all()
    }

    #[cfg(not(unix))]
    fn sync(&self) -> io::Result<()> {
        Ok(())
    }

    fn error(&self, name: &str, problem: FileProblem) -> FileError {
        FileError::new(&self.path_of(name).display().to_string(), problem)
    }
}

/// The folders above are the user's (a home folder) or named on the command line, and so are trusted.
fn create_folders(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Others have no business in it.
fn private_folder() -> cap_std::fs::DirBuilder {
    #[allow(unused_mut)]
    let mut builder = cap_std::fs::DirBuilder::new();
    #[cfg(unix)]
    cap_std::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// Refuses what belongs to another user. On Windows, a profile's folders already keep others out.
#[cfg(unix)]
fn is_own(data: &cap_std::fs::Metadata) -> Result<(), FileProblem> {
    use cap_std::fs::MetadataExt;
    if data.uid() == rustix::process::geteuid().as_raw() { Ok(()) } else { Err(FileProblem::OtherUser) }
}

#[cfg(not(unix))]
fn is_own(_: &cap_std::fs::Metadata) -> Result<(), FileProblem> {
    Ok(())
}
