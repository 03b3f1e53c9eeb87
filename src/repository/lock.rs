//! One apply at a time: in a folder, and on this machine for a tenant and an owner.
//!
//! The locks are the operating system's, so a crash frees them; the files stay.

use std::env;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::output::{Failure, Output};
use super::session::{Session, is_embedded};
use super::workspace::Workspace;
use crate::policy::Environment;

const HELP: &str = "wait until it has ended, and run again";
/// The longest text about a holder that is shown, in characters.
const LONGEST_HOLDER: usize = 300;

/// Two applies from one folder would each undo what the other does. Held until the file is dropped.
pub(super) fn folder(state: &Path) -> Result<File, Failure> {
    match take(&state.join("apply.lock")) {
        Ok(Some(file)) => Ok(file),
        Ok(None) => Err(Failure::with_help("another apply runs in this folder", HELP)),
        Err(error) => Err(Failure::new(format!("{} cannot be used: {error}", state.display()))),
    }
}

/// So would two clones of one repository, and both might make the same profile. The embedded sandbox belongs to its
/// folder and has a lock of its own.
pub(super) fn tenant(
    workspace: &Workspace,
    environment: &Environment,
    session: &Session,
    output: &Output,
) -> Result<Option<File>, Failure> {
    if is_embedded(environment) {
        return Ok(None);
    }
    let owner = workspace.configuration.owner.value.as_str();
    let folder = state_folder();
    let path = folder.join(file_name(environment.graph_url(), &session.tenant.id, owner));
    match take(&path) {
        Ok(Some(mut file)) => {
            let root = std::path::absolute(&workspace.root).unwrap_or_else(|_| workspace.root.clone());
            let holder = format!("in {} (process {})", root.display(), std::process::id());
            // Only for whoever is refused; without it he knows less.
            let _ = file.set_len(0).and_then(|()| file.write_all(holder.as_bytes()));
            Ok(Some(file))
        }
        Ok(None) => {
            let holder = holder(&path).map_or_else(String::new, |holder| format!(" {holder}"));
            let message = format!("another apply of {owner} to this tenant runs on this machine{holder}");
            Err(Failure::with_help(message, HELP))
        }
        Err(error) => {
            let folder = folder.display();
            output.say(&format!(
                "warning: {folder} cannot be used ({error}), so an apply from another folder would not be noticed"
            ));
            Ok(None)
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
