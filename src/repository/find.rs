//! Finds the policy repository above the current folder.

use std::fs::Metadata;
use std::path::{Path, PathBuf};

use super::CONFIGURATION;

/// Far more folders than any path has.
const MOST: usize = 100;

/// The nearest folder with a configuration, from the current folder upward: `.`, `..`, `../..` and so on; `None` if there is
/// none.
///
/// Nobody else decides which repository is used: the search ends at the top of a git work tree, at the home folder, at a
/// folder of another user, and where another file system begins.
pub fn find_root() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    let home = std::env::home_dir();
    let start = here.metadata().ok()?;
    let mut shown = PathBuf::from(".");
    for folder in here.ancestors().take(MOST) {
        if folder != here && !folder.metadata().is_ok_and(|data| is_alike(&start, &data)) {
            return None;
        }
        if std::fs::symlink_metadata(folder.join(CONFIGURATION)).is_ok() {
            return Some(shown);
        }
        // In a linked work tree or a submodule, `.git` is a file.
        if folder.join(".git").exists() || home.as_deref() == Some(folder) {
            return None;
        }
        shown = if shown == Path::new(".") { PathBuf::from("..") } else { shown.join("..") };
    }
    None
}

/// Whether two folders belong to the same user and lie on the same file system.
#[cfg(unix)]
fn is_alike(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    one.uid() == other.uid() && one.dev() == other.dev()
}

/// Windows' folders have access lists instead of one owner; a path of another drive is not above this one.
#[cfg(not(unix))]
fn is_alike(_: &Metadata, _: &Metadata) -> bool {
    true
}
