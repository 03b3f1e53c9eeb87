//! Numbers in messages.

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
}
