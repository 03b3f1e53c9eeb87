//! Faults in lists.

use serde_json::{Value, json};

use super::{Duplicate, Fault, Strike};
use crate::sandbox::http::answer::{Answer, AnswerBody};
use crate::sandbox::http::call::Call;
use crate::sandbox::http::page_link;

const NEXT: &str = "@odata.nextLink";

/// Whether a call reads a collection that has pages.
pub(crate) fn is_list(call: &Call) -> bool {
    let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
    let collection = match path.as_slice() {
        ["groups"] | ["deviceManagement", _] => true,
        ["groups", _, of] => !of.is_empty(),
        ["deviceManagement", "configurationPolicies", _, of] => *of == "settings",
        _ => false,
    };
    collection && call.method == "GET"
}

pub(crate) fn is_next_page(call: &Call) -> bool {
    is_list(call) && call.query.iter().any(|(option, _)| option == page_link::TOKEN)
}

/// Applies a fault to an answer; returns whether it could.
pub(crate) fn spoil(answer: &mut Answer, strike: &Strike, call: &Call) -> bool {
    let AnswerBody::Json(Value::Object(body)) = &mut answer.body else {
        return false;
    };
    let goes_on = body.contains_key(NEXT);
    match strike.fault {
        Fault::MissingNextLink => body.shift_remove(NEXT).is_some(),
        // A page is repeated only once, so that a client can reach the end.
        Fault::DuplicatePages if goes_on && strike.rule.what == Duplicate::Page => match page_link::same_page(call) {
            Some(link) => body.insert(NEXT.to_owned(), json!(link)).is_some(),
            None => false,
        },
        fault => {
            let Some(Value::Array(values)) = body.get_mut("value") else {
                return false;
            };
            let indexes: Vec<usize> = (0..values.len()).collect();
            let Some(index) = strike.choose(&indexes) else {
                return false;
            };
            match fault {
                Fault::MissingObject => drop(values.remove(index)),
                _ => values.push(values[index].clone()),
            }
            true
        }
    }
}
