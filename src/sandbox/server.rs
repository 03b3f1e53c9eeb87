//! The sandbox over HTTP, on loopback.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::answer::{self, Answer, Refusal, Trace};
use super::call::{Call, Face};
use super::control;
use super::delivery::{self, Pace};
use super::error::{Error, file};
use super::faults::Fault;
use super::files;
use super::routes::Held;
use super::service::{self, Service};
use super::wire::{Listening, Wire};

const LARGEST_BODY: usize = 20 * 1024 * 1024;
/// How long a stop waits for requests that are being answered.
const PATIENCE: Duration = Duration::from_millis(500);

/// What all connections share.
#[derive(Debug)]
pub(super) struct Shared {
    /// Taken out when the server stops: connections may outlive it, and must hold neither state nor lock then. An
    /// ordinary mutex, since no request waits for anything while it has the service.
    service: Mutex<Option<Service>>,
    folder: PathBuf,
    public_url: Option<String>,
    held: watch::Sender<bool>,
}

impl Shared {
    pub(super) fn new(service: Service, folder: PathBuf, public_url: Option<String>) -> Shared {
        let held = watch::Sender::new(false);
        Shared { service: Mutex::new(Some(service)), folder, public_url, held }
    }

    /// Does something with the service; `None` when the sandbox has stopped.
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut Service) -> T) -> Option<T> {
        self.service.lock().unwrap_or_else(PoisonError::into_inner).as_mut().map(work)
    }

    fn close(&self) {
        let mut service = self.service.lock().unwrap_or_else(PoisonError::into_inner);
        if service.is_some() {
            // Whoever reads it looks at the lock first, so it may stay where it cannot be deleted.
            let _ = fs::remove_file(files::served(&self.folder));
        }
        service.take();
    }
}

/// A sandbox that is being served. Dropping it stops it too.
#[derive(Debug)]
pub struct Running {
    url: String,
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    task: Option<JoinHandle<std::io::Result<()>>>,
    held: watch::Receiver<bool>,
}

impl Running {
    pub(super) async fn start(shared: Arc<Shared>, address: SocketAddr) -> Result<Running, Error> {
        if !address.ip().is_loopback() {
            return Err(Error::NotLoopback { address });
        }
        let listen = |source| Error::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(listen)?;
        let url = format!("http://{}", listener.local_addr().map_err(listen)?);
        let path = files::served(&shared.folder);
        fs::write(&path, &url).map_err(file("write", &path))?;
        let (stop, mut stopped) = watch::channel(false);
        let router = Router::new().fallback(handle).with_state(Arc::clone(&shared));
        let router = router.into_make_service_with_connect_info::<Wire>();
        let server = axum::serve(Listening(listener), router).with_graceful_shutdown(async move {
            // An error means that `Running` was dropped, which is a stop as well.
            let _ = stopped.wait_for(|stop| *stop).await;
        });
        let task = Some(tokio::spawn(async move { server.await }));
        let held = shared.held.subscribe();
        Ok(Running { url, shared, stop, task, held })
    }

    /// Where it is served, such as `http://127.0.0.1:8898`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Waits until the held write ([`super::Hold`]) has been reached; for ever when there is none.
    pub async fn held(&mut self) {
        if self.held.wait_for(|held| *held).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Stops listening, waits half a second at most for requests that are being answered, and gives up the lock.
    ///
    /// # Errors
    /// [`Error::Server`] when the server had ended before, with an error.
    pub async fn stop(mut self) -> Result<(), Error> {
        self.stop.send_replace(true);
        let Some(mut task) = self.task.take() else {
            return Ok(());
        };
        let ended = tokio::time::timeout(PATIENCE, &mut task).await;
        task.abort();
        self.shared.close();
        let failed = |reason: String| Err(Error::Server { reason });
        match ended {
            Err(_) | Ok(Ok(Ok(()))) => Ok(()),
            Ok(Ok(Err(error))) => failed(error.to_string()),
            Ok(Err(error)) => failed(error.to_string()),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.shared.close();
    }
}

async fn handle(State(shared): State<Arc<Shared>>, ConnectInfo(wire): ConnectInfo<Wire>, request: Request) -> Response {
    if request.uri().path().starts_with(control::ROOT) {
        return control::answer(&shared, request);
    }
    let trace = Trace::new(text(request.headers(), "client-request-id"));
    let call = match read(&shared, request).await {
        Ok(call) => call,
        Err(refusal) => {
            shared.with(|service| service.counters.refused(refusal.status));
            return delivery::whole(refusal.answer(&trace, None), &trace);
        }
    };
    // A task of its own: what has arrived is carried out even when the client hangs up meanwhile, as Graph does.
    let task = tokio::spawn(async move {
        let outcome = carry_out(&shared, &call, &trace).await;
        shared.with(|service| service.counters.left(outcome.as_ref().map(|(answer, _)| answer.status)));
        (outcome, trace)
    });
    match task.await {
        Ok((Some((answer, pace)), trace)) => delivery::paced(answer, &trace, pace, wire),
        // Only a panic ends a task early, and the connection is all that can be given up then.
        Ok((None, _)) | Err(_) => {
            wire.cut();
            Response::new(Body::empty())
        }
    }
}

/// Answers a request with all that may happen to it on its way; `None` when the connection is cut.
async fn carry_out(shared: &Shared, call: &Call, trace: &Trace) -> Option<(Answer, Pace)> {
    let arrival = shared.with(|service| service.arrive(call))?;
    pause(arrival.wait).await;
    let strike = |fault| shared.with(|service| service.counters.struck(fault));
    if arrival.cut_before {
        strike(Fault::CutBefore);
        return None;
    }
    if let Some(status) = arrival.html {
        strike(Fault::Html);
        return Some((service::html_page(status), Pace::Whole));
    }
    let answer = match shared.with(|service| service.answer(call, trace))? {
        Ok(answer) => answer,
        Err(Held) => {
            shared.held.send_replace(true);
            std::future::pending().await
        }
    };
    pause(answer.late).await;
    if let Some(delay) = arrival.late_answer {
        strike(Fault::LateAnswers);
        pause(delay).await;
    }
    if arrival.cut_after {
        strike(Fault::CutAfter);
        return None;
    }
    let pace = match (arrival.truncated, arrival.slow_body) {
        _ if matches!(answer.body, answer::Body::Nothing) => Pace::Whole,
        (true, _) => Pace::Truncated,
        (false, Some(time)) => Pace::Slow(time),
        (false, None) => Pace::Whole,
    };
    match pace {
        Pace::Whole => None,
        Pace::Truncated => strike(Fault::Truncated),
        Pace::Slow(_) => strike(Fault::SlowBody),
    };
    Some((answer, pace))
}

/// Nothing costs no time: even an empty sleep would take a millisecond.
async fn pause(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}

/// Takes a request apart.
async fn read(shared: &Shared, request: Request) -> Result<Call, Refusal> {
    let (parts, body) = request.into_parts();
    let base = base(shared, &parts.headers)?;
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let (face, rest) = if let Some(rest) = versioned(target, "/v1.0") {
        (Face::V1, rest)
    } else if let Some(rest) = versioned(target, "/beta") {
        (Face::Beta, rest)
    } else {
        return Err(Refusal::not_found("The sandbox has only /v1.0 and /beta."));
    };
    let mut call = Call::new(parts.method.as_str(), face, rest, &base)?;
    call.heed(|name| text(&parts.headers, name));
    call.token = text(&parts.headers, "authorization").and_then(bearer).map(str::to_owned);
    let body = to_bytes(body, LARGEST_BODY)
        .await
        .map_err(|_| Refusal::new(413, "RequestEntityTooLarge", "The body did not arrive whole, or is over 20 MB."))?;
    if !body.is_empty() {
        json_only(&parts.headers)?;
        let body = serde_json::from_slice(&body);
        call.body = Some(body.map_err(|error| Refusal::bad(format!("The body of the request is not JSON: {error}")))?);
    }
    Ok(call)
}

fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn versioned<'a>(target: &'a str, version: &str) -> Option<&'a str> {
    target.strip_prefix(version).filter(|rest| rest.starts_with('/'))
}

/// What links begin with. A request for another host is refused: some page in a browser has pointed its own name at
/// loopback (DNS rebinding).
pub(super) fn base(shared: &Shared, headers: &HeaderMap) -> Result<String, Refusal> {
    let host = text(headers, "host").unwrap_or_default();
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
    match name.map_or(host, |(name, _)| name) {
        "127.0.0.1" | "localhost" | "[::1]" => {}
        _ => {
            return Err(Refusal::new(
                403,
                "Forbidden",
                format!("The sandbox answers only to loopback, not to '{host}'."),
            ));
        }
    }
    Ok(shared.public_url.clone().unwrap_or_else(|| format!("http://{host}")))
}

/// No other type: a page in a browser may send a form anywhere unasked, but not JSON.
fn json_only(headers: &HeaderMap) -> Result<(), Refusal> {
    let kind = text(headers, header::CONTENT_TYPE.as_str()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    match kind.eq_ignore_ascii_case("application/json") {
        true => Ok(()),
        false => Err(Refusal::new(
            415,
            "UnsupportedMediaType",
            format!("The body has to be application/json, not '{kind}'."),
        )),
    }
}

pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
