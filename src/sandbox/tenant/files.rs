//! The sandbox's files: `sandbox.lock`, `sandbox.json` (everything as of the last open), `sandbox.log` (each write
//! since), and `sandbox.url` while it is served.
//!
//! Rewriting one file for every write would take time quadratic in the number of profiles, and one file per profile makes
//! every open slow on machines with a virus scanner. A snapshot with a log is cheap and safe: a write appends and syncs one
//! line, and each open merges the log into a new snapshot.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::file_lock::FileLock;
use crate::sandbox::error::{Error, file};

pub(crate) fn snapshot(folder: &Path) -> PathBuf {
    folder.join("sandbox.json")
}

pub(crate) fn log(folder: &Path) -> PathBuf {
    folder.join("sandbox.log")
}

/// The file with the URL of a sandbox that is being served, for commands that find the folder locked.
pub(crate) fn served(folder: &Path) -> PathBuf {
    folder.join("sandbox.url")
}

fn unfinished(folder: &Path) -> PathBuf {
    folder.join("sandbox.json.new")
}

/// Locks the folder for as long as the lock lives.
pub(crate) fn lock(folder: &Path) -> Result<FileLock, Error> {
    let path = folder.join("sandbox.lock");
    FileLock::take(&path).map_err(file("lock", &path))?.ok_or(Error::Locked { path })
}

/// Reads the snapshot; `None` when there is none.
pub(crate) fn read_snapshot(folder: &Path) -> Result<Option<Vec<u8>>, Error> {
    let path = snapshot(folder);
    match fs::read(&path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(file("read", &path)(error)),
    }
}

/// Replaces the snapshot atomically: written next to it, synced, renamed.
pub(crate) fn write_snapshot(folder: &Path, bytes: &[u8]) -> Result<(), Error> {
    let new = unfinished(folder);
    let mut out = File::create(&new).map_err(file("create", &new))?;
    out.write_all(bytes).map_err(file("write", &new))?;
    out.sync_all().map_err(file("write", &new))?;
    // Windows cannot rename onto a file while a handle to it is open.
    drop(out);
    let path = snapshot(folder);
    fs::rename(&new, &path).map_err(file("replace", &path))?;
    sync_folder(folder)
}

/// A rename survives a power loss only once its folder is synced. Windows has no such call and does not need it.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> Result<(), Error> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(file("sync", folder))
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> Result<(), Error> {
    Ok(())
}

/// Deletes snapshot and log under the lock.
///
/// The snapshot is deleted first: the next open refuses a log without a snapshot, but a snapshot without its log would
/// look like a sandbox that forgot its last writes.
pub(crate) fn delete_state(folder: &Path) -> Result<(), Error> {
    if !folder.exists() {
        return Ok(());
    }
    let _lock = lock(folder)?;
    for path in [snapshot(folder), log(folder), unfinished(folder), served(folder)] {
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(file("delete", &path)(error));
            }
            _ => {}
        }
    }
    Ok(())
}
