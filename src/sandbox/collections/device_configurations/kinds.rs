//! The kinds of device configuration that the sandbox knows.

use serde_json::{Map, Value, json};

/// The kind that can be read, made and changed in full.
pub(crate) const CUSTOM: &str = "#microsoft.graph.windows10CustomConfiguration";

/// The properties that a kind has of its own, with what they are when nobody sets them; `None` for a kind that is not
/// known. Only a few of each: other kinds are here so that a client meets them in lists and leaves them alone.
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
