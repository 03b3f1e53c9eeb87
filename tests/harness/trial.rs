//! A sandbox with faults, and a client that describes each answer in one line.

use std::time::Duration;

use regex::Regex;
use serde_json::{Value, json};
use sspr_policy::sandbox::{Faults, Running, Sandbox, SandboxOptions};
use tempfile::TempDir;

pub const CONFIGURATIONS: &str = "/beta/deviceManagement/deviceConfigurations";

/// A sandbox in a temporary folder, and a client.
pub struct Trial {
    pub folder: TempDir,
    /// The folder of the state inside the temporary folder.
    below: &'static str,
    running: Option<Running>,
    client: reqwest::Client,
    /// Headers of every request, such as `Authorization`.
    pub headers: Vec<(&'static str, String)>,
}

pub fn alone(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(test);
}

/// A custom profile without settings.
pub fn custom(name: &str) -> Value {
    json!({ "@odata.type": "#microsoft.graph.windows10CustomConfiguration", "displayName": name, "omaSettings": [] })
}

impl Trial {
    pub async fn new(faults: Value) -> Trial {
        Trial::seeded(faults, 0).await
    }

    pub async fn seeded(faults: Value, seed: u64) -> Trial {
        Trial::start("", faults, seed).await
    }

    /// A sandbox with its state in this subfolder.
    pub async fn below(below: &'static str, faults: Value) -> Trial {
        Trial::start(below, faults, 0).await
    }

    async fn start(below: &'static str, faults: Value, seed: u64) -> Trial {
        // An error means that another test has already installed it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // No pooled connections: the client would silently retry a request whose connection was cut.
        let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut trial = Trial { folder, below, running: None, client, headers: Vec::new() };
        trial.open(faults, seed).await;
        trial
    }

    pub async fn open(&mut self, faults: Value, seed: u64) {
        let faults = Faults::from_json(&faults).unwrap();
        let options = SandboxOptions { faults, random_seed: seed, ..SandboxOptions::default() };
        let sandbox = Sandbox::open(&self.folder.path().join(self.below), options).unwrap();
        self.running = Some(sandbox.serve(([127, 0, 0, 1], 0).into()).await.unwrap());
    }

    pub async fn stop(&mut self) {
        self.running.take().unwrap().stop().await.unwrap();
    }

    /// The same client with this token; without one if the text is empty.
    pub fn as_token(&mut self, token: &str) -> &Trial {
        let bearer = (!token.is_empty()).then(|| ("Authorization", format!("Bearer {token}")));
        self.headers = bearer.into_iter().collect();
        self
    }

    pub fn url(&self) -> &str {
        self.running.as_ref().unwrap().url()
    }

    pub async fn send(&self, method: &str, path: &str, body: Option<&Value>) -> reqwest::Result<reqwest::Response> {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.url()) };
        let mut request = self.client.request(method.parse().unwrap(), url).timeout(Duration::from_secs(20));
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        request.send().await
    }

    /// The status and body of a complete answer.
    pub async fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let response = self.send(method, path, body).await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// An answer in one line: the status, important headers, and a summary of the body.
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

    pub async fn names(&self) -> String {
        gist(&self.ask("GET", &format!("{CONFIGURATIONS}?$top=1000"), None).await.1.to_string())
    }

    pub async fn counters(&self) -> String {
        format!("{:#}", self.ask("GET", "/sandbox/counters", None).await.1)
    }
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
