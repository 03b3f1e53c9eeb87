//! Graph's form of a profile to the canonical one. Graph's spellings of "nothing" are made equal here.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use serde_json::Value;

use crate::graph::{self, DeviceConfiguration, OmaSetting, Target};
use crate::profile::{
    Assignment, LiveProfile, Marker, Profile, READ_ONLY, Remark, Setting, canonical_tags, canonical_value,
};
use crate::setting::{FilterMode, OmaType, OmaUri, OmaValue, Who};

const NO_FILTER: &str = "00000000-0000-0000-0000-000000000000";

/// A custom profile in canonical form; nothing for other kinds.
pub fn live_profile(found: DeviceConfiguration) -> Option<LiveProfile> {
    if !found.is_custom() {
        return None;
    }
    let (text, marker) = Marker::split(found.description.as_deref().unwrap_or_default());
    let mut settings = BTreeMap::new();
    let mut secret_references = BTreeMap::new();
    let mut remarks = BTreeMap::new();
    for setting in found.oma_settings.unwrap_or_default() {
        let (mut uri, value) = (address(&setting), value(&setting));
        // Two rows with one address: the second one must not hide the first.
        while settings.contains_key(&uri) {
            uri = OmaUri::verbatim(&format!("{uri} (again)"));
        }
        if let Some(reference) = &setting.secret_reference_value_id {
            secret_references.insert(uri.clone(), reference.clone());
        }
        let name = setting.display_name.unwrap_or_default();
        let description = setting.description.filter(|text| !text.is_empty());
        let file_name = setting.file_name.filter(|text| !text.is_empty());
        if description.is_some() || file_name.is_some() || !name.is_empty() && name != uri.short() {
            remarks.insert(uri.clone(), Remark { name, description, file_name });
        }
        let value = canonical_value(&uri, value);
        settings.insert(uri, Setting { value, shown: None });
    }
    let assignments: BTreeSet<Assignment> =
        found.assignments.unwrap_or_default().iter().map(|one| assignment(&one.target)).collect();
    let profile = Profile {
        name: found.display_name.unwrap_or_default(),
        description: Some(text),
        settings,
        assignments: Some(assignments),
        scope_tags: Some(canonical_tags(found.role_scope_tag_ids.unwrap_or_default())),
    };
    Some(LiveProfile {
        id: found.id,
        marker,
        profile,
        version: found.version,
        modified: found.last_modified_date_time.unwrap_or_default(),
        secret_references,
        remarks,
    })
}

/// Of a custom profile that cannot be understood: its id, its name and whose it is. Nothing else is known.
pub(super) fn name_only(found: DeviceConfiguration) -> LiveProfile {
    let name = found.display_name.unwrap_or_default();
    LiveProfile {
        id: found.id,
        marker: Marker::split(found.description.as_deref().unwrap_or_default()).1,
        profile: Profile { name, description: None, settings: BTreeMap::new(), assignments: None, scope_tags: None },
        version: found.version,
        modified: found.last_modified_date_time.unwrap_or_default(),
        secret_references: BTreeMap::new(),
        remarks: BTreeMap::new(),
    }
}

/// The address as the tenant spells it: another spelling is a difference, even `./Vendor` for `./Device/Vendor`. So is a
/// row that only reads: no policy writes one.
fn address(setting: &OmaSetting) -> OmaUri {
    let uri = setting.oma_uri.as_deref().unwrap_or_default();
    match setting.is_read_only {
        Some(true) => OmaUri::verbatim(&format!("{uri}{READ_ONLY}")),
        _ => OmaUri::verbatim(uri),
    }
}

fn value(setting: &OmaSetting) -> OmaValue {
    let kind = match setting.kind.trim_start_matches("#microsoft.graph.") {
        "omaSettingInteger" => OmaType::Integer,
        "omaSettingBoolean" => OmaType::Boolean,
        "omaSettingStringXml" => OmaType::Xml,
        "omaSettingBase64" => OmaType::Base64,
        "omaSettingFloatingPoint" => OmaType::Float,
        "omaSettingDateTime" => OmaType::DateTime,
        _ => OmaType::String,
    };
    if setting.is_encrypted == Some(true) && setting.secret_reference_value_id.is_some() {
        return OmaValue::Masked(kind);
    }
    let text = || setting.value.as_str().unwrap_or_default();
    let plain = match kind {
        OmaType::Integer => setting.value.as_i64().and_then(|number| i32::try_from(number).ok()).map(OmaValue::Integer),
        OmaType::Boolean => setting.value.as_bool().map(OmaValue::Boolean),
        OmaType::Float => setting.value.as_f64().map(|number| OmaValue::Float(number as f32)),
        OmaType::DateTime => {
            text().parse::<jiff::Timestamp>().ok().map(|instant| OmaValue::DateTime(instant.to_string().into()))
        }
        kind => decrypted(kind, text(), true),
    };
    // A value that its type cannot hold: kept as what it says, so that it shows as a difference.
    plain.unwrap_or_else(|| match &setting.value {
        Value::String(text) => OmaValue::String(text.as_str().into()),
        other => OmaValue::String(other.to_string().into()),
    })
}

/// A masked value in plain. XML comes as Base64 in an object, and as XML from `getOmaSettingPlainTextValue`
/// (CIPP-API, IntuneManagement).
pub(super) fn decrypted(kind: OmaType, text: &str, xml_is_base64: bool) -> Option<OmaValue> {
    let decode = |text: &str| base64::engine::general_purpose::STANDARD.decode(text).ok();
    match kind {
        OmaType::Xml if xml_is_base64 => {
            decode(text).and_then(|bytes| String::from_utf8(bytes).ok()).map(|text| OmaValue::Xml(text.into()))
        }
        OmaType::Xml => Some(OmaValue::Xml(text.into())),
        OmaType::Base64 => decode(text).map(|bytes| OmaValue::Base64(bytes.into())),
        _ => Some(OmaValue::String(text.into())),
    }
}

/// An assignment in canonical form.
pub(super) fn assignment(target: &Target) -> Assignment {
    let group = || Who::Group(target.group_id.clone().unwrap_or_default().to_lowercase());
    let (who, excluded) = match target.kind.trim_start_matches("#microsoft.graph.") {
        "groupAssignmentTarget" => (group(), false),
        "exclusionGroupAssignmentTarget" => (group(), true),
        "allDevicesAssignmentTarget" => (Who::AllDevices, false),
        "allLicensedUsersAssignmentTarget" => (Who::AllUsers, false),
        _ => (Who::Other(raw(target)), false),
    };
    let mode = match target.device_and_app_management_assignment_filter_type.as_deref() {
        Some("include") => Some(FilterMode::Include),
        Some("exclude") => Some(FilterMode::Exclude),
        _ => None,
    };
    let id = target
        .device_and_app_management_assignment_filter_id
        .as_deref()
        .filter(|id| !id.is_empty() && *id != NO_FILTER);
    Assignment { excluded, who, filter: mode.zip(id.map(String::from)) }
}

/// A target that we do not write, as Graph would take it back.
fn raw(target: &Target) -> String {
    let mut raw = serde_json::json!({ "@odata.type": target.kind });
    if let Some(id) = &target.collection_id {
        raw["collectionId"] = serde_json::json!(id);
    }
    raw.to_string()
}

/// What a list of named things is in the directory.
pub(super) fn entries(found: Vec<graph::Named>) -> Vec<crate::compile::Entry> {
    let entry = |one: graph::Named| crate::compile::Entry { id: one.id, name: one.display_name.unwrap_or_default() };
    found.into_iter().map(entry).collect()
}
