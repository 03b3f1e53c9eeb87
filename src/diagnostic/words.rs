//! Numbers and texts in messages.

use icu_normalizer::ComposingNormalizerBorrowed;

/// `1 profile`, `1,200 profiles`, `2 policies`, `2 keys`.
pub fn counted(count: usize, one: &str) -> String {
    let count_text = grouped(count);
    // `key` has the plural `keys`.
    let stem = one.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o', 'u']));
    match stem {
        _ if count == 1 => format!("{count_text} {one}"),
        Some(stem) => format!("{count_text} {stem}ies"),
        None => format!("{count_text} {one}s"),
    }
}

/// Formats a number with thousands separators: `4,120`.
pub fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// What differs between two texts that look the same in most fonts; `None` if it can be seen.
pub fn unseen_difference(one: &str, other: &str) -> Option<String> {
    if one == other {
        return None;
    }
    if one.trim() == other.trim() {
        return Some("only the blanks at the ends differ".into());
    }
    let words = |text: &str| text.split_whitespace().map(str::to_string).collect::<Vec<_>>();
    if words(one) == words(other) {
        return Some("only the blanks between the words differ".into());
    }
    // A letter with an accent can be one character or two, and some characters have no width.
    let normal = |text: &str| -> String {
        let text = ComposingNormalizerBorrowed::new_nfkc().normalize(text);
        text.chars().filter(|c| !c.is_control() && !has_no_width(*c)).collect()
    };
    if normal(one) != normal(other) {
        return None;
    }
    let same = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let codes = |text: &str| {
        let rest = text.chars().skip(same).take(2).map(|c| format!("U+{:04X}", u32::from(c)));
        let rest: Vec<String> = rest.collect();
        if rest.is_empty() { "the end".to_string() } else { rest.join(" ") }
    };
    Some(format!("they look alike, but differ from character {} on: {} and {}", same + 1, codes(one), codes(other)))
}

fn has_no_width(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_nouns_follow_them() {
        let numbers = [0, 1, 999, 1000, 1_234_567].map(grouped);
        assert_eq!(numbers, ["0", "1", "999", "1,000", "1,234,567"]);
        assert_eq!(counted(1, "profile"), "1 profile");
        assert_eq!(counted(1200, "profile"), "1,200 profiles");
        assert_eq!(counted(2, "policy"), "2 policies");
        assert_eq!(counted(2, "key"), "2 keys");
        assert_eq!(counted(0, "Group Policy"), "0 Group Policies");
    }

    #[test]
    fn what_cannot_be_seen_is_said() {
        let said = |one, other| unseen_difference(one, other).unwrap_or_default();
        assert_eq!(said("Lock", "Lock"), "");
        assert_eq!(said("Lock", "Camera"), "");
        assert_eq!(said("Größe", "Grosse"), "");
        assert_eq!(said("Lock ", "Lock"), "only the blanks at the ends differ");
        assert_eq!(said("Lock  screen", "Lock screen"), "only the blanks between the words differ");
        let accent = "they look alike, but differ from character 4 on: U+00E9 and U+0065 U+0301";
        assert_eq!(said("Caf\u{e9}", "Cafe\u{301}"), accent);
        assert_eq!(said("Lock\u{200b}", "Lock"), "they look alike, but differ from character 5 on: U+200B and the end");
    }
}
