//! The body of a settings catalog policy.

use serde::Deserialize;
use serde_json::Value;

use crate::delivery::Assigned;

const WINDOWS: &str = "windows10";

/// The id and name of a policy of any platform; the rest may have any form.
#[derive(Debug, Clone, Deserialize)]
pub struct ListedCatalogPolicy {
    pub id: String,
    #[serde(default)]
    pub name: Option<String>,
}

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

impl ConfigurationPolicy {
    /// Whether the policy is assigned and for Windows. Platforms are flags in one string (Microsoft Graph beta,
    /// deviceManagementConfigurationPlatforms).
    pub fn reaches_windows(&self) -> bool {
        let mut platforms = self.platforms.as_deref().unwrap_or_default().split(',');
        let assigned = self.is_assigned == Some(true) || self.assignments.as_ref().is_none_or(|all| !all.is_empty());
        assigned && platforms.any(|platform| platform.trim() == WINDOWS)
    }

    /// The policy's settings, if the answer has all of them.
    pub fn whole_settings(self) -> Option<Vec<CatalogSetting>> {
        let count = self.setting_count.unwrap_or_default();
        self.settings.filter(|settings| self.settings_link.is_none() && settings.len() >= count)
    }

    /// The assignments of a policy that is assigned, if the answer has all of them: an empty list is wrong.
    pub fn whole_assignments(&self) -> Option<&Vec<Assigned>> {
        self.assignments.as_ref().filter(|all| self.assignments_link.is_none() && !all.is_empty())
    }
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn policy(more: Value) -> ConfigurationPolicy {
        let mut policy = json!({ "id": "1", "platforms": "windows10" });
        for (name, value) in more.as_object().into_iter().flatten() {
            policy[name] = value.clone();
        }
        serde_json::from_value(policy).expect("a policy")
    }

    #[test]
    fn only_what_reaches_windows_matters() {
        let reaches = |more: Value| policy(more).reaches_windows();
        let target = json!({ "target": { "@odata.type": "#microsoft.graph.allDevicesAssignmentTarget" } });
        assert!(reaches(json!({ "assignments": [target] })));
        assert!(reaches(json!({ "assignments": [target], "platforms": "macOS, windows10" })));
        assert!(!reaches(json!({ "assignments": [target], "platforms": "windows10X" })));
        assert!(!reaches(json!({ "assignments": [] })));
        // The policy's own flag says that it is assigned, or the answer has no assignments.
        assert!(reaches(json!({ "assignments": [], "isAssigned": true })));
        assert!(reaches(json!({})));
    }

    #[test]
    fn settings_that_are_counted_and_did_not_come_are_missing() {
        let setting = json!({ "settingInstance": { "settingDefinitionId": "x" } });
        let known = |more: Value| policy(more).whole_settings().map(|settings| settings.len());
        assert_eq!(known(json!({ "settings": [setting], "settingCount": 1 })), Some(1));
        assert_eq!(known(json!({ "settings": [setting], "settingCount": 2 })), None);
        assert_eq!(known(json!({ "settings": [setting], "settings@odata.nextLink": "…" })), None);
        assert_eq!(known(json!({ "settingCount": 1 })), None);
    }
}
