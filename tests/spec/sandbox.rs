//! The embedded Graph, as an HTTP client sees it.

mod approvals;
mod faults;
mod lists;
mod requests;
mod state;

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use sspr_policy::sandbox::{Running, Sandbox, SandboxOptions};
use tempfile::TempDir;

use crate::harness::served::Place;

const CONFIGURATIONS: &str = "/beta/deviceManagement/deviceConfigurations";

/// A sandbox in a temporary folder, and a client.
struct Trial {
    folder: TempDir,
    place: Place,
    running: Option<Running>,
    client: reqwest::Client,
}

/// `trial!(|graph| …)` runs a test against a new sandbox.
macro_rules! trial {
    (|$graph:ident| $body:expr) => {
        $crate::sandbox::alone(async {
            #[allow(unused_mut)]
            let mut $graph = $crate::sandbox::Trial::new($crate::sandbox::SandboxOptions::default()).await;
            $body;
        })
    };
}
use trial;

fn alone(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(test);
}

impl Trial {
    async fn new(options: SandboxOptions) -> Trial {
        // An error means that another test has already installed it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut trial = Trial { folder: tempfile::tempdir().unwrap(), place: Place::take(), running: None, client };
        trial.open(options).await;
        trial
    }

    async fn open(&mut self, options: SandboxOptions) {
        let options = SandboxOptions { public_url: self.place.proxy.clone(), ..options };
        let sandbox = Sandbox::open(self.folder.path(), options).unwrap();
        let port = self.place.port.parse().unwrap();
        self.running = Some(sandbox.serve(([127, 0, 0, 1], port).into()).await.unwrap());
    }

    async fn stop(&mut self) {
        self.running.take().unwrap().stop().await.unwrap();
    }

    fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let base = self.place.proxy.as_deref().unwrap_or(self.running.as_ref().unwrap().url());
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{base}{path}") };
        self.client.request(method.parse().unwrap(), url).timeout(Duration::from_secs(20))
    }

    async fn send(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let request = self.request(method, path);
        let request = if let Some(body) = body { request.json(body) } else { request };
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        (status, if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() })
    }

    async fn get(&self, path: &str) -> Value {
        let (status, body) = self.send("GET", path, None).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    async fn create(&self, name: &str, settings: Value) -> Value {
        let (status, body) = self.send("POST", CONFIGURATIONS, Some(&profile(name, settings))).await;
        assert_eq!(status, 201, "{body}");
        body
    }

    async fn group(&self, name: &str) -> Value {
        let groups = self.get("/v1.0/groups").await;
        groups["value"].as_array().unwrap().iter().find(|group| group["displayName"] == name).unwrap()["id"].clone()
    }

    async fn names(&self) -> BTreeSet<String> {
        names(&self.get(&format!("{CONFIGURATIONS}?$top=1000")).await).into_iter().collect()
    }
}

fn names(list: &Value) -> Vec<String> {
    let values = list["value"].as_array().unwrap().iter();
    values.map(|value| value["displayName"].as_str().unwrap().to_owned()).collect()
}

fn profile(name: &str, settings: Value) -> Value {
    json!({ "@odata.type": "#microsoft.graph.windows10CustomConfiguration", "displayName": name, "omaSettings": settings })
}

fn setting(kind: &str, name: &str, value: impl Into<Value>) -> Value {
    json!({
        "@odata.type": format!("#microsoft.graph.omaSetting{kind}"),
        "displayName": name,
        "omaUri": format!("./Device/Vendor/MSFT/Policy/Config/{name}"),
        "value": value.into(),
    })
}

fn to_group(kind: &str, id: &Value) -> Value {
    json!({ "target": { "@odata.type": format!("#microsoft.graph.{kind}"), "groupId": id } })
}

fn path(profile: &Value) -> String {
    format!("{CONFIGURATIONS}/{}", profile["id"].as_str().unwrap())
}
