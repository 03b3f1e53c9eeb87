//! Names to ids: only what is asked for is read.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::compile::{Directory, Entry, Wanted};
use crate::graph::{BatchAnswer, BatchRequest, Client, Error, Named, odata_literal};

const SELECT: &str = "$select=id,displayName";

/// Counting is an advanced query (Microsoft Graph, "Advanced query capabilities on Microsoft Entra ID objects").
pub(super) const EVENTUAL: &[(&str, &str)] = &[("ConsistencyLevel", "eventual")];

/// How often a name is looked up whose answer does not hold as many groups as it counts.
const READINGS: usize = 3;

/// Looks up what is wanted: groups by name and by id in batches, filters and tags as whole lists, and only where
/// somebody names one.
///
/// # Errors
/// When anything that is wanted cannot be read, or fewer come than are counted: of two groups with one name, the one that
/// came would be taken for the only one.
pub async fn look_up(client: &Client, wanted: &Wanted) -> Result<Directory, Error> {
    let mut directory = Directory::default();
    let names: Vec<&String> = wanted.group_names.iter().collect();
    let by_name = names.iter().map(|name| counted(&format!("displayName%20eq%20{}", odata_literal(name))));
    let by_id = wanted.group_ids.iter().map(|id| by_id(id));
    let requests: Vec<BatchRequest> = by_name.chain(by_id).collect();
    let mut missing = Vec::new();
    for (at, found) in complete(client, requests).await?.into_iter().enumerate() {
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
        let path = format!("/beta/deviceManagement/assignmentFilters?{SELECT}");
        directory.filters = entries(client.list_counted(&path, "filters").await?);
    }
    if wanted.scope_tags {
        let path = format!("/beta/deviceManagement/roleScopeTags?{SELECT}");
        directory.scope_tags = entries(client.list_counted(&path, "scope tags").await?);
    }
    for (name, found) in similar(client, &missing).await? {
        // An answer can lack what is there (graph-api-gotchas of graph2otel): the second one decides.
        directory.groups.extend(found.iter().filter(|entry| entry.name == name).cloned());
        let names: BTreeSet<String> = found.into_iter().map(|entry| entry.name).collect();
        directory.similar_groups.insert(name, names.into_iter().collect());
    }
    Ok(directory)
}

/// The groups of each answer. What is not whole, or not counted by this server, is asked for once more.
async fn complete(client: &Client, mut requests: Vec<BatchRequest>) -> Result<Vec<Vec<Entry>>, Error> {
    let mut found: Vec<Vec<Entry>> = vec![Vec::new(); requests.len()];
    let mut open: Vec<usize> = (0..requests.len()).collect();
    for reading in 1.. {
        let asked: Vec<BatchRequest> = open.iter().map(|at| requests[*at].clone()).collect();
        let answers = client.batch("v1.0", &asked).await?;
        let mut again = Vec::new();
        for (at, answer) in std::mem::take(&mut open).into_iter().zip(answers) {
            match read_lookup(&requests[at].url, answer)? {
                Lookup::Whole(groups) => found[at] = groups,
                Lookup::NotCounted(groups) => {
                    client.not_counted("groups");
                    found[at] = groups;
                }
                Lookup::Partial(error) if reading == READINGS => return Err(error),
                Lookup::Partial(_) => again.push(at),
                Lookup::CannotCount => {
                    let url = requests[at].url.trim_end_matches(COUNT).to_string();
                    requests[at] = BatchRequest::new(url);
                    again.push(at);
                }
            }
        }
        if again.is_empty() {
            break;
        }
        open = again;
        tokio::time::sleep(client.second()).await;
    }
    Ok(found)
}

/// What an answer is worth.
enum Lookup {
    Whole(Vec<Entry>),
    /// Nothing says whether these are all.
    NotCounted(Vec<Entry>),
    /// Fewer came than there are.
    Partial(Error),
    /// This server refuses to count.
    CannotCount,
}

fn read_lookup(url: &str, answer: BatchAnswer) -> Result<Lookup, Error> {
    let BatchAnswer { status, body, request_id } = answer;
    let is_list = url.starts_with("/groups?");
    match status {
        200..=299 => {}
        404 if !is_list => return Ok(Lookup::Whole(Vec::new())),
        status => {
            let error = Error::refused("GET", url, status, &body, &request_id);
            return if url.ends_with(COUNT) && error.is_unsupported() { Ok(Lookup::CannotCount) } else { Err(error) };
        }
    }
    let unusable = |reason: String| Error::Unusable { path: url.to_string(), reason, request_id: request_id.clone() };
    let found = groups(&body);
    match (body["value"].as_array(), body["@odata.count"].as_u64()) {
        (None, _) if is_list => Err(unusable("expected a list, but there is no `value`".into())),
        (Some(came), Some(count)) if count != came.len() as u64 => {
            Ok(Lookup::Partial(unusable(format!("the server counts {count} groups, but the list has {}", came.len()))))
        }
        (Some(_), None) => Ok(Lookup::NotCounted(found)),
        _ => Ok(Lookup::Whole(found)),
    }
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

/// What asks for the second witness: how many there are.
const COUNT: &str = "&$top=999&$count=true";

/// Groups whose number is said with them; 999 is the largest page (Microsoft Graph, group-list).
fn counted(filter: &str) -> BatchRequest {
    BatchRequest { url: format!("/groups?$filter={filter}&{SELECT}{COUNT}"), headers: EVENTUAL }
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

/// What a list of named things is in the directory.
fn entries(found: Vec<Named>) -> Vec<Entry> {
    found.into_iter().map(|one| Entry { id: one.id, name: one.display_name.unwrap_or_default() }).collect()
}
