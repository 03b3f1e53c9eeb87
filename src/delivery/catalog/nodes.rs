//! Converts settings of the settings catalog to nodes with values. A setting is left out unless it is certain which
//! node and value it is.

use crate::catalogue::{Allowed, Catalogue, CspNode, Format, Payload};
use crate::profile::canonical_value;
use crate::setting::{OmaUri, OmaValue};

use super::body::{CatalogSetting, ChoiceValue, SettingInstance, SimpleValue};

/// The nodes that a policy with these settings sets.
pub(super) fn of_settings(settings: &[CatalogSetting], catalogue: &Catalogue) -> Vec<(OmaUri, OmaValue)> {
    let mut found = Vec::new();
    for setting in settings {
        collect(&setting.setting_instance, catalogue, &mut found);
    }
    found
}

/// Collects a setting and its children. Some children are nodes, such as the minimum length below "a password is
/// required".
fn collect(instance: &SettingInstance, catalogue: &Catalogue, found: &mut Vec<(OmaUri, OmaValue)>) {
    if let Some((uri, node)) = catalogue.node_of_definition(&instance.setting_definition_id)
        && let Some(value) = value(instance, node)
    {
        let value = canonical_value(&uri, value);
        found.push((uri, value));
    }
    let of_choice = instance.choice_setting_value.iter().filter_map(|choice| choice.children.as_deref());
    let groups = instance.group_setting_collection_value.iter().flatten();
    let of_groups = groups.filter_map(|group| group.children.as_deref());
    for child in of_choice.chain(of_groups).flatten() {
        collect(child, catalogue, found);
    }
}

fn value(instance: &SettingInstance, node: &CspNode) -> Option<OmaValue> {
    match (&instance.choice_setting_value, &instance.simple_setting_value) {
        (Some(choice), _) => chosen(&instance.setting_definition_id, choice, node),
        (None, Some(simple)) => plain(simple, node),
        (None, None) => None,
    }
}

/// A choice is the setting's id, an underscore and the node's value (exports of OpenIntuneBaseline:
/// `…_lanmanagerauthenticationlevel_5`, `…_minimumsessionsecurityforntlmsspbasedclients_537395200`).
fn chosen(id: &str, choice: &ChoiceValue, node: &CspNode) -> Option<OmaValue> {
    let word = choice.value.as_deref()?.strip_prefix(id)?.strip_prefix('_')?;
    if node.allowed == Allowed::Admx {
        return state(word, choice, node);
    }
    match node.format {
        Format::Int => word.parse().ok().map(OmaValue::Integer),
        Format::Bool => word.parse().ok().map(OmaValue::Boolean),
        Format::Chr => {
            let Allowed::Enum(values) = &node.allowed else { return None };
            // Ids are in lower case, but values may not be.
            let mut alike = values.iter().filter(|value| value.0.eq_ignore_ascii_case(word));
            let value = alike.next().filter(|_| alike.next().is_none())?;
            Some(OmaValue::String(value.0.as_str().into()))
        }
        _ => None,
    }
}

/// The state of an ADMX-backed policy: `…_1` is enabled, `…_0` disabled. Elements have ids and values that only the
/// settings catalog knows, so an enabled policy with elements is left out.
fn state(word: &str, choice: &ChoiceValue, node: &CspNode) -> Option<OmaValue> {
    let is_plain =
        choice.children.as_ref().is_none_or(Vec::is_empty) && node.admx().is_none_or(|form| form.elements.is_empty());
    let enabled = match word {
        "0" => false,
        "1" if is_plain => true,
        _ => return None,
    };
    Some(OmaValue::String(Payload { enabled, data: Vec::new() }.write().into()))
}

/// A number or a string. A secret is left out, because only a placeholder is returned for it.
fn plain(simple: &SimpleValue, node: &CspNode) -> Option<OmaValue> {
    let kind = simple.kind.rsplit('.').next().unwrap_or_default();
    match (kind, node.format) {
        ("deviceManagementConfigurationIntegerSettingValue", Format::Int) => {
            simple.value.as_i64().map(OmaValue::Integer)
        }
        ("deviceManagementConfigurationStringSettingValue", Format::Chr) if node.allowed != Allowed::Admx => {
            simple.value.as_str().map(|text| OmaValue::String(text.into()))
        }
        ("deviceManagementConfigurationStringSettingValue", Format::Xml) => {
            simple.value.as_str().map(|text| OmaValue::Xml(text.into()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(instance: Value) -> String {
        let setting = serde_json::from_value(json!({ "id": "0", "settingInstance": instance })).expect("a setting");
        let nodes = of_settings(&[setting], Catalogue::embedded()).into_iter();
        let shown =
            nodes.map(|(uri, value)| format!("{} {} {}", uri.short(), value.oma_type().word(), value.canonical()));
        shown.collect::<Vec<_>>().join(", ")
    }

    fn choice(name: &str, word: &str, children: Value) -> Value {
        let id = format!("device_vendor_msft_{name}");
        let value = format!("{id}_{word}");
        json!({
            "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingInstance",
            "settingDefinitionId": id,
            "settingInstanceTemplateReference": null,
            "choiceSettingValue": { "settingValueTemplateReference": null, "value": value, "children": children },
        })
    }

    fn simple(name: &str, kind: &str, value: Value) -> Value {
        let kind = format!("#microsoft.graph.deviceManagementConfiguration{kind}SettingValue");
        json!({
            "@odata.type": "#microsoft.graph.deviceManagementConfigurationSimpleSettingInstance",
            "settingDefinitionId": format!("device_vendor_msft_{name}"),
            "simpleSettingValue": { "@odata.type": kind, "value": value },
        })
    }

    #[test]
    fn choices_are_values_of_the_nodes_type() {
        let plain = |name: &str, word: &str| read(choice(name, word, json!([])));
        assert_eq!(
            plain("policy_config_authentication_allowaadpasswordreset", "0"),
            "Authentication/AllowAadPasswordReset integer 0"
        );
        assert_eq!(
            plain("policy_config_windowslogon_disablelockscreenappnotifications", "1"),
            "WindowsLogon/DisableLockScreenAppNotifications string <enabled/>"
        );
        assert_eq!(
            plain("policy_config_admx_controlpaneldisplay_cpl_personalization_nolockscreen", "0"),
            "ADMX_ControlPanelDisplay/CPL_Personalization_NoLockScreen string <disabled/>"
        );
        assert_eq!(plain("sharedpc_enablesharedpcmode", "true"), "SharedPC/EnableSharedPCMode boolean true");
    }

    #[test]
    fn what_is_not_surely_a_value_is_left_out() {
        let plain = |name: &str, word: &str| read(choice(name, word, json!([])));
        assert_eq!(plain("policy_config_authentication_allowaadpasswordreset", "allowed"), "");
        assert_eq!(plain("policy_config_nobody_knows", "1"), "");
        assert_eq!(plain("policy_config_windowslogon_disablelockscreenappnotifications", "2"), "");
        // It has elements.
        assert_eq!(plain("bitlocker_encryptionmethodbydrivetype", "1"), "");
        assert_eq!(
            plain("bitlocker_encryptionmethodbydrivetype", "0"),
            "BitLocker/EncryptionMethodByDriveType string <disabled/>"
        );
        let secret = simple("policy_config_authentication_preferredaadtenantdomainname", "Secret", json!("0123"));
        assert_eq!(read(secret), "");
        let wrong = simple("policy_config_devicelock_maxdevicepasswordfailedattempts", "String", json!("4"));
        assert_eq!(read(wrong), "");
        assert_eq!(read(json!({ "settingDefinitionId": "device_vendor_msft_policy_config_camera_allowcamera" })), "");
    }

    #[test]
    fn texts_numbers_and_children_are_values_too() {
        let domain =
            simple("policy_config_authentication_preferredaadtenantdomainname", "String", json!("contoso.com"));
        assert_eq!(read(domain), "Authentication/PreferredAadTenantDomainName string contoso.com");
        let length = simple("policy_config_devicelock_mindevicepasswordlength", "Integer", json!(8));
        assert_eq!(
            read(choice("policy_config_devicelock_devicepasswordenabled", "0", json!([length]))),
            "DeviceLock/DevicePasswordEnabled integer 0, DeviceLock/MinDevicePasswordLength integer 8"
        );
        let inside = choice("policy_config_camera_allowcamera", "0", json!([]));
        let group = json!({
            "settingDefinitionId": "device_vendor_msft_group",
            "groupSettingCollectionValue": [{ "children": [inside] }],
        });
        assert_eq!(read(group), "Camera/AllowCamera integer 0");
    }
}
