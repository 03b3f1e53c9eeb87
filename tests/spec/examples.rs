//! The examples are a tutorial: their pages must show what a person who follows them sees.
//!
//! A page contains commands (`sh`), their output (`text`), changes to files (`diff`) and registry files (`reg PATH`).
//! The test follows them in a copy of the example. An output that begins with `…` shows only the last lines. With
//! `SSPR_POLICY_EXAMPLES=write`, the current output is written to the pages.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use regex::Regex;

use crate::harness::Repository;

/// Replaces the first lines of an output.
const ELIDED: &str = "…\n";

#[test]
fn first_policy() {
    follow("first-policy");
}

#[test]
fn one_feature_in_rings() {
    follow("one-feature-in-rings");
}

#[test]
fn registry_only_site() {
    follow("registry-only-site");
}

#[test]
fn every_example_is_a_page_of_the_tutorial_and_has_a_test() {
    let index = fs::read_to_string(examples().join("README.md")).unwrap();
    let tests = include_str!("examples.rs");
    let folders = fs::read_dir(examples()).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    for name in folders.map(|folder| folder.file_name().unwrap().to_str().unwrap().to_owned()) {
        assert!(index.contains(&format!("({name}/README.md)")), "examples/README.md does not list {name}");
        assert!(tests.contains(&format!("follow(\"{name}\")")), "no test follows {name}");
    }
}

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

/// Follows the steps of a page in a copy of its folder, and compares the results.
fn follow(example: &str) {
    let page = examples().join(example).join("README.md");
    let text = fs::read_to_string(&page).unwrap();
    let repository = Repository::empty();
    copy_folder(page.parent().unwrap(), repository.root());

    let mut followed = String::new();
    let mut printed = String::new();
    for part in parts(&text) {
        match part {
            Part::Text(text) => followed.push_str(text),
            Part::Block { kind, content } => {
                let shown = match kind.split_once(' ').unwrap_or((kind, "")) {
                    ("sh", "") => {
                        printed = content.lines().map(|command| run(&repository, command)).collect();
                        content.to_owned()
                    }
                    ("diff", "") => {
                        change(&repository, content);
                        content.to_owned()
                    }
                    ("text", "") => keep_what_varies(content, std::mem::take(&mut printed)),
                    ("reg", path) => registry_file(&repository.path(path)),
                    _ => panic!("{example}: nobody follows a block of `{kind}`"),
                };
                followed.push_str(&format!("```{kind}\n{shown}```\n"));
            }
        }
    }
    if std::env::var_os("SSPR_POLICY_EXAMPLES").is_some_and(|mode| mode == "write") {
        fs::write(&page, followed).unwrap();
    } else {
        assert_same(example, &text, &followed);
    }
}

fn assert_same(example: &str, shown: &str, followed: &str) {
    let diff = similar::TextDiff::from_lines(shown, followed);
    let diff = diff.unified_diff().header("the page", "what happens").to_string();
    assert!(diff.is_empty(), "examples/{example}/README.md (SSPR_POLICY_EXAMPLES=write updates it):\n{diff}");
}

enum Part<'a> {
    Text(&'a str),
    Block { kind: &'a str, content: &'a str },
}

/// Splits the page into blocks and the text between them.
fn parts(page: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = page;
    while let Some((text, block)) = rest.split_once("```") {
        let (kind, block) = block.split_once('\n').unwrap();
        let (content, after) = block.split_once("```\n").unwrap();
        parts.extend([Part::Text(text), Part::Block { kind, content }]);
        rest = after;
    }
    parts.push(Part::Text(rest));
    parts
}

/// The output of a command in a terminal, stdout and stderr interleaved. It must fail if and only if it prints an
/// error.
fn run(repository: &Repository, command: &str) -> String {
    // A single plain command per line has the same meaning in sh and in Windows PowerShell 5.1.
    let plain = Regex::new(r"^sspr-policy [A-Za-z0-9 ./_-]+$").unwrap();
    assert!(plain.is_match(command), "not for every shell: {command}");
    let terminal = repository.path(".printed");
    let file = File::create(&terminal).unwrap();
    let mut process = repository.command(command.strip_prefix("sspr-policy ").unwrap());
    let status = process.stdout(file.try_clone().unwrap()).stderr(file).status().unwrap();
    let mut printed = fs::read_to_string(&terminal).unwrap();
    let slashes = |line: &str| if line.starts_with("wrote ") { line.replace('\\', "/") } else { line.to_owned() };
    printed = printed.split_inclusive('\n').map(slashes).collect();
    let expected = i32::from(printed.lines().any(|line| line.starts_with("error")));
    assert_eq!(status.code(), Some(expected), "{command}\n{printed}");
    printed
}

/// The output, or as many of its last lines as the page shows; the page's own text if only times and IDs differ.
fn keep_what_varies(shown: &str, printed: String) -> String {
    if let Some(end) = shown.strip_prefix(ELIDED) {
        let first = printed.lines().count().saturating_sub(end.lines().count());
        let printed = printed.split_inclusive('\n').skip(first).collect();
        return ELIDED.to_owned() + &keep_what_varies(end, printed);
    }
    let varies = Regex::new(r"[0-9]+\.[0-9] s\b|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").unwrap();
    let same = varies.replace_all(shown, "…") == varies.replace_all(&printed, "…");
    if same { shown.to_owned() } else { printed }
}

/// Changes a file as a block describes: `--- path`, then lines of the file, with `-` before those to remove and `+`
/// before those to add.
fn change(repository: &Repository, block: &str) {
    let (path, lines) = block.split_once('\n').unwrap();
    let path = repository.path(path.strip_prefix("--- ").unwrap());
    let side = |gone: char| -> String {
        lines.lines().filter(|line| !line.starts_with(gone)).map(|line| format!("{}\n", &line[1..])).collect()
    };
    let (before, after) = (side('+'), side('-'));
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.matches(&before).count(), 1, "{} does not hold once:\n{before}", path.display());
    fs::write(&path, text.replace(&before, &after)).unwrap();
}

/// Shows a UTF-16 file with a byte order mark and CRLF, as Windows requires it, as plain text.
fn registry_file(path: &Path) -> String {
    let bytes = fs::read(path).unwrap();
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    let text = String::from_utf16(&units).unwrap().replace("\r\n", "\n");
    text.strip_prefix('\u{feff}').unwrap().trim_end().to_owned() + "\n"
}

/// Copies everything except the state of a sandbox and exports, which a person who followed the page may have left.
fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
        match (path.is_dir(), name.to_str().unwrap()) {
            (true, ".sspr-policy" | "out") => {}
            (true, _) => copy_folder(&path, &to.join(name)),
            (false, _) => _ = fs::copy(&path, to.join(name)).unwrap(),
        }
    }
}
