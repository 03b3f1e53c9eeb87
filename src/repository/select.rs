//! Selects policies by their files.

use std::path::{Path, PathBuf};

use super::paths::NamedPath;
use crate::compile::Compiled;
use crate::failure::Failure;
use crate::policy::State;

/// The policies of these files and folders; without paths, all but drafts and policies kept out of the environment.
pub fn select_policies<'c, 'a>(
    root: &Path,
    compiled: &'c [Compiled<'a>],
    paths: &[PathBuf],
) -> Result<Vec<&'c Compiled<'a>>, Failure> {
    if paths.is_empty() {
        return Ok(compiled.iter().filter(|policy| policy.state != State::Draft && !policy.held).collect());
    }
    let mut selected: Vec<&Compiled<'a>> = Vec::new();
    for typed in paths {
        let path = NamedPath::find(root, typed)?;
        let is_below = |policy: &Compiled<'_>| policy.files.iter().any(|file| path.holds(file));
        // A draft is selected by its file, not by its folder.
        let is_named = |policy: &&Compiled<'_>| {
            is_below(policy) && (policy.state != State::Draft || policy.files.contains(&path.name))
        };
        let before = selected.len();
        selected.extend(compiled.iter().filter(is_named));
        if selected.len() == before {
            let reason = if compiled.iter().any(is_below) {
                "only drafts here; to select a draft, name its file"
            } else {
                "this is outside policies/, so it is not read as a policy"
            };
            return Err(Failure::new(format!("{}: {reason}", typed.display())));
        }
    }
    selected.sort_by(|a, b| a.key.cmp(&b.key));
    selected.dedup_by(|a, b| a.key == b.key);
    Ok(selected)
}
