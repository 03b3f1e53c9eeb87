//! `$batch`: up to twenty requests in one.

use std::collections::BTreeMap;

use futures_util::{StreamExt, stream};
use reqwest::Method;
use serde_json::{Value, json};

use super::body::WholeBody;
use super::client::{Client, ClientRequest, JSON, typed};
use super::error::Error;
use super::http::SetupError;
use super::retry::{Retry, pause};

/// The most requests that Graph accepts in one batch (Microsoft Graph, "JSON batching").
const MOST: usize = 20;
/// The number of batches in flight at once.
const IN_FLIGHT: usize = 8;

/// A read request in a batch.
#[derive(Debug, Clone)]
pub struct BatchRequest {
    /// Relative to the version, such as `/groups?$filter=…`.
    pub url: String,
    /// Headers of this request, in addition to those of the batch.
    pub headers: &'static [(&'static str, &'static str)],
}

impl BatchRequest {
    /// A request without its own headers.
    pub fn new(url: String) -> Self {
        Self { url, headers: &[] }
    }

    fn is_intune(&self) -> bool {
        self.url.starts_with("/deviceManagement/")
    }

    /// The request as an item of the batch's body.
    fn item(&self, id: usize) -> Value {
        let mut item = json!({ "id": id.to_string(), "method": "GET", "url": self.url });
        for (name, value) in self.headers {
            item["headers"][name] = json!(value);
        }
        item
    }
}

#[derive(Debug, Clone)]
pub struct BatchAnswer {
    /// The status of this request, not of the batch.
    pub status: u16,
    pub body: Value,
    /// The request-id of this request, or else of the batch.
    pub request_id: String,
}

impl BatchAnswer {
    /// Whether it is the first page of a longer list.
    pub fn has_more_pages(&self) -> bool {
        !self.body["@odata.nextLink"].is_null()
    }
}

impl Client {
    /// Sends read requests in batches, several at once, and returns the answers in the order of the requests. Only
    /// items that were throttled or failed are sent again, after the pause that the server asked for. A refusal is an
    /// answer.
    ///
    /// # Errors
    /// If a whole batch fails, or an item has no answer after all tries: an incomplete read must not be used.
    pub async fn batch(&self, version: &str, requests: &[BatchRequest]) -> Result<Vec<BatchAnswer>, Error> {
        self.batch_each(version, requests).await.into_iter().collect()
    }

    /// The same, but only the items that have no answer after all tries get an error.
    pub async fn batch_each(&self, version: &str, requests: &[BatchRequest]) -> Vec<Result<BatchAnswer, Error>> {
        let chunks = requests.chunks(MOST).map(|chunk| self.one_batch(version, chunk));
        let mut answered = stream::iter(chunks).buffered(IN_FLIGHT);
        let mut answers = Vec::with_capacity(requests.len());
        while let Some(chunk) = answered.next().await {
            answers.extend(chunk);
        }
        answers
    }

    /// Sends at most twenty requests until each has an answer or no further try is allowed.
    async fn one_batch(&self, version: &str, requests: &[BatchRequest]) -> Vec<Result<BatchAnswer, Error>> {
        let path = format!("/{version}/$batch");
        let nothing = || Err(SetupError("a request was abandoned".into()).into());
        let mut answers: Vec<Result<BatchAnswer, Error>> = requests.iter().map(|_| nothing()).collect();
        let mut retries: Vec<Retry> = requests.iter().map(|one| Retry::of_reading(one.is_intune())).collect();
        let mut open: Vec<usize> = (0..requests.len()).collect();
        loop {
            let failed = match self.round(&path, requests, &open, &mut answers).await {
                Ok(failed) => failed,
                Err(error) => {
                    open.iter().for_each(|at| answers[*at] = Err(error.clone()));
                    return answers;
                }
            };
            open.clear();
            let mut longest: Option<(Error, std::time::Duration)> = None;
            for (at, error) in failed {
                let Some(pause) = retries[at].next(&error, &self.pace) else {
                    answers[at] = Err(error);
                    continue;
                };
                open.push(at);
                if longest.as_ref().is_none_or(|(_, longest)| pause > *longest) {
                    longest = Some((error, pause));
                }
            }
            match longest {
                Some((error, pause)) => self.rest(&error, pause).await,
                None => return answers,
            }
        }
    }

    /// Sends the open requests, and stores their answers. Returns the failed requests, with the pause that the server
    /// asked for; a request without an answer has failed, too.
    async fn round(
        &self,
        path: &str,
        requests: &[BatchRequest],
        open: &[usize],
        answers: &mut [Result<BatchAnswer, Error>],
    ) -> Result<Failed, Error> {
        let item = |at: &usize| requests[*at].item(*at);
        let body = json!({ "requests": open.iter().map(item).collect::<Vec<_>>() });
        let cost = open.iter().filter(|at| requests[**at].is_intune()).count();
        let request = ClientRequest { method: Method::POST, path, body: Some(&body), headers: &[], cost, accept: JSON };
        let mut answer = WholeBody::default();
        let batch_id = self.send(&request, &mut answer).await?;
        let mut answer: Value = typed(path, &answer, batch_id.clone())?;
        let unanswered = |at: &usize| (*at, unusable(path, &requests[*at], "no answer", &batch_id));
        let mut failed: Failed = open.iter().map(unanswered).collect();
        let items = match answer.get_mut("responses").map(Value::take) {
            Some(Value::Array(items)) => items,
            _ => Vec::new(),
        };
        let id_of = |item: &Value| item["id"].as_str().and_then(|id| id.parse::<usize>().ok());
        let mut ids: BTreeMap<usize, usize> = BTreeMap::new();
        items.iter().filter_map(id_of).for_each(|id| *ids.entry(id).or_default() += 1);
        for mut item in items {
            let id = id_of(&item).filter(|id| open.contains(id));
            // It is not known which of two answers is the right one.
            if let Some(id) = id.filter(|id| ids.get(id) != Some(&1)) {
                failed.insert(id, unusable(path, &requests[id], "two answers", &batch_id));
                continue;
            }
            let status = item["status"].as_u64().and_then(|status| u16::try_from(status).ok());
            let (Some(id), Some(status)) = (id, status) else { continue };
            let body = item.get_mut("body").map(Value::take).unwrap_or_default();
            let request_id = header(&item["headers"], "request-id").and_then(Value::as_str).unwrap_or(&batch_id);
            let error = Error::refused("GET", &requests[id].url, status, &body, request_id);
            if error.may_pass() {
                failed.insert(id, error.with_pause(asked(&item["headers"])));
            } else {
                failed.remove(&id);
                answers[id] = Ok(BatchAnswer { status, body, request_id: request_id.to_string() });
            }
        }
        Ok(failed)
    }
}

/// The errors of failed requests, by the index of the request.
type Failed = BTreeMap<usize, Error>;

/// A header of an item. Case in its name is ignored.
fn header<'h>(headers: &'h Value, wanted: &str) -> Option<&'h Value> {
    Some(headers.as_object()?.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted))?.1)
}

/// The pause that the server asks for in an item.
fn asked(headers: &Value) -> Option<std::time::Duration> {
    let own = header(headers, "retry-after")?;
    own.as_str().map_or_else(|| pause(&own.to_string(), None), |text| pause(text, None))
}

fn unusable(path: &str, request: &BatchRequest, answers: &str, request_id: &str) -> Error {
    let reason = format!("the batch has {answers} to {}", request.url);
    Error::Unusable { path: path.to_string(), reason, request_id: request_id.to_string() }
}
