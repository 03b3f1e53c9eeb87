//! A server between client and sandbox that reports another tenant ID, and refuses what a token is not allowed to do.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use serde_json::{Value, json};

use super::TENANT;
use super::background::Background;
use super::graph::client;

/// The ID of a tenant that is not a sandbox.
pub const REAL: &str = "8f6d1111-2222-4333-8444-555566667777";

/// The running proxy; it stops when dropped.
pub struct Proxy {
    pub url: String,
    writes: Arc<Mutex<Vec<(String, Value)>>>,
    _server: Background,
}

struct Disguise {
    upstream: String,
    url: String,
    tenant: String,
    refused: Vec<String>,
    writes: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Proxy {
    /// Forwards to `upstream` and reports the tenant ID `tenant`. Requests whose URLs contain one of `refused` are
    /// answered with 403, also in a batch.
    pub fn start(upstream: &str, tenant: &str, refused: &[&str]) -> Proxy {
        let writes = Arc::default();
        let disguise = |url: &str| Disguise {
            upstream: upstream.to_owned(),
            url: url.to_owned(),
            tenant: tenant.to_owned(),
            refused: refused.iter().map(|part| (*part).to_owned()).collect(),
            writes: Arc::clone(&writes),
        };
        let server = Background::serve(|url| Router::new().fallback(forward).with_state(Arc::new(disguise(url))));
        Proxy { url: server.url.clone(), writes, _server: server }
    }

    /// The writes since the last call: `PATCH /beta/…`, and the body.
    pub fn writes(&self) -> Vec<(String, Value)> {
        std::mem::take(&mut *self.writes.lock().unwrap())
    }
}

async fn forward(State(to): State<Arc<Disguise>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let target = parts.uri.path_and_query().unwrap().as_str();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let refuses = |url: &str| to.refused.iter().any(|part| url.contains(part.as_str()));
    if refuses(target) {
        return answer(403, refusal().to_string());
    }
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    if parts.method != "GET" && !target.ends_with("$batch") {
        to.writes.lock().unwrap().push((format!("{} {target}", parts.method), asked.clone()));
    }
    let mut sent = client().request(parts.method, format!("{}{target}", to.upstream));
    for name in ["consistencylevel", "x-msft-approval-justification", "x-msft-approval-code"] {
        if let Some(value) = parts.headers.get(name) {
            sent = sent.header(name, value);
        }
    }
    if !body.is_empty() {
        sent = sent.header("content-type", "application/json").body(body);
    }
    let answered = sent.send().await.unwrap();
    let status = answered.status().as_u16();
    let mut text = answered.text().await.unwrap();
    if target.ends_with("$batch") {
        let mut batch: Value = serde_json::from_str(&text).unwrap();
        for item in batch["responses"].as_array_mut().into_iter().flatten() {
            let request = asked["requests"].as_array().unwrap().iter().find(|one| one["id"] == item["id"]);
            if refuses(request.unwrap()["url"].as_str().unwrap()) {
                item["status"] = json!(403);
                item["body"] = refusal();
            }
        }
        text = batch.to_string();
    }
    answer(status, text.replace(&to.upstream, &to.url).replace(TENANT, &to.tenant))
}

fn answer(status: u16, text: String) -> Response {
    Response::builder().status(status).header("content-type", "application/json").body(Body::from(text)).unwrap()
}

fn refusal() -> Value {
    json!({ "error": { "code": "Authorization_RequestDenied", "message": "Insufficient privileges.", "innerError": {} } })
}
