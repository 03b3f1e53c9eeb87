//! `$batch`: up to twenty calls in one (Graph documentation, concepts/json-batching).

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::answer::{Answer, AnswerBody, JSON, Refusal, Trace};
use super::call::Call;

const MOST: usize = 20;

#[derive(Debug)]
pub(crate) struct BatchItem<'a> {
    id: &'a str,
    method: &'a str,
    url: &'a str,
    headers: Option<&'a Map<String, Value>>,
    body: Option<&'a Value>,
    depends_on: Vec<&'a str>,
}

#[derive(Debug)]
pub(crate) struct ItemAnswer {
    pub answer: Answer,
    /// The request is lost.
    pub lost: bool,
}

/// The answers to a batch so far.
#[derive(Debug, Default)]
pub(crate) struct BatchProgress<'a> {
    statuses: HashMap<&'a str, u16>,
    responses: Vec<Value>,
    late: Duration,
}

/// The requests of a batch in the order in which they are carried out; refused when any part of it is malformed.
pub(crate) fn read(call: &Call) -> Result<Vec<BatchItem<'_>>, Refusal> {
    call.object().and_then(items).and_then(in_order)
}

impl BatchItem<'_> {
    pub(crate) fn call(&self, batch: &Call) -> Result<Call, Refusal> {
        let mut call = Call::new(self.method, batch.version, self.url, &batch.base)?;
        call.body = self.body.cloned();
        call.token.clone_from(&batch.token);
        call.read_headers(|name| header(self.headers, name));
        Ok(call)
    }
}

impl<'a> BatchProgress<'a> {
    /// The answer to a request that depends on a failed one; `None` when it may be carried out.
    pub(crate) fn failed_dependency(&self, item: &BatchItem, trace: &Trace) -> Option<Answer> {
        let failed = |parent: &&&str| self.statuses.get(**parent).is_none_or(|status| *status >= 400);
        let parent = item.depends_on.iter().find(failed)?;
        let refusal = Refusal::new(424, "FailedDependency", format!("The request {parent} failed."));
        Some(refusal.answer(trace, None))
    }

    pub(crate) fn add(&mut self, item: &BatchItem<'a>, given: ItemAnswer) {
        self.statuses.insert(item.id, given.answer.status);
        self.late = self.late.max(given.answer.late);
        if !given.lost {
            self.responses.push(response(item.id, given.answer));
        }
    }

    pub(crate) fn into_answer(mut self) -> Answer {
        // Graph answers in any order. The sandbox reverses the order, so that clients have to match by id.
        self.responses.reverse();
        Answer { late: self.late, ..Answer::ok(json!({ "responses": self.responses })) }
    }
}

fn response(id: &str, answer: Answer) -> Value {
    let mut headers = Map::from_iter([("Cache-Control".to_owned(), json!("no-cache"))]);
    headers.extend(answer.headers.into_iter().map(|(name, value)| (name.to_owned(), json!(value))));
    match answer.body {
        AnswerBody::Json(body) => {
            headers.insert("Content-Type".to_owned(), json!(JSON));
            json!({ "id": id, "status": answer.status, "headers": headers, "body": body })
        }
        _ => json!({ "id": id, "status": answer.status, "headers": headers }),
    }
}

fn items(body: &Map<String, Value>) -> Result<Vec<BatchItem<'_>>, Refusal> {
    if let Some(name) = body.keys().find(|name| *name != "requests") {
        return Err(Refusal::bad(format!("A batch has no property '{name}'.")));
    }
    let requests = body.get("requests").and_then(Value::as_array);
    let requests = requests.ok_or_else(|| Refusal::bad("A batch needs the array 'requests'."))?;
    if !(1..=MOST).contains(&requests.len()) {
        let count = requests.len();
        return Err(Refusal::bad(format!("A batch has 1 to {MOST} requests, not {count}.")));
    }
    let mut ids = HashSet::new();
    let items: Vec<BatchItem> = requests.iter().map(item).collect::<Result<_, _>>()?;
    match items.iter().find(|item| !ids.insert(item.id)) {
        Some(item) => Err(Refusal::bad(format!("Request ids have to be unique in a batch: {}", item.id))),
        None => Ok(items),
    }
}

fn item(request: &Value) -> Result<BatchItem<'_>, Refusal> {
    let known = ["id", "method", "url", "headers", "body", "dependsOn"];
    // Microsoft's SDK for Python writes `depends_on`, and Graph ignores it (msgraph-sdk-python-core#996).
    let fine = |name: &String| known.contains(&name.as_str()) || name == "depends_on";
    let Some(fields) = request.as_object().filter(|fields| fields.keys().all(fine)) else {
        return Err(Refusal::bad(format!("A request in a batch is not an object of {}.", known.join(", "))));
    };
    let text = |name: &str| {
        let text = fields.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        text.ok_or_else(|| Refusal::bad(format!("A request in a batch needs the text '{name}'.")))
    };
    let headers = match fields.get("headers") {
        None => None,
        Some(Value::Object(headers)) if headers.values().all(Value::is_string) => Some(headers),
        Some(_) => {
            return Err(Refusal::bad("The headers of a request in a batch have to be an object of texts."));
        }
    };
    let item = BatchItem {
        id: text("id")?,
        method: text("method")?,
        url: text("url")?,
        headers,
        body: fields.get("body"),
        depends_on: parents(fields.get("dependsOn"))?,
    };
    checked(item)
}

fn parents(depends_on: Option<&Value>) -> Result<Vec<&str>, Refusal> {
    let parents = match depends_on {
        None => Some(Vec::new()),
        Some(ids) => ids.as_array().and_then(|ids| ids.iter().map(Value::as_str).collect()),
    };
    parents.ok_or_else(|| Refusal::bad("dependsOn has to be an array of request ids."))
}

fn checked(item: BatchItem) -> Result<BatchItem, Refusal> {
    let id = item.id;
    if !["GET", "POST", "PATCH", "PUT", "DELETE"].contains(&item.method) {
        return Err(Refusal::bad(format!("The request {id} has the unknown method '{}'.", item.method)));
    }
    // Graph's description does not allow a colon, which excludes absolute URLs; inside a value it is %3A.
    if item.url.contains(':') {
        return Err(Refusal::bad(format!("The url of the request {id} has to be relative, with colons encoded.")));
    }
    let typed = header(item.headers, "Content-Type").is_some_and(|kind| kind.to_ascii_lowercase().contains("json"));
    if item.body.is_some() && !typed {
        return Err(Refusal::bad(format!("Write request id : {id} does not contain Content-Type header or body.")));
    }
    Ok(item)
}

fn header<'a>(headers: Option<&'a Map<String, Value>>, name: &str) -> Option<&'a str> {
    let found = headers?.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
    found.and_then(|(_, value)| value.as_str())
}

/// Moves requests before those that depend on them, and otherwise keeps the order.
fn in_order(mut waiting: Vec<BatchItem>) -> Result<Vec<BatchItem>, Refusal> {
    let mut ordered: Vec<BatchItem> = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let ready = waiting
            .iter()
            .position(|item| item.depends_on.iter().all(|parent| ordered.iter().any(|done| done.id == *parent)));
        let Some(ready) = ready else {
            let id = waiting[0].id;
            return Err(Refusal::bad(format!(
                "The request {id} depends on a request that is not there, or in a circle."
            )));
        };
        ordered.push(waiting.remove(ready));
    }
    Ok(ordered)
}

pub(crate) fn is_batch(call: &Call) -> bool {
    call.method == "POST" && call.path == ["$batch"]
}

/// Whether a batch contains a write.
pub(crate) fn writes(call: &Call) -> bool {
    let requests = call.body.as_ref().and_then(|body| body["requests"].as_array());
    requests.into_iter().flatten().any(|request| request["method"] != "GET")
}
