//! The output for a terminal.

mod catalogue_diff;
mod catalogue_search;
pub(super) mod change;
mod example;
mod findings;
mod outcome;
mod plan;
pub(super) mod reach;
mod readiness;
mod requests;
pub(super) mod style;

pub use catalogue_diff::catalogue_diff_text;
pub use catalogue_search::catalogue_search_text;
pub use change::{differences, needed_for_masked_values};
pub use example::{registry_block, setting_block};
pub use findings::{check_summary, findings_text};
pub use outcome::{after_approval, outcome_line, outcome_summary};
pub(super) use plan::plan_summary;
pub use plan::{PlanHeader, plan_errors_text, plan_text};
pub use reach::limits_line;
pub use readiness::readiness_text;
pub use requests::requests_text;
pub use style::Paint;
