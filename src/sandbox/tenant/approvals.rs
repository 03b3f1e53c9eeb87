//! Requests for approval (Multi Admin Approval): a write has to be approved by a second person before it is carried out.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::ids;
use crate::clock;
use crate::sandbox::faults::ApprovalRules;
use crate::sandbox::http::call::Call;

/// A request to approve one write.
#[derive(Debug, Clone)]
pub(crate) struct StoredRequest {
    pub id: String,
    /// Method and URL, for display.
    pub what: String,
    /// A digest of method, URL and body: the body itself may hold secrets.
    digest: String,
    pub status: ApprovalStatus,
    pub requested: Timestamp,
    pub modified: Timestamp,
    pub expires: Timestamp,
    /// Empty when the request came without a token.
    pub app: String,
    pub justification: String,
}

/// The state of a request, regardless of expiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ApprovalStatus {
    NeedsApproval,
    Approved,
    Rejected,
    Completed,
}

impl ApprovalStatus {
    const ALL: [ApprovalStatus; 4] =
        [ApprovalStatus::NeedsApproval, ApprovalStatus::Approved, ApprovalStatus::Rejected, ApprovalStatus::Completed];

    /// Graph's word for it.
    fn name(self) -> &'static str {
        match self {
            ApprovalStatus::NeedsApproval => "needsApproval",
            ApprovalStatus::Approved => "approved",
            ApprovalStatus::Rejected => "rejected",
            ApprovalStatus::Completed => "completed",
        }
    }
}

impl StoredRequest {
    pub(crate) fn new(call: &Call, justification: String, rules: &ApprovalRules) -> StoredRequest {
        let now = clock::now();
        let lifetime = SignedDuration::try_from(rules.lifetime).unwrap_or(SignedDuration::MAX);
        StoredRequest {
            id: ids::random(),
            what: what(call),
            digest: digest(call),
            status: ApprovalStatus::NeedsApproval,
            requested: now,
            modified: now,
            expires: now.checked_add(lifetime).unwrap_or(Timestamp::MAX),
            app: call.app().to_owned(),
            justification,
        }
    }

    pub(crate) fn with(&self, status: ApprovalStatus) -> StoredRequest {
        StoredRequest { status, modified: clock::now(), ..self.clone() }
    }

    fn expired(&self) -> bool {
        let may_expire = matches!(self.status, ApprovalStatus::NeedsApproval | ApprovalStatus::Approved);
        may_expire && clock::now() > self.expires
    }

    /// Whether it still allows its write to be carried out.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.status, ApprovalStatus::NeedsApproval | ApprovalStatus::Approved) && !self.expired()
    }

    /// Whether it can be approved or rejected now.
    pub(crate) fn waits(&self) -> bool {
        self.status == ApprovalStatus::NeedsApproval && !self.expired()
    }

    /// Whether it is for exactly this write.
    pub(crate) fn is_for(&self, call: &Call) -> bool {
        self.digest == digest(call)
    }

    /// Its status as Graph shows it.
    pub(crate) fn shown_status(&self) -> &'static str {
        if self.expired() { "expired" } else { self.status.name() }
    }

    /// As it is stored.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "what": self.what,
            "digest": self.digest,
            "status": self.status.name(),
            "requested": self.requested.to_string(),
            "modified": self.modified.to_string(),
            "expires": self.expires.to_string(),
            "app": self.app,
            "justification": self.justification,
        })
    }

    /// The opposite of [`ApprovalRequest::to_json`].
    pub(crate) fn from_json(json: &Value) -> Result<StoredRequest, String> {
        let text = |name: &str| match json[name].as_str() {
            Some(text) => Ok(text.to_owned()),
            None => Err(format!("an approval request has no `{name}`")),
        };
        let time = |name: &str| text(name)?.parse().map_err(|error| format!("an approval request's `{name}`: {error}"));
        let name = text("status")?;
        let status = ApprovalStatus::ALL.into_iter().find(|status| status.name() == name);
        Ok(StoredRequest {
            id: text("id")?,
            what: text("what")?,
            digest: text("digest")?,
            status: status.ok_or_else(|| format!("an approval request has the unknown status {name}"))?,
            requested: time("requested")?,
            modified: time("modified")?,
            expires: time("expires")?,
            app: text("app")?,
            justification: text("justification")?,
        })
    }
}

/// The decision on a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApprovalDecision {
    /// The write is carried out once, when it is sent again with the code.
    Approve,
    /// The write is never carried out.
    Reject,
}

impl ApprovalDecision {
    pub(crate) const ALL: [ApprovalDecision; 2] = [ApprovalDecision::Approve, ApprovalDecision::Reject];

    /// Its name in URLs.
    pub(crate) fn verb(self) -> &'static str {
        match self {
            ApprovalDecision::Approve => "approve",
            ApprovalDecision::Reject => "reject",
        }
    }

    pub(crate) fn status(self) -> ApprovalStatus {
        match self {
            ApprovalDecision::Approve => ApprovalStatus::Approved,
            ApprovalDecision::Reject => ApprovalStatus::Rejected,
        }
    }
}

/// One line for each, for display: code, request and justification.
pub(crate) fn lines(requests: &[StoredRequest]) -> Vec<String> {
    requests.iter().map(|one| format!("{} {}: {}", one.id, one.what, one.justification)).collect()
}

fn what(call: &Call) -> String {
    format!("{} /{}/{}", call.method, call.version.as_str(), call.path.join("/"))
}

fn digest(call: &Call) -> String {
    let body = call.body.as_ref().map(Value::to_string).unwrap_or_default();
    let digest = Sha256::digest(format!("{}\n{:?}\n{body}", what(call), call.query));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
