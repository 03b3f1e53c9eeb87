//! Multi Admin Approval: a second administrator has to approve a write before Intune carries it out.
//!
//! The answer to a write with a justification contains the code of a request for approval. After the approval, the same
//! write is sent again with that code (Microsoft Learn, "Multi Admin Approval with Microsoft Graph"; CIPP,
//! Invoke-CIPPIntuneApprovalRetry). Requests expire after three days. Pending and approved requests can be canceled
//! (Microsoft Graph, operationApprovalRequest: cancelMyRequest, cancelApproval).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::journal::Approval;
use super::not_done::NotDone;
use crate::graph::{Client, Error};

const REQUESTS: &str = "/beta/deviceManagement/operationApprovalRequests";
/// Where people approve, reject or cancel a request.
const PLACE: &str = "in Intune (Tenant administration > Multi Admin Approval)";

/// A request for approval.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ApprovalRequest {
    /// The code.
    pub id: String,
    /// `needsApproval`, `approved`, `rejected`, `cancelled`, `completed` or `expired`.
    #[serde(default)]
    pub status: String,
    #[serde(default)]
    request_justification: Option<String>,
}

impl ApprovalRequest {
    /// Whether it was rejected or canceled, or has expired.
    pub fn is_over(&self) -> bool {
        // The API uses "cancelled", Intune's console "canceled".
        matches!(self.status.as_str(), "rejected" | "cancelled" | "canceled" | "expired")
    }

    /// Whether the write may be sent with its code.
    pub fn is_approved(&self) -> bool {
        self.status == "approved"
    }

    fn is_open(&self) -> bool {
        self.is_approved() || self.status == "needsApproval"
    }

    /// The justification as plain text; the API may return it in Base64, as it was sent.
    fn justification(&self) -> String {
        let text = self.request_justification.as_deref().unwrap_or_default();
        let decoded = STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        decoded.unwrap_or_else(|| text.to_string())
    }

    /// Why a write was not carried out that this request blocks.
    pub fn in_the_way(&self) -> NotDone {
        let (id, justification) = (&self.id, self.justification());
        let said = parts(&justification).map_or(justification.as_str(), |parts| parts.said);
        let text = |status: &str| {
            format!("the request for approval {id} {status} for an earlier version of this policy (\"{said}\")")
        };
        match self.is_approved() {
            true => NotDone::OtherRequestOpen {
                text: text("was approved"),
                help: format!("apply that version; or have the request canceled {PLACE}, and run again"),
            },
            false => NotDone::OtherRequestOpen {
                text: text("is still pending"),
                help: format!(
                    "have it rejected or canceled {PLACE}, and run again; or have it approved, and apply that version"
                ),
            },
        }
    }
}

/// What [`identified_justification`] joins.
struct JustificationParts<'t> {
    /// What the user wrote.
    said: &'t str,
    /// Key and owner.
    whose: &'t str,
    /// Distinguishes this write from others to the same object.
    digest: &'t str,
}

/// A justification: what the user wrote, and what identifies the write. A later run recognizes its request by that,
/// even if the user writes another text or uses another machine.
pub(super) fn identified_justification(said: &str, write: &Approval) -> String {
    format!("{said} ({}, {})", write.whose(), write.digest())
}

/// The opposite of [`identified_justification`]; `None` for a string that was not made by it.
fn parts(text: &str) -> Option<JustificationParts<'_>> {
    let (before, digest) = text.trim_end().strip_suffix(')')?.rsplit_once(", ")?;
    let (said, whose) = before.rsplit_once(" (")?;
    Some(JustificationParts { said, whose, digest })
}

/// A justification as the value of its header (Microsoft Learn, Multi Admin Approval with Microsoft Graph).
pub(super) fn header(justification: &str) -> String {
    STANDARD.encode(justification)
}

/// Reads a request for approval; `None` if the token may not read it, or it does not exist.
///
/// # Errors
/// If Graph does not answer.
pub(super) async fn read(client: &Client, code: &str) -> Result<Option<ApprovalRequest>, Error> {
    let safe: String = code.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    match client.get::<ApprovalRequest>(&format!("{REQUESTS}/{safe}")).await {
        Ok(request) => Ok(Some(request)),
        Err(Error::Refused { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Open requests for approval that this program made for an object. An approved request has precedence.
#[derive(Debug, Default)]
pub(super) struct Open {
    /// For exactly this write; another machine may have made it.
    pub same: Option<ApprovalRequest>,
    /// For another write.
    pub other: Option<ApprovalRequest>,
}

/// Finds open requests for approval of a write, and of other writes to the same object. Finds none if the token may not
/// read requests.
///
/// # Errors
/// If Graph does not answer.
pub(super) async fn find(client: &Client, write: &Approval) -> Result<Open, Error> {
    let mut all: Vec<ApprovalRequest> = match client.list(REQUESTS).await {
        Err(Error::Refused { .. }) => return Ok(Open::default()),
        answer => answer?,
    };
    all.retain(ApprovalRequest::is_open);
    all.sort_by_key(|request| !request.is_approved());
    let mut open = Open::default();
    for request in all {
        let justification = request.justification();
        let Some(parts) = parts(&justification).filter(|parts| parts.whose == write.whose()) else { continue };
        let place = if parts.digest == write.digest() { &mut open.same } else { &mut open.other };
        place.get_or_insert(request);
    }
    Ok(open)
}

/// The help if a request blocks the write that the token may not read, or that someone made in another way.
pub(super) fn unknown_in_the_way() -> String {
    format!("another change to this profile waits for approval or was approved: have it completed or canceled {PLACE}")
}

/// The help if Graph says that the approval is for another write.
pub(super) fn approved_for_another() -> String {
    format!("a secret may have changed since the approval: have the request canceled {PLACE}, and run again")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setting::{Delivery, ObjectKey};

    #[test]
    fn a_justification_is_known_again_whatever_a_person_says() {
        let object = ObjectKey { key: "a/b".into(), delivery: Delivery::Custom };
        let write = Approval::of("t", "contoso", &object, "PATCH", "/x", None);
        for said in ["CHG-1042", "why (see there, or here)", "a, b"] {
            let text = identified_justification(said, &write);
            let parts = parts(&text).expect("ours");
            assert_eq!((parts.said, parts.whose, parts.digest), (said, "a/b of contoso", write.digest()));
        }
        assert!(parts("by hand").is_none());
    }
}
