//! Reads `.reg` files. Windows skips a line that it cannot parse; here that is an error.

use std::sync::Arc;

use super::write::HEADER;
use crate::diagnostic::{Code, Diagnostic};
use crate::setting::{RegistryAction, RegistryChange, RegistryData, RegistryEntry, RegistryKey, RegistryLocation};
use crate::source::{MAX_BYTES, Place, Source, Span};

/// Reads a `.reg` file: version 5.00 in UTF-16LE or UTF-8, or REGEDIT4. `path` is for messages.
///
/// The entries are in the order of the file, in which Windows applies them. A key without values gives no entry. Errors
/// are added to `problems` (SP0305, SP0301), each with its line; the other lines are still read.
pub fn read(path: &str, bytes: &[u8], problems: &mut Vec<Diagnostic>) -> Vec<RegistryEntry> {
    let (text, bom) = match decode(bytes) {
        Ok(decoded) => decoded,
        Err(reason) => {
            let empty = Arc::new(Source { path: path.into(), text: String::new(), bom: false });
            problems.push(unreadable(Place::start_of(&empty), reason));
            return Vec::new();
        }
    };
    let source = Arc::new(Source { path: path.into(), text, bom });
    if !source.bom && !source.text.is_ascii() {
        problems.push(
            Diagnostic::warning(Code::AmbiguousEncoding, "Windows may read some characters differently")
                .at(
                    Place::start_of(&source),
                    "UTF-8 without a byte order mark; Windows may read it in its own code page",
                )
                .help("save the file as UTF-16LE with a byte order mark, as regedit does"),
        );
    }
    let mut reader = Reader::new(&source);
    reader.file();
    problems.append(&mut reader.problems);
    reader.entries
}

/// The text without its byte order mark, and whether there was one.
fn decode(bytes: &[u8]) -> Result<(String, bool), String> {
    if bytes.len() > MAX_BYTES {
        return Err(format!("the file has {} bytes; the limit is {MAX_BYTES}", bytes.len()));
    }
    if let Some(rest) = bytes.strip_prefix(&[0xff, 0xfe]) {
        return wide(rest).map(|text| (text, true)).ok_or_else(|| "the file is not valid UTF-16".into());
    }
    if bytes.starts_with(&[0xfe, 0xff]) {
        return Err("the file is UTF-16BE, which Windows cannot read: save it as UTF-16LE".into());
    }
    if bytes.contains(&0) {
        return Err("the file is UTF-16 without a byte order mark, which Windows cannot read".into());
    }
    let (rest, bom) = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).map_or((bytes, false), |rest| (rest, true));
    let text = std::str::from_utf8(rest).map_err(|error| {
        format!("the byte at offset {} is in an unknown code page: save the file as UTF-16LE", error.valid_up_to())
    })?;
    Ok((text.to_string(), bom))
}

fn wide(bytes: &[u8]) -> Option<String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
    if rest.is_empty() { String::from_utf16(&units).ok() } else { None }
}

fn unreadable(place: Place, reason: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::UnreadableRegFile, "this cannot be read as a .reg file").at(place, reason)
}

/// The key that values belong to.
enum Section {
    /// There was no key yet.
    None,
    Key(RegistryKey),
    /// The key was deleted, so it cannot have values.
    Deleted,
    /// A root, whose values policies do not support.
    Root,
    /// The key is invalid and was reported.
    Broken,
}

struct Reader<'s> {
    source: &'s Arc<Source>,
    /// Each line without its line ending, and its offset.
    lines: Vec<(usize, &'s str)>,
    next: usize,
    /// Whether strings are in a code page, as in REGEDIT4.
    ansi: bool,
    section: Section,
    entries: Vec<RegistryEntry>,
    problems: Vec<Diagnostic>,
}

impl<'s> Reader<'s> {
    fn new(source: &'s Arc<Source>) -> Self {
        let mut start = 0;
        let lines = source.text.split_inclusive('\n').map(|line| {
            let begin = start;
            start += line.len();
            (begin, line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line)))
        });
        let (lines, section) = (lines.collect(), Section::None);
        Self { source, lines, next: 0, ansi: false, section, entries: Vec::new(), problems: Vec::new() }
    }

    fn line(&mut self) -> Option<(Place, &'s str)> {
        let (start, line) = *self.lines.get(self.next)?;
        self.next += 1;
        let (text, end) = (line.trim_start_matches(BLANK), start + line.len());
        Some((Place::new(self.source, Span::new(end - text.len(), end)), text))
    }

    fn file(&mut self) {
        let header = self.line().map(|(_, line)| line.trim_end_matches(BLANK)).unwrap_or_default();
        self.ansi = header == "REGEDIT4";
        if !self.ansi && header != HEADER {
            let place = Place::start_of(self.source);
            self.problems.push(
                unreadable(place, format!("the first line must be `{HEADER}` or `REGEDIT4`"))
                    .note("Windows does not import anything from this file"),
            );
            return;
        }
        while let Some((place, line)) = self.line() {
            let read = match line.chars().next() {
                None | Some(';' | '#') => Ok(()),
                Some('[') => self.key(line, &place),
                Some('@' | '"') => self.value(line, &place),
                Some(_) => Err("this line is not a key, a value or a comment".to_string()),
            };
            if let Err(reason) = read {
                let problem = unreadable(place, reason).note("Windows silently skips this line");
                self.problems.push(problem);
            }
        }
    }

    fn key(&mut self, line: &str, place: &Place) -> Result<(), String> {
        self.section = Section::Broken;
        // The last bracket counts, because the name of a key may contain brackets.
        let (name, rest) = line[1..].rsplit_once(']').ok_or("the closing bracket is missing")?;
        only_comment(rest)?;
        let (name, deletes) = name.strip_prefix('-').map_or((name, false), |name| (name, true));
        let root = name.split('\\').next().unwrap_or_default().to_ascii_uppercase();
        if !ROOTS.contains(&root.as_str()) {
            return Err("a key must begin with the full name of its root, such as `HKEY_LOCAL_MACHINE`".into());
        }
        if root.len() == name.len() && !deletes {
            // regedit writes the root itself before its keys.
            self.section = Section::Root;
            return Ok(());
        }
        let key = match RegistryKey::parse(name) {
            Ok(key) => key,
            Err(reason) => {
                let problem = Diagnostic::error(Code::InvalidRegistryName, "this is not a registry key");
                self.problems.push(problem.at(place.clone(), reason.to_string()));
                return Ok(());
            }
        };
        if deletes {
            self.section = Section::Deleted;
            self.push(RegistryChange::DeleteKey(key), place);
        } else {
            self.section = Section::Key(key);
        }
        Ok(())
    }

    fn push(&mut self, change: RegistryChange, place: &Place) {
        self.entries.push(RegistryEntry { change: change.into(), place: place.clone(), is_secret: false });
    }

    fn value(&mut self, line: &'s str, place: &Place) -> Result<(), String> {
        let (name, rest) = match line.strip_prefix('"') {
            Some(text) => unquote(text).map_err(|reason| format!("in its name, {reason}"))?,
            None => (String::new(), &line[1..]),
        };
        let rest = rest.trim_start_matches(BLANK).strip_prefix('=').ok_or("the `=` after its name is missing")?;
        // Parse it before checking the section, because the data may continue on the next lines.
        let action = self.action(rest.trim_start_matches(BLANK))?;
        match &self.section {
            Section::Broken => Ok(()),
            Section::None => Err("this value is before the first key".into()),
            Section::Root => Err("this value is in a root, not in a key".into()),
            Section::Deleted => Err("this value is in a key that is deleted".into()),
            Section::Key(key) => {
                let location = RegistryLocation { key: key.clone(), name };
                self.push(RegistryChange::Value(location, action), place);
                Ok(())
            }
        }
    }

    fn action(&mut self, text: &'s str) -> Result<RegistryAction, String> {
        if let Some(rest) = text.strip_prefix('-') {
            only_comment(rest)?;
            return Ok(RegistryAction::Delete);
        }
        if let Some(rest) = text.strip_prefix('"') {
            let (text, rest) = unquote(rest)?;
            only_comment(rest)?;
            return Ok(RegistryAction::Set(RegistryData::Sz(text)));
        }
        if let Some(rest) = text.strip_prefix("dword:") {
            let digits = rest.split(';').next().unwrap_or_default().trim_matches(BLANK);
            return hexadecimal(digits, 8).map(|number| RegistryAction::Set(RegistryData::Dword(number)));
        }
        let (kind, rest) = match (text.strip_prefix("hex:"), text.strip_prefix("hex(")) {
            (Some(rest), _) => (3, rest),
            (_, Some(rest)) => {
                let (digits, rest) = rest.split_once("):").ok_or("`):` is missing after `hex(`")?;
                (hexadecimal(digits, 8)?, rest)
            }
            _ => return Err("its data must be text in quotes, `dword:`, `hex:`, `hex(…):` or `-`".into()),
        };
        let bytes = self.bytes(rest)?;
        data(kind, bytes, self.ansi).map(RegistryAction::Set)
    }

    /// Bytes separated by commas. A backslash at the end of a line continues on the next line that is not a comment.
    fn bytes(&mut self, first: &'s str) -> Result<Vec<u8>, String> {
        let (mut bytes, mut line) = (Vec::new(), first);
        loop {
            let part = line.split(';').next().unwrap_or_default().trim_end_matches(BLANK);
            let (part, goes_on) = part.strip_suffix('\\').map_or((part, false), |part| (part, true));
            let part = part.trim_matches(BLANK);
            if goes_on && !part.is_empty() && !part.ends_with(',') {
                return Err("a comma is missing before the backslash".into());
            }
            let part = part.strip_suffix(',').unwrap_or(part);
            if !part.is_empty() {
                for digits in part.split(',') {
                    bytes.push(hexadecimal(digits.trim_matches(BLANK), 2)? as u8);
                }
            }
            if !goes_on {
                return Ok(bytes);
            }
            line = loop {
                match self.line() {
                    Some((_, line)) if line.is_empty() || line.starts_with(';') => {}
                    Some((_, line)) => break line,
                    None => return Err("its data is incomplete".into()),
                }
            };
        }
    }
}

const ROOTS: [&str; 5] =
    ["HKEY_CLASSES_ROOT", "HKEY_CURRENT_CONFIG", "HKEY_CURRENT_USER", "HKEY_LOCAL_MACHINE", "HKEY_USERS"];

const BLANK: [char; 2] = [' ', '\t'];

fn only_comment(rest: &str) -> Result<(), String> {
    let rest = rest.trim_matches(BLANK);
    if rest.is_empty() || rest.starts_with(';') {
        Ok(())
    } else {
        Err(format!("unexpected `{rest}` at the end of the line"))
    }
}

fn hexadecimal(digits: &str, most: usize) -> Result<u32, String> {
    let sound = !digits.is_empty() && digits.len() <= most && digits.bytes().all(|b| b.is_ascii_hexdigit());
    let number = if sound { u32::from_str_radix(digits, 16).ok() } else { None };
    number.ok_or_else(|| format!("`{digits}` is not one to {most} hexadecimal digits"))
}

/// A string up to its closing quote, and the rest. Windows reads `\n` as a line break and drops the backslash of other
/// sequences. Neither is ever intended (`"C:\new"`), so both are errors.
fn unquote(text: &str) -> Result<(String, &str), String> {
    let (mut out, mut chars) = (String::new(), text.chars());
    while let Some(c) = chars.next() {
        match c {
            '"' => return Ok((out, chars.as_str())),
            '\\' => match chars.next() {
                Some(c @ ('\\' | '"')) => out.push(c),
                Some(c) => return Err(format!("`\\{c}` is not a valid escape: write a backslash as `\\\\`")),
                None => break,
            },
            '\0' => return Err("registry text cannot contain a NUL character".into()),
            c => out.push(c),
        }
    }
    Err("the closing quote is missing".into())
}

fn data(kind: u32, bytes: Vec<u8>, ansi: bool) -> Result<RegistryData, String> {
    let sized = |count: usize| format!("{} bytes, but {count} are needed", bytes.len());
    let texts = |bytes: &[u8]| {
        if ansi {
            let ascii = bytes.is_ascii().then(|| String::from_utf8_lossy(bytes).into_owned());
            return ascii.ok_or("its text is in an unknown code page".to_string());
        }
        wide(bytes).ok_or("its bytes are not valid UTF-16".to_string())
    };
    // Programs read a string up to its NUL; further ones have no meaning.
    let text = |bytes: &[u8]| {
        let text = texts(bytes)?.trim_end_matches('\0').to_string();
        if text.contains('\0') { Err("its text contains a NUL character".to_string()) } else { Ok(text) }
    };
    Ok(match kind {
        0 => RegistryData::None(bytes),
        1 => RegistryData::Sz(text(&bytes)?),
        2 => RegistryData::ExpandSz(text(&bytes)?),
        3 => RegistryData::Binary(bytes),
        4 => RegistryData::Dword(u32::from_le_bytes(bytes.as_slice().try_into().map_err(|_| sized(4))?)),
        5 => RegistryData::DwordBigEndian(u32::from_be_bytes(bytes.as_slice().try_into().map_err(|_| sized(4))?)),
        7 => {
            let whole = texts(&bytes)?;
            let list: Vec<String> = whole.trim_end_matches('\0').split('\0').map(String::from).collect();
            match list.as_slice() {
                [only] if only.is_empty() => RegistryData::MultiSz(Vec::new()),
                list if list.iter().any(String::is_empty) => return Err("its list contains an empty string".into()),
                _ => RegistryData::MultiSz(list),
            }
        }
        0xb => RegistryData::Qword(u64::from_le_bytes(bytes.as_slice().try_into().map_err(|_| sized(8))?)),
        other => return Err(format!("policies do not support values of type {other}")),
    })
}
