//! A scripted server between client and sandbox, for what happens while a request is on its way.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use serde_json::{Value, json};

use super::background::Background;
use super::graph::client;

/// A request from the client.
pub struct Asked {
    pub method: String,
    /// The path with the query.
    pub path: String,
    pub body: Value,
}

impl Asked {
    pub fn is(&self, method: &str, end_of_path: &str) -> bool {
        self.method == method && self.path.ends_with(end_of_path)
    }

    /// Whether it reads profiles, which is done in a batch.
    pub fn is_look(&self) -> bool {
        self.path.ends_with("/$batch") && self.body.to_string().contains("deviceConfigurations")
    }
}

/// What happens to a request.
pub enum Then {
    /// It is forwarded.
    Pass,
    /// It is forwarded, and this is done before the answer is returned.
    After(Box<dyn FnOnce() + Send>),
    /// It is forwarded, and the answer is changed.
    Changed(Box<dyn FnOnce(&mut Value) + Send>),
    /// It is answered with this status and this `Retry-After` in seconds. `done`: whether it is forwarded before.
    Answered { status: u16, pause: Option<u32>, done: bool },
}

impl Then {
    /// An answer with this status, without forwarding the request.
    pub fn refused(status: u16) -> Then {
        Then::Answered { status, pause: None, done: false }
    }
}

type Script = Box<dyn FnMut(&Asked) -> Then + Send>;

/// The running server; it stops when dropped.
pub struct Between {
    pub url: String,
    _server: Background,
}

struct Scripted {
    upstream: String,
    script: Mutex<Script>,
}

impl Between {
    pub fn start(upstream: &str, script: impl FnMut(&Asked) -> Then + Send + 'static) -> Between {
        let scripted = Scripted { upstream: upstream.to_owned(), script: Mutex::new(Box::new(script)) };
        let server = Background::serve(|_| Router::new().fallback(forward).with_state(Arc::new(scripted)));
        Between { url: server.url.clone(), _server: server }
    }
}

async fn forward(State(to): State<Arc<Scripted>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().unwrap().to_string();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let asked = Asked {
        method: parts.method.to_string(),
        path: path.clone(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    };
    let then = (to.script.lock().unwrap())(&asked);
    if let Then::Answered { status, pause, done: false } = then {
        return instead(status, pause);
    }
    let mut sent = client().request(parts.method, format!("{}{path}", to.upstream));
    for name in ["consistencylevel", "accept", "content-type"] {
        if let Some(value) = parts.headers.get(name) {
            sent = sent.header(name, value);
        }
    }
    let answered = sent.body(body).send().await.unwrap();
    let status = answered.status().as_u16();
    let bytes = answered.bytes().await.unwrap();
    match then {
        Then::After(job) => std::thread::spawn(job).join().unwrap(),
        Then::Changed(change) => {
            let mut changed: Value = serde_json::from_slice(&bytes).unwrap();
            change(&mut changed);
            return answer(status).body(Body::from(changed.to_string())).unwrap();
        }
        Then::Answered { status, pause, .. } => return instead(status, pause),
        Then::Pass => {}
    }
    answer(status).body(Body::from(bytes)).unwrap()
}

fn instead(status: u16, pause: Option<u32>) -> Response {
    let body = json!({ "error": { "code": "E", "message": "answered on the way" } }).to_string();
    let answer = answer(status);
    let answer = match pause {
        Some(seconds) => answer.header("retry-after", seconds),
        None => answer,
    };
    answer.body(Body::from(body)).unwrap()
}

fn answer(status: u16) -> axum::http::response::Builder {
    Response::builder().status(status).header("content-type", "application/json")
}
