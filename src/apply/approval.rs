//! Multi Admin Approval: a second administrator has to approve a write before it is done.
//!
//! A write with a justification is answered with the code of a request for approval; after the approval the very same
//! write is sent once more with that code (Microsoft Learn, "Multi Admin Approval with Microsoft Graph"; CIPP,
//! Invoke-CIPPIntuneApprovalRetry). Requests expire after three days.

use serde::Deserialize;

use crate::graph::{Client, Error};

const REQUESTS: &str = "/beta/deviceManagement/operationApprovalRequests";

#[derive(Deserialize)]
struct Request {
    #[serde(default)]
    status: String,
}

/// How far a request for approval is, as `needsApproval`; nothing where the token may not read it, or it is not there.
///
/// # Errors
/// When Graph does not answer.
pub(super) async fn status(client: &Client, code: &str) -> Result<Option<String>, Error> {
    let safe: String = code.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    match client.get::<Request>(&format!("{REQUESTS}/{safe}")).await {
        Ok(request) => Ok(Some(request.status)),
        Err(Error::Refused { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
