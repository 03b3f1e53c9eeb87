//! The user's state folder, and the locks that allow one apply at a time: in a folder, and on this machine for a tenant and
//! an owner.

use std::env;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::failure::Failure;
use crate::folder::{FileLock, FileProblem, StateFolder};

const HELP: &str = "wait until it has finished, then run the command again";
/// The longest description of a lock's holder to show, in characters.
const LONGEST_HOLDER: usize = 300;

/// Locks the folder of the embedded sandbox: two applies to it would undo each other's changes. Held until the lock is
/// dropped.
pub fn lock_folder(state: &StateFolder) -> Result<FileLock, Failure> {
    match state.lock("apply.lock") {
        Ok(Some(lock)) => Ok(lock),
        Ok(None) => Err(Failure::with_help("another apply is running in this folder", HELP)),
        Err(error) => Err(Failure::new(error.to_string())),
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

/// Locks the tenant for this owner: two clones of a repository could create the same profile twice. `name` is from
/// [`state_name`]. The other apply's error message shows `root`.
pub fn lock_tenant(state: &StateFolder, name: &str, root: &Path, owner: &str) -> Result<Guard, Failure> {
    let file = format!("{name}.lock");
    match state.lock(&file) {
        Ok(Some(mut lock)) => {
            let root = std::path::absolute(root).unwrap_or_else(|_| root.to_path_buf());
            let holder = format!("in {} (process {})", root.display(), std::process::id());
            // Shown in the other apply's error message only, so a failure to write it does not matter.
            let _ = lock.write(&holder);
            Ok(Guard::Locked(lock))
        }
        Ok(None) => {
            let holder = holder(state, &file).map_or_else(String::new, |holder| format!(" {holder}"));
            let message = format!("another apply of {owner} to this tenant is running on this machine{holder}");
            Err(Failure::with_help(message, HELP))
        }
        // Some network file systems cannot lock files.
        Err(error) if matches!(error.problem, FileProblem::Io(_)) => Ok(Guard::Unlocked(format!(
            "{error}, so an apply from another folder at the same time will not be prevented"
        ))),
        Err(error) => Err(unusable(&error.to_string())),
    }
}

/// The holder's description of itself. Windows does not let others read a locked file.
fn holder(state: &StateFolder, file: &str) -> Option<String> {
    let text = String::from_utf8(state.read(file, 4 * LONGEST_HOLDER).ok()??).ok()?;
    let shown: String = text.chars().filter(|c| !c.is_control()).take(LONGEST_HOLDER).collect();
    (!shown.is_empty()).then_some(shown)
}

/// The name of the files for a tenant and an owner in the user's state folder, without an extension.
pub fn state_name(graph_url: &str, tenant_id: &str, owner: &str) -> String {
    let digest = Sha256::digest(format!("{graph_url}\n{tenant_id}\n{owner}"));
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// The folder for this user's program state: XDG Base Directory Specification (relative paths are to be ignored); Apple,
/// File System Programming Guide; Windows, Known Folders. The journal and the locks of real tenants are in it, because
/// anyone who writes to a repository could write to its folders.
pub fn user_state() -> Result<StateFolder, Failure> {
    StateFolder::open(&user_state_path()).map_err(|error| unusable(&error.to_string()))
}

fn user_state_path() -> PathBuf {
    let absolute = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let below_home = if cfg!(target_os = "macos") { "Library/Application Support" } else { ".local/state" };
    let folder = match cfg!(windows) {
        true => absolute("LOCALAPPDATA"),
        false => absolute("XDG_STATE_HOME").or_else(|| absolute("HOME").map(|home| home.join(below_home))),
    };
    folder.unwrap_or_else(env::temp_dir).join("sspr-policy")
}

fn unusable(reason: &str) -> Failure {
    let variable = if cfg!(windows) { "LOCALAPPDATA" } else { "XDG_STATE_HOME" };
    Failure::with_help(
        format!("the folder for locks and the journal cannot be used: {reason}; nothing was changed"),
        format!("set {variable} to a folder of your own, outside the policy repository"),
    )
}
