//! The sandbox's files: `sandbox.lock`, `sandbox.json` (everything as of the last open), `sandbox.log` (each write
//! since), and `sandbox.url` while it is served.
//!
//! Rewriting one file for every write would take time quadratic in the number of profiles, and one file per profile makes
//! every open slow on machines with a virus scanner. A snapshot with a log is cheap and safe: a write appends and syncs one
//! line, and each open merges the log into a new snapshot.

use crate::folder::{FileLock, StateFolder};
use crate::sandbox::error::Error;

pub(crate) const SNAPSHOT: &str = "sandbox.json";
pub(crate) const LOG: &str = "sandbox.log";
/// The URL of a sandbox that is being served, for commands that find the folder locked.
pub(crate) const SERVED: &str = "sandbox.url";
const LOCK: &str = "sandbox.lock";

/// The largest snapshot, and the largest log, in bytes.
pub(crate) const LARGEST: usize = 1 << 30;

/// Locks the folder for as long as the lock lives.
pub(crate) fn lock(folder: &StateFolder) -> Result<FileLock, Error> {
    folder.lock(LOCK)?.ok_or_else(|| Error::Locked { path: folder.path_of(LOCK) })
}

/// Reads the snapshot; `None` when there is none.
pub(crate) fn read_snapshot(folder: &StateFolder) -> Result<Option<Vec<u8>>, Error> {
    Ok(folder.read(SNAPSHOT, LARGEST)?)
}

/// Deletes snapshot and log under the lock.
///
/// The snapshot is deleted first: the next open refuses a log without a snapshot, but a snapshot without its log would
/// look like a sandbox that forgot its last writes.
pub(crate) fn delete_state(folder: &StateFolder) -> Result<(), Error> {
    let _lock = lock(folder)?;
    for name in [SNAPSHOT, LOG, SERVED] {
        folder.remove(name)?;
    }
    Ok(())
}
