//! Writes YAML as people do: quotes only if needed, one line if it fits, wrapped comments.

mod edit;

pub use edit::{Edits, NewEntry};

/// The width of a line that a pull request or a small terminal shows without scrolling.
pub const WIDTH: usize = 100;

/// A value to write.
#[derive(Debug, Clone, PartialEq)]
pub enum Yaml {
    /// A number, true or false, unchanged.
    Bare(String),
    /// Text that does not contain references.
    Text(String),
    /// Text in which `${` is not a reference and has no escape: addresses.
    Literal(String),
    List(Vec<Yaml>),
    /// Keys and values in order.
    Map(Vec<(String, Yaml)>),
}

impl Yaml {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Text of a field in which `${` means nothing.
    pub fn literally(text: &str) -> Self {
        if text.contains("${") { Self::Literal(text.to_string()) } else { Self::text(text) }
    }

    /// An ID as people copy it, in quotes if it could be a number.
    pub fn id(id: &str) -> Self {
        let is_text = id.contains('-') && id.parse::<f64>().is_err();
        if is_text { Self::Bare(id.to_string()) } else { Self::text(id) }
    }

    /// A map with fixed keys.
    pub fn map<const N: usize>(entries: [(&str, Self); N]) -> Self {
        Self::Map(entries.into_iter().map(|(key, value)| (key.to_string(), value)).collect())
    }

    /// The value on one line.
    pub fn flow(&self) -> String {
        let joined = |parts: Vec<String>| parts.join(", ");
        match self {
            Self::Bare(text) => text.clone(),
            Self::Text(text) => scalar(text),
            Self::Literal(text) => quoted(text),
            Self::List(items) => format!("[{}]", joined(items.iter().map(Self::flow).collect())),
            Self::Map(entries) if entries.is_empty() => "{}".into(),
            Self::Map(entries) => {
                let entry = |(key, value): &(String, Self)| format!("{}: {}", flow_key(key), value.flow());
                format!("{{ {} }}", joined(entries.iter().map(entry).collect()))
            }
        }
    }

    /// Whether it contains text that is easier to read as a block.
    fn has_lines(&self) -> bool {
        match self {
            Self::Bare(_) | Self::Literal(_) => false,
            Self::Text(text) => literal(text).is_some(),
            Self::List(_) => false,
            Self::Map(entries) => entries.iter().any(|(_, value)| value.has_lines()),
        }
    }
}

/// Adds `key: value` and a line ending. If it does not fit on one line, adds lines indented by two more spaces.
pub fn entry(text: &mut String, indent: usize, key: &str, value: &Yaml) {
    let head = format!("{}{}:", " ".repeat(indent), plain_key(key));
    let inner = " ".repeat(indent + 2);
    if let Yaml::Text(words) = value
        && let Some((sign, lines)) = literal(words)
    {
        text.push_str(&format!("{head} {sign}\n"));
        for line in lines {
            text.push_str(if line.is_empty() { "" } else { &inner });
            text.push_str(&line);
            text.push('\n');
        }
        return;
    }
    let flow = value.flow();
    let fits = head.chars().count() + 1 + flow.chars().count() <= WIDTH && !value.has_lines();
    match value {
        Yaml::Map(entries) if !fits && !entries.is_empty() => {
            text.push_str(&format!("{head}\n"));
            entries.iter().for_each(|(key, value)| entry(text, indent + 2, key, value));
        }
        Yaml::List(items) if !fits && !items.is_empty() => {
            text.push_str(&format!("{head}\n"));
            items.iter().for_each(|item| text.push_str(&format!("{inner}- {}\n", item.flow())));
        }
        _ => text.push_str(&format!("{head} {flow}\n")),
    }
}

/// Wraps text to lines of at most `width` characters. A longer name is not broken, so that it can be copied.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let Some(line) = lines.last_mut() else { break };
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_string());
        }
    }
    lines
}

/// Adds a comment on its own lines.
pub fn comment(text: &mut String, indent: usize, words: &str) {
    let words: String = words.chars().map(|c| if is_plain(c) { c } else { ' ' }).collect();
    for line in wrap(&words, WIDTH - indent - 2) {
        text.push_str(&format!("{}# {line}\n", " ".repeat(indent)));
    }
}

/// A number or a boolean without quotes, and without the hexadecimal notation of some of Microsoft's files; other text
/// as YAML needs it.
pub fn bare(value: &str) -> String {
    if let Some(number) = value.strip_prefix("0x").and_then(|digits| i64::from_str_radix(digits, 16).ok()) {
        return number.to_string();
    }
    let number = value.parse::<i64>().is_ok_and(|number| number.to_string() == value);
    if number || value == "true" || value == "false" { value.to_string() } else { scalar(value) }
}

/// Text as a value, in quotes if YAML would read it as something else. `${` in it is not a reference.
pub fn scalar(text: &str) -> String {
    if is_safe(text) { text.to_string() } else { quoted(&text.replace("${", "$${")) }
}

/// A key: braces and colons are allowed, except at the start. Keys do not contain references.
pub fn plain_key(key: &str) -> String {
    let begins = key.starts_with(|c: char| c.is_alphanumeric() || c == '.');
    let within = !key.contains(": ") && !key.contains(" #") && key.chars().all(is_plain);
    let safe = begins && within && !key.ends_with([':', ' ']) && key.parse::<f64>().is_err();
    if safe && !is_word(key) { key.to_string() } else { quoted(key) }
}

fn flow_key(key: &str) -> String {
    if is_safe(key) { key.to_string() } else { quoted(key) }
}

fn is_safe(text: &str) -> bool {
    let usual =
        |c: char| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.' | '/' | '\\' | '(' | ')' | '+' | ';');
    let safe = text.starts_with(char::is_alphabetic) && text.chars().all(usual) && !text.ends_with(' ');
    safe && !is_word(text)
}

/// A word that some YAML parser reads as a boolean, a number or null.
fn is_word(text: &str) -> bool {
    let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"];
    words.contains(&text.to_lowercase().as_str())
}

fn quoted(text: &str) -> String {
    if text.chars().all(is_plain) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut escaped = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => escaped.push_str("\\\""),
            '\\' => escaped.push_str("\\\\"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            c if is_plain(c) => escaped.push(c),
            c if u32::from(c) <= 0xffff => escaped.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => escaped.push_str(&format!("\\U{:08X}", u32::from(c))),
        }
    }
    escaped.push('"');
    escaped
}

/// Whether YAML allows a character unescaped (YAML 1.2, section 5.1) and people can see it: no control characters, byte
/// order marks or direction marks, and no private or unassigned characters.
fn is_plain(c: char) -> bool {
    let hidden = matches!(
        c,
        '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff0}'..='\u{ffff}' | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..
    );
    !c.is_control() && !hidden
}

/// The block indicator and the lines of text that can be written as a block.
fn literal(text: &str) -> Option<(&'static str, Vec<String>)> {
    let (sign, body) = match text.strip_suffix('\n') {
        Some(body) => ("|", body),
        None => ("|-", text),
    };
    let lines: Vec<&str> = body.split('\n').collect();
    let tidy = |line: &&str| !line.ends_with(' ') && line.chars().all(is_plain);
    let last = lines.last().is_some_and(|line| !line.is_empty());
    let first = lines.first().is_some_and(|line| !line.is_empty() && !line.starts_with(' '));
    if !text.contains('\n') || !first || !last || !lines.iter().all(tidy) {
        return None;
    }
    Some((sign, lines.iter().map(|line| line.replace("${", "$${")).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_quoted_if_yaml_would_read_something_else() {
        let texts = ["Bob's PCs", "on", "1", "a: b", "${x}", "a\tb", "\u{f000}", "\u{feff}x", "R&D #1", "Größe", ""];
        let written: Vec<String> = texts.iter().map(|text| scalar(text)).collect();
        let expected = [
            "'Bob''s PCs'",
            "'on'",
            "'1'",
            "'a: b'",
            "'$${x}'",
            "\"a\\tb\"",
            "\"\\uF000\"",
            "\"\\uFEFFx\"",
            "'R&D #1'",
            "Größe",
            "''",
        ];
        assert_eq!(written, expected);
    }

    #[test]
    fn a_value_is_on_one_line_if_it_fits() {
        let mut text = String::new();
        entry(&mut text, 2, "Area/Name", &Yaml::map([("enabled", Yaml::map([("A,b", Yaml::Bare("1".into()))]))]));
        entry(&mut text, 2, "Area/Text", &Yaml::map([("raw", Yaml::text("<a>\n  ${b}\n\n</a>\n"))]));
        entry(&mut text, 2, "Area/List", &Yaml::List(vec![Yaml::text("x".repeat(60)), Yaml::text("y".repeat(60))]));
        let expected = "  Area/Name: { enabled: { 'A,b': 1 } }\n  Area/Text:\n    raw: |\n      <a>\n        $${b}\n\n      </a>\n";
        let (x, y) = ("x".repeat(60), "y".repeat(60));
        assert_eq!(text, format!("{expected}  Area/List:\n    - {x}\n    - {y}\n"));
    }
}
