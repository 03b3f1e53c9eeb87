//! A client of Graph that reads and changes a tenant as the portal does.

use std::path::Path;
use std::sync::OnceLock;

use serde_json::{Value, json};

use super::served::{LONGEST, Served};

pub const CONFIGURATIONS: &str = "/beta/deviceManagement/deviceConfigurations";

/// The client of all tests of a process: in a debug build, creating one takes longer than many requests.
pub fn client() -> &'static reqwest::Client {
    static CLIENT: OnceLock<reqwest::Client> = OnceLock::new();
    CLIENT.get_or_init(|| {
        // An error means that the program's own code, which some tests call, has already installed it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // One connection per request: the validating proxy (Node.js) closes idle ones, even while a request is on its
        // way, and a client silently retries a request whose pooled connection was cut.
        reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).timeout(LONGEST).build().unwrap()
    })
}

/// A served sandbox and a client for it.
pub struct Portal {
    graph: Graph,
    _served: Served,
}

impl Portal {
    /// Serves the sandbox of this folder until it is dropped.
    pub fn open(folder: &Path) -> Portal {
        let served = Served::start(folder, None);
        Portal { graph: Graph::new(&served.url), _served: served }
    }
}

impl std::ops::Deref for Portal {
    type Target = Graph;
    fn deref(&self) -> &Graph {
        &self.graph
    }
}

/// A client of Graph.
pub struct Graph {
    url: String,
    runtime: tokio::runtime::Runtime,
}

impl Graph {
    pub fn new(url: &str) -> Graph {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Graph { url: url.to_owned(), runtime }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let mut request = client().request(method.parse().unwrap(), format!("{}{path}", self.url));
        if let Some(body) = body {
            request = request.json(body);
        }
        let (status, text) = self.runtime.block_on(async {
            let response = request.send().await.unwrap();
            (response.status(), response.text().await.unwrap())
        });
        assert!(status.is_success(), "{method} {path}: {status} {text}");
        if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() }
    }

    pub fn get(&self, path: &str) -> Value {
        self.send("GET", path, None)
    }

    /// All profiles with their assignments, in the order of creation; links do not contain the port.
    pub fn profiles(&self) -> Vec<Value> {
        let list = self.get(&format!("{CONFIGURATIONS}?$top=1000&$expand=assignments"));
        assert!(list.get("@odata.nextLink").is_none());
        let list: Value = serde_json::from_str(&list.to_string().replace(&self.url, "")).unwrap();
        list["value"].as_array().unwrap().clone()
    }

    /// The only profile with this name.
    pub fn profile(&self, name: &str) -> Value {
        let mut found = self.profiles();
        found.retain(|profile| profile["displayName"] == name);
        assert_eq!(found.len(), 1, "profiles called {name}");
        found.remove(0)
    }

    pub fn names(&self) -> Vec<String> {
        self.profiles().iter().map(|profile| text(&profile["displayName"])).collect()
    }

    /// The plain value of a setting.
    pub fn plain(&self, profile: &Value, setting: &Value) -> Value {
        let Some(secret) = setting["secretReferenceValueId"].as_str() else { return setting["value"].clone() };
        let id = text(&profile["id"]);
        let call = format!("getOmaSettingPlainTextValue(secretReferenceValueId='{secret}')");
        self.get(&format!("{CONFIGURATIONS}/{id}/{call}"))["value"].clone()
    }

    /// Changes a profile, as a person in the portal does.
    pub fn patch(&self, profile: &Value, change: Value) {
        let mut body = json!({ "@odata.type": profile["@odata.type"] });
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        self.send("PATCH", &path(profile), Some(&body));
    }

    pub fn assign(&self, profile: &Value, targets: &[Value]) {
        let assignments: Vec<Value> = targets.iter().map(|target| json!({ "target": target })).collect();
        self.send("POST", &format!("{}/assign", path(profile)), Some(&json!({ "assignments": assignments })));
    }

    pub fn delete(&self, profile: &Value) {
        self.send("DELETE", &path(profile), None);
    }

    /// Creates a custom profile.
    pub fn create(&self, name: &str, description: &Value, settings: &[Value]) -> Value {
        let body = json!({
            "@odata.type": "#microsoft.graph.windows10CustomConfiguration",
            "displayName": name,
            "description": description,
            "omaSettings": settings,
        });
        self.send("POST", CONFIGURATIONS, Some(&body))
    }

    /// The portal's "Duplicate": copies everything except the assignments, with another name.
    pub fn duplicate(&self, profile: &Value, name: &str) -> Value {
        let settings: Vec<Value> =
            profile["omaSettings"].as_array().unwrap().iter().map(|one| self.writable(profile, one)).collect();
        self.create(name, &profile["description"], &settings)
    }

    /// A setting in the form in which it can be sent back.
    pub fn writable(&self, profile: &Value, setting: &Value) -> Value {
        json!({
            "@odata.type": setting["@odata.type"],
            "displayName": setting["displayName"],
            "omaUri": setting["omaUri"],
            "value": self.plain(profile, setting),
        })
    }

    /// The ID of a group.
    pub fn group(&self, name: &str) -> String {
        let groups = self.get("/v1.0/groups?$top=100");
        let found = groups["value"].as_array().unwrap().iter().find(|group| group["displayName"] == name);
        text(&found.unwrap()["id"])
    }
}

fn path(profile: &Value) -> String {
    format!("{CONFIGURATIONS}/{}", text(&profile["id"]))
}

/// The text of a JSON string.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// An integer setting of the Policy CSP, in the form of Graph.
pub fn integer(name: &str, value: i32) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.omaSettingInteger",
        "displayName": name,
        "omaUri": format!("./Device/Vendor/MSFT/Policy/Config/{name}"),
        "value": value,
    })
}
