//! Explains the code of a problem, with an example.

use crate::diagnostic::Code;
use crate::failure::Failure;
use crate::report::{WIDTH, wrap};

/// The screen for a code.
pub(super) fn code_text(code: Code) -> String {
    let about = code.about();
    let mut text = format!("{}: {}\n\n", about.number, about.title);
    for line in wrap(about.explanation, WIDTH - 2) {
        text.push_str(&format!("  {line}\n"));
    }
    if let Some(example) = about.example {
        text.push_str("\n  Example\n");
        for line in example.lines() {
            text.push_str(&format!("    {line}\n"));
        }
    }
    text
}

/// Whether a string has the form of a code, such as `SP0201`.
pub(super) fn is_code(what: &str) -> bool {
    let digits = what.to_uppercase().strip_prefix("SP").map(String::from);
    digits.is_some_and(|digits| !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit()))
}

/// The error for a code that does not exist.
pub(super) fn unknown_code(what: &str) -> Failure {
    Failure::with_help(format!("{} is not a code", what.to_uppercase()), "docs/codes.md lists all codes")
}
