//! A change as requests.

use std::collections::BTreeSet;

use base64::Engine;
use serde_json::{Value, json};

use super::{Action, Change, Verified, difference};
use crate::catalogue::may_be_secret;
use crate::profile::{
    Assignment, DEFAULT_TAG, Digests, LiveProfile, Marker, Profile, Remark, Setting, readable_digest,
};
use crate::setting::{FilterMode, OmaType, OmaUri, OmaValue, Who};

/// The type of a custom profile for Windows.
const CUSTOM: &str = "#microsoft.graph.windows10CustomConfiguration";

/// One request of a change.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// The profile is made.
    Create(Value),
    /// The profile gets this content.
    Patch(Value),
    /// The profile gets these assignments and no others.
    Assign(Value),
    /// The profile goes.
    Delete,
}

impl Step {
    /// Method and path below the collection of profiles; `{id}` stands for the object's id.
    pub fn request(&self) -> (&'static str, &'static str) {
        match self {
            Self::Create(_) => ("POST", ""),
            Self::Patch(_) => ("PATCH", "/{id}"),
            Self::Assign(_) => ("POST", "/{id}/assign"),
            Self::Delete => ("DELETE", "/{id}"),
        }
    }

    /// What is sent.
    pub fn body(&self) -> Option<&Value> {
        match self {
            Self::Create(body) | Self::Patch(body) | Self::Assign(body) => Some(body),
            Self::Delete => None,
        }
    }
}

/// A part of a change: what one request does to the object.
#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    /// The profile is made, assigned to nobody.
    Create,
    /// The profile gets its content; its assignments stay.
    Content,
    /// The profile gets these assignments and no others.
    Assignments(BTreeSet<Assignment>),
    /// The profile goes.
    Delete,
}

/// The parts of a change, in their order. On one object: create, then assign. Update: what leaves the audience leaves
/// before the change, what joins it joins after.
pub fn stages(change: &Change) -> Vec<Stage> {
    let Some(after) = &change.after else { return vec![Stage::Delete] };
    let wanted = after.assignments.as_ref();
    if change.action() == Action::Create {
        let assign = wanted.filter(|all| !all.is_empty()).map(|all| Stage::Assignments(all.clone()));
        return std::iter::once(Stage::Create).chain(assign).collect();
    }
    let before = change.before.as_ref();
    let none = BTreeSet::new();
    let actual = before.and_then(|live| live.profile.assignments.as_ref()).unwrap_or(&none);
    let Some(wanted) = wanted.filter(|wanted| *wanted != actual) else { return vec![Stage::Content] };
    let same_content = before.is_some_and(|live| has_same_settings(live, after, change.masked_digest.as_deref()));
    if before.is_some_and(|live| has_all_but_assignments(live, after, change)) {
        return vec![Stage::Assignments(wanted.clone())];
    }
    let narrowed = narrow(actual, wanted);
    let mut stages = Vec::new();
    if narrowed != *actual && !same_content {
        stages.push(Stage::Assignments(narrowed.clone()));
    }
    stages.push(Stage::Content);
    if narrowed != *wanted || same_content {
        stages.push(Stage::Assignments(wanted.clone()));
    }
    stages
}

/// The requests of a change, in their order, as they would be sent right now; with `blank`, secrets are replaced by what is
/// shown for them.
pub fn steps(change: &Change, owner: &str, blank: bool) -> Vec<Step> {
    stages(change).iter().map(|stage| step(change, stage, owner, change.before.as_ref(), blank)).collect()
}

/// The request of one part of a change. `now` is the object right before (nothing for a new one): what no policy says stays
/// as it is there.
pub fn step(change: &Change, stage: &Stage, owner: &str, now: Option<&LiveProfile>, blank: bool) -> Step {
    let Some(after) = &change.after else { return Step::Delete };
    let body = || {
        let version = now.map_or(0, |live| live.version) + 1;
        body(after, now, &marker(change, after, owner, version), blank)
    };
    match stage {
        Stage::Create => Step::Create(body()),
        Stage::Content => Step::Patch(body()),
        Stage::Assignments(assignments) => Step::Assign(assign_body(assignments)),
        Stage::Delete => Step::Delete,
    }
}

/// The request that takes our marker off. Nothing but the description is sent: values that Intune masks cannot be.
pub fn disown(live: &LiveProfile) -> Step {
    let text = live.profile.description.clone().unwrap_or_default();
    Step::Patch(json!({ "@odata.type": CUSTOM, "description": text }))
}

/// Whether devices get the same as before. Masked values are the same where neither they nor the object changed since
/// they were last applied.
fn has_same_settings(live: &LiveProfile, after: &Profile, masked: Option<&str>) -> bool {
    let last = live.marker.as_ref().and_then(|marker| marker.digests.as_ref());
    let same =
        last.is_some_and(|last| masked.is_some() && last.masked.as_deref() == masked && last.version == live.version);
    let verified = if same { Verified::Yes } else { Verified::Changed };
    difference(live, after, verified).settings.is_empty()
}

/// Whether an object holds everything but the assignments already, and its marker says the same as a new one would: after
/// an apply that was cut short, or where somebody changed assignments only.
fn has_all_but_assignments(live: &LiveProfile, after: &Profile, change: &Change) -> bool {
    let Some(marker) = live.marker.as_ref().filter(|marker| marker.key == change.key) else { return false };
    let Some(last) = &marker.digests else { return false };
    let managed = after.managed();
    let marked = last.managed == managed
        && last.readable == readable_digest(after)
        && last.masked == change.masked_digest
        && (last.version == live.version || !after.has_masked());
    let content = Profile { assignments: after.assignments.clone(), ..live.profile.restricted(managed) };
    marked && readable_digest(&content) == readable_digest(after)
}

/// Who is in both audiences: includes of both, excludes of either.
fn narrow(actual: &BTreeSet<Assignment>, wanted: &BTreeSet<Assignment>) -> BTreeSet<Assignment> {
    let excluded = actual.union(wanted).filter(|one| one.excluded);
    let included = actual.intersection(wanted).filter(|one| !one.excluded);
    let excluded: BTreeSet<Assignment> = excluded.cloned().collect();
    // Graph refuses a group on both sides; the exclusion is what matters now.
    let out = |one: &&Assignment| !excluded.iter().any(|other| other.who == one.who);
    included.filter(out).cloned().chain(excluded.iter().cloned()).collect()
}

/// The marker of an object that holds this content in this version.
pub fn marker(change: &Change, after: &Profile, owner: &str, version: i64) -> Marker {
    let digests = Digests {
        managed: after.managed(),
        readable: readable_digest(after),
        masked: change.masked_digest.clone(),
        version,
    };
    Marker { owner: owner.to_string(), key: change.key.clone(), digests: Some(digests) }
}

fn body(after: &Profile, now: Option<&LiveProfile>, marker: &Marker, blank: bool) -> Value {
    let unmanaged = || now.and_then(|live| live.profile.description.clone()).unwrap_or_default();
    let text = after.description.clone().unwrap_or_else(unmanaged);
    let remark = |uri: &OmaUri| now.and_then(|live| live.remarks.get(uri));
    let settings: Vec<Value> =
        after.settings.iter().map(|(uri, setting)| oma_setting(uri, remark(uri), setting, blank)).collect();
    let mut body = json!({
        "@odata.type": CUSTOM,
        "displayName": after.name,
        "description": marker.append(&text),
        "omaSettings": settings,
    });
    if let Some(tags) = &after.scope_tags {
        let mut ids: Vec<&str> = tags.iter().map(String::as_str).collect();
        if ids.is_empty() {
            ids.push(DEFAULT_TAG);
        }
        body["roleScopeTagIds"] = json!(ids);
    }
    body
}

/// Graph's form of a setting (Microsoft Graph, omaSetting and its derived types; an XML value is Base64 of its UTF-8).
fn oma_setting(uri: &OmaUri, remark: Option<&Remark>, setting: &Setting, blank: bool) -> Value {
    let encode = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
    let kind = match setting.value.oma_type() {
        OmaType::Integer => "omaSettingInteger",
        OmaType::String => "omaSettingString",
        OmaType::Boolean => "omaSettingBoolean",
        OmaType::Xml => "omaSettingStringXml",
        OmaType::Base64 => "omaSettingBase64",
        OmaType::Float => "omaSettingFloatingPoint",
        OmaType::DateTime => "omaSettingDateTime",
    };
    let value = match (&setting.value, &setting.shown) {
        (_, Some(shown)) if blank => json!(shown),
        (value, None) if blank && may_be_secret(uri, None, value) => json!("(hidden)"),
        // Never written: a plan has no change with one, and Graph refuses a setting without a value.
        (masked, _) if masked.is_mask() => Value::Null,
        (OmaValue::Integer(number), _) => json!(number),
        (OmaValue::Boolean(flag), _) => json!(flag),
        // Through text: 1.1 stays 1.1 and does not become 1.100000023841858.
        (OmaValue::Float(number), _) => json!(number.to_string().parse::<f64>().unwrap_or(f64::from(*number))),
        (OmaValue::String(text) | OmaValue::DateTime(text), _) => json!(&**text),
        (OmaValue::Xml(text), _) => json!(encode(text.as_bytes())),
        (OmaValue::Base64(bytes), _) => json!(encode(bytes)),
        (OmaValue::Masked(_), _) => Value::Null,
    };
    let mut body = json!({
        "@odata.type": format!("#microsoft.graph.{kind}"),
        "displayName": remark.map(|remark| remark.name.as_str()).filter(|name| !name.is_empty()).unwrap_or(uri.short()),
        "omaUri": uri.as_str(),
        "value": value,
    });
    if let Some(description) = remark.and_then(|remark| remark.description.as_ref()) {
        body["description"] = json!(description);
    }
    // Other kinds of rows have none (Microsoft Graph, omaSettingBase64 and omaSettingStringXml).
    let has_file = matches!(setting.value.oma_type(), OmaType::Base64 | OmaType::Xml);
    if let Some(file_name) = remark.and_then(|remark| remark.file_name.as_ref()).filter(|_| has_file) {
        body["fileName"] = json!(file_name);
    }
    body
}

fn assign_body(assignments: &BTreeSet<Assignment>) -> Value {
    json!({ "assignments": assignments.iter().map(|one| json!({ "target": target(one) })).collect::<Vec<_>>() })
}

fn target(assignment: &Assignment) -> Value {
    let kind = match (&assignment.who, assignment.excluded) {
        (Who::Group(_), false) => "groupAssignmentTarget",
        (Who::Group(_), true) => "exclusionGroupAssignmentTarget",
        (Who::AllDevices, _) => "allDevicesAssignmentTarget",
        (Who::AllUsers, _) => "allLicensedUsersAssignmentTarget",
        (Who::Other(raw), _) => return serde_json::from_str(raw).unwrap_or(Value::Null),
    };
    let mut target = json!({ "@odata.type": format!("#microsoft.graph.{kind}") });
    if let Who::Group(id) = &assignment.who {
        target["groupId"] = json!(id);
    }
    if let Some((mode, id)) = &assignment.filter {
        target["deviceAndAppManagementAssignmentFilterId"] = json!(id);
        let mode = if *mode == FilterMode::Include { "include" } else { "exclude" };
        target["deviceAndAppManagementAssignmentFilterType"] = json!(mode);
    }
    target
}
