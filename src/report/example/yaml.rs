//! YAML for examples: quotes only where they are needed, comments that wrap.

/// As wide as a pull request or a small terminal shows without scrolling.
pub const WIDTH: usize = 100;

/// The text in lines of at most so many characters. A name that is longer is not broken, so that it can be copied.
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

/// A comment in lines of its own.
pub(super) fn comment(text: &mut String, indent: usize, words: &str) {
    let words: String = words.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    for line in wrap(&words, WIDTH - indent - 2) {
        text.push_str(&format!("{}# {line}\n", " ".repeat(indent)));
    }
}

/// A number or a flag as it is, without the sixteens that some of Microsoft's files write, any other text as YAML needs it.
pub(super) fn bare(value: &str) -> String {
    if let Some(number) = value.strip_prefix("0x").and_then(|digits| i64::from_str_radix(digits, 16).ok()) {
        return number.to_string();
    }
    let number = value.parse::<i64>().is_ok_and(|number| number.to_string() == value);
    if number || value == "true" || value == "false" { value.to_string() } else { scalar(value) }
}

/// A text, in quotes where YAML would take it for something else.
pub(super) fn scalar(text: &str) -> String {
    let usual =
        |c: char| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.' | '/' | '\\' | '(' | ')' | '+' | ';');
    let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"];
    let safe = text.starts_with(char::is_alphabetic) && text.chars().all(usual) && !text.ends_with(' ');
    if safe && !words.contains(&text.to_lowercase().as_str()) {
        return text.to_string();
    }
    if text.contains(char::is_control) {
        return format!("{text:?}");
    }
    format!("'{}'", text.replace('\'', "''").replace("${", "$${"))
}

/// A key: braces and colons within are no trouble, except in front.
pub(super) fn plain_key(key: &str) -> String {
    let safe = key.starts_with(|c: char| c.is_alphanumeric() || c == '.') && !key.contains(": ") && !key.contains(" #");
    if safe && key.parse::<f64>().is_err() { key.to_string() } else { scalar(key) }
}
