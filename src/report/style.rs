//! Colour, which carries nothing that the text does not say.

use anstyle::{AnsiColor, Style};

/// Whether and how to colour.
#[derive(Debug, Clone, Copy)]
pub struct Paint {
    /// Whether escape codes are wanted.
    pub colour: bool,
}

impl Paint {
    fn with(self, style: Style, text: &str) -> String {
        if self.colour { format!("{style}{text}{style:#}") } else { text.to_string() }
    }

    /// What comes.
    pub fn added(self, text: &str) -> String {
        self.with(AnsiColor::Green.on_default(), text)
    }

    /// What changes.
    pub fn changed(self, text: &str) -> String {
        self.with(AnsiColor::Yellow.on_default(), text)
    }

    /// What goes.
    pub fn removed(self, text: &str) -> String {
        self.with(AnsiColor::Red.on_default(), text)
    }

    /// What matters.
    pub fn strong(self, text: &str) -> String {
        self.with(Style::new().bold(), text)
    }

    /// What does not matter much.
    pub fn faint(self, text: &str) -> String {
        self.with(Style::new().dimmed(), text)
    }

    /// Text by what it stands for.
    pub fn sign(self, sign: char, text: &str) -> String {
        match sign {
            '+' => self.added(text),
            '-' => self.removed(text),
            '~' | '?' | '!' => self.changed(text),
            _ => text.to_string(),
        }
    }
}

/// A text of somebody's without what steers a terminal or begins a line.
pub fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
