//! Reads the current state of single profiles, many in one batch.

use std::sync::Arc;

use serde_json::Value;

use super::{KnownAddresses, ListedConfiguration, classify};
use crate::delivery::{self, custom::DeviceConfiguration};
use crate::graph::{BatchAnswer, Client, Error, SharedBatch, odata_literal};
use crate::profile::LiveProfile;
use crate::setting::Delivery;

/// Reads single profiles. Reads at about the same time share a request.
pub struct ProfileLookup<'c> {
    client: &'c Client,
    batch: SharedBatch<'c>,
}

impl<'c> ProfileLookup<'c> {
    pub fn new(client: &'c Client) -> Self {
        Self { client, batch: SharedBatch::new(client, delivery::VERSION) }
    }

    /// Reads the current state of one profile; `None` if there is no such profile of this delivery.
    ///
    /// # Errors
    /// When Graph does not answer, or refuses.
    pub async fn by_id(&self, delivery: Delivery, id: &str) -> Result<Option<LiveProfile>, Error> {
        let url = delivery::url_by_id(delivery, id);
        let answer = self.batch.get(url.clone()).await?;
        if answer.status == 404 {
            return Ok(None);
        }
        let answer = Accepted::new(url, answer)?;
        let found: DeviceConfiguration = answer.typed(answer.body.clone())?;
        if !found.id.eq_ignore_ascii_case(id) {
            return Err(answer.unusable(format!("it is about the profile {}", found.id)));
        }
        match classify(found, &KnownAddresses::default())
            .map_err(|refused| refused.into_error(&answer.url, &answer.request_id))?
        {
            ListedConfiguration::Custom(profile) => Ok(Some(Arc::unwrap_or_clone(profile))),
            ListedConfiguration::Unclear(_, reason) => {
                let request_id = answer.request_id;
                Err(Error::Unclear {
                    reason: format!("the profile {id} has data that this version cannot read: {reason}"),
                    request_id,
                })
            }
            ListedConfiguration::OtherKind => Ok(None),
        }
    }

    /// Finds profiles of this delivery with exactly this name. This confirms that a profile does not exist, because a
    /// list can lack it.
    ///
    /// # Errors
    /// When Graph does not answer, or refuses.
    pub async fn named(&self, delivery: Delivery, name: &str) -> Result<Vec<LiveProfile>, Error> {
        let url = delivery::url_by_name(delivery, &odata_literal(name));
        let answer = Accepted::new(url.clone(), self.batch.get(url).await?)?;
        let all: Vec<DeviceConfiguration> = match answer.body["@odata.nextLink"].is_string() {
            true => self.client.list(&delivery::with_version(&answer.url)).await?,
            false => answer.typed(answer.body["value"].clone())?,
        };
        let mut named = Vec::new();
        for one in all {
            match classify(one, &KnownAddresses::default())
                .map_err(|refused| refused.into_error(&answer.url, &answer.request_id))?
            {
                // A profile that cannot be read completely still has its name.
                ListedConfiguration::Custom(profile) | ListedConfiguration::Unclear(profile, _)
                    if profile.profile.name == name =>
                {
                    named.push(Arc::unwrap_or_clone(profile))
                }
                _ => {}
            }
        }
        Ok(named)
    }
}

/// A successful answer.
struct Accepted {
    url: String,
    body: Value,
    request_id: String,
}

impl Accepted {
    fn new(url: String, answer: BatchAnswer) -> Result<Self, Error> {
        let BatchAnswer { status, body, request_id } = answer;
        match status {
            200..=299 => Ok(Self { url, body, request_id }),
            status => Err(Error::refused("GET", &url, status, &body, &request_id)),
        }
    }

    fn typed<T: serde::de::DeserializeOwned>(&self, body: Value) -> Result<T, Error> {
        serde_json::from_value(body).map_err(|error| self.unusable(error.to_string()))
    }

    fn unusable(&self, reason: String) -> Error {
        Error::Unusable { path: self.url.clone(), reason, request_id: self.request_id.clone() }
    }
}
