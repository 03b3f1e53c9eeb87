//! Reads settings catalog policies: what they set, and for whom.
//!
//! Their settings and their assignments are read as two lists. If both are requested together, either may be missing
//! without an error: a read of one policy with both expanded returns no assignments although there are some, and the
//! list with assignments returns them (measured on a live tenant: TenuVault, graph-verification of 2026-09-30). A list
//! with settings has pages of one or two policies in large tenants, regardless of `$top` (measured: RKSolutions,
//! FINDINGS.md); there, each policy's settings are read on their own, many in a batch.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::directory::safe_id;
use crate::delivery::catalog::{
    self, COLLECTION, CatalogPolicy, CatalogSetting, ConfigurationPolicy, WITH_ASSIGNMENTS, WITH_SETTINGS,
};
use crate::delivery::{self, Assigned};
use crate::graph::{BatchAnswer, BatchRequest, Client, Error};

/// The assigned settings catalog policies for Windows.
#[derive(Debug, Clone, Default)]
pub struct CatalogPolicies {
    /// The policies that were read completely.
    pub policies: Vec<CatalogPolicy>,
    /// What could not be read, and why.
    pub unread: Vec<String>,
}

/// Requests for the first pages of both lists. They fit into a batch that is sent anyway.
pub(super) fn requests() -> [BatchRequest; 2] {
    [WITH_ASSIGNMENTS, WITH_SETTINGS].map(|url| BatchRequest::new(url.into()))
}

/// No policies, because of an error.
pub(super) fn none(reason: String) -> CatalogPolicies {
    CatalogPolicies { policies: Vec::new(), unread: vec![reason] }
}

/// Reads policies from the answers to [`requests`], and requests what these lack. What cannot be read is listed in
/// [`CatalogPolicies::unread`], and does not prevent a plan.
pub(super) async fn read(client: &Client, assigned: &BatchAnswer, set: &BatchAnswer) -> CatalogPolicies {
    let all = match all_policies(client, assigned).await {
        Ok(all) => all,
        Err(error) => return none(error.to_string()),
    };
    let known: BTreeMap<String, Vec<CatalogSetting>> = list::<ConfigurationPolicy>(set)
        .unwrap_or_default()
        .into_iter()
        .filter_map(|policy| Some((policy.id.clone(), policy.whole_settings()?)))
        .collect();
    let mut parts: Vec<FetchedParts> = all
        .into_iter()
        .filter(ConfigurationPolicy::reaches_windows)
        .map(|policy| FetchedParts::of(policy, &known))
        .collect();
    if let Err(error) = complete(client, &mut parts).await {
        return none(error.to_string());
    }
    let mut found = CatalogPolicies::default();
    for part in parts {
        match part.whole() {
            Ok(policy) => found.policies.push(policy),
            Err(reason) => found.unread.push(reason),
        }
    }
    found
}

/// All policies with their assignments; none if the server has no settings catalog.
async fn all_policies(client: &Client, first: &BatchAnswer) -> Result<Vec<ConfigurationPolicy>, Error> {
    match first.status {
        404 => return Ok(Vec::new()),
        200..=299 => {}
        status => return Err(Error::refused("GET", WITH_ASSIGNMENTS, status, &first.body, &first.request_id)),
    }
    match list(first) {
        Some(all) => Ok(all),
        // There are more pages, or this is not a list: `Client::list` handles both.
        None => client.list(&delivery::with_version(WITH_ASSIGNMENTS)).await,
    }
}

/// The objects of a list with only this page; `None` if objects are missing or listed twice.
fn list<T: DeserializeOwned>(answer: &BatchAnswer) -> Option<Vec<T>> {
    let only = answer.status < 300 && answer.body["@odata.nextLink"].is_null();
    let values = answer.body["value"].as_array().filter(|_| only)?;
    let announced = answer.body["@odata.count"].as_u64().unwrap_or_default();
    let mut ids = BTreeSet::new();
    let repeats = values.iter().filter_map(|value| value["id"].as_str()).any(|id| !ids.insert(id));
    if repeats || announced > values.len() as u64 {
        return None;
    }
    values.iter().map(|value| T::deserialize(value).ok()).collect()
}

/// A policy that may lack settings or assignments.
struct FetchedParts {
    id: String,
    name: String,
    setting_count: usize,
    assignments: Option<Vec<Assigned>>,
    settings: Option<Vec<CatalogSetting>>,
    /// Why it lacks them.
    reason: String,
}

impl FetchedParts {
    fn of(policy: ConfigurationPolicy, known: &BTreeMap<String, Vec<CatalogSetting>>) -> Self {
        let assignments = policy.whole_assignments().cloned();
        Self {
            settings: known.get(&policy.id).cloned(),
            name: policy.name.unwrap_or_default(),
            setting_count: policy.setting_count.unwrap_or_default(),
            id: policy.id,
            assignments,
            reason: "it was returned without all of its settings and assignments".into(),
        }
    }

    fn whole(self) -> Result<CatalogPolicy, String> {
        let Self { id, name, assignments: Some(assignments), settings: Some(settings), .. } = self else {
            return Err(format!("\"{}\" ({}): {}", self.name, self.id, self.reason));
        };
        Ok(catalog::read(id, name, &assignments, settings))
    }
}

/// Reads what is missing, for many policies in a batch.
async fn complete(client: &Client, parts: &mut [FetchedParts]) -> Result<(), Error> {
    let mut places = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let missing = [("settings", part.settings.is_none()), ("assignments", part.assignments.is_none())];
        places.extend(missing.into_iter().filter(|(_, missing)| *missing).map(|(of, _)| (at, of)));
    }
    if places.is_empty() {
        return Ok(());
    }
    let url = |(at, of): &(usize, &str)| format!("{COLLECTION}/{}/{of}", safe_id(&parts[*at].id));
    let requests: Vec<BatchRequest> = places.iter().map(|place| BatchRequest::new(url(place))).collect();
    let answers = client.batch(delivery::VERSION, &requests).await?;
    for (((at, of), request), answer) in places.into_iter().zip(&requests).zip(&answers) {
        let part = &mut parts[at];
        let values = match values(client, &request.url, answer).await {
            Ok(values) => values,
            Err(error) => {
                part.reason = error.to_string();
                continue;
            }
        };
        match of {
            "settings" => part.settings = typed(values).filter(|all| all.len() >= part.setting_count),
            _ => part.assignments = typed(values),
        }
    }
    Ok(())
}

/// The objects of all pages of a list.
async fn values(client: &Client, url: &str, answer: &BatchAnswer) -> Result<Vec<Value>, Error> {
    match list(answer) {
        Some(values) => Ok(values),
        None if answer.status < 300 => client.list(&delivery::with_version(url)).await,
        None => Err(Error::refused("GET", url, answer.status, &answer.body, "")),
    }
}

fn typed<T: DeserializeOwned>(values: Vec<Value>) -> Option<Vec<T>> {
    values.into_iter().map(|value| serde_json::from_value(value).ok()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn came(body: Value) -> Option<usize> {
        list::<Value>(&BatchAnswer { status: 200, body, request_id: String::new() }).map(|values| values.len())
    }

    #[test]
    fn a_part_of_a_list_is_not_taken_for_the_whole() {
        let (one, two) = (json!({ "id": "1" }), json!({ "id": "2" }));
        assert_eq!(came(json!({ "value": [one, two] })), Some(2));
        assert_eq!(came(json!({ "value": [one, two], "@odata.count": 1 })), Some(2));
        assert_eq!(came(json!({ "value": [one], "@odata.count": 2 })), None);
        assert_eq!(came(json!({ "value": [one], "@odata.nextLink": "…" })), None);
        assert_eq!(came(json!({ "value": [one, one] })), None);
        assert_eq!(came(json!({ "error": {} })), None);
        let refused = BatchAnswer { status: 403, body: json!({ "value": [one] }), request_id: String::new() };
        assert!(list::<Value>(&refused).is_none());
    }
}
