//! Findings, plans and examples as text for people and machines. Nothing here prints.

mod diagnostics;
mod example;
mod markdown;
mod plan_text;
mod reach;
mod style;

pub use crate::formats::yaml::{WIDTH, wrap};
pub use diagnostics::{github, human, json, summary};
pub use example::{registry_block, setting_block};
pub use markdown::markdown;
pub use plan_text::{Header, differences, outcome_line, plan_text};
pub use reach::limits;
pub use style::Paint;
