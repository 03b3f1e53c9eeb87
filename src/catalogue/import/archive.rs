//! Reads zip files, with limits against zip bombs.

use std::io::{Cursor, Read};

use super::SourceFile;

/// Microsoft's bundles contain 314 files.
const MOST_FILES: usize = 5_000;
/// In bytes; Microsoft's bundles unpack to 8 MB.
const LARGEST: u64 = 256 << 20;

/// All files of an archive whose name ends with `.xml`, sorted by name.
///
/// # Errors
/// What is wrong with the archive, in one line.
pub(super) fn unpack(bytes: &[u8]) -> Result<Vec<SourceFile>, String> {
    let broken = |error: zip::result::ZipError| format!("this is not a valid zip file: {error}");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    if archive.len() > MOST_FILES {
        return Err(format!("the zip file contains {} files; the limit is {MOST_FILES}", archive.len()));
    }
    let mut left = LARGEST;
    let mut files = Vec::new();
    for at in 0..archive.len() {
        let entry = archive.by_index(at).map_err(broken)?;
        let name = entry.name().map_err(broken)?.replace('\\', "/");
        if !entry.is_file() || !name.to_lowercase().ends_with(".xml") {
            continue;
        }
        let mut content = Vec::new();
        // Archives can state a wrong size, so the limit applies to what is read.
        let read = entry.take(left + 1).read_to_end(&mut content).map_err(|error| format!("{name}: {error}"))?;
        left = left
            .checked_sub(read as u64)
            .ok_or_else(|| format!("the zip file unpacks to more than {} MB, which is the limit", LARGEST >> 20))?;
        files.push(SourceFile { name, bytes: content });
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}
