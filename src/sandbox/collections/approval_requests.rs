//! `deviceManagement/operationApprovalRequests` (Multi Admin Approval), read-only.

use serde_json::{Map, Value, json};

use crate::sandbox::http::answer::{Answer, Declined, Refusal};
use crate::sandbox::http::call::Call;
use crate::sandbox::http::listing;
use crate::sandbox::http::query::{AllowedOptions, QueryOptions, TooLarge};
use crate::sandbox::tenant::approvals::{ApprovalStatus, StoredRequest};
use crate::sandbox::tenant::ids;
use crate::sandbox::tenant::state::TenantState;

const OF: &str = "deviceManagement/operationApprovalRequests";

/// `GET /deviceManagement/operationApprovalRequests`.
pub(crate) fn list(state: &TenantState, call: &Call) -> Result<Answer, Declined> {
    let options = QueryOptions::read(call, &allowed(state, &["$filter", "$select", "$top", "$count", "$skiptoken"]))?;
    let matches = |request: &&StoredRequest| options.name.as_ref().is_none_or(|id| *id == request.id);
    let all = &state.approvals;
    let items = (1..).zip(all).filter(|(order, one)| *order > options.after && matches(one));
    Ok(listing::page(call, &options, OF, || all.iter().filter(matches).count(), items, seen))
}

/// `GET /deviceManagement/operationApprovalRequests/{id}`.
pub(crate) fn get(state: &TenantState, call: &Call, id: &str) -> Result<Answer, Declined> {
    let options = QueryOptions::read(call, &allowed(state, &["$select"]))?;
    let request = state.approvals.iter().find(|request| request.id == id);
    let request = request.ok_or_else(|| Refusal::not_found(format!("There is no approval request {id}.")))?;
    Ok(listing::entity(call, &options, OF, seen(request)))
}

fn allowed<'a>(state: &TenantState, options: &'a [&'a str]) -> AllowedOptions<'a> {
    AllowedOptions {
        options,
        properties: vec!["id", "status", "requestDateTime", "expirationDateTime", "requestJustification"],
        prefixes: false,
        page_size: state.behavior.page_size,
        max_page_size: state.behavior.max_page_size,
        too_large: TooLarge::Cut,
    }
}

/// As Graph shows it (Graph documentation, operationApprovalRequest).
fn seen(request: &StoredRequest) -> Map<String, Value> {
    let identity = |kind: &str, name: &str| json!({ "id": ids::fixed(kind, name), "displayName": name });
    let nobody = json!({ "application": null, "device": null, "user": null });
    let mut requestor = nobody.clone();
    let app = if request.app.is_empty() { "A client without a token" } else { &request.app };
    requestor["application"] = identity("application", app);
    let mut approver = nobody;
    if request.status != ApprovalStatus::NeedsApproval {
        approver["user"] = identity("user", "Sandbox approver");
    }
    let seen = json!({
        "id": request.id,
        "requestDateTime": request.requested.to_string(),
        "expirationDateTime": request.expires.to_string(),
        "lastModifiedDateTime": request.modified.to_string(),
        "requestor": requestor,
        "approver": approver,
        "status": request.shown_status(),
        "requestJustification": request.justification,
        "approvalJustification": null,
        "requiredOperationApprovalPolicyTypes": ["configurationPolicy"],
    });
    match seen {
        Value::Object(seen) => seen,
        _ => Map::new(),
    }
}
