//! Objects of the directory. Other properties are ignored, because Graph may add some at any time.

use serde::Deserialize;

/// Any object with an id and a name.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Named {
    pub id: String,
    #[serde(default)]
    pub display_name: Option<String>,
}

/// The tenant.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Organization {
    pub id: String,
    #[serde(default)]
    pub display_name: Option<String>,
    #[serde(default)]
    pub verified_domains: Vec<VerifiedDomain>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct VerifiedDomain {
    /// The domain, such as `contoso.onmicrosoft.com`.
    #[serde(default)]
    pub name: Option<String>,
}
