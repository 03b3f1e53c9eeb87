//! Multi Admin Approval: a second administrator has to approve a write before it is done.
//!
//! A write with a justification is answered with the code of a request for approval; after the approval the very same
//! write is sent once more with that code (Microsoft Learn, "Multi Admin Approval with Microsoft Graph"; CIPP,
//! Invoke-CIPPIntuneApprovalRetry). Requests expire after three days.

use serde::Deserialize;

use crate::graph::{Client, Error};

const REQUESTS: &str = "/beta/deviceManagement/operationApprovalRequests";

/// A request for approval.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Request {
    /// Its code.
    pub id: String,
    /// `needsApproval`, `approved`, `rejected`, `cancelled`, `completed` or `expired`.
    #[serde(default)]
    pub status: String,
    #[serde(default)]
    request_justification: Option<String>,
}

impl Request {
    /// Whether it was turned down, or nobody answered in time.
    pub fn is_over(&self) -> bool {
        // The API says "cancelled", and Intune's console "canceled".
        matches!(self.status.as_str(), "rejected" | "cancelled" | "canceled" | "expired")
    }
}

/// A request for approval by its code; nothing where the token may not read it, or it is not there.
///
/// # Errors
/// When Graph does not answer.
pub(super) async fn read(client: &Client, code: &str) -> Result<Option<Request>, Error> {
    let safe: String = code.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    match client.get::<Request>(&format!("{REQUESTS}/{safe}")).await {
        Ok(request) => Ok(Some(request)),
        Err(Error::Refused { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Our own request for approval of exactly this write, by its justification as it was written or as it was sent, which an earlier run made, perhaps on another machine: an approved
/// one before one that waits.
///
/// # Errors
/// When Graph does not answer.
pub(super) async fn find(client: &Client, justification: [&str; 2]) -> Result<Option<Request>, Error> {
    let all: Vec<Request> = match client.list(REQUESTS).await {
        Err(Error::Refused { .. }) => return Ok(None),
        answer => answer?,
    };
    let mut ours: Vec<Request> = all
        .into_iter()
        .filter(|request| request.request_justification.as_deref().is_some_and(|text| justification.contains(&text)))
        .filter(|request| matches!(request.status.as_str(), "approved" | "needsApproval"))
        .collect();
    ours.sort_by_key(|request| request.status != "approved");
    Ok(ours.into_iter().next())
}
