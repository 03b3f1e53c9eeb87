//! Findings and plans as text for people and machines. Nothing here prints.

mod diagnostics;
mod markdown;
mod plan_text;
mod style;

pub use diagnostics::{github, human, json, summary};
pub use markdown::markdown;
pub use plan_text::{Header, outcome_line, plan_text};
pub use style::Paint;
