//! One apply at a time: in a folder, and on this machine for a tenant and an owner.
//!
//! The locks are the operating system's, so a crash frees them; the files stay.

use std::env;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::failure::Failure;

const HELP: &str = "wait until it has ended, and run again";
/// The longest text about a holder that is shown, in characters.
const LONGEST_HOLDER: usize = 300;

/// Two applies from one folder would each undo what the other does. Held until the file is dropped.
pub fn lock_folder(state: &Path) -> Result<File, Failure> {
    match take(&state.join("apply.lock")) {
        Ok(Some(file)) => Ok(file),
        Ok(None) => Err(Failure::with_help("another apply runs in this folder", HELP)),
        Err(error) => Err(Failure::new(format!("{} cannot be used: {error}", state.display()))),
    }
}

/// Whether another apply to the same tenant would be noticed.
#[derive(Debug)]
pub enum Guard {
    /// Until this is dropped.
    Locked(File),
    /// Why it would not be.
    Unlocked(String),
}

/// So would two clones of one repository, and both might make the same profile. `root` is said to whoever is refused.
pub fn lock_tenant(root: &Path, graph_url: &str, tenant_id: &str, owner: &str) -> Result<Guard, Failure> {
    let folder = state_folder();
    let path = folder.join(file_name(graph_url, tenant_id, owner));
    match take(&path) {
        Ok(Some(mut file)) => {
            let root = std::path::absolute(root).unwrap_or_else(|_| root.to_path_buf());
            let holder = format!("in {} (process {})", root.display(), std::process::id());
            // Only for whoever is refused; without it he knows less.
            let _ = file.set_len(0).and_then(|()| file.write_all(holder.as_bytes()));
            Ok(Guard::Locked(file))
        }
        Ok(None) => {
            let holder = holder(&path).map_or_else(String::new, |holder| format!(" {holder}"));
            let message = format!("another apply of {owner} to this tenant runs on this machine{holder}");
            Err(Failure::with_help(message, HELP))
        }
        Err(error) => {
            let folder = folder.display();
            Ok(Guard::Unlocked(format!(
                "{folder} cannot be used ({error}), so an apply from another folder would not be noticed"
            )))
        }
    }
}

/// The locked file; nothing where somebody else has it.
fn take(path: &Path) -> io::Result<Option<File>> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    // Not truncated: what the holder wrote is still wanted.
    let file = File::options().create(true).truncate(false).write(true).open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// What the holder wrote about itself. Windows does not let others read a locked file.
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

/// Where programs keep the state of this user: XDG Base Directory Specification (relative paths are to be ignored); Apple,
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
