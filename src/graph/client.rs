//! Sends requests: headers, retries, answers.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::access::Access;
use super::body::{Body, WholeBody, from_json};
use super::error::Error;
use super::http::{SetupError, chain, http_client};
use super::pace::{Pace, WriteSlot};
use super::retry::{Retry, asked_pause};
use super::sign_in::TokenClaims;

/// The largest body that is read, in bytes: a page of a thousand large profiles is much smaller.
const LARGEST_BODY: usize = 256 * 1024 * 1024;
/// A pause of at least this length is logged as a warning, because people would wonder what is happening.
const LONG: Duration = Duration::from_secs(5);

/// A client for one Graph server.
pub struct Client {
    http: reqwest::Client,
    pub(super) base: String,
    access: Access,
    pub(super) pace: Pace,
    requests: AtomicUsize,
    uncounted: Mutex<BTreeSet<&'static str>>,
}

#[derive(Debug, Clone, Copy)]
pub struct Write<'a> {
    /// `POST`, `PATCH` or `DELETE`.
    pub method: &'a str,
    /// Begins with the version: `/beta/…`.
    pub path: &'a str,
    pub body: Option<&'a Value>,
    /// Headers besides those of every request.
    pub headers: &'a [(&'static str, String)],
}

/// A request, which may be sent several times.
pub(super) struct ClientRequest<'a> {
    pub method: Method,
    pub path: &'a str,
    pub body: Option<&'a Value>,
    pub headers: &'a [(&'static str, String)],
    /// How many requests it counts as; a batch counts each of its items.
    pub cost: usize,
    /// The media type of the answer.
    pub accept: &'static str,
}

/// The media type of almost every answer.
pub(super) const JSON: &str = "application/json";

impl Client {
    /// A client for the server at `base` (without version). `window` is the length of the window in which the server
    /// counts requests: usually [`super::WINDOW`], or zero for a server without limits.
    ///
    /// # Errors
    /// If the system's certificates or proxy settings cannot be used.
    pub fn new(base: &str, access: Access, window: Duration) -> Result<Self, Error> {
        let http = http_client(base)?;
        let base = base.trim_end_matches('/').to_string();
        let (pace, requests) = (Pace::new(window), AtomicUsize::new(0));
        Ok(Self { http, base, access, pace, requests, uncounted: Mutex::default() })
    }

    /// The number of requests that were sent.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    /// Records that the server does not count these objects, so that only the lists show whether all of them arrived.
    pub fn not_counted(&self, what: &'static str) {
        self.uncounted.lock().unwrap_or_else(PoisonError::into_inner).insert(what);
    }

    /// The objects that the server has not counted so far.
    pub fn uncounted(&self) -> Vec<&'static str> {
        self.uncounted.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }

    /// Whether requests have no token.
    pub fn is_anonymous(&self) -> bool {
        matches!(self.access, Access::Nobody)
    }

    /// The claims of the token, if there is one that can be read.
    ///
    /// # Errors
    /// If signing in fails.
    pub async fn claims(&self) -> Result<Option<TokenClaims>, Error> {
        Ok(self.access.bearer(false).await?.as_deref().and_then(TokenClaims::read))
    }

    /// The unit of pauses: a second, or less if the server's window is scaled down.
    pub fn second(&self) -> Duration {
        self.pace.second()
    }

    /// Reads one object. `path` begins with the version: `/beta/…`.
    ///
    /// # Errors
    /// If Graph refuses or does not answer, or the answer does not have the expected form.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        let mut body = WholeBody::default();
        let request_id = self.read_into(path, &mut body).await?;
        typed(path, &body, request_id)
    }

    /// Reads a path into `body`, and returns the request-id.
    pub(super) async fn read_into(&self, path: &str, body: &mut dyn Body) -> Result<String, Error> {
        self.read_as(path, JSON, body).await
    }

    pub(super) async fn read_as(&self, path: &str, accept: &'static str, body: &mut dyn Body) -> Result<String, Error> {
        let request = ClientRequest { method: Method::GET, path, body: None, headers: &[], cost: 1, accept };
        self.send(&request, body).await
    }

    /// How long this number of writes wait for their slots in total.
    pub fn pause_for(&self, writes: usize) -> Duration {
        self.pace.pause_for(writes)
    }

    /// Waits until a write may be sent, because Intune limits them. The caller gets the slot first, so that it can read
    /// the object right before the write.
    pub async fn write_slot(&self) -> WriteSlot {
        self.pace.write_slot().await
    }

    /// Sends a write once. Before the caller sends it again ([`Client::wait_to_retry`]), it has to check whether the
    /// write was carried out after all, and whether someone changed the object in the meantime.
    ///
    /// # Errors
    /// As for [`Client::get`].
    pub async fn write(&self, slot: WriteSlot, write: Write<'_>) -> Result<Value, Error> {
        let method = Method::from_bytes(write.method.as_bytes()).map_err(|error| SetupError(error.to_string()))?;
        let Write { path, body, headers, .. } = write;
        let request = ClientRequest { method, path, body, headers, cost: 1, accept: JSON };
        let mut answer = WholeBody::default();
        let request_id = self.send_once(&request, Some(slot), &mut answer).await?;
        typed(path, &answer, request_id)
    }

    /// Sends a read request until it is answered or no further try is allowed.
    pub(super) async fn send(&self, request: &ClientRequest<'_>, body: &mut dyn Body) -> Result<String, Error> {
        let mut retry = Retry::of_reading(request.intune_requests() > 0);
        loop {
            match self.send_once(request, None, body).await {
                Ok(request_id) => return Ok(request_id),
                Err(error) => self.wait_to_retry(&mut retry, error).await?,
            }
        }
    }

    /// Waits until a failed request may be sent again.
    ///
    /// # Errors
    /// The same error, if the request must not be sent again.
    pub async fn wait_to_retry(&self, retry: &mut Retry, error: Error) -> Result<(), Error> {
        let Some(pause) = retry.next(&error, &self.pace) else { return Err(error) };
        self.rest(&error, pause).await;
        Ok(())
    }

    /// Sends a request once, or twice if Graph refuses the token and it can be renewed.
    async fn send_once(
        &self,
        request: &ClientRequest<'_>,
        slot: Option<WriteSlot>,
        body: &mut dyn Body,
    ) -> Result<String, Error> {
        let is_write = slot.is_some();
        let (mut slot, mut renew) = (slot, false);
        loop {
            if is_write && slot.is_none() {
                slot = Some(self.pace.write_slot().await);
            }
            let cost = request.intune_requests();
            if cost > 0 {
                self.pace.requests(cost).await;
            }
            let bearer = self.access.bearer(renew).await?;
            let ended =
                self.exchange(request, bearer.as_deref(), body).await.map_err(|error| error.without(bearer.as_deref()));
            if let Some(slot) = slot.take().filter(|_| !matches!(&ended, Err(error) if error.never_sent())) {
                slot.spend();
            }
            match ended {
                Err(error) if error.status() == Some(401) && self.access.renews() && !renew => renew = true,
                ended => return ended,
            }
        }
    }

    /// Waits before a request is sent again, and logs a warning if that takes long.
    pub(super) async fn rest(&self, error: &Error, pause: Duration) {
        match error {
            Error::NoAnswer { sent: true, .. } => tracing::warn!("sending again in {:.0?}: {error}", pause),
            _ if pause >= LONG => tracing::warn!("waiting {:.0?}, then sending again: {error}", pause),
            _ => tracing::info!(%error, ?pause, "sending again"),
        }
        tokio::time::sleep(pause).await;
    }

    /// Sends a request with this token, and receives the answer.
    async fn exchange(
        &self,
        request: &ClientRequest<'_>,
        bearer: Option<&str>,
        answer: &mut dyn Body,
    ) -> Result<String, Error> {
        let ClientRequest { method, path, body, headers, .. } = request;
        let id = uuid::Uuid::new_v4().to_string();
        self.requests.fetch_add(1, Ordering::Relaxed);
        let mut sent = self.http.request(method.clone(), format!("{}{path}", self.base));
        sent = sent.header("client-request-id", &id).header("accept", request.accept);
        for (name, value) in *headers {
            sent = sent.header(*name, value);
        }
        if let Some(token) = bearer {
            sent = sent.bearer_auth(token);
        }
        if let Some(body) = body {
            sent = sent.json(body);
        }
        let no_answer = |error: &reqwest::Error| {
            let reason = chain(error);
            let (method, path) = (method.to_string(), (*path).to_string());
            Error::NoAnswer { method, path, reason, request_id: id.clone(), sent: !error.is_connect() }
        };
        let response = sent.send().await.map_err(|error| no_answer(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        tracing::debug!(%method, path, status = status.as_u16(), client_request_id = %id);
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let request_id = header("request-id").unwrap_or(&id).to_string();
        let unusable = |reason: &str| {
            let (path, request_id) = ((*path).to_string(), request_id.clone());
            Error::Unusable { path, reason: reason.to_string(), request_id }
        };
        let mut refusal = WholeBody::default();
        let taken: &mut dyn Body = if status.is_success() { answer } else { &mut refusal };
        taken.begin();
        let (mut length, mut response) = (0, response);
        while let Some(piece) = response.chunk().await.map_err(|error| no_answer(&error))? {
            length += piece.len();
            if length > LARGEST_BODY {
                return Err(unusable("it is larger than any answer that Graph gives"));
            }
            taken.push(&piece);
        }
        let is_json = taken.is_json();
        if !status.is_success() {
            let body = from_json(refusal.json()).unwrap_or(Value::Null);
            let mut error = Error::refused(method.as_str(), path, status.as_u16(), &body, &request_id);
            if let Some(code) = header("x-msft-approval-code") {
                error = error.with_approval(code);
            }
            return Err(error.with_pause(asked_pause(&headers)));
        }
        if is_json { Ok(request_id) } else { Err(unusable("it is not JSON")) }
    }
}

impl ClientRequest<'_> {
    /// How many requests Intune counts for it.
    fn intune_requests(&self) -> usize {
        if is_intune(self.path) { self.cost } else { 0 }
    }
}

/// Whether Intune counts a request. For a batch, the request's cost counts only the items for Intune.
fn is_intune(path: &str) -> bool {
    path.contains("/deviceManagement/") || path.ends_with("/$batch")
}

/// Decodes the answer to a request to this path.
pub(super) fn typed<T: DeserializeOwned>(path: &str, body: &WholeBody, request_id: String) -> Result<T, Error> {
    let unusable = |error: serde_json::Error| {
        let (path, reason) = (path.to_string(), error.to_string());
        Error::Unusable { path, reason, request_id }
    };
    from_json(body.json()).map_err(unusable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_never_left_this_machine_was_not_done() {
        // A port that was free a moment ago, so that no server listens on it.
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|one| one.local_addr()).expect("a port").port();
        let base = format!("http://127.0.0.1:{port}");
        let client = Client::new(&base, Access::Nobody, Duration::ZERO).expect("a client");
        let body = serde_json::json!({});
        let slot = client.write_slot().await;
        let write = Write { method: "POST", path: "/beta/x", body: Some(&body), headers: &[] };
        let error = client.write(slot, write).await.expect_err("nobody listens");
        assert!(error.never_sent() && !error.outcome_unknown(), "{error}");
        assert_eq!(client.requests(), 1);
    }
}
