//! Whether a write has to wait for approval (Multi Admin Approval).
//!
//! What a client sees is described by Microsoft (learn.microsoft.com, multi-admin-approval-graph-api), with messages as
//! they were seen (Micke-K/IntuneManagement#426 for a missing justification; public logs for the others). Answers to a
//! code that matches no approved request are known only for a code that is not a GUID; the others are this sandbox's own.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;

use super::approvals::{ApprovalStatus, StoredRequest};
use crate::sandbox::faults::ApprovalRules;
use crate::sandbox::http::answer::Refusal;
use crate::sandbox::http::call::Call;

/// "Maximum length of justification is 1024 characters" (Graph documentation, operationApprovalRequest).
const LONGEST_JUSTIFICATION: usize = 1024;

/// Whether a write may be carried out.
#[derive(Debug)]
pub(crate) enum Permit {
    /// Approval is not required.
    Free,
    /// It was approved; this is its request, now completed.
    Approved(StoredRequest),
    /// It has to be approved first; this is the new request.
    Wait(StoredRequest),
}

/// Decides on a write that is valid in every other respect. `requests` are all requests so far; without `rules`, writes
/// need no approval.
pub(crate) fn permit(
    rules: Option<&ApprovalRules>,
    requests: &[StoredRequest],
    call: &Call,
) -> Result<Permit, Refusal> {
    let Some(rules) = rules else {
        return Ok(Permit::Free);
    };
    match (&call.approval_code, &call.justification) {
        (Some(code), _) => approved(requests, call, code).map(Permit::Approved),
        (None, Some(text)) => requested(requests, call, text, rules).map(Permit::Wait),
        (None, None) => {
            let code = if rules.justification_status == 403 { "Forbidden" } else { "BadRequest" };
            let message = "Header 'x-msft-approval-justification' is required to request approval";
            Err(Refusal::new(rules.justification_status, code, message))
        }
    }
}

fn approved(requests: &[StoredRequest], call: &Call, code: &str) -> Result<StoredRequest, Refusal> {
    if Uuid::try_parse(code).is_err() {
        return Err(Refusal::bad("Invalid approval header format, expected GUID format"));
    }
    let request = requests.iter().find(|request| request.id.eq_ignore_ascii_case(code));
    let request = request.ok_or_else(|| Refusal::bad(format!("There is no approval request {code}.")))?;
    let status = request.shown_status();
    if status != "approved" {
        return Err(Refusal::bad(format!("The approval request {code} is not approved; it is {status}.")));
    }
    if !request.is_for(call) {
        return Err(Refusal::bad(format!(
            "The approval request {code} is for another request: method, URL and body have to be the same."
        )));
    }
    Ok(request.with(ApprovalStatus::Completed))
}

fn requested(
    requests: &[StoredRequest],
    call: &Call,
    justification: &str,
    rules: &ApprovalRules,
) -> Result<StoredRequest, Refusal> {
    let text = STANDARD.decode(justification).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let text = text.filter(|text| !text.trim().is_empty() && text.encode_utf16().count() <= LONGEST_JUSTIFICATION);
    let text = text.ok_or_else(|| {
        Refusal::bad("Header 'x-msft-approval-justification' has to be Base64 of text of 1 to 1024 characters.")
    })?;
    let new = StoredRequest::new(call, text, rules);
    // The same write, or the same operation on the same object: "for this entity". A collection is not an entity.
    let on_object = !call.path.ends_with(&["deviceConfigurations".to_owned()]);
    let same = |other: &StoredRequest| other.is_for(call) || (on_object && other.what == new.what);
    match requests.iter().any(|other| other.is_open() && same(other)) {
        true => Err(Refusal::new(409, "Conflict", "An active Approval Request already exists for this entity")),
        false => Ok(new),
    }
}

/// The answer to a write that waits for approval now.
pub(crate) fn required(request: &StoredRequest, rules: &ApprovalRules) -> Refusal {
    // "outer Graph error code BadRequest" with 412; the older form was an own code with 403.
    let code = if rules.approval_status == 403 { "ApprovalRequired" } else { "BadRequest" };
    let id = &request.id;
    let message = format!(
        "Approval Required. Request Approval using the request ID returned as part of the x-msft-approval-code response \
         header. x-msft-approval-code: {id}"
    );
    Refusal::new(rules.approval_status, code, message).with("x-msft-approval-code", id.clone())
}
