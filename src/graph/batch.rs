//! `$batch`: up to twenty requests in one.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::client::Client;
use super::error::Error;

/// Graph takes at most this many in one batch (Microsoft Graph, "JSON batching").
const MOST: usize = 20;
/// How often items that were throttled or failed are sent again.
const ROUNDS: u32 = 5;

/// One reading request of a batch; the URL is relative to the version.
#[derive(Debug, Clone)]
pub struct BatchRequest {
    /// As `/groups?$filter=…`.
    pub url: String,
    /// Headers of this request alone, besides those of the batch.
    pub headers: &'static [(&'static str, &'static str)],
}

impl BatchRequest {
    /// A request without headers of its own.
    pub fn new(url: String) -> Self {
        Self { url, headers: &[] }
    }

    /// One item of a batch.
    fn item(&self, id: usize) -> Value {
        let mut item = json!({ "id": id.to_string(), "method": "GET", "url": self.url });
        for (name, value) in self.headers {
            item["headers"][name] = json!(value);
        }
        item
    }
}

/// The answer to one request.
#[derive(Debug, Clone)]
pub struct BatchAnswer {
    /// Its own status.
    pub status: u16,
    /// Its body.
    pub body: Value,
}

impl Client {
    /// Sends reading requests in batches, and answers in their order. Items that were throttled or failed are sent
    /// again alone; refusals are answers.
    ///
    /// # Errors
    /// When a batch as a whole fails, or an item has no answer after all tries: an incomplete read is none.
    pub async fn batch(&self, version: &str, requests: &[BatchRequest]) -> Result<Vec<BatchAnswer>, Error> {
        let path = format!("/{version}/$batch");
        let mut answers: BTreeMap<usize, BatchAnswer> = BTreeMap::new();
        let mut open: Vec<usize> = (0..requests.len()).collect();
        for round in 0..ROUNDS {
            let mut pause = Duration::ZERO;
            for chunk in open.chunks(MOST) {
                let items: Vec<Value> = chunk.iter().map(|at| requests[*at].item(*at)).collect();
                let answer = self.send(Method::POST, &path, Some(&json!({ "requests": items })), true).await?;
                for item in answer.body["responses"].as_array().into_iter().flatten() {
                    let id =
                        item["id"].as_str().and_then(|id| id.parse::<usize>().ok()).filter(|id| chunk.contains(id));
                    let status = item["status"].as_u64().and_then(|status| u16::try_from(status).ok());
                    let (Some(id), Some(status)) = (id, status) else { continue };
                    if status == 429 || status >= 500 {
                        let asked = item["headers"]["Retry-After"].as_str().and_then(|text| text.parse().ok());
                        pause = pause.max(Duration::from_secs(asked.unwrap_or(1 << round)));
                    } else {
                        answers.insert(id, BatchAnswer { status, body: item["body"].clone() });
                    }
                }
            }
            open.retain(|at| !answers.contains_key(at));
            if open.is_empty() {
                return Ok(answers.into_values().collect());
            }
            tokio::time::sleep(pause.min(Duration::from_secs(60))).await;
        }
        Err(Error::Unusable {
            path,
            reason: format!(
                "{} of {} requests in a batch got no answer, the first: {}",
                open.len(),
                requests.len(),
                requests[open[0]].url
            ),
            request_id: String::new(),
        })
    }
}
