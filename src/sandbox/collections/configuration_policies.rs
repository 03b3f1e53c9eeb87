//! `deviceManagement/configurationPolicies`, the settings catalog.

use serde_json::{Value, json};

use super::assignments;
use crate::sandbox::http::answer::{Answer, AnswerBody, Declined, Refusal};
use crate::sandbox::http::call::Call;
use crate::sandbox::http::listing;
use crate::sandbox::http::query::{AllowedOptions, QueryOptions, TooLarge};
use crate::sandbox::tenant::ids;
use crate::sandbox::tenant::state::{ObjectWrite, TenantState};
use crate::sandbox::tenant::store::Store;

mod object;

use object::OF;

/// "Default page of configurationPolicies is 25" (Microsoft365DSC#5088).
const PAGE: usize = 25;
/// With settings expanded, pages have "1-2 policies", and `$top` does not help (measured on a live tenant: RKSolutions,
/// FINDINGS.md).
const PAGE_WITH_SETTINGS: usize = 2;

/// `GET` of the collection, of one policy, or of a policy's settings or assignments; `rest` follows the collection.
pub(crate) fn read(state: &TenantState, call: &Call, rest: &[&str]) -> Result<Answer, Declined> {
    match rest {
        [] => list(state, call),
        [id] => {
            let options = QueryOptions::read(call, &allowed(state, &["$select", "$expand"]))?;
            Ok(listing::entity(call, &options, OF, object::seen_alone(find(state, id)?, call, &options)))
        }
        [id, of @ ("settings" | "assignments")] => {
            QueryOptions::read(call, &allowed(state, &[]))?;
            let context = call.context(&format!("{OF}('{id}')/{of}"));
            Ok(Answer::ok(json!({ "@odata.context": context, "value": find(state, id)?[*of] })))
        }
        _ => Err(Refusal::not_found("The sandbox has no such part of a configuration policy.").into()),
    }
}

/// The policy with this id. For an unknown id, Intune answers 400 (measured on a live tenant: TenuVault,
/// graph-verification of 2026-09-30).
fn find<'a>(state: &'a TenantState, id: &str) -> Result<&'a Value, Refusal> {
    let policy = state.policies.iter().find(|policy| policy["id"] == id && state.shows(policy.get("roleScopeTagIds")));
    policy.ok_or_else(|| Refusal::new(400, "ResourceNotFound", format!("There is no configuration policy {id}.")))
}

fn list(state: &TenantState, call: &Call) -> Result<Answer, Declined> {
    let allowed = allowed(state, &["$filter", "$select", "$expand", "$top", "$count", "$skiptoken"]);
    let mut options = QueryOptions::read(call, &allowed)?;
    if options.settings {
        options.page_size = options.page_size.min(PAGE_WITH_SETTINGS);
    }
    let matches = |policy: &&Value| {
        state.shows(policy.get("roleScopeTagIds")) && options.name.as_ref().is_none_or(|name| policy["name"] == **name)
    };
    let all = &state.policies;
    let items = (1..).zip(all).filter(|(order, one)| *order > options.after && matches(one));
    let seen = |policy| object::seen(policy, call, &options);
    let mut answer = listing::page(call, &options, OF, || all.iter().filter(matches).count(), items, seen);
    if let AnswerBody::Json(body) = &mut answer.body {
        // The count of the page, not of the whole list (a live answer in terraform-provider-microsoft365: 100 with a
        // link to the next page).
        body["@odata.count"] = json!(body["value"].as_array().map_or(0, Vec::len));
    }
    Ok(answer)
}

fn allowed<'a>(state: &'a TenantState, options: &'a [&'a str]) -> AllowedOptions<'a> {
    let first = state.policies.first().and_then(Value::as_object);
    AllowedOptions {
        options,
        properties: first.into_iter().flatten().map(|(name, _)| name.as_str()).collect(),
        prefixes: false,
        page_size: state.behavior.page_size.min(PAGE),
        max_page_size: state.behavior.max_page_size,
        too_large: TooLarge::Cut,
    }
}

/// `POST` of a new policy. The answer has no settings (measured on a live tenant: TenuVault, graph-verification of
/// 2026-09-30).
pub(crate) fn create(store: &mut Store, call: &Call) -> Result<Answer, Declined> {
    let options = QueryOptions::none(call)?;
    let id = ids::random();
    let policy = object::made(call.object()?, &id, &store.state)?;
    let seen = object::seen_unexpanded(&policy);
    store.commit(call, &id, ObjectWrite::ConfigurationPolicy(Some(policy)))?;
    let answer = listing::entity(call, &options, OF, seen);
    Ok(Answer { status: 201, ..answer })
}

/// `POST …/{id}/assign`: the given set replaces the old one.
pub(crate) fn assign(store: &mut Store, call: &Call, id: &str) -> Result<Answer, Declined> {
    QueryOptions::none(call)?;
    let mut policy = find(&store.state, id)?.clone();
    let mut assigned = assignments::asked_for(call, id, &store.state)?;
    for assignment in assigned.iter_mut().filter_map(Value::as_object_mut) {
        // Unlike assignments of device configurations, these do not have one.
        assignment.shift_remove("intent");
    }
    policy["isAssigned"] = json!(!assigned.is_empty());
    policy["assignments"] = Value::Array(assigned.clone());
    store.commit(call, id, ObjectWrite::ConfigurationPolicy(Some(policy)))?;
    let context = call.context(&format!("{OF}('{id}')/assignments"));
    Ok(Answer::ok(json!({ "@odata.context": context, "value": assigned })))
}

/// `DELETE` of a policy.
pub(crate) fn delete(store: &mut Store, call: &Call, id: &str) -> Result<Answer, Declined> {
    QueryOptions::none(call)?;
    find(&store.state, id)?;
    store.commit(call, id, ObjectWrite::ConfigurationPolicy(None))?;
    Ok(Answer::empty(204))
}
