//! Color, which never adds information to the text.

use anstyle::{AnsiColor, Style};

pub use crate::report::outside::visible;

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
}
