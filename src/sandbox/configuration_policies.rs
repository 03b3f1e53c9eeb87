//! `deviceManagement/configurationPolicies`, the settings catalog, as it is read.

use serde_json::{Map, Value, json};

use super::answer::{Answer, Body, Refusal, Trouble};
use super::call::Call;
use super::query::{Allowed, TooLarge, Wanted};
use super::state::State;
use super::{ids, listing};

/// The collection in an `@odata.context`.
pub(super) const OF: &str = "deviceManagement/configurationPolicies";
/// "Default page of configurationPolicies is 25" (Microsoft365DSC#5088).
const PAGE: usize = 25;
/// With settings expanded, pages have "1-2 policies", and `$top` does not help (measured on a live tenant: RKSolutions,
/// FINDINGS.md).
const PAGE_WITH_SETTINGS: usize = 2;
/// What is only there when it is asked for.
const EXPANDED: [&str; 2] = ["settings", "assignments"];

/// The policies of a new tenant. Properties and setting as in a real export (SkipToTheEndpoint/OpenIntuneBaseline, "Win -
/// OIB - SC - Device Security - D - Login and Lock Screen").
pub(super) fn portal(made: &str, group: &Value) -> Vec<Value> {
    let name = "Portal - Login and lock screen";
    let id = ids::fixed("configurationPolicy", name);
    let definition = "device_vendor_msft_policy_config_authentication_allowaadpasswordreset";
    vec![json!({
        "id": id,
        "createdDateTime": made,
        "creationSource": null,
        "description": "",
        "lastModifiedDateTime": made,
        "name": name,
        "platforms": "windows10",
        "priorityMetaData": null,
        "roleScopeTagIds": ["0"],
        "settingCount": 1,
        "technologies": "mdm",
        "isAssigned": true,
        "templateReference": {
            "templateId": "",
            "templateFamily": "none",
            "templateDisplayName": null,
            "templateDisplayVersion": null,
        },
        "settings": [{
            "id": "0",
            "settingInstance": {
                "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingInstance",
                "settingDefinitionId": definition,
                "settingInstanceTemplateReference": null,
                "choiceSettingValue": {
                    "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingValue",
                    "settingValueTemplateReference": null,
                    "value": format!("{definition}_1"),
                    "children": [],
                },
            },
        }],
        "assignments": [{
            "id": format!("{id}_{}", group.as_str().unwrap_or_default()),
            "source": "direct",
            "sourceId": id,
            "target": {
                "@odata.type": "#microsoft.graph.groupAssignmentTarget",
                "deviceAndAppManagementAssignmentFilterId": null,
                "deviceAndAppManagementAssignmentFilterType": "none",
                "groupId": group,
            },
        }],
    })]
}

/// `GET` of the collection, of one policy, or of a policy's settings or assignments; `rest` follows the collection.
pub(super) fn read(state: &State, call: &Call, rest: &[&str]) -> Result<Answer, Trouble> {
    match rest {
        [] => list(state, call),
        [id] => {
            let wanted = Wanted::read(call, &allowed(state, &["$select", "$expand"]))?;
            Ok(listing::entity(call, &wanted, OF, alone(found(state, id)?, call, &wanted)))
        }
        [id, of @ ("settings" | "assignments")] => {
            Wanted::read(call, &allowed(state, &[]))?;
            let context = call.context(&format!("{OF}('{id}')/{of}"));
            Ok(Answer::ok(json!({ "@odata.context": context, "value": found(state, id)?[*of] })))
        }
        _ => Err(Refusal::not_found("The sandbox has no such part of a configuration policy.").into()),
    }
}

/// The policy with this id. Of one that is not there, Intune says so with 400 (measured on a live tenant: TenuVault,
/// graph-verification of 2026-09-30).
pub(super) fn found<'a>(state: &'a State, id: &str) -> Result<&'a Value, Refusal> {
    let policy = state.policies.iter().find(|policy| policy["id"] == id);
    policy.ok_or_else(|| Refusal::new(400, "ResourceNotFound", format!("There is no configuration policy {id}.")))
}

fn list(state: &State, call: &Call) -> Result<Answer, Trouble> {
    let options = ["$filter", "$select", "$expand", "$top", "$count", "$skiptoken"];
    let mut wanted = Wanted::read(call, &allowed(state, &options))?;
    if wanted.settings {
        wanted.page_size = wanted.page_size.min(PAGE_WITH_SETTINGS);
    }
    let matches = |policy: &&Value| wanted.name.as_ref().is_none_or(|name| policy["name"] == **name);
    let all = &state.policies;
    let items = (1..).zip(all).filter(|(order, one)| *order > wanted.after && matches(one));
    let seen = |policy| seen(policy, call, &wanted);
    let mut answer = listing::page(call, &wanted, OF, || all.iter().filter(matches).count(), items, seen);
    if let Body::Json(body) = &mut answer.body {
        // Of the page, not of the whole (a live answer in terraform-provider-microsoft365: 100 beside a link to the next
        // page).
        body["@odata.count"] = json!(body["value"].as_array().map_or(0, Vec::len));
    }
    Ok(answer)
}

fn allowed<'a>(state: &'a State, options: &'a [&'a str]) -> Allowed<'a> {
    let first = state.policies.first().and_then(Value::as_object);
    Allowed {
        options,
        properties: first.into_iter().flatten().map(|(name, _)| name.as_str()).collect(),
        prefixes: false,
        page_size: state.behaviour.page_size.min(PAGE),
        max_page_size: state.behaviour.max_page_size,
        too_large: TooLarge::Cut,
    }
}

/// One policy as it is seen on its own: with assignments expanded it has none, though its list has them (measured on the
/// same tenant).
fn alone(policy: &Value, call: &Call, wanted: &Wanted) -> Map<String, Value> {
    let mut seen = seen(policy, call, wanted);
    if wanted.assignments {
        seen.insert("assignments".to_owned(), json!([]));
    }
    seen
}

/// One policy with nothing expanded.
pub(super) fn seen_alone(policy: &Value) -> Map<String, Value> {
    let mut seen = policy.as_object().cloned().unwrap_or_default();
    seen.retain(|name, _| !EXPANDED.contains(&name.as_str()));
    seen
}

fn seen(policy: &Value, call: &Call, wanted: &Wanted) -> Map<String, Value> {
    let mut seen = policy.as_object().cloned().unwrap_or_default();
    for (name, asked) in EXPANDED.into_iter().zip([wanted.settings, wanted.assignments]) {
        let Some(value) = seen.shift_remove(name).filter(|_| asked) else {
            continue;
        };
        let id = policy["id"].as_str().unwrap_or_default();
        let context = call.context(&format!("{OF}('{id}')/{name}"));
        seen.insert(format!("{name}@odata.context"), json!(context));
        seen.insert(name.to_owned(), value);
    }
    seen
}
