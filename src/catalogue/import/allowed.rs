//! The values that a DDF node accepts.

use super::xml::Element;
use crate::catalogue::{Allowed, EnumValue};

/// Longer labels are prose: the maximum of words and of characters.
const LONGEST_LABEL: (usize, usize) = (6, 40);

/// The content of `MSFT:AllowedValues`. Anything is allowed if it cannot be parsed.
pub(super) fn allowed(values: &Element) -> Allowed {
    let value = values.text_of("Value").unwrap_or_default();
    match values.attribute("ValueType").unwrap_or_default().to_lowercase().as_str() {
        "admx" => Allowed::Admx,
        "enum" => choices(values).map_or(Allowed::Any, Allowed::Enum),
        "flag" => choices(values).map_or(Allowed::Any, Allowed::Flags),
        "range" => range(value).map_or(Allowed::Any, Allowed::Range),
        "regex" => pattern(value).map_or(Allowed::Any, Allowed::Regex),
        "xsd" => Allowed::Xml,
        "json" => Allowed::Json,
        "sddl" => Allowed::Sddl,
        _ => Allowed::Any,
    }
}

fn choices(values: &Element) -> Option<Vec<EnumValue>> {
    let choice = |one: &Element| {
        let label = label(one.text_of("ValueDescription").unwrap_or_default(), LONGEST_LABEL);
        EnumValue(one.text_of("Value").unwrap_or_default().to_string(), label)
    };
    let mut all: Vec<EnumValue> = Vec::new();
    for value in values.all("Enum").map(choice) {
        if !all.iter().any(|known| known.0 == value.0) {
            all.push(value);
        }
    }
    (!all.is_empty()).then_some(all)
}

/// A label with its white space folded; empty if it is too long.
pub(super) fn label(text: &str, (words, letters): (usize, usize)) -> String {
    // The default is stated elsewhere.
    let text = text.to_lowercase().rfind("(default").map_or(text, |at| text.get(..at).unwrap_or(text));
    let parts: Vec<&str> = text.split_whitespace().collect();
    let folded = parts.join(" ");
    let folded = folded.trim_end_matches('.');
    if parts.len() > words || folded.chars().count() > letters { String::new() } else { folded.to_string() }
}

/// `[0-10]`, `[0,10]`, `[(-1)-5]`, `[5]`.
fn range(text: &str) -> Option<[i64; 2]> {
    let inner = text.trim().strip_prefix('[')?.strip_suffix(']')?;
    let number = |text: &str| text.trim().trim_matches(['(', ')']).trim().parse::<i64>().ok();
    if let Some(only) = number(inner) {
        return Some([only, only]);
    }
    if let Some((low, high)) = inner.split_once(',') {
        return Some([number(low)?, number(high)?]);
    }
    // The separator is the first hyphen that does not begin a number.
    let at = inner.char_indices().skip(1).find(|(at, c)| *c == '-' && !inner[..*at].ends_with('('))?.0;
    Some([number(&inner[..at])?, number(&inner[at + 1..])?])
}

/// A regular expression, without the slashes that other languages put around it.
fn pattern(text: &str) -> Option<String> {
    let text = text.trim();
    let inner = text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')).map(|rest| rest.replace("\\/", "/"));
    Some(inner.unwrap_or_else(|| text.to_string())).filter(|pattern| !pattern.is_empty())
}

/// `0xF000`, `\xF000`, or the separator itself.
pub(super) fn delimiter(text: &str) -> Option<String> {
    let code = text.strip_prefix("0x").or_else(|| text.strip_prefix("\\x"));
    match code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32) {
        Some(character) => Some(character.to_string()),
        None => Some(text.to_string()).filter(|text| !text.is_empty()),
    }
}

/// The values of a dependency as text: `1`, `0 to 3`, `A or B`; empty for any value.
pub(super) fn words(values: &Element) -> String {
    match allowed(values) {
        Allowed::Range([low, high]) if low == high => low.to_string(),
        Allowed::Range([low, high]) => format!("{low} to {high}"),
        Allowed::Enum(values) | Allowed::Flags(values) => {
            values.into_iter().map(|value| value.0).collect::<Vec<_>>().join(" or ")
        }
        Allowed::Admx => "enabled".into(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_written_in_several_ways() {
        for (text, expected) in [
            ("[0-4320]", Some([0, 4320])),
            ("[6,17]", Some([6, 17])),
            ("[(-1)-5]", Some([-1, 5])),
            ("[5]", Some([5, 5])),
            ("[(-5)-(-1)]", Some([-5, -1])),
            ("[-1-5]", Some([-1, 5])),
            ("0-5", None),
            ("[]", None),
            ("[-]", None),
        ] {
            assert_eq!(range(text), expected, "{text}");
        }
    }

    #[test]
    fn separators_are_written_in_several_ways() {
        assert_eq!(delimiter("0xF000").as_deref(), Some("\u{f000}"));
        assert_eq!(delimiter("\\xF000").as_deref(), Some("\u{f000}"));
        assert_eq!(delimiter(";").as_deref(), Some(";"));
        assert_eq!(delimiter(""), None);
    }

    #[test]
    fn prose_is_not_a_label() {
        assert_eq!(label(" Not\n allowed. ", LONGEST_LABEL), "Not allowed");
        assert_eq!(label("one two three four five six seven", LONGEST_LABEL), "");
    }

    #[test]
    fn expressions_lose_the_slashes_of_other_languages() {
        assert_eq!(pattern("/^https?:\\/\\/x$/").as_deref(), Some("^https?://x$"));
        assert_eq!(pattern(" "), None);
    }
}
