//! Corrects files where only one correction is possible.

use std::collections::BTreeMap;
use std::path::Path;

use super::open_folder;
use crate::diagnostic::{Diagnostic, Fix};
use crate::failure::Failure;
use crate::folder::{EntryKind, UntrustedFolder};
use crate::source::{Source, parse};

/// A file's text before and after, each with the file's byte order mark.
#[derive(Debug)]
pub struct FixedFile {
    pub path: String,
    pub before: String,
    pub after: String,
}

/// The files after all certain fixes, sorted by path. Of two overlapping fixes the first is applied, and the other in the
/// next run.
pub fn fixes(root: &UntrustedFolder, found: &[Diagnostic]) -> Vec<FixedFile> {
    let mut by_file: BTreeMap<&str, Vec<&Fix>> = BTreeMap::new();
    for fix in found.iter().filter_map(|finding| finding.fix.as_ref()).filter(|fix| fix.certain) {
        by_file.entry(&fix.place.source.path).or_default().push(fix);
    }
    by_file.into_values().filter_map(|fixes| fixed(root, fixes)).collect()
}

fn fixed(root: &UntrustedFolder, mut fixes: Vec<&Fix>) -> Option<FixedFile> {
    fixes.sort_by_key(|fix| fix.place.span.start());
    let source = &fixes.first()?.place.source;
    let (before, path) = (&source.text, &source.path);
    let (mut after, mut at) = (String::new(), 0);
    for fix in &fixes {
        let span = fix.place.span;
        if span.start() >= at {
            after.push_str(&before[at..span.start()]);
            after.push_str(&fix.text);
            at = span.end();
        }
    }
    after.push_str(&before[at..]);
    // A fix must not make the file unreadable.
    let readable = Source::new(path.clone(), after.clone().into_bytes()).is_ok_and(|source| parse(&source).is_ok());
    let was_readable = parse(source).is_ok();
    if was_readable && !readable || root.target_kind(path).ok() != Some(EntryKind::File) || after == *before {
        return None;
    }
    let mark = if source.bom { "\u{feff}" } else { "" };
    Some(FixedFile { path: path.clone(), before: format!("{mark}{before}"), after: format!("{mark}{after}") })
}

pub fn write_fixes(root: &UntrustedFolder, fixed: &[FixedFile]) -> Result<(), Failure> {
    fixed.iter().try_for_each(|FixedFile { path, after, .. }| replace_in(root, path, after.as_bytes()))
}

/// Replaces the content of a file of the repository at `root`.
pub fn replace_file(root: &Path, path: &str, bytes: &[u8]) -> Result<(), Failure> {
    replace_in(&open_folder(root)?, path, bytes)
}

/// If the name is a link, the file that it leads to is written and the link is kept.
fn replace_in(root: &UntrustedFolder, path: &str, bytes: &[u8]) -> Result<(), Failure> {
    let real = root.real_path(path).and_then(|real| root.replace(&real, bytes));
    real.map_err(|error| Failure::new(format!("cannot write {path}: {error}")))
}
