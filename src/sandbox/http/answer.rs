//! Answers, and Graph's error bodies.

use std::time::Duration;

use serde_json::{Value, json};

use crate::clock;
use crate::sandbox::tenant::ids;

/// The content type of every body.
pub(crate) const JSON: &str =
    "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";

#[derive(Debug)]
pub(crate) struct Answer {
    pub status: u16,
    pub body: AnswerBody,
    /// Besides those that every answer has.
    pub headers: Vec<(&'static str, String)>,
    /// How long it is delayed.
    pub late: Duration,
}

#[derive(Debug)]
pub(crate) enum AnswerBody {
    Nothing,
    Json(Value),
    /// From a gateway between client and Graph that does not use JSON.
    Html(String),
    /// A bare number, as `$count` answers.
    Text(String),
}

impl Answer {
    pub(crate) fn ok(body: Value) -> Answer {
        Answer::new(200, AnswerBody::Json(body))
    }

    pub(crate) fn empty(status: u16) -> Answer {
        Answer::new(status, AnswerBody::Nothing)
    }

    pub(crate) fn new(status: u16, body: AnswerBody) -> Answer {
        Answer { status, body, headers: Vec::new(), late: Duration::ZERO }
    }
}

/// Why a call did not succeed.
#[derive(Debug)]
pub(crate) enum Declined {
    /// The call is answered with an error.
    Refused(Refusal),
    /// The call is not answered at all ([`crate::sandbox::Hold`]).
    Held,
}

/// The call was carried out but is not answered.
#[derive(Debug)]
pub(crate) struct Held;

#[derive(Debug)]
pub(crate) struct Refusal {
    pub status: u16,
    pub code: &'static str,
    pub message: String,
    pub headers: Vec<(&'static str, String)>,
}

impl From<Refusal> for Declined {
    fn from(refusal: Refusal) -> Declined {
        Declined::Refused(refusal)
    }
}

impl Refusal {
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Refusal {
        let message = message.into();
        Refusal { status, code, message, headers: Vec::new() }
    }

    /// The same with a header.
    pub(crate) fn with(mut self, name: &'static str, value: String) -> Refusal {
        self.headers.push((name, value));
        self
    }

    pub(crate) fn bad(message: impl Into<String>) -> Refusal {
        Refusal::new(400, "BadRequest", message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Refusal {
        Refusal::new(404, "ResourceNotFound", message)
    }

    pub(crate) fn internal(message: impl Into<String>) -> Refusal {
        Refusal::new(500, "InternalServerError", message)
    }

    /// The answer. `intune` is the path of a call that Graph forwards to Intune, whose errors are JSON inside `message`
    /// (microsoftgraph/microsoft-graph-docs-contrib#4157, Microsoft365DSC#5650).
    pub(crate) fn answer(self, trace: &Trace, intune: Option<&str>) -> Answer {
        let message = match intune {
            Some(path) => wrapped(&self.message, path, trace),
            None => self.message,
        };
        let body = json!({ "error": {
            "code": self.code,
            "message": message,
            "innerError": {
                // Without an offset, as Graph writes it.
                "date": clock::now().strftime("%Y-%m-%dT%H:%M:%S").to_string(),
                "request-id": trace.request_id,
                "client-request-id": trace.client_request_id,
            },
        }});
        Answer { headers: self.headers, ..Answer::new(self.status, AnswerBody::Json(body)) }
    }
}

fn wrapped(message: &str, path: &str, trace: &Trace) -> String {
    let message = format!(
        "{message} - Operation ID (for customer support): 00000000-0000-0000-0000-000000000000 - Activity ID: {} - \
         Url: https://fef.sandbox.invalid/StoredConfiguration/StatelessDeviceConfigurationFEService/{path}?api-version=sandbox",
        trace.client_request_id
    );
    let wrapped = json!({
        "_version": 3,
        "Message": message,
        "CustomApiErrorPhrase": "",
        "RetryAfter": null,
        "ErrorSourceService": "",
        "HttpHeaders": "{}",
    });
    format!("{wrapped:#}").replace('\n', "\r\n")
}

/// The two ids that identify a request in logs.
#[derive(Debug, Clone)]
pub(crate) struct Trace {
    pub request_id: String,
    pub client_request_id: String,
}

impl Trace {
    /// With the client's own id, if it sent one that is valid in a header.
    pub(crate) fn new(client_request_id: Option<&str>) -> Trace {
        let request_id = ids::random();
        let client_request_id = client_request_id
            .filter(|id| (1..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic()))
            .map_or_else(|| request_id.clone(), str::to_owned);
        Trace { request_id, client_request_id }
    }
}
