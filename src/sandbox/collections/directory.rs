//! Read-only objects: organization, groups, assignment filters, role scope tags.

use serde_json::{Map, Value};

use crate::sandbox::http::answer::{Answer, Declined, Refusal};
use crate::sandbox::http::call::Call;
use crate::sandbox::http::listing;
use crate::sandbox::http::query::{AllowedOptions, QueryOptions, TooLarge};
use crate::sandbox::tenant::state::TenantState;

/// "Page size default 100, max 999, $skip unsupported" (Graph documentation, group-list).
const GROUP_PAGE: usize = 100;
const MAX_GROUP_PAGE: usize = 999;

/// `GET /organization`, `/groups`, `/deviceManagement/assignmentFilters` or `/deviceManagement/roleScopeTags`; `of` names
/// it.
pub(crate) fn list(state: &TenantState, call: &Call, of: &str) -> Result<Answer, Declined> {
    let all = collection(state, of);
    let names: &[&str] = match of {
        "organization" => &["$select"],
        _ => &["$filter", "$select", "$top", "$count", "$skiptoken"],
    };
    let options = QueryOptions::read(call, &allowed(state, of, names))?;
    if of == "groups" && options.count && !call.eventual {
        // Counting is an advanced query, which Entra ID serves from another index (group-list).
        return Err(
            Refusal::new(400, "Request_BadRequest", "$count needs the header ConsistencyLevel: eventual.").into()
        );
    }
    let begins = |item: &Value, prefix: &str| {
        let own = item["displayName"].as_str().unwrap_or_default().to_lowercase();
        own.starts_with(&prefix.to_lowercase())
    };
    let matches = |item: &&Value| {
        options.name.as_deref().is_none_or(|name| named(item, name, of))
            && options.prefix.as_deref().is_none_or(|prefix| begins(item, prefix))
    };
    let numbered = (1..).zip(all).filter(|(order, _)| *order > options.after);
    let items = numbered.filter(|(_, item)| matches(item));
    let total = || all.iter().filter(matches).count();
    Ok(listing::page(call, &options, of, total, items, object))
}

/// One object by its id.
pub(crate) fn get(state: &TenantState, call: &Call, of: &str, id: &str) -> Result<Answer, Declined> {
    let options = QueryOptions::read(call, &allowed(state, of, &["$select"]))?;
    let item = collection(state, of).iter().find(|item| item["id"] == id);
    let item = item.ok_or_else(|| missing(of, id))?;
    Ok(listing::entity(call, &options, of, object(item)))
}

fn collection<'a>(state: &'a TenantState, of: &str) -> &'a [Value] {
    match of {
        "organization" => std::slice::from_ref(&state.organization),
        "groups" => &state.groups,
        "deviceManagement/assignmentFilters" => &state.filters,
        _ => &state.scope_tags,
    }
}

fn allowed<'a>(state: &'a TenantState, of: &str, options: &'a [&'a str]) -> AllowedOptions<'a> {
    let first = collection(state, of).first().and_then(Value::as_object);
    let properties = first.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    let entra = !of.starts_with("deviceManagement");
    AllowedOptions {
        options,
        properties,
        prefixes: of == "groups",
        page_size: if entra { GROUP_PAGE } else { state.behavior.page_size },
        max_page_size: if entra { MAX_GROUP_PAGE } else { state.behavior.max_page_size },
        too_large: if entra { TooLarge::Refused } else { TooLarge::Cut },
    }
}

/// Entra ID compares names without regard to case. Whether Intune does is not documented; here it does not.
fn named(item: &Value, name: &str, of: &str) -> bool {
    match item["displayName"].as_str() {
        Some(own) if of == "groups" => own.to_lowercase() == name.to_lowercase(),
        own => own == Some(name),
    }
}

fn object(item: &Value) -> Map<String, Value> {
    item.as_object().cloned().unwrap_or_default()
}

pub(crate) fn missing(of: &str, id: &str) -> Refusal {
    match of {
        "groups" | "organization" => Refusal::new(
            404,
            "Request_ResourceNotFound",
            format!("Resource '{id}' does not exist or one of its queried reference-property objects are not present."),
        ),
        _ => Refusal::not_found(format!("There is no {id} in {of}.")),
    }
}
