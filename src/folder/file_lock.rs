//! A file that one process at a time can lock.

use std::fs::{File, TryLockError};
use std::io::{self, Write};

/// A locked file. The operating system holds the lock, so a crash releases it. The file itself stays: deleting it would let
/// two processes lock two files of the same name.
#[derive(Debug)]
pub struct FileLock(File);

impl FileLock {
    /// Locks an open file; `None` if another process holds the lock.
    ///
    /// # Errors
    /// If the file system cannot lock files.
    pub fn take(file: File) -> io::Result<Option<Self>> {
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Replaces the content of the file.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&mut self, text: &str) -> io::Result<()> {
        self.0.set_len(0)?;
        self.0.write_all(text.as_bytes())
    }
}

/// Closing the file does not release the lock while a process that is being started still has a copy of the handle.
impl Drop for FileLock {
    fn drop(&mut self) {
        // Only fails if the lock is already gone.
        let _ = self.0.unlock();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn locked(folder: &tempfile::TempDir) -> Option<FileLock> {
        FileLock::take(File::create(folder.path().join("a.lock")).unwrap()).unwrap()
    }

    #[test]
    fn one_holder_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let lock = locked(&folder).unwrap();
        assert!(locked(&folder).is_none());
        drop(lock);
        assert!(locked(&folder).is_some());
    }

    /// On Unix, a new process has copies of all handles until it executes its program.
    #[test]
    fn a_copied_handle_does_not_keep_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let lock = locked(&folder).unwrap();
        let copy = lock.0.try_clone().unwrap();
        drop(lock);
        assert!(locked(&folder).is_some());
        drop(copy);
    }
}
