//! Sends requests that are made at about the same time in one `$batch`.

use std::cell::RefCell;
use std::time::Duration;

use tokio::sync::oneshot;

use super::batch::{BatchAnswer, BatchRequest};
use super::client::Client;
use super::error::Error;
use super::http::SetupError;

/// How long the first request waits for others.
const OPEN: Duration = Duration::from_millis(4);

/// Collects read requests of many tasks on one thread into batches.
pub struct SharedBatch<'c> {
    client: &'c Client,
    version: &'c str,
    waiting: RefCell<Vec<Waiting>>,
}

struct Waiting {
    request: BatchRequest,
    answer: oneshot::Sender<Result<BatchAnswer, Error>>,
}

impl<'c> SharedBatch<'c> {
    /// `version` is the version of the API, such as `beta`.
    pub fn new(client: &'c Client, version: &'c str) -> Self {
        Self { client, version, waiting: RefCell::default() }
    }

    /// Reads one URL. The first caller sends the batch, with the requests of all who call in the next few milliseconds.
    ///
    /// # Errors
    /// As for [`Client::batch`].
    pub async fn get(&self, url: String) -> Result<BatchAnswer, Error> {
        let (answer, mut answered) = oneshot::channel();
        let first = {
            let mut waiting = self.waiting.borrow_mut();
            waiting.push(Waiting { request: BatchRequest::new(url), answer });
            waiting.len() == 1
        };
        if first {
            tokio::time::sleep(OPEN).await;
            self.send().await;
        }
        match (&mut answered).await {
            Ok(answer) => answer,
            // The task that sent the batch was canceled.
            Err(_) => Err(SetupError("a request was abandoned".into()).into()),
        }
    }

    async fn send(&self) {
        let (requests, answers): (Vec<_>, Vec<_>) =
            self.waiting.take().into_iter().map(|one| (one.request, one.answer)).unzip();
        // A caller that no longer waits needs no answer, so a failure to deliver it is ignored.
        let found = self.client.batch_each(self.version, &requests).await;
        answers.into_iter().zip(found).for_each(|(answer, found)| drop(answer.send(found)));
    }
}
