//! Documents that programs read. Each has a schema in `schemas/`.

mod catalogue_diff;
mod check;
mod readiness;

pub use catalogue_diff::{CatalogueDiffDocument, ChangedSetting, GroupPolicies, ScopedSetting};
pub use check::CheckDocument;
pub use readiness::{GrantedPermission, Observation, PERMISSIONS, ReadinessDocument, Status};
