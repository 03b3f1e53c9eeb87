//! Settings catalog policies: `configurationPolicies`, which Graph has in beta only. They are read and not written.

mod body;
mod nodes;

pub use body::{CatalogSetting, ConfigurationPolicy, ListedCatalogPolicy};

use super::{Assigned, read_assignment};
use crate::catalogue::Catalogue;
use crate::profile::Assignments;
use crate::setting::{OmaUri, OmaValue};

/// The path below the version of Graph.
pub const COLLECTION: &str = "/deviceManagement/configurationPolicies";
/// All policies with their assignments. Without `$top`, a page has 25 (Microsoft365DSC#5088); Intune's portal requests
/// 100.
pub const WITH_ASSIGNMENTS: &str = "/deviceManagement/configurationPolicies?$expand=assignments&$top=100";
/// All policies with their settings.
pub const WITH_SETTINGS: &str = "/deviceManagement/configurationPolicies?$expand=settings&$top=100";

/// A settings catalog policy for Windows.
#[derive(Debug, Clone)]
pub struct CatalogPolicy {
    pub id: String,
    pub name: String,
    pub assignments: Assignments,
    settings: Vec<CatalogSetting>,
}

impl CatalogPolicy {
    /// The nodes that it sets. A setting is left out if the catalogue does not know its id or its value is not plain.
    pub fn nodes(&self, catalogue: &Catalogue) -> Vec<(OmaUri, OmaValue)> {
        nodes::of_settings(&self.settings, catalogue)
    }
}

/// Converts a policy to the form in which it is evaluated. Its assignments and settings are arguments, because they may
/// come from answers of their own.
pub fn read(id: String, name: String, assignments: &[Assigned], settings: Vec<CatalogSetting>) -> CatalogPolicy {
    CatalogPolicy { id, name, assignments: assignments.iter().map(read_assignment).collect(), settings }
}
