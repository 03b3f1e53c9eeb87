//! Corrects files where only one text is right.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::diagnostic::{Diagnostic, Fix};
use crate::failure::Failure;
use crate::source::{Source, parse};

/// A file's text before and after; both with the byte order mark that the file has.
#[derive(Debug)]
pub struct FixedFile {
    pub path: String,
    pub before: String,
    pub after: String,
}

/// The files after all certain fixes, in the order of their paths. Of two fixes that touch each other the first is
/// taken; the next run takes the other.
pub fn fixes(root: &Path, found: &[Diagnostic]) -> Vec<FixedFile> {
    let mut by_file: BTreeMap<&str, Vec<&Fix>> = BTreeMap::new();
    for fix in found.iter().filter_map(|finding| finding.fix.as_ref()).filter(|fix| fix.certain) {
        by_file.entry(&fix.place.source.path).or_default().push(fix);
    }
    by_file.into_values().filter_map(|fixes| fixed(root, fixes)).collect()
}

fn fixed(root: &Path, mut fixes: Vec<&Fix>) -> Option<FixedFile> {
    fixes.sort_by_key(|fix| fix.place.span.start);
    let source = &fixes.first()?.place.source;
    let (before, path) = (&source.text, &source.path);
    let (mut after, mut at) = (String::new(), 0);
    for fix in &fixes {
        let span = fix.place.span;
        if span.start >= at {
            after.push_str(&before[at..span.start]);
            after.push_str(&fix.text);
            at = span.end;
        }
    }
    after.push_str(&before[at..]);
    // A fix that made the file unreadable would be none.
    let readable = Source::new(path.clone(), after.clone().into_bytes()).is_ok_and(|source| parse(&source).is_ok());
    let was_readable = parse(source).is_ok();
    if was_readable && !readable || !root.join(path).is_file() || after == *before {
        return None;
    }
    let mark = if source.bom { "\u{feff}" } else { "" };
    Some(FixedFile { path: path.clone(), before: format!("{mark}{before}"), after: format!("{mark}{after}") })
}

/// Writes what is fixed.
pub fn write_fixes(root: &Path, fixed: &[FixedFile]) -> Result<(), Failure> {
    for FixedFile { path, after, .. } in fixed {
        // Where the name is a link, the file that it leads to is written, and the link stays.
        let failed = |error: std::io::Error| Failure::new(format!("{path} cannot be written: {error}"));
        let file = fs::canonicalize(root.join(path)).map_err(failed)?;
        // Beside and renamed: a file of somebody's is never half written.
        let beside = file.with_extension("yaml.new");
        let mode = fs::metadata(&file).map_err(failed)?.permissions();
        fs::write(&beside, after)
            .and_then(|()| fs::set_permissions(&beside, mode))
            .and_then(|()| fs::rename(&beside, &file))
            .map_err(failed)?;
    }
    Ok(())
}
