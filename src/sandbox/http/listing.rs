//! One page of a collection.

use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::call::Call;
use super::page_link::next_link;
use super::query::QueryOptions;

/// Answers with the page of `items` that `options` select. `items` are in order and begin after `options.after`.
///
/// `of` names the collection, `total` is the number of items on all pages, and `seen` converts an item to what the client sees.
pub(crate) fn page<T>(
    call: &Call,
    options: &QueryOptions,
    of: &str,
    total: impl FnOnce() -> usize,
    items: impl Iterator<Item = (u64, T)>,
    seen: impl Fn(T) -> Map<String, Value>,
) -> Answer {
    let mut items = items.peekable();
    let mut value = Vec::new();
    let mut last = 0;
    while value.len() < options.page_size {
        let Some((order, item)) = items.next() else {
            break;
        };
        value.push(Value::Object(selected(seen(item), options)));
        last = order;
    }
    let mut body = Map::new();
    body.insert("@odata.context".to_owned(), json!(call.context(of)));
    if options.count {
        body.insert("@odata.count".to_owned(), json!(total()));
    }
    if items.peek().is_some() {
        body.insert("@odata.nextLink".to_owned(), json!(next_link(call, last)));
    }
    body.insert("value".to_owned(), Value::Array(value));
    Answer::ok(Value::Object(body))
}

/// Answers with one object.
pub(crate) fn entity(call: &Call, options: &QueryOptions, of: &str, object: Map<String, Value>) -> Answer {
    let context = call.context(&format!("{of}/$entity"));
    let mut body = Map::from_iter([("@odata.context".to_owned(), json!(context))]);
    body.extend(selected(object, options));
    Answer::ok(Value::Object(body))
}

/// Keeps the properties in `$select`, the type, and the properties in `$expand`.
fn selected(mut object: Map<String, Value>, options: &QueryOptions) -> Map<String, Value> {
    if let Some(select) = &options.select {
        let keeps = |name: &str| {
            select.iter().any(|selected| selected == name)
                || name == "@odata.type"
                || (options.assignments && name.starts_with("assignments"))
                || (options.settings && name.starts_with("settings"))
        };
        object.retain(|name, _| keeps(name));
    }
    object
}
