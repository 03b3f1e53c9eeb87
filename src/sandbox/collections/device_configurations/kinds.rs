//! The kinds of device configuration that the sandbox knows.

use serde_json::{Map, Value, json};

/// The kind that is fully supported.
pub(crate) const CUSTOM: &str = "#microsoft.graph.windows10CustomConfiguration";

/// The properties of a kind, besides those of the base type, with their defaults; `None` for an unknown kind. Other kinds
/// than the supported one have only a few: a client sees them in lists and must not change them.
pub(crate) fn own_properties(odata_type: &str) -> Option<Map<String, Value>> {
    let properties = match odata_type.strip_prefix("#microsoft.graph.")? {
        "windows10CustomConfiguration" => json!({ "omaSettings": [] }),
        "windows10GeneralConfiguration" => json!({
            "cameraBlocked": false,
            "copyPasteBlocked": false,
            "cortanaBlocked": false,
            "lockScreenBlockActionCenterNotifications": false,
            "logonBlockFastUserSwitching": false,
            "usbBlocked": false,
        }),
        "windows10EndpointProtectionConfiguration" => json!({
            "applicationGuardEnabled": false,
            "bitLockerEncryptDevice": false,
            "smartScreenEnableInShell": false,
        }),
        "windowsUpdateForBusinessConfiguration" => json!({
            "driversExcluded": false,
            "featureUpdatesDeferralPeriodInDays": 0,
            "microsoftUpdateServiceAllowed": false,
            "qualityUpdatesDeferralPeriodInDays": 0,
        }),
        "iosGeneralDeviceConfiguration" => json!({
            "cameraBlocked": false,
            "passcodeRequired": false,
            "screenCaptureBlocked": false,
        }),
        "macOSGeneralDeviceConfiguration" => json!({
            "passwordBlockSimple": false,
            "passwordRequired": false,
        }),
        _ => return None,
    };
    match properties {
        Value::Object(properties) => Some(properties),
        _ => None,
    }
}
