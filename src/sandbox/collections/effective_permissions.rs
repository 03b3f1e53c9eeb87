//! `deviceManagement/getEffectivePermissions(scope='…')`: what the person who asks may do.

use serde_json::json;

use crate::sandbox::http::answer::{Answer, Declined, Refusal};
use crate::sandbox::http::call::Call;
use crate::sandbox::http::filter::unquoted;
use crate::sandbox::http::query::QueryOptions;
use crate::sandbox::tenant::state::TenantState;

/// What a role needs to read and write device configurations, in Intune's names for actions ("Microsoft.Intune_…", as
/// IntuneManagement records them).
const ACTIONS: [&str; 5] = ["Read", "Create", "Update", "Delete", "Assign"];
/// Every scope.
const ALL: &str = "*";

/// The allowed actions. Graph's page does not say what a scope is. Here, it is a scope tag, and `*` stands for all of them:
/// a role assignment without scope tags allows its actions everywhere (reference: "a role assignment without tags").
pub(crate) fn answer(state: &TenantState, call: &Call, function: &str) -> Result<Answer, Declined> {
    QueryOptions::none(call)?;
    let scope = function
        .strip_prefix("getEffectivePermissions(scope=")
        .and_then(|rest| unquoted(rest.strip_suffix(')')?))
        .ok_or_else(|| Refusal::bad(format!("'{function}' is not a call of getEffectivePermissions.")))?;
    let is_allowed = match &state.reader_tags {
        None => true,
        Some(own) => scope != ALL && own.contains(&scope),
    };
    let allowed: Vec<String> = ACTIONS
        .iter()
        .filter(|_| is_allowed)
        .map(|action| format!("Microsoft.Intune_DeviceConfigurations_{action}"))
        .collect();
    // "`notAllowedResourceActions` comes back empty on every response" (IntuneManagement, recorded on a live tenant).
    let actions = json!([{ "allowedResourceActions": allowed, "notAllowedResourceActions": [] }]);
    let value = json!([{ "actions": allowed, "resourceActions": actions }]);
    Ok(Answer::ok(
        json!({ "@odata.context": call.context("Collection(microsoft.graph.rolePermission)"), "value": value }),
    ))
}
