//! Errors of requests to Graph.

use serde_json::Value;

use super::http::SetupError;
use super::sign_in::SignInFailure;
use super::status::{self, THROTTLED};
use crate::permissions::{READ_CONFIGURATION, READ_GROUPS, READ_ORGANIZATION, WRITE_CONFIGURATION};

/// Why a request failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// Graph refused the request.
    #[error("{method} {path} returned {status}{}: {message}{}", code_text(code), id_text(request_id))]
    Refused {
        method: String,
        path: String,
        /// The HTTP status.
        status: u16,
        /// Graph's error code, such as `BadRequest`.
        code: String,
        /// Graph's message.
        message: String,
        /// Microsoft's support needs it.
        request_id: String,
        /// The code of a request for approval, if a second administrator has to approve (Multi Admin Approval).
        approval: Option<String>,
        /// The pause that the server asked for.
        retry_after: Option<std::time::Duration>,
    },
    /// No answer arrived.
    #[error("{method} {path} got no answer: {reason} (client-request-id {request_id})")]
    NoAnswer {
        method: String,
        path: String,
        reason: String,
        /// The id that this program gave the request.
        request_id: String,
        /// Whether the request may have reached the server; false if there was no connection.
        sent: bool,
    },
    /// The answer does not have the form that Graph documents.
    #[error("the answer to {path} cannot be used: {reason}{}", id_text(request_id))]
    Unusable {
        path: String,
        reason: String,
        /// Microsoft's support needs it.
        request_id: String,
    },
    /// An object is complete, but this version cannot read it.
    #[error("{reason}{}", id_text(request_id))]
    Unclear {
        /// Which object, and why.
        reason: String,
        /// Microsoft's support needs it.
        request_id: String,
    },
    #[error(transparent)]
    Setup(#[from] SetupError),
    #[error(transparent)]
    SignIn(#[from] SignInFailure),
}

/// Why an object of an answer cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadObject {
    /// A part of it is missing; reading again may return it.
    Incomplete(String),
    /// It is complete, but this version cannot read it.
    Unclear(String),
}

impl BadObject {
    /// The error for the answer that contained the object.
    pub(crate) fn into_error(self, path: &str, request_id: &str) -> Error {
        let request_id = request_id.to_string();
        match self {
            Self::Incomplete(reason) => Error::Unusable { path: path.to_string(), reason, request_id },
            Self::Unclear(reason) => Error::Unclear { reason, request_id },
        }
    }
}

fn code_text(code: &str) -> String {
    if code.is_empty() { String::new() } else { format!(" {code}") }
}

fn id_text(id: &str) -> String {
    if id.is_empty() { String::new() } else { format!(" (request-id {id})") }
}

impl Error {
    /// The HTTP status, if Graph refused.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether the request may have been carried out after all: there was no answer, or a server failed
    /// (Microsoft365DSC#5650: a write may be carried out although the answer reports a failure).
    pub fn outcome_unknown(&self) -> bool {
        match self {
            Self::Refused { status, .. } => *status >= 500 && !self.is_throttling(),
            Self::NoAnswer { sent, .. } => *sent,
            Self::Unusable { .. } => true,
            Self::Unclear { .. } | Self::Setup(_) | Self::SignIn(_) => false,
        }
    }

    /// Whether the server throttled the request, so that it was not carried out. Intune's query broker answers 500 then
    /// (measured on a live tenant: graph-api-gotchas of graph2otel).
    pub fn is_throttling(&self) -> bool {
        match self {
            Self::Refused { status, message, .. } => {
                *status == THROTTLED || *status == 500 && message.contains("Rate limit reached")
            }
            _ => false,
        }
    }

    /// Whether the error may be temporary, so that the same request may succeed later; also if it was throttled.
    pub fn may_pass(&self) -> bool {
        self.status().map_or_else(|| self.outcome_unknown(), status::may_pass)
    }

    /// Whether the server does not support the request, so that a repetition would fail as well.
    pub fn is_unsupported(&self) -> bool {
        matches!(self.status(), Some(400 | 404 | 405 | 415 | 501))
    }

    /// The pause that the server asked for.
    pub fn retry_after(&self) -> Option<std::time::Duration> {
        match self {
            Self::Refused { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// The code of a request for approval, if a second administrator has to approve this write.
    pub fn approval(&self) -> Option<&str> {
        match self {
            Self::Refused { approval, .. } => approval.as_deref(),
            _ => None,
        }
    }

    /// Whether a request for approval for this object is already open.
    pub fn is_open_approval(&self) -> bool {
        matches!(self, Self::Refused { status: 409, message, .. } if message.to_lowercase().contains("approval request"))
    }

    /// Whether no connection was made, so that the request was certainly not sent.
    pub fn never_sent(&self) -> bool {
        matches!(self, Self::NoAnswer { sent: false, .. })
    }

    /// What to do about the error, if that is known.
    pub fn hint(&self) -> Option<String> {
        if let Self::SignIn(failure) = self {
            return failure.hint().map(str::to_owned);
        }
        match self {
            Self::NoAnswer { reason, .. } if reason.contains("certificate") => {
                return Some(
                    "set SSL_CERT_FILE to a file with the certificate of your own certificate authority".into(),
                );
            }
            Self::NoAnswer { .. } => {
                return Some(
                    "check that this machine can reach the server; HTTPS_PROXY and NO_PROXY set the proxy".into(),
                );
            }
            Self::Unusable { .. } => {
                return Some(
                    "run again; if it fails again, something else may answer in Graph's place: run `sspr-policy doctor`"
                        .into(),
                );
            }
            Self::Unclear { .. } => {
                return Some(
                    "its owner cannot be determined, so the command stops: open it in the portal and save it again"
                        .into(),
                );
            }
            _ => {}
        }
        match self.status()? {
            300..=399 => Some("Graph never redirects; check whether a proxy answers with its own sign-in page".into()),
            THROTTLED => Some(
                "the tenant has reached its request limit, perhaps because of other programs: run again later".into(),
            ),
            401 => Some(
                "the access token is missing or no longer valid: if it comes from SSPR_POLICY_TOKEN, get a new one; \
                 `sspr-policy doctor` shows who is signed in"
                    .into(),
            ),
            403 => Some(format!(
                "reading needs {READ_CONFIGURATION}, {READ_GROUPS} and {READ_ORGANIZATION}; \
                 writing and reading masked values need {WRITE_CONFIGURATION}"
            )),
            _ => None,
        }
    }

    /// Reads an answer that refuses a request. Intune wraps JSON into the message
    /// (microsoft-graph-docs-contrib#4157).
    pub(crate) fn refused(method: &str, path: &str, status: u16, body: &Value, request_id: &str) -> Self {
        let error = &body["error"];
        let raw = error["message"].as_str().unwrap_or_default();
        let inner = serde_json::from_str::<Value>(raw).ok();
        let message = inner.as_ref().and_then(|inner| inner["Message"].as_str()).unwrap_or(raw);
        // The rest is for Microsoft's support, who can find it by the request-id.
        let message = message.split(" - Operation ID").next().unwrap_or(message);
        // In one line, because a server's line breaks must not look like lines of this program.
        let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
        let id = error["innerError"]["request-id"].as_str().unwrap_or(request_id);
        Self::Refused {
            method: method.to_string(),
            path: path.to_string(),
            status,
            code: error["code"].as_str().unwrap_or_default().to_string(),
            request_id: id.to_string(),
            approval: approval_in(&message),
            message: if message.is_empty() { "no reason was given".into() } else { message },
            retry_after: None,
        }
    }

    /// Sets the pause that the server asked for in a refusal.
    pub(crate) fn with_pause(mut self, pause: Option<std::time::Duration>) -> Self {
        if let Self::Refused { retry_after, .. } = &mut self {
            *retry_after = pause;
        }
        self
    }

    /// Removes a secret from the message of a refusal, because a server may repeat what it was sent.
    pub(crate) fn without(mut self, secret: Option<&str>) -> Self {
        if let (Self::Refused { message, .. }, Some(secret)) = (&mut self, secret.filter(|text| !text.is_empty())) {
            *message = message.replace(secret, "…");
        }
        self
    }

    /// Sets the code of the request for approval, from a header of the answer.
    pub(crate) fn with_approval(mut self, code: &str) -> Self {
        if let Self::Refused { approval, .. } = &mut self {
            *approval = Some(code.to_string());
        }
        self
    }
}

/// The code of a request for approval in a message, which contains it like the header: `x-msft-approval-code:
/// aabb1234-…`.
fn approval_in(message: &str) -> Option<String> {
    let rest = message.rsplit_once("x-msft-approval-code:")?.1.trim_start();
    let code: String = rest.chars().take_while(|c| c.is_ascii_hexdigit() || *c == '-').collect();
    (code.len() == 36).then_some(code)
}
