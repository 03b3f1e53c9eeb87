//! Corrects files where only one correction is possible.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::diagnostic::{Diagnostic, Fix};
use crate::failure::Failure;
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
pub fn fixes(root: &Path, found: &[Diagnostic]) -> Vec<FixedFile> {
    let mut by_file: BTreeMap<&str, Vec<&Fix>> = BTreeMap::new();
    for fix in found.iter().filter_map(|finding| finding.fix.as_ref()).filter(|fix| fix.certain) {
        by_file.entry(&fix.place.source.path).or_default().push(fix);
    }
    by_file.into_values().filter_map(|fixes| fixed(root, fixes)).collect()
}

fn fixed(root: &Path, mut fixes: Vec<&Fix>) -> Option<FixedFile> {
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
    if was_readable && !readable || !root.join(path).is_file() || after == *before {
        return None;
    }
    let mark = if source.bom { "\u{feff}" } else { "" };
    Some(FixedFile { path: path.clone(), before: format!("{mark}{before}"), after: format!("{mark}{after}") })
}

pub fn write_fixes(root: &Path, fixed: &[FixedFile]) -> Result<(), Failure> {
    fixed.iter().try_for_each(|FixedFile { path, after, .. }| replace_file(root, path, after.as_bytes()))
}

/// Replaces the content of a file of the repository.
pub fn replace_file(root: &Path, path: &str, bytes: &[u8]) -> Result<(), Failure> {
    // If the name is a link, write the file that it points to and keep the link.
    let failed = |error: std::io::Error| Failure::new(format!("cannot write {path}: {error}"));
    let file = fs::canonicalize(root.join(path)).map_err(failed)?;
    // Written next to the file and renamed, so that the file is never half written.
    let beside = file.with_extension("yaml.new");
    let mode = fs::metadata(&file).map_err(failed)?.permissions();
    fs::write(&beside, bytes)
        .and_then(|()| fs::set_permissions(&beside, mode))
        .and_then(|()| fs::rename(&beside, &file))
        .map_err(failed)
}
