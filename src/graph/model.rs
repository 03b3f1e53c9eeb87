//! Bodies of the directory. What is not named here is ignored: Graph adds properties at any time.

use serde::Deserialize;

/// Anything with an id and a name.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Named {
    /// Its id.
    pub id: String,
    /// Its name.
    #[serde(default)]
    pub display_name: Option<String>,
}

/// The tenant.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Organization {
    /// Its id.
    pub id: String,
    /// Its name.
    #[serde(default)]
    pub display_name: Option<String>,
    /// Its domains.
    #[serde(default)]
    pub verified_domains: Vec<VerifiedDomain>,
}

/// A domain of a tenant.
#[derive(Debug, Clone, Deserialize)]
pub struct VerifiedDomain {
    /// The domain.
    #[serde(default)]
    pub name: Option<String>,
}
