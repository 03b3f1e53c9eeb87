//! Writes `.reg` files.

use crate::setting::{RegistryAction, RegistryChange, RegistryData};

/// The first line.
pub(super) const HEADER: &str = "Windows Registry Editor Version 5.00";

/// regedit breaks a line of hexadecimal data after the first byte that ends at this column or later; the longest line
/// has 80 columns.
const BREAK: usize = 77;

/// The text for sorted changes.
pub(super) fn text(changes: &[RegistryChange]) -> String {
    let mut out = format!("{HEADER}\r\n\r\n");
    for section in changes.chunk_by(same_section) {
        // Of several spellings of a key, the alphabetically first is used for all its values.
        let Some(key) = section.iter().map(RegistryChange::key).min_by(|a, b| a.path.cmp(&b.path)) else { continue };
        let minus = if matches!(section[0], RegistryChange::DeleteKey(_)) { "-" } else { "" };
        out.push_str(&format!("[{minus}{}\\{}]\r\n", key.hive.long(), key.path));
        for change in section {
            if let RegistryChange::Value(location, action) = change {
                out.push_str(&value(&location.name, action));
                out.push_str("\r\n");
            }
        }
        out.push_str("\r\n");
    }
    out
}

fn same_section(a: &RegistryChange, b: &RegistryChange) -> bool {
    let deletes = |change: &RegistryChange| matches!(change, RegistryChange::DeleteKey(_));
    deletes(a) == deletes(b) && a.key() == b.key()
}

fn value(name: &str, action: &RegistryAction) -> String {
    let mut line = if name.is_empty() { "@".to_string() } else { quoted(name) };
    line.push('=');
    match action {
        RegistryAction::Delete => line.push('-'),
        RegistryAction::Set(RegistryData::Dword(number)) => line.push_str(&format!("dword:{number:08x}")),
        // A quoted string ends with its line, so strings with line breaks are written as bytes.
        RegistryAction::Set(RegistryData::Sz(text)) if !text.contains(char::is_control) => {
            line.push_str(&quoted(text));
        }
        RegistryAction::Set(data) => hexadecimal(&mut line, data),
    }
    line
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn hexadecimal(line: &mut String, data: &RegistryData) {
    let (kind, bytes) = bytes(data);
    match kind {
        3 => line.push_str("hex:"),
        other => line.push_str(&format!("hex({other:x}):")),
    }
    let mut column = line.chars().count();
    for (at, byte) in bytes.iter().enumerate() {
        line.push_str(&format!("{byte:02x}"));
        if at + 1 == bytes.len() {
            break;
        }
        line.push(',');
        column += 3;
        if column >= BREAK {
            line.push_str("\\\r\n  ");
            column = 2;
        }
    }
}

/// The number of the type (winnt.h), and the bytes as the registry stores them.
fn bytes(data: &RegistryData) -> (u32, Vec<u8>) {
    let wide = |text: &str| text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    match data {
        RegistryData::None(bytes) => (0, bytes.clone()),
        RegistryData::Sz(text) => (1, wide(text)),
        RegistryData::ExpandSz(text) => (2, wide(text)),
        RegistryData::Binary(bytes) => (3, bytes.clone()),
        RegistryData::Dword(number) => (4, number.to_le_bytes().to_vec()),
        RegistryData::DwordBigEndian(number) => (5, number.to_be_bytes().to_vec()),
        RegistryData::MultiSz(texts) => (7, texts.iter().flat_map(|text| wide(text)).chain([0, 0]).collect()),
        RegistryData::Qword(number) => (0xb, number.to_le_bytes().to_vec()),
    }
}
