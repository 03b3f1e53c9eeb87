//! Findings, plans and examples as text for people and machines. Nothing here prints.

mod diagnostics;
mod documents;
mod example;
mod markdown;
mod outcome;
mod plan_text;
mod reach;
mod reference;
mod style;

pub use crate::formats::yaml::{WIDTH, wrap};
pub use diagnostics::{github, human, summary};
pub use documents::{CatalogueDiffDocument, CheckDocument, TouchedSetting};
pub use example::{registry_block, setting_block};
pub use markdown::markdown;
pub use outcome::{after_approval, outcome_line, outcome_summary};
pub use plan_text::{Header, differences, plan_text};
pub use reach::limits;
pub use reference::pages;
pub use style::Paint;
