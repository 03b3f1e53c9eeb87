//! Names to ids: only what is asked for is read.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::convert::entries;
use crate::compile::{Directory, Entry, Wanted};
use crate::graph::{BatchRequest, Client, Error, odata_literal};

const SELECT: &str = "$select=id,displayName";

/// Looks up what is wanted: groups by name and by id in batches, filters and tags as whole lists, and only where
/// somebody names one.
///
/// # Errors
/// When anything that is wanted cannot be read.
pub async fn look_up(client: &Client, wanted: &Wanted) -> Result<Directory, Error> {
    let mut directory = Directory::default();
    let names: Vec<&String> = wanted.group_names.iter().collect();
    let by_name = names.iter().map(|name| by_filter(&format!("displayName%20eq%20{}", odata_literal(name))));
    let by_id = wanted.group_ids.iter().map(|id| by_id(id));
    let requests: Vec<BatchRequest> = by_name.chain(by_id).collect();
    let answers = if requests.is_empty() { Vec::new() } else { client.batch("v1.0", &requests).await? };
    let mut missing = Vec::new();
    for (at, answer) in answers.iter().enumerate() {
        let found = match answer.status {
            200..=299 => groups(&answer.body),
            404 => Vec::new(),
            status => return Err(Error::refused("GET", &requests[at].url, status, &answer.body, "")),
        };
        // Graph compares names without regard to case; people who write them mean one.
        let exact: Vec<Entry> = match names.get(at) {
            Some(name) => found.into_iter().filter(|entry| entry.name == **name).collect(),
            None => found,
        };
        if let Some(name) = names.get(at).filter(|_| exact.is_empty()) {
            missing.push((*name).clone());
        }
        directory.groups.extend(exact);
    }
    if wanted.filters {
        directory.filters = entries(client.list(&format!("/beta/deviceManagement/assignmentFilters?{SELECT}")).await?);
    }
    if wanted.scope_tags {
        directory.scope_tags = entries(client.list(&format!("/beta/deviceManagement/roleScopeTags?{SELECT}")).await?);
    }
    for (name, found) in similar(client, &missing).await? {
        // An answer can lack what is there (graph-api-gotchas of graph2otel): the second one decides.
        directory.groups.extend(found.iter().filter(|entry| entry.name == name).cloned());
        let names: BTreeSet<String> = found.into_iter().map(|entry| entry.name).collect();
        directory.similar_groups.insert(name, names.into_iter().collect());
    }
    Ok(directory)
}

/// Groups whose names begin like the ones that were not found, for the message.
async fn similar(client: &Client, missing: &[String]) -> Result<Vec<(String, Vec<Entry>)>, Error> {
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    let beginning = |name: &String| name.chars().take(3).collect::<String>();
    let requests: Vec<BatchRequest> = missing
        .iter()
        .map(|name| by_filter(&format!("startswith(displayName,{})", odata_literal(&beginning(name)))))
        .collect();
    let answers = client.batch("v1.0", &requests).await?;
    Ok(missing.iter().zip(&answers).map(|(name, answer)| (name.clone(), groups(&answer.body))).collect())
}

/// The names of groups by id, for plans that mention groups which no policy names. Deleted groups have none.
///
/// # Errors
/// When they cannot be read.
pub async fn names_of_groups(client: &Client, ids: &BTreeSet<String>) -> Result<BTreeMap<String, String>, Error> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let requests: Vec<BatchRequest> = ids.iter().map(|id| by_id(id)).collect();
    let answers = client.batch("v1.0", &requests).await?;
    let found = answers.iter().filter(|answer| answer.status < 300).flat_map(|answer| groups(&answer.body));
    Ok(found.map(|entry| (entry.id, entry.name)).collect())
}

fn by_filter(filter: &str) -> BatchRequest {
    BatchRequest::new(format!("/groups?$filter={filter}&{SELECT}"))
}

fn by_id(id: &str) -> BatchRequest {
    BatchRequest::new(format!("/groups/{}?{SELECT}", safe_id(id)))
}

/// An id as it can stand in a URL.
pub(super) fn safe_id(id: &str) -> String {
    id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect()
}

/// A collection or one object.
fn groups(body: &Value) -> Vec<Entry> {
    let entry = |value: &Value| {
        Some(Entry { id: value["id"].as_str()?.to_lowercase(), name: value["displayName"].as_str()?.to_string() })
    };
    match body["value"].as_array() {
        Some(values) => values.iter().filter_map(entry).collect(),
        None => entry(body).into_iter().collect(),
    }
}
