//! A sandbox in the test's own process, and a client that sees what a client of Graph sees.

use std::path::PathBuf;
use std::time::Duration;

use regex::Regex;
use serde_json::{Value, json};
use sspr_policy::sandbox::{Faults, Running, Sandbox, SandboxOptions};
use tempfile::TempDir;

use super::graph::{CONFIGURATIONS, client, text};
use super::served::Place;

/// A sandbox in a temporary folder, and a client.
pub struct Trial {
    pub folder: TempDir,
    /// The folder of the state inside the temporary folder.
    below: &'static str,
    place: Place,
    pub running: Option<Running>,
    /// Headers of every request, such as `Authorization`.
    pub headers: Vec<(&'static str, String)>,
}

pub fn alone(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(test);
}

/// Runs a test with a new sandbox that has no faults.
pub fn trial(test: impl AsyncFnOnce(Trial)) {
    alone(async { test(Trial::new(json!({})).await).await });
}

/// A custom profile without settings.
pub fn custom(name: &str) -> Value {
    json!({ "@odata.type": "#microsoft.graph.windows10CustomConfiguration", "displayName": name, "omaSettings": [] })
}

/// How a sandbox with these faults is opened.
pub fn faulty(faults: &Value) -> SandboxOptions {
    SandboxOptions { faults: Faults::from_json(faults).unwrap(), ..SandboxOptions::default() }
}

impl Trial {
    pub async fn new(faults: Value) -> Trial {
        Trial::with(faulty(&faults)).await
    }

    pub async fn with(options: SandboxOptions) -> Trial {
        Trial::start("", options).await
    }

    /// A sandbox with its state in this subfolder.
    pub async fn below(below: &'static str, faults: Value) -> Trial {
        Trial::start(below, faulty(&faults)).await
    }

    async fn start(below: &'static str, options: SandboxOptions) -> Trial {
        let (folder, place) = (tempfile::tempdir().unwrap(), Place::take());
        let mut trial = Trial { folder, below, place, running: None, headers: Vec::new() };
        trial.open(options).await;
        trial
    }

    pub async fn open(&mut self, options: SandboxOptions) {
        let options = SandboxOptions { public_url: self.place.proxy.clone(), ..options };
        let sandbox = Sandbox::open(&self.state(), options).unwrap();
        let port = self.place.port.parse().unwrap();
        self.running = Some(sandbox.serve(([127, 0, 0, 1], port).into()).await.unwrap());
    }

    pub async fn stop(&mut self) {
        self.running.take().unwrap().stop().await.unwrap();
    }

    /// The folder of the state.
    pub fn state(&self) -> PathBuf {
        // Joining an empty path adds a separator, which this removes.
        self.folder.path().join(self.below).components().collect()
    }

    /// The same client with this token; without one if the text is empty.
    pub fn as_token(&mut self, token: &str) -> &Trial {
        let bearer = (!token.is_empty()).then(|| ("Authorization", format!("Bearer {token}")));
        self.headers = bearer.into_iter().collect();
        self
    }

    /// A request for a path, or for a link from an answer.
    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let base = self.place.proxy.as_deref().unwrap_or(self.running.as_ref().unwrap().url());
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{base}{path}") };
        let request = client().request(method.parse().unwrap(), url).timeout(Duration::from_secs(20));
        self.headers.iter().fold(request, |request, (name, value)| request.header(*name, value))
    }

    pub async fn send(&self, method: &str, path: &str, body: Option<&Value>) -> reqwest::Result<reqwest::Response> {
        let request = self.request(method, path);
        let request = if let Some(body) = body { request.json(body) } else { request };
        request.send().await
    }

    /// The status and body of a complete answer.
    #[must_use = "the status must be checked"]
    pub async fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let response = self.send(method, path, body).await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        (status, if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() })
    }

    /// The body of the answer to a request that has to succeed.
    pub async fn done(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let (status, answer) = self.ask(method, path, body).await;
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        answer
    }

    pub async fn get(&self, path: &str) -> Value {
        self.done("GET", path, None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Value {
        self.done("POST", path, Some(body)).await
    }

    /// An answer in one line: the status, important headers, and a summary of the body.
    #[must_use = "it begins with the status"]
    pub async fn say(&self, method: &str, path: &str, body: Option<&Value>) -> String {
        let Ok(response) = self.send(method, path, body).await else {
            return "no answer".to_owned();
        };
        let mut said = response.status().as_u16().to_string();
        for name in ["Retry-After", "x-msft-approval-code", "WWW-Authenticate"] {
            if let Some(value) = response.headers().get(name) {
                said.push_str(&format!(", {name}: {}", value.to_str().unwrap()));
            }
        }
        match response.text().await {
            Ok(text) => normal(&format!("{said}: {}", gist(&text))),
            Err(_) => normal(&format!("{said}: the body ends early")),
        }
    }

    /// Sends a batch of `METHOD /url`, and describes the answers by number.
    #[must_use = "it begins with the status"]
    pub async fn batch(&self, requests: &[&str]) -> String {
        let requests: Vec<Value> = (1..)
            .zip(requests)
            .map(|(id, request)| {
                let (method, url) = request.split_once(' ').unwrap();
                json!({ "id": id.to_string(), "method": method, "url": url })
            })
            .collect();
        let (status, body) = self.ask("POST", "/beta/$batch", Some(&json!({ "requests": requests }))).await;
        let mut lines: Vec<String> = body["responses"].as_array().into_iter().flatten().map(sub_answer).collect();
        lines.sort();
        format!("{status}\n{}", lines.join("\n"))
    }

    /// The names of all profiles, in the order of creation.
    pub async fn names(&self) -> Vec<String> {
        names(&self.get(&format!("{CONFIGURATIONS}?$top=1000")).await)
    }

    pub async fn has(&self, name: &str) -> bool {
        self.names().await.iter().any(|one| one == name)
    }

    pub async fn counters(&self) -> String {
        format!("{:#}", self.get("/sandbox/counters").await)
    }
}

/// The names of the objects in a list.
pub fn names(list: &Value) -> Vec<String> {
    list["value"].as_array().unwrap().iter().map(|value| text(&value["displayName"])).collect()
}

fn sub_answer(answer: &Value) -> String {
    let retry = answer["headers"].get("Retry-After").map(|value| format!(", Retry-After: {}", value.as_str().unwrap()));
    let gist = gist(&answer["body"].to_string());
    format!("{}: {}{}: {gist}", answer["id"].as_str().unwrap(), answer["status"], retry.unwrap_or_default())
}

/// A body without what differs between runs.
fn gist(text: &str) -> String {
    let Ok(json) = serde_json::from_str::<Value>(text) else {
        return text.lines().find(|line| line.contains("title")).unwrap_or(text).to_owned();
    };
    let name = |value: &Value| value["displayName"].as_str().or(value["name"].as_str()).unwrap_or("?").to_owned();
    if let Some(error) = json.get("error").filter(|error| error.is_object()) {
        let message = error["message"].as_str().unwrap();
        // Intune's errors are JSON inside the message.
        let inner: Option<Value> = serde_json::from_str(message).ok();
        let message = inner.as_ref().and_then(|inner| inner["Message"].as_str()).unwrap_or(message);
        let message = message.split(" - Operation ID").next().unwrap();
        return format!("{} {message}", error["code"].as_str().unwrap()).trim_end().to_owned();
    }
    match json["value"].as_array() {
        Some(values) => {
            let more = if json.get("@odata.nextLink").is_some() { ", …" } else { "" };
            format!("[{}{more}]", values.iter().map(name).collect::<Vec<_>>().join(", "))
        }
        None => name(&json),
    }
}

/// The text without new IDs and times.
pub fn normal(text: &str) -> String {
    let patterns = [
        (r"\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b", "[id]"),
        (r"\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT", "[date] GMT"),
    ];
    patterns.iter().fold(text.to_owned(), |text, (pattern, with)| {
        Regex::new(pattern).unwrap().replace_all(&text, *with).into_owned()
    })
}
