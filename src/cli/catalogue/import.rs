//! `catalogue import`: Microsoft's files to one node a line.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::catalogue::{Catalogue, Imported, SourceFile, Sources, import, unpack};
use crate::cli::output::Output;
use crate::diagnostic::counted;
use crate::failure::Failure;

/// In bytes. Microsoft's largest file and its bundles have about 1 MB, a PolicyDefinitions folder has 20 MB.
const LARGEST_FILE: u64 = 64 << 20;
/// The limit for all files of a folder together, in bytes.
const LARGEST_FOLDER: usize = 256 << 20;
/// The limit for the files of a folder; a PolicyDefinitions folder with every language has under 10,000.
const MOST_FILES: usize = 20_000;

#[derive(Debug, Args)]
pub(super) struct CatalogueImportArgs {
    /// A DDF v2 bundle as Microsoft publishes it, or the folder that it was unpacked to
    #[arg(value_name = "DDF")]
    ddf: PathBuf,
    /// A PolicyDefinitions folder, such as C:\Windows\PolicyDefinitions, for elements and registry values
    #[arg(long, value_name = "FOLDER")]
    admx: Option<PathBuf>,
    /// Write the catalogue here instead of to stdout
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Name of the release [default: from the name of the bundle]
    #[arg(long, value_name = "NAME")]
    release: Option<String>,
}

pub(super) fn run(args: &CatalogueImportArgs, output: &Output) -> Result<ExitCode, Failure> {
    let imported = make(&args.ddf, args.admx.as_deref(), args.release.as_deref())?;
    for warning in &imported.warnings {
        output.detail(&format!("warning: {warning}"));
    }
    match &args.out {
        Some(path) => {
            let failed = |error: std::io::Error| Failure::new(format!("{}: {error}", path.display()));
            // The complete file or none: a truncated catalogue would lack settings.
            let part = path.with_extension("part");
            fs::write(&part, &imported.text).and_then(|()| fs::rename(&part, path)).map_err(|error| {
                let _ = fs::remove_file(&part);
                failed(error)
            })?;
        }
        None => output.result(&imported.text),
    }
    let notes = match imported.warnings.len() {
        0 => String::new(),
        count => format!("; {} (`-v` shows them)", counted(count, "warning")),
    };
    let (nodes, policies) = (counted(imported.nodes, "node"), counted(imported.policies, "Group Policy"));
    output.say(&format!("{nodes}, {policies} without a node{notes}"));
    Ok(ExitCode::SUCCESS)
}

/// Creates a catalogue from Microsoft's files.
pub(super) fn make(ddf: &Path, admx: Option<&Path>, release: Option<&str>) -> Result<Imported, Failure> {
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
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
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
                let name = crate::repository::relative(root, &path);
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
