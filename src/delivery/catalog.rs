//! Bodies of the settings catalog: `deviceManagement/configurationPolicies`, which Graph has in beta only.

use serde::Deserialize;
use serde_json::Value;

use super::Assigned;

/// A settings catalog policy.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConfigurationPolicy {
    /// Its id.
    pub id: String,
    /// Its name.
    #[serde(default)]
    pub name: Option<String>,
    /// What it is for, in one text: `windows10`, or several divided by commas.
    #[serde(default)]
    pub platforms: Option<String>,
    /// Whether it is assigned to anybody.
    #[serde(default)]
    pub is_assigned: Option<bool>,
    /// How many settings it has, children not counted.
    #[serde(default)]
    pub setting_count: Option<usize>,
    /// Its assignments, where they were asked for.
    #[serde(default)]
    pub assignments: Option<Vec<Assigned>>,
    /// Where the rest of its assignments is, where they are too many for the answer.
    #[serde(rename = "assignments@odata.nextLink", default)]
    pub assignments_link: Option<String>,
    /// Its settings, where they were asked for.
    #[serde(default)]
    pub settings: Option<Vec<CatalogSetting>>,
    /// Where the rest of its settings is, where they are too many for the answer.
    #[serde(rename = "settings@odata.nextLink", default)]
    pub settings_link: Option<String>,
}

/// One of its settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CatalogSetting {
    /// What it sets.
    pub setting_instance: SettingInstance,
}

/// A setting and its value. Kinds of values that are not named here are ignored.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SettingInstance {
    /// Which setting it is, as `device_vendor_msft_policy_config_authentication_allowaadpasswordreset`.
    #[serde(default)]
    pub setting_definition_id: String,
    /// One choice of several.
    #[serde(default)]
    pub choice_setting_value: Option<ChoiceValue>,
    /// A number or a text.
    #[serde(default)]
    pub simple_setting_value: Option<SimpleValue>,
    /// Groups of settings.
    #[serde(default)]
    pub group_setting_collection_value: Option<Vec<GroupValue>>,
}

/// A choice, and what depends on it.
#[derive(Debug, Clone, Deserialize)]
pub struct ChoiceValue {
    /// The setting's id, an underscore and the choice.
    #[serde(default)]
    pub value: Option<String>,
    /// The settings that go with this choice.
    #[serde(default)]
    pub children: Option<Vec<SettingInstance>>,
}

/// A number or a text.
#[derive(Debug, Clone, Deserialize)]
pub struct SimpleValue {
    /// Its kind, as `#microsoft.graph.deviceManagementConfigurationIntegerSettingValue`.
    #[serde(rename = "@odata.type", default)]
    pub kind: String,
    /// The value; of a secret, what stands for it.
    #[serde(default)]
    pub value: Value,
}

/// A group of settings.
#[derive(Debug, Clone, Deserialize)]
pub struct GroupValue {
    /// The settings.
    #[serde(default)]
    pub children: Option<Vec<SettingInstance>>,
}
