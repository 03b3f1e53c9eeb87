//! Finds and reads the policy files in `policies/`.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic};
use crate::folder::{EntryKind, FileError, FileProblem, FolderEntry, UntrustedFolder};
use crate::policy::{Policy, key_of_path, read_policy};
use crate::source::{MAX_BYTES, Place, Source, unusable_name};

pub(super) const POLICIES: &str = "policies";

/// All policy files, sorted by path.
pub(super) fn policy_files(root: &UntrustedFolder, problems: &mut Vec<Diagnostic>) -> Vec<String> {
    let mut files = Vec::new();
    match root.kind(POLICIES) {
        Some(EntryKind::Folder) => walk(root, POLICIES, &mut files, problems),
        Some(EntryKind::Link) => problems.push(unreadable(POLICIES, LINKED_FOLDER)),
        _ => {}
    }
    files
}

const LINKED_FOLDER: &str = "links to folders are not followed";

/// Collects the YAML files of a folder and its subfolders, sorted by path.
fn walk(root: &UntrustedFolder, folder: &str, files: &mut Vec<String>, problems: &mut Vec<Diagnostic>) {
    let entries = match root.list(folder) {
        Ok(entries) => entries,
        Err(error) => return problems.push(unreadable(&error.path, &because(&error))),
    };
    for FolderEntry { name, kind } in entries {
        // Also those that refused names begin with: they are not policies.
        if name.starts_with('.') {
            continue;
        }
        let path = format!("{folder}/{name}");
        if kind == EntryKind::Folder && !is_policy(&name) && unusable_name(&name).is_none() {
            walk(root, &path, files, problems);
            continue;
        }
        match wanted(root, &path, &name, kind) {
            Ok(true) => files.push(path),
            Ok(false) => {}
            Err(reason) => problems.push(unreadable(&path, &reason)),
        }
    }
}

fn is_policy(name: &str) -> bool {
    name.ends_with(".yaml") || name.ends_with(".yml")
}

/// Whether something in a folder of policies is a policy's file; on error, why it cannot be read.
fn wanted(root: &UntrustedFolder, path: &str, name: &str, kind: EntryKind) -> Result<bool, String> {
    let yaml = is_policy(name);
    let lower = name.to_lowercase();
    match kind {
        EntryKind::Folder if yaml => return Err("this is a folder with a policy's file name; rename it".into()),
        EntryKind::Link => match root.target_kind(path).map_err(|error| of_link(&error))? {
            EntryKind::Folder => return Err(LINKED_FOLDER.into()),
            EntryKind::File => {}
            EntryKind::Link | EntryKind::Other if yaml => return Err("this is not a regular file".into()),
            EntryKind::Link | EntryKind::Other => return Ok(false),
        },
        EntryKind::Other if yaml => return Err("this is not a regular file".into()),
        EntryKind::Other => return Ok(false),
        EntryKind::File | EntryKind::Folder => {}
    }
    // Windows does not show the second ending, which a text editor adds.
    if let Some(right) = lower.strip_suffix(".txt").filter(|right| is_policy(right)) {
        return Err(format!("this file is called `{name}`, so it is not read as a policy; rename it to `{right}`"));
    }
    if !yaml && is_policy(&lower) {
        return Err("a policy's file name has to end with `.yaml` in lower case".into());
    }
    match unusable_name(name) {
        Some(reason) if yaml || kind == EntryKind::Folder => Err(reason.into()),
        _ => Ok(yaml),
    }
}

/// Why a link is not followed.
fn of_link(error: &FileError) -> String {
    match &error.problem {
        FileProblem::Missing => "this link is broken: what it points to does not exist".into(),
        FileProblem::Outside => "this link points outside the policy repository".into(),
        FileProblem::Io(error) => format!("this link is broken: {error}"),
        problem => format!("what this link points to {problem}"),
    }
}

fn because(error: &FileError) -> String {
    format!("this {}", error.problem)
}

fn unreadable(path: &str, reason: &str) -> Diagnostic {
    let source = Source { path: path.to_owned(), text: String::new(), bom: false };
    let place = Place::start_of(&Arc::new(source));
    Diagnostic::error(Code::UnreadableFile, "this file cannot be read").at(place, reason)
}

/// Reads all policies, in the order of their files. For a large repository, several threads read at once, because parsing
/// takes most of the time.
pub(super) fn open_policies(root: &UntrustedFolder, files: &[String], problems: &mut Vec<Diagnostic>) -> Vec<Policy> {
    /// Fewer files are read before a thread has started.
    const LEAST: usize = 50;
    if files.len() <= LEAST {
        return files.iter().filter_map(|file| open_policy(root, file, problems)).collect();
    }
    let open = |files: &[String]| {
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

fn open_policy(root: &UntrustedFolder, name: &str, problems: &mut Vec<Diagnostic>) -> Option<Policy> {
    let read = root.read(name, MAX_BYTES).map_err(|error| because(&error));
    let source = match read.and_then(|bytes| Source::new(name, bytes)) {
        Ok(source) => source,
        Err(reason) => {
            problems.push(unreadable(name, &reason));
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
