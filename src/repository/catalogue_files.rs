//! Reads catalogues, and Microsoft's files from which catalogues are made.

use std::fs;
use std::path::Path;

use super::relative;
use crate::catalogue::{Catalogue, Imported, SourceFile, Sources, TableError, import, unpack};
use crate::failure::Failure;

/// In bytes. Microsoft's largest file and its bundles have about 1 MB, a PolicyDefinitions folder has 20 MB.
const LARGEST_FILE: u64 = 64 << 20;
/// The limit for all files of a folder together, in bytes.
const LARGEST_FOLDER: usize = 256 << 20;
/// The limit for the files of a folder; a PolicyDefinitions folder with every language has under 10,000.
const MOST_FILES: usize = 20_000;

/// A catalogue that is named as `embedded`, or as a path: of a catalogue, of a DDF bundle, or of its folder.
///
/// # Errors
/// If it cannot be read, or is not any of these.
pub fn read_catalogue(what: &str) -> Result<Catalogue, Failure> {
    if what == "embedded" {
        return Ok(Catalogue::unpack());
    }
    let path = Path::new(what);
    let broken = |error: TableError| Failure::new(format!("{what}: {error}"));
    let bytes = if path.is_dir() { None } else { Some(read(path)?) };
    let Some(bytes) = bytes.filter(|bytes| !bytes.starts_with(b"PK")) else {
        return Catalogue::parse(make_catalogue(path, None, None)?.text).map_err(broken);
    };
    let no_table = |reason: String| {
        Failure::with_help(
            format!("{what}: {reason}"),
            "use a catalogue from `catalogue import`, a DDF bundle (.zip), its folder, or `embedded`",
        )
    };
    let text = String::from_utf8(bytes).map_err(|_| no_table("this is not a catalogue".into()))?;
    Catalogue::parse(text).map_err(|error| no_table(error.to_string()))
}

/// Creates a catalogue from Microsoft's files: a DDF bundle or its folder, and a PolicyDefinitions folder. Without
/// `release`, its name comes from the name of the bundle.
///
/// # Errors
/// If the files cannot be read or understood, or are much larger than Microsoft's.
pub fn make_catalogue(ddf: &Path, admx: Option<&Path>, release: Option<&str>) -> Result<Imported, Failure> {
    if release.is_some_and(|name| name.trim().is_empty() || name.chars().any(char::is_control)) {
        return Err(Failure::new("`--release` needs a name on one line"));
    }
    let sources = Sources {
        release: release.map_or_else(|| release_of(ddf), String::from),
        ddf: ddf_files(ddf)?,
        admx: admx.map_or(Ok(Vec::new()), admx_files)?,
    };
    import(&sources, Catalogue::embedded()).map_err(|error| Failure::new(format!("{}: {error}", ddf.display())))
}

fn ddf_files(path: &Path) -> Result<Vec<SourceFile>, Failure> {
    if path.is_dir() {
        let files = folder(path, &["xml"])?;
        if files.is_empty() {
            return Err(Failure::new(format!("{}: this folder does not contain an .xml file", path.display())));
        }
        return Ok(files);
    }
    let bytes = read(path)?;
    if !bytes.starts_with(b"PK") {
        return Err(Failure::with_help(
            format!("{}: this is not a zip file", path.display()),
            "use a DDF v2 bundle as Microsoft publishes it (.zip), or the folder that it was unpacked to",
        ));
    }
    unpack(&bytes).map_err(|error| Failure::new(format!("{}: {error}", path.display())))
}

fn admx_files(path: &Path) -> Result<Vec<SourceFile>, Failure> {
    let files = folder(path, &["admx", "adml"])?;
    if !files.iter().any(|file| file.name.to_lowercase().ends_with(".admx")) {
        return Err(Failure::new(format!("{}: this folder does not contain an .admx file", path.display())));
    }
    Ok(files)
}

/// Reads a file, unless it is much larger than Microsoft's largest.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error: std::io::Error| Failure::new(format!("{}: {error}", path.display()));
    let data = fs::metadata(path).map_err(failed)?;
    if !data.is_file() {
        return Err(Failure::new(format!("{}: this is not a regular file", path.display())));
    }
    let length = data.len();
    if length > LARGEST_FILE {
        return Err(Failure::new(format!(
            "{}: the file has {} MB, which is more than any of Microsoft's files; it was not read",
            path.display(),
            length >> 20
        )));
    }
    fs::read(path).map_err(failed)
}

/// The files with these endings in a folder and its subfolders, sorted by name.
fn folder(root: &Path, endings: &[&str]) -> Result<Vec<SourceFile>, Failure> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    let mut left = LARGEST_FOLDER;
    while let Some(folder) = folders.pop() {
        let failed = |error: std::io::Error| Failure::new(format!("{}: {error}", folder.display()));
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let (path, kind) = (entry.path(), entry.file_type().map_err(failed)?);
            let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() && endings.contains(&ending.as_str()) {
                let name = relative(root, &path);
                files.push(SourceFile { name, bytes: read(&path)? });
                left = left.checked_sub(files.last().map_or(0, |file| file.bytes.len())).ok_or_else(|| {
                    Failure::new(format!("{}: more than {} MB are not read", root.display(), LARGEST_FOLDER >> 20))
                })?;
            }
            if files.len() > MOST_FILES {
                return Err(Failure::new(format!("{}: more than {MOST_FILES} files are not read", root.display())));
            }
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

/// `DDFv2Feb2026.zip` → `DDF February 2026`; what is named otherwise keeps its name.
fn release_of(path: &Path) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let rest = stem.trim_start_matches("DDFv2");
    let word: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
    let year = &rest[word.len()..];
    let month =
        MONTHS.iter().find(|month| word.len() >= 3 && month.to_lowercase().starts_with(&word[..3].to_lowercase()));
    match (month, year.len()) {
        (Some(month), 4) if year.bytes().all(|digit| digit.is_ascii_digit()) => format!("DDF {month} {year}"),
        (Some(month), 2) if year.bytes().all(|digit| digit.is_ascii_digit()) => format!("DDF {month} 20{year}"),
        _ => format!("DDF {stem}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_named_after_its_bundle() {
        for (name, expected) in [
            ("DDFv2Feb2026.zip", "DDF February 2026"),
            ("x/DDFv2Feb25.zip", "DDF February 2025"),
            ("DDFv2September24", "DDF September 2024"),
            ("DDFv2Sept25.zip", "DDF September 2025"),
            ("bundle.zip", "DDF bundle"),
        ] {
            assert_eq!(release_of(Path::new(name)), expected);
        }
    }
}
