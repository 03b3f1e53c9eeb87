//! Allows one apply at a time: in a folder, and on this machine for a tenant and an owner.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::failure::Failure;
use crate::file_lock::FileLock;

const HELP: &str = "wait until it has finished, then run the command again";
/// The longest description of a lock's holder to show, in characters.
const LONGEST_HOLDER: usize = 300;

/// Locks the folder: two applies from it would undo each other's changes. Held until the lock is dropped.
pub fn lock_folder(state: &Path) -> Result<FileLock, Failure> {
    match take(&state.join("apply.lock")) {
        Ok(Some(lock)) => Ok(lock),
        Ok(None) => Err(Failure::with_help("another apply is running in this folder", HELP)),
        Err(error) => Err(Failure::new(format!("cannot use {}: {error}", state.display()))),
    }
}

/// Whether another apply to the same tenant on this machine is kept out.
#[derive(Debug)]
pub enum Guard {
    /// Held until the lock is dropped.
    Locked(FileLock),
    /// Not locked, with the reason.
    Unlocked(String),
}

/// Locks the tenant for this owner: two clones of a repository could create the same profile twice. The other apply's error
/// message shows `root`.
pub fn lock_tenant(root: &Path, graph_url: &str, tenant_id: &str, owner: &str) -> Result<Guard, Failure> {
    let folder = state_folder();
    let path = folder.join(file_name(graph_url, tenant_id, owner));
    match take(&path) {
        Ok(Some(mut lock)) => {
            let root = std::path::absolute(root).unwrap_or_else(|_| root.to_path_buf());
            let holder = format!("in {} (process {})", root.display(), std::process::id());
            // Shown in the other apply's error message only, so a failure to write it does not matter.
            let _ = lock.write(&holder);
            Ok(Guard::Locked(lock))
        }
        Ok(None) => {
            let holder = holder(&path).map_or_else(String::new, |holder| format!(" {holder}"));
            let message = format!("another apply of {owner} to this tenant is running on this machine{holder}");
            Err(Failure::with_help(message, HELP))
        }
        Err(error) => {
            let folder = folder.display();
            Ok(Guard::Unlocked(format!(
                "cannot use {folder} ({error}), so an apply from another folder at the same time will not be prevented"
            )))
        }
    }
}

/// The lock; `None` if another process holds it.
fn take(path: &Path) -> io::Result<Option<FileLock>> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    FileLock::take(path)
}

/// The holder's description of itself. Windows does not let others read a locked file.
fn holder(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let shown: String = text.chars().filter(|c| !c.is_control()).take(LONGEST_HOLDER).collect();
    (!shown.is_empty()).then_some(shown)
}

fn file_name(graph_url: &str, tenant_id: &str, owner: &str) -> String {
    let digest = Sha256::digest(format!("{graph_url}\n{tenant_id}\n{owner}"));
    let name: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("{name}.lock")
}

/// The folder for this user's program state: XDG Base Directory Specification (relative paths are to be ignored); Apple,
/// File System Programming Guide; Windows, Known Folders.
fn state_folder() -> PathBuf {
    let absolute = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let below_home = if cfg!(target_os = "macos") { "Library/Application Support" } else { ".local/state" };
    let folder = match cfg!(windows) {
        true => absolute("LOCALAPPDATA"),
        false => absolute("XDG_STATE_HOME").or_else(|| absolute("HOME").map(|home| home.join(below_home))),
    };
    folder.unwrap_or_else(env::temp_dir).join("sspr-policy")
}
