//! What can go wrong between us and Graph.

use serde_json::Value;

use super::http::SetupError;
use super::permissions::{READ_CONFIGURATION, READ_GROUPS, READ_ORGANIZATION, WRITE_CONFIGURATION};
use super::sign_in::SignInFailure;

/// Why Graph did not do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// Graph refused.
    #[error("{method} {path} returned {status}{}: {message}{}", code_text(code), id_text(request_id))]
    Refused {
        /// The method.
        method: String,
        /// The path.
        path: String,
        /// The HTTP status.
        status: u16,
        /// Graph's code.
        code: String,
        /// Graph's words.
        message: String,
        /// What Microsoft's support asks for.
        request_id: String,
        /// The code of a request for approval, where a second administrator has to approve (Multi Admin Approval).
        approval: Option<String>,
        /// The pause that the server asked for.
        retry_after: Option<std::time::Duration>,
    },
    /// No answer came.
    #[error("{method} {path} got no answer: {reason} (client-request-id {request_id})")]
    NoAnswer {
        /// The method.
        method: String,
        /// The path.
        path: String,
        /// Why.
        reason: String,
        /// Our id of the request.
        request_id: String,
        /// Whether the request may have reached the server; not when there was no connection.
        sent: bool,
    },
    /// The answer is not what Graph describes.
    #[error("the answer to {path} cannot be used: {reason}{}", id_text(request_id))]
    Unusable {
        /// The path.
        path: String,
        /// Why.
        reason: String,
        /// What Microsoft's support asks for.
        request_id: String,
    },
    /// An object came whole, and cannot be understood.
    #[error("{reason}{}", id_text(request_id))]
    Unclear {
        /// Which one, and why.
        reason: String,
        /// What Microsoft's support asks for.
        request_id: String,
    },
    /// The client cannot be made.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// Nobody is signed in.
    #[error(transparent)]
    SignIn(#[from] SignInFailure),
}

/// Why an object of an answer is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadObject {
    /// A part of it did not come: another reading may have it.
    Incomplete(String),
    /// It came, and cannot be understood.
    Unclear(String),
}

impl BadObject {
    /// The error of the answer that held the object.
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
    /// The HTTP status, where Graph answered.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether the request may have been carried out all the same: no answer, or a server's failure
    /// (Microsoft365DSC#5650: a write may be done although the answer says that it failed).
    pub fn outcome_unknown(&self) -> bool {
        match self {
            Self::Refused { status, .. } => *status >= 500,
            Self::NoAnswer { sent, .. } => *sent,
            Self::Unusable { .. } => true,
            Self::Unclear { .. } | Self::Setup(_) | Self::SignIn(_) => false,
        }
    }

    /// Whether the server had no time for us: the request was not carried out. Intune's query broker says so with a 500
    /// (measured on a live tenant: graph-api-gotchas of graph2otel).
    pub fn is_throttling(&self) -> bool {
        match self {
            Self::Refused { status, message, .. } => {
                *status == 429 || *status == 500 && message.contains("Rate limit reached")
            }
            _ => false,
        }
    }

    /// Whether the same request may be answered otherwise in a moment.
    pub fn may_pass(&self) -> bool {
        self.outcome_unknown() && self.status() != Some(501) || matches!(self.status(), Some(408 | 423))
    }

    /// Whether the server does not know what was asked of it, and not only this time.
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

    /// The code of a request for approval, where a second administrator has to approve this write.
    pub fn approval(&self) -> Option<&str> {
        match self {
            Self::Refused { approval, .. } => approval.as_deref(),
            _ => None,
        }
    }

    /// Whether a request for approval of this very write is open already.
    pub fn is_open_approval(&self) -> bool {
        matches!(self, Self::Refused { status: 409, message, .. } if message.to_lowercase().contains("approval request"))
    }

    /// Whether there was not even a connection.
    pub fn never_sent(&self) -> bool {
        matches!(self, Self::NoAnswer { sent: false, .. })
    }

    /// What to do about it, where that is known.
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
            429 => Some(
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

    /// Takes apart an answer that refuses. Intune wraps JSON into the message
    /// (microsoft-graph-docs-contrib#4157).
    pub(crate) fn refused(method: &str, path: &str, status: u16, body: &Value, request_id: &str) -> Self {
        let error = &body["error"];
        let raw = error["message"].as_str().unwrap_or_default();
        let inner = serde_json::from_str::<Value>(raw).ok();
        let message = inner.as_ref().and_then(|inner| inner["Message"].as_str()).unwrap_or(raw);
        // What follows is for Microsoft's support, who ask for the request-id.
        let message = message.split(" - Operation ID").next().unwrap_or(message);
        // In one line: a server's line breaks must not look like lines of ours.
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

    /// The same refusal, with the pause that came with it.
    pub(crate) fn with_pause(mut self, pause: Option<std::time::Duration>) -> Self {
        if let Self::Refused { retry_after, .. } = &mut self {
            *retry_after = pause;
        }
        self
    }

    /// The same refusal without this text, where the server repeats what it was sent.
    pub(crate) fn without(mut self, secret: Option<&str>) -> Self {
        if let (Self::Refused { message, .. }, Some(secret)) = (&mut self, secret.filter(|text| !text.is_empty())) {
            *message = message.replace(secret, "…");
        }
        self
    }

    /// The same refusal, with the code of the request for approval that came with it as a header.
    pub(crate) fn with_approval(mut self, code: &str) -> Self {
        if let Self::Refused { approval, .. } = &mut self {
            *approval = Some(code.to_string());
        }
        self
    }
}

/// The code of a request for approval, which stands in the message, too: `x-msft-approval-code: aabb1234-…`.
fn approval_in(message: &str) -> Option<String> {
    let rest = message.rsplit_once("x-msft-approval-code:")?.1.trim_start();
    let code: String = rest.chars().take_while(|c| c.is_ascii_hexdigit() || *c == '-').collect();
    (code.len() == 36).then_some(code)
}
