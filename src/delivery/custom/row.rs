//! One row of a custom profile (Microsoft Graph, omaSetting and its derived types; an XML value is Base64 of its
//! UTF-8).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::body::OmaSetting;
use crate::catalogue::may_be_secret;
use crate::profile::{Address, RowText, Setting};
use crate::setting::{OmaType, OmaUri, OmaValue};

/// The address in the tenant's spelling: a different spelling counts as a difference, even `./Vendor` for
/// `./Device/Vendor`.
pub(super) fn address(row: &OmaSetting) -> Address {
    let uri = OmaUri::verbatim(row.oma_uri.as_deref().unwrap_or_default());
    if row.is_read_only == Some(true) { Address::ReadOnly(uri, 0) } else { Address::Node(uri) }
}

pub(super) fn value(row: &OmaSetting) -> OmaValue {
    let kind = match row.kind.trim_start_matches("#microsoft.graph.") {
        "omaSettingInteger" => OmaType::Integer,
        "omaSettingBoolean" => OmaType::Boolean,
        "omaSettingStringXml" => OmaType::Xml,
        "omaSettingBase64" => OmaType::Base64,
        "omaSettingFloatingPoint" => OmaType::Float,
        "omaSettingDateTime" => OmaType::DateTime,
        _ => OmaType::String,
    };
    if row.is_encrypted == Some(true) && row.secret_reference_value_id.is_some() {
        return OmaValue::Masked(kind);
    }
    let text = || row.value.as_str().unwrap_or_default();
    let plain = match kind {
        OmaType::Integer => row.value.as_i64().map(OmaValue::Integer),
        OmaType::Boolean => row.value.as_bool().map(OmaValue::Boolean),
        OmaType::Float => row.value.as_f64().map(|number| OmaValue::Float(number as f32)),
        OmaType::DateTime => {
            text().parse::<jiff::Timestamp>().ok().map(|instant| OmaValue::DateTime(instant.to_string().into()))
        }
        OmaType::Xml => {
            decoded(text()).and_then(|bytes| String::from_utf8(bytes).ok()).map(|text| OmaValue::Xml(text.into()))
        }
        OmaType::Base64 => decoded(text()).map(|bytes| OmaValue::Base64(bytes.into())),
        OmaType::String => Some(OmaValue::String(text().into())),
    };
    // A value that does not fit its type is kept as a string, so that it shows as a difference.
    plain.unwrap_or_else(|| match &row.value {
        Value::String(text) => OmaValue::String(text.as_str().into()),
        other => OmaValue::String(other.to_string().into()),
    })
}

/// Converts the answer of `getOmaSettingPlainTextValue` to a value: there, XML is not in Base64 (CIPP-API,
/// IntuneManagement).
pub(in crate::delivery) fn read_plain(kind: OmaType, text: &str) -> Option<OmaValue> {
    match kind {
        OmaType::Xml => Some(OmaValue::Xml(text.into())),
        OmaType::Base64 => decoded(text).map(|bytes| OmaValue::Base64(bytes.into())),
        _ => Some(OmaValue::String(text.into())),
    }
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

pub(super) fn write(address: &Address, text: Option<&RowText>, setting: &Setting, blank: bool) -> Value {
    let kind = match setting.value.oma_type() {
        OmaType::Integer => "omaSettingInteger",
        OmaType::String => "omaSettingString",
        OmaType::Boolean => "omaSettingBoolean",
        OmaType::Xml => "omaSettingStringXml",
        OmaType::Base64 => "omaSettingBase64",
        OmaType::Float => "omaSettingFloatingPoint",
        OmaType::DateTime => "omaSettingDateTime",
    };
    let name = text.map(|text| text.name.as_str()).filter(|name| !name.is_empty());
    let mut body = json!({
        "@odata.type": format!("#microsoft.graph.{kind}"),
        "displayName": name.unwrap_or(address.uri().short()),
        "omaUri": address.uri().as_str(),
        "value": written_value(address.uri(), setting, blank),
    });
    if let Some(description) = text.and_then(|text| text.description.as_ref()) {
        body["description"] = json!(description);
    }
    // Only rows of integers have it.
    if matches!(address, Address::ReadOnly(..)) {
        body["isReadOnly"] = json!(true);
    }
    // Rows of other types have no file name (Microsoft Graph, omaSettingBase64 and omaSettingStringXml).
    let has_file = matches!(setting.value.oma_type(), OmaType::Base64 | OmaType::Xml);
    if let Some(file_name) = text.and_then(|text| text.file_name.as_ref()).filter(|_| has_file) {
        body["fileName"] = json!(file_name);
    }
    body
}

fn written_value(uri: &OmaUri, setting: &Setting, blank: bool) -> Value {
    match (&setting.value, &setting.shown) {
        (_, Some(shown)) if blank => json!(shown),
        (value, None) if blank && may_be_secret(uri, None, value) => json!("(hidden)"),
        // Never sent: a plan has no change with a placeholder, and Graph refuses a setting without a value.
        (masked, _) if masked.is_mask() => Value::Null,
        (OmaValue::Integer(number), _) => json!(number),
        (OmaValue::Boolean(flag), _) => json!(flag),
        // Converted through text, so that 1.1 stays 1.1 and does not become 1.100000023841858.
        (OmaValue::Float(number), _) => json!(number.to_string().parse::<f64>().unwrap_or(f64::from(*number))),
        (OmaValue::String(text) | OmaValue::DateTime(text), _) => json!(&**text),
        (OmaValue::Xml(text), _) => json!(STANDARD.encode(text.as_bytes())),
        (OmaValue::Base64(bytes), _) => json!(STANDARD.encode(bytes)),
        (OmaValue::Masked(_), _) => Value::Null,
    }
}
