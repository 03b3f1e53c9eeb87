//! Documents that programs read. Each has a schema in `schemas/`.

mod catalogue_diff;
mod catalogue_search;
mod check;
mod readiness;

pub use catalogue_diff::{CatalogueDiffDocument, ChangedSetting, GroupPolicies, ScopedSetting};
pub use catalogue_search::{CatalogueSearchDocument, FoundSetting};
pub use check::CheckDocument;
pub use readiness::{GrantedPermission, Observation, ReadinessArea, ReadinessDocument, Status};
