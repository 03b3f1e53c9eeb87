//! Custom profiles with OMA-URI settings (Microsoft Graph, windows10CustomConfiguration). Graph's different spellings
//! of "nothing" are made equal here.

mod body;
mod row;

pub use body::DeviceConfiguration;
pub(super) use row::read_plain;

use std::cmp::Ordering;
use std::sync::Arc;

use litemap::LiteMap;
use serde_json::{Value, json};

use self::body::KIND;
use super::target::read_assignment;
use super::{Integers, Since};
use crate::profile::{
    Address, DEFAULT_TAG, LiveProfile, Marker, Profile, Revision, RowText, Setting, Settings, canonical_tags,
    canonical_value,
};
use crate::setting::{Delivery, OmaUri};

/// The path below the version of Graph.
pub const COLLECTION: &str = "/deviceManagement/deviceConfigurations";
/// The field that holds a profile's name.
pub const NAME: &str = "displayName";

/// Microsoft Graph, omaSettingInteger: `value` is an Int32.
pub(super) static INTEGERS: Integers = Integers {
    range: i32::MIN as i64..=i32::MAX as i64,
    word: "a 32-bit whole number",
    limit: "the largest integer that Intune accepts is 2147483647 (Graph: omaSettingInteger)",
};

/// The `version` of a new profile.
pub(super) const FIRST: Revision = Revision::of_token(1);

/// Each change raises the `version`, most likely by one.
pub(super) fn next(now: Revision) -> Revision {
    Revision::of_token(now.token().saturating_add(1))
}

pub(super) fn since(now: Revision, then: Revision) -> Since {
    match now.token().cmp(&then.token()) {
        Ordering::Less => Since::Earlier,
        Ordering::Equal => Since::Same,
        Ordering::Greater if now == next(then) => Since::Next,
        Ordering::Greater => Since::Later,
    }
}

/// Reading a masked value is a function of the profile (Microsoft Graph, getOmaSettingPlainTextValue).
pub(super) fn url_of_masked_value(id: &str, literal: &str) -> String {
    format!("{COLLECTION}/{id}/getOmaSettingPlainTextValue(secretReferenceValueId={literal})")
}

/// Converts a custom profile to canonical form. `share` may return an equal address that is already in memory; it gets
/// the profile's marker.
pub fn read(found: DeviceConfiguration, share: &dyn Fn(Option<&Marker>, OmaUri) -> OmaUri) -> LiveProfile {
    let (text, marker) = Marker::split(found.description.as_deref().unwrap_or_default());
    let rows = found.oma_settings.unwrap_or_default();
    let masked = rows.iter().filter(|row| row.secret_reference_value_id.is_some()).count();
    // Maps that grow by doubling would take much more memory in a large tenant.
    let mut settings = Settings::with_capacity(rows.len());
    let mut secret_references = LiteMap::with_capacity(masked);
    let mut row_texts = LiteMap::new();
    for one in rows {
        let (mut address, value) = (row::address(&one), row::value(&one));
        if let Address::Node(uri) = address {
            address = Address::Node(share(marker.as_ref(), uri));
        }
        // If two rows have the same address, the second one must not hide the first.
        while settings.contains_key(&address) {
            address = address.next();
        }
        if let Some(reference) = one.secret_reference_value_id {
            secret_references.insert(address.clone(), reference.into_boxed_str());
        }
        let name = one.display_name.unwrap_or_default();
        let description = one.description.filter(|text| !text.is_empty());
        let file_name = one.file_name.filter(|text| !text.is_empty());
        if description.is_some() || file_name.is_some() || !name.is_empty() && name != address.uri().short() {
            row_texts.insert(address.clone(), RowText { name, description, file_name });
        }
        let value = canonical_value(address.uri(), value);
        settings.insert(address, Setting { value, shown: None });
    }
    let profile = Profile {
        name: found.display_name.unwrap_or_default(),
        description: Some(text),
        settings: Arc::new(settings),
        assignments: Some(found.assignments.iter().flatten().map(read_assignment).collect()),
        scope_tags: Some(canonical_tags(found.role_scope_tag_ids.unwrap_or_default())),
    };
    LiveProfile {
        delivery: Delivery::Custom,
        id: found.id,
        marker,
        profile,
        revision: Revision::of_token(found.version),
        modified: found.last_modified_date_time.unwrap_or_default(),
        secret_references,
        row_texts,
    }
}

/// Converts a custom profile with data that this version cannot read: only its id, name and owner are known.
pub fn read_name_only(found: DeviceConfiguration) -> LiveProfile {
    let name = found.display_name.unwrap_or_default();
    LiveProfile {
        delivery: Delivery::Custom,
        id: found.id,
        marker: Marker::split(found.description.as_deref().unwrap_or_default()).1,
        profile: Profile { name, description: None, settings: Arc::default(), assignments: None, scope_tags: None },
        revision: Revision::of_token(found.version),
        modified: found.last_modified_date_time.unwrap_or_default(),
        secret_references: LiteMap::new(),
        row_texts: LiteMap::new(),
    }
}

/// The complete body: Graph replaces all settings with those of a request.
pub(super) fn write(wanted: &Profile, now: Option<&LiveProfile>, marker: &Marker, blank: bool) -> Value {
    let unmanaged = || now.and_then(|live| live.profile.description.clone()).unwrap_or_default();
    let text = wanted.description.clone().unwrap_or_else(unmanaged);
    let row_text = |address: &Address| now.and_then(|live| live.row_texts.get(address));
    let settings = wanted.settings.iter();
    let settings = settings.map(|(address, setting)| row::write(address, row_text(address), setting, blank));
    let mut body = json!({
        "@odata.type": KIND,
        NAME: wanted.name,
        "description": marker.append(&text),
        "omaSettings": settings.collect::<Vec<_>>(),
    });
    if let Some(tags) = &wanted.scope_tags {
        let mut ids: Vec<&str> = tags.iter().map(String::as_str).collect();
        if ids.is_empty() {
            ids.push(DEFAULT_TAG);
        }
        body["roleScopeTagIds"] = json!(ids);
    }
    body
}

/// A body that only changes the description.
pub(super) fn description(text: &str) -> Value {
    json!({ "@odata.type": KIND, "description": text })
}

#[cfg(test)]
mod tests;
