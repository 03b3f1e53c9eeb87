//! Requests, one at a time: headers, retries, pages.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::{Method, Response};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::access::Access;
use super::error::Error;
use super::http::http_client;

/// How often a request is sent at most, where sending it again cannot do harm.
const TRIES: u32 = 5;
/// How often a connection is tried: a server that is not there should be said soon.
const TRIES_TO_CONNECT: u32 = 2;
/// The longest pause that a server may ask for before we give up.
const LONGEST_PAUSE: Duration = Duration::from_secs(120);
/// Pages of one collection; more can only be a server that repeats itself.
const MOST_PAGES: usize = 10_000;

/// Speaks to one Graph.
pub struct Client {
    http: reqwest::Client,
    base: String,
    access: Access,
    requests: AtomicUsize,
}

/// What came back.
pub(super) struct Answer {
    pub body: Value,
    pub request_id: String,
}

impl Client {
    /// A client for the server at `base` (without version).
    ///
    /// # Errors
    /// When the system's certificates or proxy settings cannot be used.
    pub fn new(base: &str, access: Access) -> Result<Self, Error> {
        let http = http_client(base)?;
        Ok(Self { http, base: base.trim_end_matches('/').to_string(), access, requests: AtomicUsize::new(0) })
    }

    /// How many requests were sent.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    /// Reads one object. `path` begins with the version: `/beta/…`.
    ///
    /// # Errors
    /// When Graph refuses, or does not answer, or with something else than is described.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        let answer = self.send(Method::GET, path, None, true).await?;
        typed(path, answer)
    }

    /// Reads a whole collection, following every link to a next page.
    ///
    /// # Errors
    /// As for [`Client::get`]; also when pages repeat, or a link leads elsewhere: an incomplete read is none.
    pub async fn list<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, Error> {
        let mut items = Vec::new();
        let mut seen: HashSet<String> = HashSet::new();
        let mut ids: HashSet<String> = HashSet::new();
        let mut next = path.to_string();
        loop {
            let answer = self.send(Method::GET, &next, None, true).await?;
            let unusable = |reason: &str| Error::Unusable {
                path: next.clone(),
                reason: reason.to_string(),
                request_id: answer.request_id.clone(),
            };
            let Some(values) = answer.body["value"].as_array() else {
                return Err(unusable("a list is expected, and there is no `value`"));
            };
            for value in values {
                // A page that came twice, or an object that moved between pages while we read.
                if value["id"].as_str().is_some_and(|id| !ids.insert(id.to_string())) {
                    return Err(unusable("one object came twice; the list changed while it was read: run again"));
                }
                items.push(serde_json::from_value(value.clone()).map_err(|error| unusable(&error.to_string()))?);
            }
            let Some(link) = answer.body["@odata.nextLink"].as_str() else { return Ok(items) };
            if !seen.insert(link.to_string()) || seen.len() > MOST_PAGES {
                return Err(unusable("the server's links to next pages go in a circle"));
            }
            next = match link.strip_prefix(&self.base) {
                Some(rest) if rest.starts_with('/') => rest.to_string(),
                _ => return Err(unusable(&format!("the link to the next page leads to another server: {link}"))),
            };
        }
    }

    /// Sends a change. With `repeatable`, it is sent again where no answer came or the server failed; a creation is
    /// not, because it could be made twice. Throttled requests were not carried out, and are always sent again.
    ///
    /// # Errors
    /// As for [`Client::get`].
    pub async fn write(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
        repeatable: bool,
    ) -> Result<Value, Error> {
        let method = Method::from_bytes(method.as_bytes()).map_err(|error| Error::Setup(error.to_string()))?;
        self.send(method, path, body, repeatable).await.map(|answer| answer.body)
    }

    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        repeatable: bool,
    ) -> Result<Answer, Error> {
        let mut tried = 1;
        loop {
            let (error, asked) = match self.send_once(&method, path, body).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let throttled = error.status() == Some(429) || is_broker_throttling(&error);
            let again = match error.never_sent() {
                true => tried < TRIES_TO_CONNECT,
                false => throttled || repeatable && error.outcome_unknown() && error.status() != Some(501),
            };
            let pause = asked.unwrap_or_else(|| back_off(tried));
            if !again || tried >= TRIES || pause > LONGEST_PAUSE {
                return Err(error);
            }
            tracing::info!(%error, ?pause, "sending again");
            tokio::time::sleep(pause).await;
            tried += 1;
        }
    }

    /// One try; with a failure comes the pause that the server asked for.
    async fn send_once(
        &self,
        method: &Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, (Error, Option<Duration>)> {
        let id = uuid::Uuid::new_v4().to_string();
        self.requests.fetch_add(1, Ordering::Relaxed);
        let mut request =
            self.http.request(method.clone(), format!("{}{path}", self.base)).header("client-request-id", &id);
        request = request.header("accept", "application/json");
        if let Some(token) = self.access.bearer(false).await.map_err(|error| (error, None))? {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let no_answer = |error: &reqwest::Error| {
            let reason = chain(error);
            let (method, path) = (method.to_string(), path.to_string());
            (Error::NoAnswer { method, path, reason, request_id: id.clone(), sent: !error.is_connect() }, None)
        };
        let response = request.send().await.map_err(|error| no_answer(&error))?;
        let status = response.status();
        tracing::debug!(%method, path, status = status.as_u16(), client_request_id = %id);
        let pause = retry_after(&response);
        let header = response.headers().get("request-id").and_then(|id| id.to_str().ok()).unwrap_or(&id).to_string();
        let text = response.text().await.map_err(|error| no_answer(&error))?;
        let json: Option<Value> = if text.is_empty() { Some(Value::Null) } else { serde_json::from_str(&text).ok() };
        if !status.is_success() {
            let body = json.unwrap_or(Value::Null);
            return Err((Error::refused(method.as_str(), path, status.as_u16(), &body, &header), pause));
        }
        match json {
            Some(body) => Ok(Answer { body, request_id: header }),
            None => {
                let reason = "it is no JSON".to_string();
                Err((Error::Unusable { path: path.to_string(), reason, request_id: header }, None))
            }
        }
    }
}

pub(super) fn typed<T: DeserializeOwned>(path: &str, answer: Answer) -> Result<T, Error> {
    let request_id = answer.request_id;
    serde_json::from_value(answer.body).map_err(|error| Error::Unusable {
        path: path.to_string(),
        reason: error.to_string(),
        request_id,
    })
}

/// Intune's query broker throttles with a 500 that says so.
fn is_broker_throttling(error: &Error) -> bool {
    matches!(error, Error::Refused { status: 500, message, .. } if message.contains("Rate limit reached"))
}

/// One second, two, four, eight, and up to a quarter more so that many clients do not come back at once.
fn back_off(tried: u32) -> Duration {
    let base = Duration::from_millis(1000 * 2_u64.pow(tried.min(6) - 1));
    let spread = u64::from(uuid::Uuid::new_v4().as_bytes()[0]);
    base + base * (spread as u32) / 1024
}

fn retry_after(response: &Response) -> Option<Duration> {
    let text = response.headers().get("retry-after")?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
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

    #[test]
    fn what_never_left_this_machine_was_not_done() {
        // A port that was free a moment ago, and that nobody listens on.
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|one| one.local_addr()).expect("a port").port();
        let client = Client::new(&format!("http://127.0.0.1:{port}"), Access::Nobody).expect("a client");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let body = serde_json::json!({});
        let error = runtime.block_on(client.write("POST", "/beta/x", Some(&body), false)).expect_err("nobody listens");
        assert!(error.never_sent() && !error.outcome_unknown(), "{error}");
        assert_eq!(client.requests(), 2);
    }
}
