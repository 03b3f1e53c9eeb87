//! Multi Admin Approval: a write has to be approved by a second person before it is carried out.
//!
//! What a client sees is described by Microsoft (learn.microsoft.com, multi-admin-approval-graph-api), with messages as
//! they were seen (Micke-K/IntuneManagement#426 for a missing justification; public logs for the others). Answers to a
//! code that fits no approved request are known for a code that is no GUID only; the others are this sandbox's own.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::answer::{Answer, Refusal, Trouble};
use super::call::Call;
use super::faults::ApprovalRules;
use super::query::{Allowed, TooLarge, Wanted};
use super::store::Store;
use super::tokens::Tokens;
use super::{ids, listing};

const OF: &str = "deviceManagement/operationApprovalRequests";
/// "Maximum length of justification is 1024 characters" (Graph documentation, operationApprovalRequest).
const LONGEST_JUSTIFICATION: usize = 1024;

/// A request to approve one write.
#[derive(Debug, Clone)]
pub(super) struct Approval {
    pub id: String,
    /// Method and URL, for people.
    pub what: String,
    /// A digest of method, URL and body: the body itself may hold secrets.
    digest: String,
    status: Status,
    requested: Timestamp,
    modified: Timestamp,
    expires: Timestamp,
    app: String,
    justification: String,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    NeedsApproval,
    Approved,
    Rejected,
    Completed,
}

const STATUSES: [(Status, &str); 4] = [
    (Status::NeedsApproval, "needsApproval"),
    (Status::Approved, "approved"),
    (Status::Rejected, "rejected"),
    (Status::Completed, "completed"),
];

impl Approval {
    fn new(call: &Call, justification: String, rules: &ApprovalRules) -> Approval {
        let now = Timestamp::now();
        let lifetime = SignedDuration::try_from(rules.lifetime).unwrap_or(SignedDuration::MAX);
        Approval {
            id: ids::random(),
            what: what(call),
            digest: digest(call),
            status: Status::NeedsApproval,
            requested: now,
            modified: now,
            expires: now.checked_add(lifetime).unwrap_or(Timestamp::MAX),
            app: Tokens::app(call).to_owned(),
            justification,
        }
    }

    /// The same with another status.
    pub(super) fn with(&self, status: Status) -> Approval {
        Approval { status, modified: Timestamp::now(), ..self.clone() }
    }

    fn expired(&self) -> bool {
        self.is_open() && Timestamp::now() > self.expires
    }

    fn is_open(&self) -> bool {
        matches!(self.status, Status::NeedsApproval | Status::Approved)
    }

    /// Whether somebody can approve or reject it now.
    pub(super) fn waits(&self) -> bool {
        self.status == Status::NeedsApproval && !self.expired()
    }

    pub(super) fn justification(&self) -> &str {
        &self.justification
    }

    fn status(&self) -> &'static str {
        match STATUSES.iter().find(|(status, _)| *status == self.status) {
            _ if self.expired() => "expired",
            Some((_, name)) => name,
            None => "unknown",
        }
    }

    /// As it is stored.
    pub(super) fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "what": self.what,
            "digest": self.digest,
            "status": STATUSES.iter().find(|(status, _)| *status == self.status).map(|(_, name)| name),
            "requested": self.requested.to_string(),
            "modified": self.modified.to_string(),
            "expires": self.expires.to_string(),
            "app": self.app,
            "justification": self.justification,
        })
    }

    /// The opposite of [`Approval::to_json`].
    pub(super) fn from_json(json: &Value) -> Result<Approval, String> {
        let text = |name: &str| match json[name].as_str() {
            Some(text) => Ok(text.to_owned()),
            None => Err(format!("an approval request has no `{name}`")),
        };
        let time = |name: &str| text(name)?.parse().map_err(|error| format!("an approval request's `{name}`: {error}"));
        let status = text("status")?;
        let known = STATUSES.iter().find(|(_, name)| *name == status);
        Ok(Approval {
            id: text("id")?,
            what: text("what")?,
            digest: text("digest")?,
            status: known.ok_or_else(|| format!("an approval request has the unknown status {status}"))?.0,
            requested: time("requested")?,
            modified: time("modified")?,
            expires: time("expires")?,
            app: text("app")?,
            justification: text("justification")?,
        })
    }

    /// As Graph shows it (Graph documentation, operationApprovalRequest).
    fn seen(&self) -> Map<String, Value> {
        let identity = |kind: &str, name: &str| json!({ "id": ids::fixed(kind, name), "displayName": name });
        let nobody = json!({ "application": null, "device": null, "user": null });
        let mut requestor = nobody.clone();
        let app = if self.app.is_empty() { "A client without a token" } else { &self.app };
        requestor["application"] = identity("application", app);
        let mut approver = nobody;
        if self.status != Status::NeedsApproval {
            approver["user"] = identity("user", "Sandbox approver");
        }
        let seen = json!({
            "id": self.id,
            "requestDateTime": self.requested.to_string(),
            "expirationDateTime": self.expires.to_string(),
            "lastModifiedDateTime": self.modified.to_string(),
            "requestor": requestor,
            "approver": approver,
            "status": self.status(),
            "requestJustification": self.justification,
            "approvalJustification": null,
            "requiredOperationApprovalPolicyTypes": ["configurationPolicy"],
        });
        match seen {
            Value::Object(seen) => seen,
            _ => Map::new(),
        }
    }
}

fn what(call: &Call) -> String {
    format!("{} /{}/{}", call.method, call.face.as_str(), call.path.join("/"))
}

fn digest(call: &Call) -> String {
    let body = call.body.as_ref().map(Value::to_string).unwrap_or_default();
    let digest = Sha256::digest(format!("{}\n{:?}\n{body}", what(call), call.query));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a write may do.
#[derive(Debug)]
pub(super) enum Permit {
    /// Approval is not required.
    Free,
    /// It is the approved one; this is its request, completed.
    Approved(Approval),
    /// It has to be approved first: the request for that is new.
    Wait(Approval),
}

/// Looks at a write that is right in every other respect.
pub(super) fn permit(store: &Store, call: &Call) -> Result<Permit, Refusal> {
    let Some(rules) = &store.approval else {
        return Ok(Permit::Free);
    };
    match (&call.approval_code, &call.justification) {
        (Some(code), _) => approved(store, call, code).map(Permit::Approved),
        (None, Some(text)) => requested(store, call, text, rules).map(Permit::Wait),
        (None, None) => {
            let code = if rules.justification_status == 403 { "Forbidden" } else { "BadRequest" };
            let message = "Header 'x-msft-approval-justification' is required to request approval";
            Err(Refusal::new(rules.justification_status, code, message))
        }
    }
}

fn approved(store: &Store, call: &Call, code: &str) -> Result<Approval, Refusal> {
    if Uuid::try_parse(code).is_err() {
        return Err(Refusal::bad("Invalid approval header format, expected GUID format"));
    }
    let all = &store.state.approvals;
    let approval = all.iter().find(|approval| approval.id.eq_ignore_ascii_case(code));
    let approval = approval.ok_or_else(|| Refusal::bad(format!("There is no approval request {code}.")))?;
    if approval.status() != "approved" {
        return Err(Refusal::bad(format!("The approval request {code} is not approved; it is {}.", approval.status())));
    }
    if approval.digest != digest(call) {
        return Err(Refusal::bad(format!(
            "The approval request {code} is for another request: method, URL and body have to be the same."
        )));
    }
    Ok(approval.with(Status::Completed))
}

fn requested(store: &Store, call: &Call, justification: &str, rules: &ApprovalRules) -> Result<Approval, Refusal> {
    let text = STANDARD.decode(justification).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let text = text.filter(|text| !text.trim().is_empty() && text.encode_utf16().count() <= LONGEST_JUSTIFICATION);
    let text = text.ok_or_else(|| {
        Refusal::bad("Header 'x-msft-approval-justification' has to be Base64 of a text of 1 to 1024 characters.")
    })?;
    let new = Approval::new(call, text, rules);
    // The same write, or the same operation on the same object: "for this entity". A collection is no entity.
    let on_object = !call.path.ends_with(&["deviceConfigurations".to_owned()]);
    let same = |other: &Approval| other.digest == new.digest || (on_object && other.what == new.what);
    match store.state.approvals.iter().any(|other| other.is_open() && !other.expired() && same(other)) {
        true => Err(Refusal::new(409, "Conflict", "An active Approval Request already exists for this entity")),
        false => Ok(new),
    }
}

/// The answer to a write that waits for approval now.
pub(super) fn required(approval: &Approval, rules: &ApprovalRules) -> Refusal {
    // "outer Graph error code BadRequest" with 412; the older form was an own code with 403.
    let code = if rules.approval_status == 403 { "ApprovalRequired" } else { "BadRequest" };
    let id = &approval.id;
    let message = format!(
        "Approval Required. Request Approval using the request ID returned as part of the x-msft-approval-code response \
         header. x-msft-approval-code: {id}"
    );
    Refusal::new(rules.approval_status, code, message).with("x-msft-approval-code", id.clone())
}

/// `GET /deviceManagement/operationApprovalRequests`.
pub(super) fn list(store: &Store, call: &Call) -> Result<Answer, Trouble> {
    let wanted = Wanted::read(call, &allowed(store, &["$filter", "$select", "$top", "$count", "$skiptoken"]))?;
    let matches = |approval: &&Approval| wanted.name.as_ref().is_none_or(|id| *id == approval.id);
    let all = &store.state.approvals;
    let items = (1..).zip(all).filter(|(order, one)| *order > wanted.after && matches(one));
    Ok(listing::page(call, &wanted, OF, || all.iter().filter(matches).count(), items, Approval::seen))
}

/// `GET /deviceManagement/operationApprovalRequests/{id}`.
pub(super) fn get(store: &Store, call: &Call, id: &str) -> Result<Answer, Trouble> {
    let wanted = Wanted::read(call, &allowed(store, &["$select"]))?;
    let approval = store.state.approvals.iter().find(|approval| approval.id == id);
    let approval = approval.ok_or_else(|| Refusal::not_found(format!("There is no approval request {id}.")))?;
    Ok(listing::entity(call, &wanted, OF, approval.seen()))
}

fn allowed<'a>(store: &Store, options: &'a [&'a str]) -> Allowed<'a> {
    Allowed {
        options,
        properties: vec!["id", "status", "requestDateTime", "expirationDateTime", "requestJustification"],
        prefixes: false,
        page_size: store.state.behaviour.page_size,
        max_page_size: store.state.behaviour.max_page_size,
        too_large: TooLarge::Cut,
    }
}
