//! Color, which never adds information to the text.

use anstyle::{AnsiColor, Style};

pub use crate::report::outside::visible;

/// Whether and how to color.
#[derive(Debug, Clone, Copy)]
pub struct Paint {
    /// Whether escape codes are wanted.
    pub color: bool,
    /// The columns that lines should not exceed.
    pub width: usize,
}

impl Paint {
    /// No color, and the usual width.
    pub const PLAIN: Self = Self { color: false, width: crate::report::WIDTH };

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
