//! Reads collections, page by page, and counts.

use std::collections::HashSet;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::body::{WholeBody, from_json};
use super::client::Client;
use super::error::{BadObject, Error};
use super::page::{Arrived, Page};

/// The most pages of one collection. Only a server that repeats pages returns more.
const MOST_PAGES: usize = 10_000;
/// How often a collection is read at most, if its pages do not fit together.
const READINGS: usize = 3;

/// A complete collection.
#[derive(Debug)]
pub struct Collection<T> {
    /// In the order in which they arrived.
    pub items: Vec<T>,
    /// Whether the answer contained the number of objects.
    pub is_counted: bool,
    /// The request-id of the last page.
    pub request_id: String,
}

/// The number of objects in a collection.
#[derive(Debug)]
pub struct Count {
    pub objects: usize,
    pub request_id: String,
}

impl Client {
    /// Reads a complete collection, following each link to the next page. If the pages do not fit together, reads the
    /// collection again.
    ///
    /// # Errors
    /// As for [`Client::get`]; also if pages repeat, a link leads to another server, or the number of objects differs
    /// from the server's count, because an incomplete read must not be used.
    pub async fn list<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, Error> {
        Ok(self.collection(path, Ok).await?.items)
    }

    /// The same with `$count=true`. If the server does not count, records that under the name `what`. Intune answers
    /// 400 or 500 to options that a collection does not support (Microsoft365DSC#4597, #4828); then the collection is
    /// read without the option.
    ///
    /// # Errors
    /// As for [`Client::list`].
    pub async fn list_counted<T: DeserializeOwned>(&self, path: &str, what: &'static str) -> Result<Vec<T>, Error> {
        let read = match self.collection(&format!("{path}&$count=true"), Ok).await {
            Err(error) if error.is_unsupported() || error.status() == Some(500) && !error.is_throttling() => {
                self.collection(path, Ok).await?
            }
            read => read?,
        };
        if !read.is_counted {
            self.not_counted(what);
        }
        Ok(read.items)
    }

    /// Reads a complete collection, and returns the objects with further information. `make` converts each object as
    /// soon as it has arrived, because a whole page in Graph's form takes much memory; or it returns why an object
    /// cannot be used.
    ///
    /// # Errors
    /// As for [`Client::list`].
    pub async fn collection<T: DeserializeOwned, U>(
        &self,
        path: &str,
        make: impl Fn(T) -> Result<U, BadObject>,
    ) -> Result<Collection<U>, Error> {
        let mut reading = 1;
        loop {
            match self.pages(path, &make).await {
                Err(error @ Error::Unusable { .. }) if reading < READINGS => {
                    tracing::info!(%error, "reading the collection again");
                    reading += 1;
                    tokio::time::sleep(self.second()).await;
                }
                ended => return ended,
            }
        }
    }

    async fn pages<T: DeserializeOwned, U>(
        &self,
        path: &str,
        make: &impl Fn(T) -> Result<U, BadObject>,
    ) -> Result<Collection<U>, Error> {
        let mut items = Vec::new();
        let mut seen: HashSet<String> = HashSet::new();
        let mut ids: HashSet<String> = HashSet::new();
        let mut counted = None;
        let mut next = path.to_string();
        loop {
            let mut page = Page::new(make, &ids);
            let request_id = self.read_into(&next, &mut page).await?;
            let unusable =
                |reason: String| Error::Unusable { path: next.clone(), reason, request_id: request_id.clone() };
            let Arrived { items: arrived, ids: new, refused, rest } = page.arrived();
            if !rest.is_list() {
                return Err(unusable("it should be a list, but it has no `value`".into()));
            }
            if let Some(refused) = refused {
                return Err(refused.into_error(&next, &request_id));
            }
            items.extend(arrived);
            ids.extend(new);
            if seen.is_empty() {
                // If more pages follow, a count that equals the objects on this page counts only this page.
                let of_page = |count: &u64| *count == items.len() as u64 && !rest.link.is_null();
                counted = rest.count.as_u64().filter(|count| !of_page(count));
            }
            let link = match rest.link {
                Value::String(link) => link,
                Value::Null => {
                    return match counted.filter(|count| *count != items.len() as u64) {
                        Some(count) => {
                            Err(unusable(format!("{count} objects were announced, but {} arrived", items.len())))
                        }
                        None => Ok(Collection { items, is_counted: counted.is_some(), request_id }),
                    };
                }
                _ => return Err(unusable("its link to the next page is not a URL".into())),
            };
            if !seen.insert(link.clone()) || seen.len() > MOST_PAGES {
                return Err(unusable("the links to the next page form a loop".into()));
            }
            next = match link.strip_prefix(&self.base) {
                Some(rest) if rest.starts_with('/') => rest.to_string(),
                _ => return Err(unusable(format!("the link to the next page leads to another server: {link}"))),
            };
        }
    }

    /// The number of objects in a collection, from its `$count`; `None` if the server does not count this one, as
    /// Intune does not count devices. The answer is plain text; Graph refuses a request for JSON (graph-api-gotchas of
    /// graph2otel).
    ///
    /// # Errors
    /// If the server does not answer with a number. This is not the same as a server that does not count.
    pub async fn count(&self, collection: &str) -> Result<Option<Count>, Error> {
        let path = format!("{collection}/$count");
        let mut body = WholeBody::default();
        let request_id = match self.read_as(&path, "text/plain", &mut body).await {
            Err(error) if error.is_unsupported() => return Ok(None),
            answer => answer?,
        };
        match from_json::<Option<usize>>(body.json()) {
            Ok(Some(objects)) => Ok(Some(Count { objects, request_id })),
            _ => Err(Error::Unusable { path, reason: "it is not a number".into(), request_id }),
        }
    }
}
