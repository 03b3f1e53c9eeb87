//! Findings, plans and examples as text for people and machines. Nothing here prints.

mod diagnostics;
mod example;
mod markdown;
mod plan_text;
mod reach;
mod style;

pub use diagnostics::{github, human, json, summary};
pub use example::{WIDTH, name_of, registry_block, setting_block, wrap};
pub use markdown::markdown;
pub use plan_text::{Header, outcome_line, plan_text};
pub use reach::limits;
pub use style::Paint;
