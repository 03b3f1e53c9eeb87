//! Requests: headers, tries, answers.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::access::Access;
use super::error::Error;
use super::http::http_client;
use super::pace::{Pace, Turn};
use super::retry::{LONGEST_PAUSE, Tries, asked_pause};
use super::sign_in::Claims;

/// The largest body that is read, in bytes: a page of a thousand large profiles is far below it.
const LARGEST_BODY: usize = 256 * 1024 * 1024;
/// From here on a person wonders what happens.
const LONG: Duration = Duration::from_secs(5);

/// Speaks to one Graph.
pub struct Client {
    http: reqwest::Client,
    pub(super) base: String,
    access: Access,
    pub(super) pace: Pace,
    requests: AtomicUsize,
    uncounted: Mutex<BTreeSet<&'static str>>,
}

/// One change of an object.
#[derive(Debug, Clone, Copy)]
pub struct Write<'a> {
    /// `POST`, `PATCH` or `DELETE`.
    pub method: &'a str,
    /// From the version on: `/beta/…`.
    pub path: &'a str,
    /// What is sent.
    pub body: Option<&'a Value>,
    /// Headers of its own.
    pub headers: &'a [(&'static str, String)],
}

/// A request, as often as it is sent.
pub(super) struct Request<'a> {
    pub method: Method,
    pub path: &'a str,
    pub body: Option<&'a Value>,
    pub headers: &'a [(&'static str, String)],
    /// How many of Intune's requests it is.
    pub cost: usize,
    /// The type of answer.
    pub accept: &'static str,
}

/// The type of almost every answer.
pub(super) const JSON: &str = "application/json";

/// What came back.
pub(super) struct Answer {
    pub body: Value,
    pub request_id: String,
}

impl Client {
    /// A client for the server at `base` (without version), whose limits count in windows of this length: usually
    /// [`super::WINDOW`], zero where there are none.
    ///
    /// # Errors
    /// When the system's certificates or proxy settings cannot be used.
    pub fn new(base: &str, access: Access, window: Duration) -> Result<Self, Error> {
        let http = http_client(base)?;
        let base = base.trim_end_matches('/').to_string();
        let (pace, requests) = (Pace::new(window), AtomicUsize::new(0));
        Ok(Self { http, base, access, pace, requests, uncounted: Mutex::default() })
    }

    /// How many requests were sent.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    /// This server does not count these: whether all of them came is known from the lists alone.
    pub fn not_counted(&self, what: &'static str) {
        self.uncounted.lock().unwrap_or_else(PoisonError::into_inner).insert(what);
    }

    /// What this server did not count so far.
    pub fn uncounted(&self) -> Vec<&'static str> {
        self.uncounted.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }

    /// What the token says about itself, where there is one that can be read.
    ///
    /// # Errors
    /// When there is none to be had.
    pub async fn claims(&self) -> Result<Option<Claims>, Error> {
        Ok(self.access.bearer(false).await?.as_deref().and_then(Claims::read))
    }

    /// What pauses are counted in: a second, or less where the server's window is scaled down.
    pub fn second(&self) -> Duration {
        self.pace.second()
    }

    /// Reads one object. `path` begins with the version: `/beta/…`.
    ///
    /// # Errors
    /// When Graph refuses, or does not answer, or with something else than is described.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        let answer = self.read(path).await?;
        typed(path, answer)
    }

    pub(super) async fn read(&self, path: &str) -> Result<Answer, Error> {
        self.read_as(path, JSON).await
    }

    pub(super) async fn read_as(&self, path: &str, accept: &'static str) -> Result<Answer, Error> {
        let request = Request { method: Method::GET, path, body: None, headers: &[], cost: 1, accept };
        self.send(&request, None).await
    }

    /// How long so many writes wait for their turns, all in all.
    pub fn pause_for(&self, writes: usize) -> Duration {
        self.pace.pause_for(writes)
    }

    /// Waits for a turn to write: Intune takes few writes, and who waits can look at the object afterwards.
    pub async fn turn(&self) -> Turn {
        self.pace.turn().await
    }

    /// Sends a change, once: before it is sent again, somebody has to look whether it was carried out all the same, and
    /// whether anybody changed the object meanwhile. Only what never left this machine, or was refused for its token,
    /// is sent again here.
    ///
    /// # Errors
    /// As for [`Client::get`].
    pub async fn write(&self, turn: Turn, write: Write<'_>) -> Result<Value, Error> {
        let method = Method::from_bytes(write.method.as_bytes()).map_err(|error| Error::Setup(error.to_string()))?;
        let Write { path, body, headers, .. } = write;
        let request = Request { method, path, body, headers, cost: 1, accept: JSON };
        self.send(&request, Some(turn)).await.map(|answer| answer.body)
    }

    /// Sends a request as often as is good: a reading one until it is answered, a write once.
    pub(super) async fn send(&self, request: &Request<'_>, mut turn: Option<Turn>) -> Result<Answer, Error> {
        let is_write = turn.is_some();
        let cost = if is_intune(request.path) { request.cost } else { 0 };
        let (mut tries, mut renew, mut renewed) = (Tries::default(), false, false);
        loop {
            if is_write && turn.is_none() {
                turn = Some(self.pace.turn().await);
            }
            if cost > 0 {
                self.pace.requests(cost).await;
            }
            let bearer = self.access.bearer(std::mem::take(&mut renew)).await?;
            let ended =
                self.send_once(request, bearer.as_deref()).await.map_err(|error| error.without(bearer.as_deref()));
            if let Some(turn) = turn.take().filter(|_| !matches!(&ended, Err(error) if error.never_sent())) {
                turn.used();
            }
            let error = match ended {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            if error.status() == Some(401) && self.access.renews() && !renewed {
                (renew, renewed) = (true, true);
                continue;
            }
            let pause = tries.next(&error, true, self.second());
            if error.is_throttling() && cost > 0 {
                // Whatever else waits would only be refused, too. Where the server asks for longer than anybody waits,
                // the others are told so as well, and at once.
                let asked = error.retry_after().unwrap_or(self.second());
                if asked <= LONGEST_PAUSE {
                    self.pace.hold(pause.unwrap_or_default().max(asked));
                }
            }
            if is_write && !error.never_sent() {
                return Err(error);
            }
            let Some(pause) = pause else { return Err(error) };
            self.rest(&error, pause).await;
        }
    }

    /// Waits before something is sent again, and says so where it takes long.
    pub async fn rest(&self, error: &Error, pause: Duration) {
        match error {
            Error::NoAnswer { sent: true, .. } => tracing::warn!("sending again in {:.0?}: {error}", pause),
            _ if pause >= LONG => tracing::warn!("waiting {:.0?}, then sending again: {error}", pause),
            _ => tracing::info!(%error, ?pause, "sending again"),
        }
        tokio::time::sleep(pause).await;
    }

    /// One try.
    async fn send_once(&self, request: &Request<'_>, bearer: Option<&str>) -> Result<Answer, Error> {
        let Request { method, path, body, headers, .. } = request;
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
        let mut bytes = Vec::new();
        let mut response = response;
        while let Some(piece) = response.chunk().await.map_err(|error| no_answer(&error))? {
            bytes.extend_from_slice(&piece);
            if bytes.len() > LARGEST_BODY {
                return Err(unusable("it is larger than any answer of Graph"));
            }
        }
        let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
        let json: Option<Value> = if text.is_empty() { Some(Value::Null) } else { serde_json::from_slice(text).ok() };
        if !status.is_success() {
            let body = json.unwrap_or(Value::Null);
            let mut error = Error::refused(method.as_str(), path, status.as_u16(), &body, &request_id);
            if let Some(code) = header("x-msft-approval-code") {
                error = error.with_approval(code);
            }
            return Err(error.with_pause(asked_pause(&headers)));
        }
        match json {
            Some(body) => Ok(Answer { body, request_id }),
            None => Err(unusable("it is no JSON")),
        }
    }
}

/// Whether Intune counts a request. A batch says itself what it holds.
fn is_intune(path: &str) -> bool {
    path.contains("/deviceManagement/") || path.ends_with("/$batch")
}

fn typed<T: DeserializeOwned>(path: &str, answer: Answer) -> Result<T, Error> {
    let request_id = answer.request_id;
    serde_json::from_value(answer.body).map_err(|error| Error::Unusable {
        path: path.to_string(),
        reason: error.to_string(),
        request_id,
    })
}

/// An error and its causes, in one line.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_never_left_this_machine_was_not_done() {
        // A port that was free a moment ago, and that nobody listens on.
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|one| one.local_addr()).expect("a port").port();
        let base = format!("http://127.0.0.1:{port}");
        let client = Client::new(&base, Access::Nobody, Duration::ZERO).expect("a client");
        let body = serde_json::json!({});
        let turn = client.turn().await;
        let write = Write { method: "POST", path: "/beta/x", body: Some(&body), headers: &[] };
        let error = client.write(turn, write).await.expect_err("nobody listens");
        assert!(error.never_sent() && !error.outcome_unknown(), "{error}");
        assert_eq!(client.requests(), 2);
    }
}
