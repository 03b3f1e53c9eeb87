//! `$batch`: up to twenty calls in one (Graph documentation, concepts/json-batching).

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::answer::{Answer, Body, JSON, Refusal, Trace};
use super::call::Call;
use super::routes::Held;
use super::service::Service;

const MOST: usize = 20;

/// One request of a batch.
struct Item<'a> {
    id: &'a str,
    method: &'a str,
    url: &'a str,
    headers: &'a Map<String, Value>,
    body: Option<&'a Value>,
    depends_on: Vec<&'a str>,
}

/// Answers `POST /$batch`. Nothing is done when any part of the batch is malformed.
pub(super) fn answer(service: &mut Service, call: &Call, trace: &Trace) -> Result<Answer, Held> {
    let none = Map::new();
    let items = match call.object().and_then(|body| items(body, &none)).and_then(in_order) {
        Ok(items) => items,
        Err(refusal) => return Ok(refusal.answer(trace, None)),
    };
    let mut statuses = HashMap::new();
    let mut responses = Vec::with_capacity(items.len());
    let mut late = Duration::ZERO;
    for item in &items {
        let (answer, lost) = match item.depends_on.iter().find(|parent| statuses.get(*parent).is_none_or(|s| *s >= 400))
        {
            Some(parent) => {
                let refusal = Refusal::new(424, "FailedDependency", format!("The request {parent} failed."));
                (refusal.answer(trace, None), false)
            }
            None => one(service, call, item, trace)?,
        };
        statuses.insert(item.id, answer.status);
        late = late.max(answer.late);
        service.counters.answered_inside(answer.status);
        if !lost {
            responses.push(response(item.id, answer));
        }
    }
    // Graph answers in any order. Here it is always the opposite one, so that clients have to match by id.
    responses.reverse();
    Ok(Answer { late, ..Answer::ok(json!({ "responses": responses })) })
}

/// Answers one request; says also whether the answer is lost on its way.
fn one(service: &mut Service, batch: &Call, item: &Item, trace: &Trace) -> Result<(Answer, bool), Held> {
    let mut call = match Call::new(item.method, batch.face, item.url, &batch.base) {
        Ok(call) => call,
        Err(refusal) => return Ok((refusal.answer(trace, None), false)),
    };
    call.body = item.body.cloned();
    call.token.clone_from(&batch.token);
    call.heed(|name| header(item.headers, name));
    service.part(&call, trace)
}

fn response(id: &str, answer: Answer) -> Value {
    let mut headers = Map::from_iter([("Cache-Control".to_owned(), json!("no-cache"))]);
    headers.extend(answer.headers.into_iter().map(|(name, value)| (name.to_owned(), json!(value))));
    match answer.body {
        Body::Json(body) => {
            headers.insert("Content-Type".to_owned(), json!(JSON));
            json!({ "id": id, "status": answer.status, "headers": headers, "body": body })
        }
        _ => json!({ "id": id, "status": answer.status, "headers": headers }),
    }
}

fn items<'a>(body: &'a Map<String, Value>, none: &'a Map<String, Value>) -> Result<Vec<Item<'a>>, Refusal> {
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
    let items: Vec<Item> = requests.iter().map(|request| item(request, none)).collect::<Result<_, _>>()?;
    match items.iter().find(|item| !ids.insert(item.id)) {
        Some(item) => Err(Refusal::bad(format!("Request ids have to be unique in a batch: {}", item.id))),
        None => Ok(items),
    }
}

fn item<'a>(request: &'a Value, none: &'a Map<String, Value>) -> Result<Item<'a>, Refusal> {
    let known = ["id", "method", "url", "headers", "body", "dependsOn"];
    let Some(fields) = request.as_object().filter(|fields| fields.keys().all(|name| known.contains(&name.as_str())))
    else {
        return Err(Refusal::bad(format!("A request in a batch is not an object of {}.", known.join(", "))));
    };
    let text = |name: &str| {
        let text = fields.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        text.ok_or_else(|| Refusal::bad(format!("A request in a batch needs the text '{name}'.")))
    };
    let headers = match fields.get("headers") {
        None => none,
        Some(Value::Object(headers)) if headers.values().all(Value::is_string) => headers,
        Some(_) => {
            return Err(Refusal::bad("The headers of a request in a batch have to be an object of texts."));
        }
    };
    let item = Item {
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

fn checked(item: Item) -> Result<Item, Refusal> {
    let id = item.id;
    if !["GET", "POST", "PATCH", "PUT", "DELETE"].contains(&item.method) {
        return Err(Refusal::bad(format!("The request {id} has the unknown method '{}'.", item.method)));
    }
    // The description allows no colon, so that no absolute URL gets in; inside a value it is %3A.
    if item.url.contains(':') {
        return Err(Refusal::bad(format!("The url of the request {id} has to be relative, with colons encoded.")));
    }
    let typed = header(item.headers, "Content-Type").is_some_and(|kind| kind.to_ascii_lowercase().contains("json"));
    if item.body.is_some() && !typed {
        return Err(Refusal::bad(format!("Write request id : {id} does not contain Content-Type header or body.")));
    }
    Ok(item)
}

fn header<'a>(headers: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    let found = headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
    found.and_then(|(_, value)| value.as_str())
}

/// Puts parents before the requests that depend on them, and otherwise leaves the order.
fn in_order(mut waiting: Vec<Item>) -> Result<Vec<Item>, Refusal> {
    let mut ordered: Vec<Item> = Vec::with_capacity(waiting.len());
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

/// Whether a call is a batch.
pub(super) fn is_batch(call: &Call) -> bool {
    call.method == "POST" && call.path == ["$batch"]
}

/// Whether a batch holds a request that changes something.
pub(super) fn writes(call: &Call) -> bool {
    let requests = call.body.as_ref().and_then(|body| body["requests"].as_array());
    requests.into_iter().flatten().any(|request| request["method"] != "GET")
}
