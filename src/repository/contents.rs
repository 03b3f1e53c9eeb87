//! Reads files of the repository, and no others.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::source::MAX_BYTES;

/// Contents by path from the root of the repository, or the reason why a file could not be read.
pub type Files = BTreeMap<String, Result<Vec<u8>, String>>;

/// Reads a file of the repository; refuses any other file.
pub(super) fn read(root: &Path, path: &str) -> Result<Vec<u8>, String> {
    let root = fs::canonicalize(root).map_err(|error| error.to_string())?;
    // Checked first, so that the message does not reveal whether a file outside exists.
    let inside = |depth: usize, part: &str| match part {
        "" | "." => Some(depth),
        ".." => depth.checked_sub(1),
        _ => Some(depth + 1),
    };
    if path.split(['/', '\\']).try_fold(0, inside).is_none() {
        return Err(format!("{path} is outside the policy repository"));
    }
    let real = fs::canonicalize(root.join(path)).map_err(|_| format!("{path} does not exist"))?;
    if !real.starts_with(&root) {
        return Err(format!("{path} is outside the policy repository"));
    }
    if real.is_dir() {
        return Err(format!("{path} is a folder"));
    }
    let length = fs::metadata(&real).map_err(|error| error.to_string())?.len();
    if length > MAX_BYTES as u64 {
        return Err(format!("{path} has {length} bytes; at most {MAX_BYTES} are allowed"));
    }
    fs::read(&real).map_err(|error| format!("{path}: {error}"))
}
