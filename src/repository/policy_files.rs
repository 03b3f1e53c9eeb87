//! Finds and reads the policy files in `policies/`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::paths::relative;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{Policy, key_of_path, read_policy};
use crate::source::{Place, Source};

pub(super) const POLICIES: &str = "policies";

/// All policy files, sorted by path.
pub(super) fn policy_files(root: &Path, problems: &mut Vec<Diagnostic>) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let folder = root.join(POLICIES);
    if let Err(reason) = stays_inside(root, &folder) {
        problems.push(unreadable(root, &folder, &reason));
    } else if folder.is_dir() {
        walk(root, &folder, &mut files, problems);
    }
    files
}

/// The names of all policy files, even without a configuration.
pub(super) fn policy_names(root: &Path) -> Vec<String> {
    policy_files(root, &mut Vec::new()).iter().map(|file| relative(root, file)).collect()
}

/// Collects the YAML files of a folder and its subfolders, sorted by path.
fn walk(root: &Path, folder: &Path, files: &mut Vec<PathBuf>, problems: &mut Vec<Diagnostic>) {
    let mut entries: Vec<PathBuf> = match fs::read_dir(folder) {
        Ok(entries) => entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect(),
        Err(error) => {
            problems.push(unreadable(root, folder, &format!("cannot read the folder: {error}")));
            return;
        }
    };
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let yaml = name.ends_with(".yaml") || name.ends_with(".yml");
        let nearly = [".yaml", ".yml"].iter().any(|end| name.to_lowercase().ends_with(end)) && !yaml;
        if let Err(reason) = stays_inside(root, &path) {
            problems.push(unreadable(root, &path, &reason));
        } else if path.is_dir() && yaml {
            problems.push(unreadable(root, &path, "this is a folder with a policy's file name; rename it"));
        } else if path.is_dir() {
            walk(root, &path, files, problems);
        } else if nearly {
            problems.push(unreadable(root, &path, "a policy's file name has to end with `.yaml` in lower case"));
        } else if yaml && !path.is_file() {
            problems.push(unreadable(root, &path, "this is not a regular file"));
        } else if yaml {
            files.push(path);
        }
    }
}

/// A link that points outside the repository would let a pull request read other files of the machine.
fn stays_inside(root: &Path, path: &Path) -> Result<(), String> {
    let is_link = fs::symlink_metadata(path).is_ok_and(|data| data.file_type().is_symlink());
    if !is_link {
        return Ok(());
    }
    let (root, real) = (fs::canonicalize(root), fs::canonicalize(path));
    match (root, real) {
        (Ok(root), Ok(real)) if real.starts_with(&root) && !path.is_dir() => Ok(()),
        (Ok(root), Ok(real)) if real.starts_with(&root) => Err("links to folders are not followed".into()),
        (_, Err(error)) => Err(format!("this link is broken: {error}")),
        _ => Err("this link points outside the policy repository".into()),
    }
}

fn unreadable(root: &Path, path: &Path, reason: &str) -> Diagnostic {
    let source = Source { path: relative(root, path), text: String::new(), bom: false };
    let place = Place::start_of(&Arc::new(source));
    Diagnostic::error(Code::UnreadableFile, "this file cannot be read").at(place, reason)
}

/// Reads all policies, in the order of their files. For a large repository, several threads read at once, because parsing
/// takes most of the time.
pub(super) fn open_policies(root: &Path, files: &[PathBuf], problems: &mut Vec<Diagnostic>) -> Vec<Policy> {
    /// Fewer files are read before a thread has started.
    const LEAST: usize = 50;
    if files.len() <= LEAST {
        return files.iter().filter_map(|file| open_policy(root, file, problems)).collect();
    }
    let open = |files: &[PathBuf]| {
        let mut problems = Vec::new();
        let policies: Vec<_> = files.iter().filter_map(|file| open_policy(root, file, &mut problems)).collect();
        (policies, problems)
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut policies = Vec::with_capacity(files.len());
    std::thread::scope(|scope| {
        let parts = files.chunks(files.len().div_ceil(threads).max(LEAST));
        let running: Vec<_> = parts.map(|part| scope.spawn(move || open(part))).collect();
        for thread in running {
            let (read, complaints) = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            policies.extend(read);
            problems.extend(complaints);
        }
    });
    policies
}

fn open_policy(root: &Path, path: &Path, problems: &mut Vec<Diagnostic>) -> Option<Policy> {
    let name = relative(root, path);
    let source =
        match fs::read(path).map_err(|error| error.to_string()).and_then(|bytes| Source::new(name.clone(), bytes)) {
            Ok(source) => source,
            Err(reason) => {
                problems.push(unreadable(root, path, &reason));
                return None;
            }
        };
    let key = name.strip_prefix(POLICIES).map(|rest| rest.trim_start_matches('/')).and_then(key_of_path);
    read_policy(&source, key.as_deref(), problems)
}

pub(super) fn report_duplicate_keys(policies: &[Policy], problems: &mut Vec<Diagnostic>) {
    let mut first: BTreeMap<&str, &Policy> = BTreeMap::new();
    for policy in policies.iter().filter(|policy| !policy.key.is_empty()) {
        let place = |policy: &Policy| {
            policy.place(policy.document.key.as_ref().map_or(policy.document.name.span, |key| key.span))
        };
        let Some(earlier) = first.get(policy.key.as_str()) else {
            first.insert(&policy.key, policy);
            continue;
        };
        problems.push(
            Diagnostic::error(Code::DuplicateKey, format!("two policies have the key `{}`", policy.key))
                .at(place(policy), "a key identifies one profile in the tenant")
                .and(place(earlier), "the other policy")
                .help("give one of them a different `key:`"),
        );
    }
}
