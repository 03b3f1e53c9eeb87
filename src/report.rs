//! Documents that programs read, each with a schema, and the output forms: one file for each. Nothing here prints.
//!
//! The document of a plan belongs to `plan`, because `apply` reads it back.

mod documents;
mod github;
mod markdown;
mod outside;
mod reference;
mod rule;
mod text;

pub use crate::formats::yaml::{WIDTH, wrap};
pub use documents::{
    CatalogueDiffDocument, CatalogueSearchDocument, CheckDocument, GrantedPermission, Observation, ReadinessArea,
    ReadinessDocument, Status,
};
pub use github::github;
pub use markdown::markdown;
pub use outside::terminal;
pub use reference::pages;
pub use rule::{RuleLine, rule_lines};
pub use text::{
    Paint, PlanHeader, after_approval, catalogue_diff_text, catalogue_search_text, check_summary, differences,
    findings_text, limits_line, needed_for_masked_values, outcome_line, outcome_summary, plan_errors_text, plan_text,
    readiness_text, registry_block, requests_text, setting_block,
};
