//! The `registry:` block.

use std::collections::HashMap;
use std::sync::Arc;

use super::expand::Expander;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{RegistryBlock, RegistryValues};
use crate::setting::{
    Knob, PathError, RegistryAction, RegistryChange, RegistryData, RegistryEntry, RegistryKey, RegistryLocation,
};
use crate::source::{Node, Place, Source, Spanned, Value};

/// Reads a block of registry keys and values, and adds errors to `problems`.
pub fn read_block(
    block: &RegistryBlock,
    source: &Arc<Source>,
    expander: &Expander<'_>,
    problems: &mut Vec<Diagnostic>,
) -> Vec<RegistryEntry> {
    let mut entries: Vec<RegistryEntry> = Vec::new();
    for (name, values) in block.iter() {
        let place = Place::new(source, name.span);
        let key = match RegistryKey::parse(name) {
            Ok(key) => key,
            Err(reason) => {
                problems.push(wrong_key(source, name, &reason));
                continue;
            }
        };
        match values {
            RegistryValues::DeleteKey => {
                entries.push(RegistryEntry { change: RegistryChange::DeleteKey(key).into(), place, is_secret: false });
            }
            RegistryValues::Values(values) => {
                for (name, node) in values {
                    let (node, is_secret) = expander.node(node, source, problems);
                    if let Some(action) = read_value(name, &node, source, problems) {
                        let name = if name.value == "(Default)" { String::new() } else { name.value.clone() };
                        let location = RegistryLocation { key: key.clone(), name };
                        entries.push(RegistryEntry {
                            change: RegistryChange::Value(location, action).into(),
                            place: Place::new(source, node.span),
                            is_secret,
                        });
                    }
                }
            }
        }
    }
    complain_of_twins(&entries, problems);
    entries
}

fn wrong_key(source: &Arc<Source>, name: &Spanned<String>, reason: &PathError) -> Diagnostic {
    let place = Place::new(source, name.span);
    let written = source.slice(name.span);
    let mut problem = Diagnostic::error(Code::InvalidRegistryName, "this is not a registry key")
        .at(place.clone(), reason.to_string());
    if written.starts_with('"') && *reason == PathError::Control {
        let bare = written.trim_matches('"').replace('\'', "''");
        problem =
            problem.help("write the key in 'single quotes', or without quotes").fix(place, format!("'{bare}'"), true);
    } else if *reason == PathError::Slash {
        problem = problem.fix(place, name.value.replace('/', "\\"), false);
    }
    problem
}

fn complain_of_twins(entries: &[RegistryEntry], problems: &mut Vec<Diagnostic>) {
    let mut first: HashMap<Knob<'_>, &RegistryEntry> = HashMap::new();
    for entry in entries {
        let knob = entry.change.knob();
        let Some(twin) = first.get(&knob) else {
            first.insert(knob, entry);
            continue;
        };
        let what = if matches!(knob, Knob::Value(_)) { "value" } else { "key" };
        problems.push(
            Diagnostic::error(Code::SetTwice, format!("this registry {what} is written twice"))
                .at(entry.place.clone(), "written again here")
                .and(twin.place.clone(), "first written here")
                .note("the names of registry keys and values are not case-sensitive"),
        );
    }
}

fn read_value(
    name: &Spanned<String>,
    node: &Node,
    source: &Arc<Source>,
    problems: &mut Vec<Diagnostic>,
) -> Option<RegistryAction> {
    let place = || Place::new(source, node.span);
    if name.value.chars().any(|c| c.is_control()) || name.value.encode_utf16().count() > 16_383 {
        let place = Place::new(source, name.span);
        let reason = "the name of a value can have up to 16,383 characters and no control characters";
        problems.push(
            Diagnostic::error(Code::InvalidRegistryName, "this is not a valid name of a registry value")
                .at(place, reason),
        );
        return None;
    }
    let wrong = |reason: String| {
        Diagnostic::error(Code::InvalidRegistryData, format!("`{}` cannot hold this", name.value))
            .at(place(), reason)
            .note(
                "an integer is written as REG_DWORD, text as REG_SZ, a list as REG_MULTI_SZ; null deletes the value. \
                 Name every other type: `{ expand_sz: … }`, `{ qword: … }`, `{ binary: \"01 ff\" }`",
            )
    };
    let data = match &node.value {
        Value::Null => return Some(RegistryAction::Delete),
        Value::Bool(flag) => {
            let number = i32::from(*flag);
            let fix = wrong("true and false are not registry data".into());
            problems.push(fix.help(format!("write `{number}`")).fix(place(), number.to_string(), true));
            return None;
        }
        Value::Integer(number) => number_within(*number, u64::from(u32::MAX)).map(|n| RegistryData::Dword(n as u32)),
        Value::Text(text) => single_line(text).map(RegistryData::Sz),
        Value::List(items) => texts(items).map(RegistryData::MultiSz),
        Value::Map(entries) => match entries.as_slice() {
            [(kind, node)] => typed(kind, &node.value),
            _ => Err("expected exactly one type, such as `{ expand_sz: \"%SystemRoot%\" }`".into()),
        },
        Value::Float(_) => Err("registry numbers are whole numbers".into()),
    };
    data.map_err(|reason| problems.push(wrong(reason))).ok().map(RegistryAction::Set)
}

fn typed(kind: &str, value: &Value) -> Result<RegistryData, String> {
    let text = || match value {
        Value::Text(text) => single_line(text),
        Value::Null => Ok(String::new()),
        other => Err(format!("`{kind}` takes text, not {}", other.kind())),
    };
    let number = |most: u64| match value {
        Value::Integer(number) => number_within(*number, most),
        // YAML parses whole numbers up to 63 bits; larger ones are text. Messages do not repeat the text, which may be
        // a secret.
        Value::Text(text) => {
            parse_number(text).filter(|number| *number <= most).ok_or(format!("this is not a number from 0 to {most}"))
        }
        other => Err(format!("`{kind}` takes a number, not {}", other.kind())),
    };
    match kind {
        "sz" => text().map(RegistryData::Sz),
        "expand_sz" => text().map(RegistryData::ExpandSz),
        "dword" => number(u64::from(u32::MAX)).map(|n| RegistryData::Dword(n as u32)),
        "dword_big_endian" => number(u64::from(u32::MAX)).map(|n| RegistryData::DwordBigEndian(n as u32)),
        "qword" => number(u64::MAX).map(RegistryData::Qword),
        "multi_sz" => match value {
            Value::List(items) => texts(items).map(RegistryData::MultiSz),
            other => Err(format!("`multi_sz` takes a list of strings, not {}", other.kind())),
        },
        "binary" => hexadecimal(value).map(RegistryData::Binary),
        "none" => hexadecimal(value).map(RegistryData::None),
        other => Err(format!(
            "`{other}` is not a registry type; use one of: sz, expand_sz, multi_sz, dword, dword_big_endian, qword, binary, none"
        )),
    }
}

fn parse_number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

fn number_within(number: i64, most: u64) -> Result<u64, String> {
    match u64::try_from(number) {
        Ok(number) if number <= most => Ok(number),
        Ok(_) => Err(format!("{number} is more than {most}; for a larger number, write `{{ qword: … }}`")),
        Err(_) => Err(format!("{number} is less than 0; registry numbers cannot be negative")),
    }
}

fn single_line(text: &str) -> Result<String, String> {
    if text.contains('\0') { Err("registry text cannot contain a NUL character".into()) } else { Ok(text.to_string()) }
}

fn texts(items: &[Node]) -> Result<Vec<String>, String> {
    items
        .iter()
        .map(|item| match &item.value {
            Value::Text(text) if text.is_empty() => {
                Err("REG_MULTI_SZ cannot contain an empty string, because that ends the list".into())
            }
            Value::Text(text) => single_line(text),
            other => Err(format!("REG_MULTI_SZ contains strings, not {}: put it in quotes", other.kind())),
        })
        .collect()
}

fn hexadecimal(value: &Value) -> Result<Vec<u8>, String> {
    let text = match value {
        Value::Text(text) => text.clone(),
        Value::Null => String::new(),
        other => {
            return Err(format!("expected hexadecimal digits in quotes, such as \"01 ff\", not {}", other.kind()));
        }
    };
    let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != ',').collect();
    if !digits.is_ascii() || !digits.len().is_multiple_of(2) {
        return Err("expected pairs of hexadecimal digits, such as \"01 ff\"".into());
    }
    let bytes = (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16));
    bytes.collect::<Result<_, _>>().map_err(|_| "expected pairs of hexadecimal digits, such as \"01 ff\"".into())
}
