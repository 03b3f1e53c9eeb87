//! The bodies that we read. What is not named here is ignored: Graph adds properties at any time.

use serde::Deserialize;
use serde_json::Value;

/// A device configuration of any kind.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeviceConfiguration {
    /// Its kind, as `#microsoft.graph.windows10CustomConfiguration`.
    #[serde(rename = "@odata.type", default)]
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its name.
    #[serde(default)]
    pub display_name: Option<String>,
    /// Its description.
    #[serde(default)]
    pub description: Option<String>,
    /// Counts up with each change.
    #[serde(default)]
    pub version: i64,
    /// When it was last changed.
    #[serde(default)]
    pub last_modified_date_time: Option<String>,
    /// The ids of its scope tags.
    #[serde(default)]
    pub role_scope_tag_ids: Option<Vec<String>>,
    /// Its settings, where it is a custom profile.
    #[serde(default)]
    pub oma_settings: Option<Vec<OmaSetting>>,
    /// Its assignments, where they were asked for.
    #[serde(default)]
    pub assignments: Option<Vec<Assignment>>,
    /// Where the rest of its assignments is, where they are too many for the answer.
    #[serde(rename = "assignments@odata.nextLink", default)]
    pub assignments_link: Option<String>,
}

/// A setting of a custom profile.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OmaSetting {
    /// Its type, as `#microsoft.graph.omaSettingInteger`.
    #[serde(rename = "@odata.type", default)]
    pub kind: String,
    /// Its name in the portal.
    #[serde(default)]
    pub display_name: Option<String>,
    /// Its description in the portal.
    #[serde(default)]
    pub description: Option<String>,
    /// Its address.
    #[serde(default)]
    pub oma_uri: Option<String>,
    /// Its value, which may be masked.
    #[serde(default)]
    pub value: Value,
    /// Whether the value is masked.
    #[serde(default)]
    pub is_encrypted: Option<bool>,
    /// Where the value can be read.
    #[serde(default)]
    pub secret_reference_value_id: Option<String>,
    /// The name of the file that Base64 or XML came from, in the portal.
    #[serde(default)]
    pub file_name: Option<String>,
    /// Whether an integer is read from devices and not written to them (Microsoft Graph beta, omaSettingInteger: "by
    /// setting to true, the CSP (configuration service provider) specified in the OMA-URI will perform a get, instead of
    /// set").
    #[serde(default)]
    pub is_read_only: Option<bool>,
}

/// One assignment.
#[derive(Debug, Clone, Deserialize)]
pub struct Assignment {
    /// Whom it reaches.
    pub target: Target,
}

/// A target.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// Its kind, as `#microsoft.graph.groupAssignmentTarget`.
    #[serde(rename = "@odata.type", default)]
    pub kind: String,
    /// The group.
    #[serde(default)]
    pub group_id: Option<String>,
    /// The Configuration Manager collection.
    #[serde(default)]
    pub collection_id: Option<String>,
    /// The filter.
    #[serde(default)]
    pub device_and_app_management_assignment_filter_id: Option<String>,
    /// `none`, `include` or `exclude`.
    #[serde(default)]
    pub device_and_app_management_assignment_filter_type: Option<String>,
}

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
