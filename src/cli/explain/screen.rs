//! A screen of names and values, at most 100 columns wide.

use crate::report::{WIDTH, wrap};

const INDENT: usize = 15;

/// What is shown, line by line.
pub(super) struct Screen {
    text: String,
}

impl Screen {
    /// A title with a name at the right, where both fit in one line.
    pub fn titled(title: &str, name: &str) -> Self {
        let (left, right) = (title.chars().count(), name.chars().count());
        let text = match (title, name) {
            ("", only) | (only, "") => format!("{only}\n\n"),
            _ if left + right + 3 <= WIDTH => format!("{title}{name:>width$}\n\n", width = WIDTH - left),
            _ => format!("{title}\n{name}\n\n"),
        };
        Self { text }
    }

    /// A value by its name; an empty one is left out.
    pub fn line(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.lines(name, &[value.to_string()]);
        }
    }

    /// Several values by one name, each on a line of its own.
    pub fn lines(&mut self, name: &str, values: &[String]) {
        for (at, value) in values.iter().enumerate() {
            let name = if at == 0 { name } else { "" };
            let mut name = format!("  {name:<width$}", width = INDENT - 2);
            for part in wrap(value, WIDTH - INDENT) {
                self.text.push_str(&format!("{name}{part}"));
                self.text.truncate(self.text.trim_end().len());
                self.text.push('\n');
                name = " ".repeat(INDENT);
            }
        }
    }

    /// Lines below a heading, as they are.
    pub fn block(&mut self, heading: &str, lines: &str) {
        self.text.push_str(&format!("\n  {heading}\n{lines}"));
    }

    /// An empty line.
    pub fn gap(&mut self) {
        self.text.push('\n');
    }

    /// The whole.
    pub fn text(self) -> String {
        self.text
    }
}
