//! Bodies of the settings catalog: `deviceManagement/configurationPolicies`, which Graph has in beta only.

use serde::Deserialize;
use serde_json::Value;

use super::Assigned;

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConfigurationPolicy {
    pub id: String,
    #[serde(default)]
    pub name: Option<String>,
    /// Its platforms in one string, separated by commas, such as `windows10`.
    #[serde(default)]
    pub platforms: Option<String>,
    #[serde(default)]
    pub is_assigned: Option<bool>,
    /// The number of its settings, without children.
    #[serde(default)]
    pub setting_count: Option<usize>,
    /// Its assignments, if they were requested.
    #[serde(default)]
    pub assignments: Option<Vec<Assigned>>,
    /// The link to the rest of its assignments, if the answer does not have all.
    #[serde(rename = "assignments@odata.nextLink", default)]
    pub assignments_link: Option<String>,
    /// Its settings, if they were requested.
    #[serde(default)]
    pub settings: Option<Vec<CatalogSetting>>,
    /// The link to the rest of its settings, if the answer does not have all.
    #[serde(rename = "settings@odata.nextLink", default)]
    pub settings_link: Option<String>,
}

/// A setting of a policy.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CatalogSetting {
    pub setting_instance: SettingInstance,
}

/// A setting and its value. Kinds of values that are not named here are ignored.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SettingInstance {
    /// The id of the setting, such as `device_vendor_msft_policy_config_authentication_allowaadpasswordreset`.
    #[serde(default)]
    pub setting_definition_id: String,
    #[serde(default)]
    pub choice_setting_value: Option<ChoiceValue>,
    /// A number or a string.
    #[serde(default)]
    pub simple_setting_value: Option<SimpleValue>,
    #[serde(default)]
    pub group_setting_collection_value: Option<Vec<GroupValue>>,
}

/// A choice, and the settings that depend on it.
#[derive(Debug, Clone, Deserialize)]
pub struct ChoiceValue {
    /// The setting's id, an underscore and the choice.
    #[serde(default)]
    pub value: Option<String>,
    /// The settings that depend on this choice.
    #[serde(default)]
    pub children: Option<Vec<SettingInstance>>,
}

/// A number or a string.
#[derive(Debug, Clone, Deserialize)]
pub struct SimpleValue {
    /// Its type, such as `#microsoft.graph.deviceManagementConfigurationIntegerSettingValue`.
    #[serde(rename = "@odata.type", default)]
    pub kind: String,
    /// The value; for a secret, a placeholder.
    #[serde(default)]
    pub value: Value,
}

/// A group of settings.
#[derive(Debug, Clone, Deserialize)]
pub struct GroupValue {
    #[serde(default)]
    pub children: Option<Vec<SettingInstance>>,
}
