//! A screen of names and values, at most 100 columns wide.

use crate::report::{WIDTH, wrap};

const INDENT: usize = 15;

pub(super) struct Screen {
    text: String,
}

impl Screen {
    /// Starts with a title and a name. The name is on the right if both fit in one line.
    pub fn titled(title: &str, name: &str) -> Self {
        let (left, right) = (title.chars().count(), name.chars().count());
        let text = match (title, name) {
            ("", only) | (only, "") => format!("{only}\n\n"),
            _ if left + right + 3 <= WIDTH => format!("{title}{name:>width$}\n\n", width = WIDTH - left),
            _ => format!("{title}\n{name}\n\n"),
        };
        Self { text }
    }

    /// Adds a name and its value; omits an empty value.
    pub fn line(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.lines(name, &[value.to_string()]);
        }
    }

    /// Adds a name and several values, each on its own line.
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

    /// Adds lines below a heading, without wrapping them.
    pub fn block(&mut self, heading: &str, lines: &str) {
        self.text.push_str(&format!("\n  {heading}\n{lines}"));
    }

    /// Adds an empty line.
    pub fn gap(&mut self) {
        self.text.push('\n');
    }

    pub fn text(self) -> String {
        self.text
    }
}
