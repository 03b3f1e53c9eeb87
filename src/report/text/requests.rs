//! The requests of a plan, as they would be sent.

use crate::plan::{Plan, order, requests};

/// The requests of each change, in the order of the changes, with placeholders for ids and versions that are not known
/// yet.
pub fn requests_text(plan: &Plan, owner: &str) -> String {
    let mut text = String::new();
    for next in order(&plan.changes) {
        let change = &plan.changes[next.index];
        text.push_str(&format!("# {}\n", change.object));
        let id = change.before.as_ref().map_or("{id}", |live| live.id.as_str());
        for request in requests(change, owner, true) {
            let (method, path) = request.method_and_path(change.object.delivery, id);
            text.push_str(&format!("{method} {path}\n"));
            if let Some(body) = request.body() {
                text.push_str(&format!("{body:#}\n"));
            }
            text.push('\n');
        }
    }
    text
}
