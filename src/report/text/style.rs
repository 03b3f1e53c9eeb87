//! Color, which never adds information to the text, and text from outside made visible.

use anstyle::{AnsiColor, Style};

/// Whether and how to color.
#[derive(Debug, Clone, Copy)]
pub struct Paint {
    /// Whether escape codes are wanted.
    pub color: bool,
}

impl Paint {
    fn with(self, style: Style, text: &str) -> String {
        if self.color { format!("{style}{text}{style:#}") } else { text.to_string() }
    }

    pub fn added(self, text: &str) -> String {
        self.with(AnsiColor::Green.on_default(), text)
    }

    pub fn changed(self, text: &str) -> String {
        self.with(AnsiColor::Yellow.on_default(), text)
    }

    pub fn removed(self, text: &str) -> String {
        self.with(AnsiColor::Red.on_default(), text)
    }

    /// Important text.
    pub fn strong(self, text: &str) -> String {
        self.with(Style::new().bold(), text)
    }

    /// Less important text.
    pub fn faint(self, text: &str) -> String {
        self.with(Style::new().dimmed(), text)
    }

    /// Text in the color of a sign.
    pub fn sign(self, sign: char, text: &str) -> String {
        match sign {
            '+' => self.added(text),
            '-' => self.removed(text),
            '~' | '?' | '!' => self.changed(text),
            _ => text.to_string(),
        }
    }
}

/// Makes visible in text from outside what could control a terminal, begin a line or reverse the reading order.
pub fn visible(text: &str) -> String {
    let mut shown = String::new();
    for c in text.chars() {
        match c {
            // Marks for direction, and characters without width, except the joiner that emoji need.
            '\u{200b}'
            | '\u{200c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}' => {
                shown.push_str(&c.escape_unicode().to_string());
            }
            c if c.is_control() => shown.push('\u{fffd}'),
            c => shown.push(c),
        }
    }
    shown
}

/// Cuts two texts to a width around the place where they first differ, so that the difference is visible.
pub fn cut_pair(before: &str, after: &str, width: usize) -> (String, String) {
    const CONTEXT: usize = 12;
    let (before, after): (Vec<char>, Vec<char>) = (visible(before).chars().collect(), visible(after).chars().collect());
    let common = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let start = if before.len().max(after.len()) <= width { 0 } else { common.saturating_sub(CONTEXT) };
    let cut = |text: &[char]| {
        let part: String = text.iter().skip(start).take(width).collect();
        let (left, right) = (if start > 0 { "…" } else { "" }, if text.len() > start + width { "…" } else { "" });
        format!("{left}{part}{right}")
    };
    (cut(&before), cut(&after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_seen_wherever_it_is() {
        let (before, after) = (format!("{}1", "a".repeat(500)), format!("{}2", "a".repeat(500)));
        assert_eq!(cut_pair(&before, &after, 60), ("…aaaaaaaaaaaa1".into(), "…aaaaaaaaaaaa2".into()));
        assert_eq!(cut_pair("short", "shore", 60), ("short".into(), "shore".into()));
    }

    #[test]
    fn what_turns_the_order_of_reading_is_spelt_out() {
        assert_eq!(visible("a\u{202e}b\u{1b}[31m"), "a\\u{202e}b\u{fffd}[31m");
    }
}
