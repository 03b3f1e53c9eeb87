//! Looks up ids for names. Only what is needed is read.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::compile::{Directory, NamedObject, NamesToResolve};
use crate::delivery;
use crate::graph::{BadObject, BatchAnswer, BatchRequest, Client, Collection, Error, Named, odata_literal};

const SELECT: &str = "$select=id,displayName";

/// `$count` makes a request an advanced query (Microsoft Graph, "Advanced query capabilities on Microsoft Entra ID
/// objects").
pub(super) const EVENTUAL: &[(&str, &str)] = &[("ConsistencyLevel", "eventual")];

/// How often a name is looked up if the answer has fewer groups than it counts.
const READINGS: usize = 3;

/// The path of all filters with their names, with the version of Graph.
pub fn filters_path() -> String {
    delivery::with_version(&format!("/deviceManagement/assignmentFilters?{SELECT}"))
}

/// Looks up groups by name and by id in batches. Filters and scope tags are read as whole lists, and only if a policy
/// has one.
///
/// # Errors
/// When anything cannot be read, or a list has fewer objects than the server counts: of two groups with the same name,
/// the returned one would be taken for the only one.
pub async fn look_up(client: &Client, wanted: &NamesToResolve) -> Result<Directory, Error> {
    let mut directory = Directory::default();
    let names: Vec<&String> = wanted.group_names.iter().collect();
    let by_name = names.iter().map(|name| counted(&format!("displayName%20eq%20{}", odata_literal(name))));
    let by_id = wanted.group_ids.iter().map(|id| by_id(id));
    let requests: Vec<BatchRequest> = by_name.chain(by_id).collect();
    let mut missing = Vec::new();
    for (at, found) in complete(client, requests).await?.into_iter().enumerate() {
        // Graph ignores case when it compares names, but a policy means one exact name.
        let exact: Vec<NamedObject> = match names.get(at) {
            Some(name) => found.into_iter().filter(|entry| entry.name == **name).collect(),
            None => found,
        };
        if let Some(name) = names.get(at).filter(|_| exact.is_empty()) {
            missing.push((*name).clone());
        }
        directory.groups.extend(exact);
    }
    if wanted.filters {
        let path = filters_path();
        directory.filters = entries(client.list_counted(&path, "filters").await?);
    }
    if wanted.scope_tags {
        let path = delivery::with_version(&format!("/deviceManagement/roleScopeTags?{SELECT}"));
        directory.scope_tags = entries(client.list_counted(&path, "scope tags").await?);
    }
    for (name, found) in similar(client, &missing).await? {
        // An answer can lack an existing group (graph-api-gotchas of graph2otel), so the second one decides.
        directory.groups.extend(found.iter().filter(|entry| entry.name == name).cloned());
        let names: BTreeSet<String> = found.into_iter().map(|entry| entry.name).collect();
        directory.similar_groups.insert(name, names.into_iter().collect());
    }
    Ok(directory)
}

/// The groups of each answer. A request is repeated if its answer is incomplete or the server refuses to count.
async fn complete(client: &Client, mut requests: Vec<BatchRequest>) -> Result<Vec<Vec<NamedObject>>, Error> {
    let mut found: Vec<Vec<NamedObject>> = vec![Vec::new(); requests.len()];
    let mut open: Vec<usize> = (0..requests.len()).collect();
    for reading in 1.. {
        let asked: Vec<BatchRequest> = open.iter().map(|at| requests[*at].clone()).collect();
        let answers = client.batch("v1.0", &asked).await?;
        let mut again = Vec::new();
        for (at, answer) in std::mem::take(&mut open).into_iter().zip(answers) {
            let (pages, announced) = (answer.has_more_pages(), announced(&answer));
            match read_lookup(&requests[at].url, answer)? {
                Lookup::Whole(_) | Lookup::Partial(_) | Lookup::NotCounted(_) if pages => {
                    found[at] = all_pages(client, &requests[at].url, announced).await?;
                }
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

/// The groups of a list that has several pages, with as many as the server counted.
async fn all_pages(client: &Client, url: &str, announced: Option<u64>) -> Result<Vec<NamedObject>, Error> {
    // A batch has one page of each list. Counting needs a header, and its result is already known.
    let path = format!("/v1.0{}", url.trim_end_matches(COUNT));
    let Collection { items, request_id, .. } = client.collection(&path, Ok::<Named, BadObject>).await?;
    match announced {
        None => client.not_counted("groups"),
        Some(count) if count == items.len() as u64 => {}
        Some(count) => {
            let reason = format!("the server counts {count} groups, but the list has {}", items.len());
            return Err(Error::Unusable { path, reason, request_id });
        }
    }
    let lower = |one: NamedObject| NamedObject { id: one.id.to_lowercase(), ..one };
    Ok(entries(items).into_iter().map(lower).collect())
}

/// The number of objects in a list. If more pages follow, a number that is that of the page counts only the page.
fn announced(answer: &BatchAnswer) -> Option<u64> {
    let on_page = answer.body["value"].as_array().map_or(0, Vec::len) as u64;
    answer.body["@odata.count"].as_u64().filter(|count| *count != on_page || !answer.has_more_pages())
}

/// How complete an answer is.
enum Lookup {
    Whole(Vec<NamedObject>),
    /// It is not known whether these are all.
    NotCounted(Vec<NamedObject>),
    /// The answer has fewer than there are.
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

/// Groups whose names start like those that were not found, to suggest them in messages.
async fn similar(client: &Client, missing: &[String]) -> Result<Vec<(String, Vec<NamedObject>)>, Error> {
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

/// The names of groups by id, for groups in a plan that no policy names. Deleted groups are left out.
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

/// Requests the number of groups, which shows if the list is incomplete.
const COUNT: &str = "&$top=999&$count=true";

/// A request for groups with their number. The largest page has 999 (Microsoft Graph, group-list).
fn counted(filter: &str) -> BatchRequest {
    BatchRequest { url: format!("/groups?$filter={filter}&{SELECT}{COUNT}"), headers: EVENTUAL }
}

fn by_id(id: &str) -> BatchRequest {
    BatchRequest::new(format!("/groups/{}?{SELECT}", safe_id(id)))
}

/// An id with only the characters that are safe in a URL.
pub(super) fn safe_id(id: &str) -> String {
    id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect()
}

/// The groups in a body, which is a list or one group.
fn groups(body: &Value) -> Vec<NamedObject> {
    let entry = |value: &Value| {
        Some(NamedObject { id: value["id"].as_str()?.to_lowercase(), name: value["displayName"].as_str()?.to_string() })
    };
    match body["value"].as_array() {
        Some(values) => values.iter().filter_map(entry).collect(),
        None => entry(body).into_iter().collect(),
    }
}

fn entries(found: Vec<Named>) -> Vec<NamedObject> {
    found.into_iter().map(|one| NamedObject { id: one.id, name: one.display_name.unwrap_or_default() }).collect()
}
