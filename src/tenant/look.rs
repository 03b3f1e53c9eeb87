//! Fresh looks at single profiles, many at once in batches.

use crate::graph::{BatchAnswer, Client, DeviceConfiguration, Error, Gather, odata_literal};
use crate::profile::LiveProfile;

use super::whole_profile;
use serde_json::Value;

const PROFILES: &str = "/deviceManagement/deviceConfigurations";

/// Looks at profiles. Looks that are taken at about the same time share a request.
pub struct Looks<'c> {
    gather: Gather<'c>,
}

impl<'c> Looks<'c> {
    /// Looks into the tenant of this client.
    pub fn new(client: &'c Client) -> Self {
        Self { gather: Gather::new(client, "beta") }
    }

    /// One custom profile as it is now; nothing where there is none.
    ///
    /// # Errors
    /// When Graph does not answer, or refuses.
    pub async fn by_id(&self, id: &str) -> Result<Option<LiveProfile>, Error> {
        let url = format!("{PROFILES}/{id}?$expand=assignments");
        let answer = self.gather.ask(url.clone()).await?;
        if answer.status == 404 {
            return Ok(None);
        }
        let found: DeviceConfiguration = typed(&url, accepted(&url, answer)?)?;
        if !found.id.eq_ignore_ascii_case(id) {
            return Err(unusable(url, format!("it is about {}", found.id)));
        }
        converted(&url, found)
    }

    /// Custom profiles of exactly this name, looked up on their own: the second witness of absence.
    ///
    /// # Errors
    /// When Graph does not answer, or refuses.
    pub async fn named(&self, name: &str) -> Result<Vec<LiveProfile>, Error> {
        let url = format!("{PROFILES}?$filter=displayName%20eq%20{}&$expand=assignments", odata_literal(name));
        let mut found = accepted(&url, self.gather.ask(url.clone()).await?)?;
        if found["@odata.nextLink"].is_string() {
            let reason = format!("more profiles are named \"{name}\" than fit one page");
            return Err(unusable(url, reason));
        }
        let all: Vec<DeviceConfiguration> = typed(&url, found.get_mut("value").map(Value::take).unwrap_or_default())?;
        let profiles: Result<Vec<_>, Error> = all.into_iter().map(|one| converted(&url, one)).collect();
        Ok(profiles?.into_iter().flatten().filter(|profile| profile.profile.name == name).collect())
    }
}

fn accepted(url: &str, answer: BatchAnswer) -> Result<Value, Error> {
    match answer.status {
        200..=299 => Ok(answer.body),
        status => Err(Error::refused("GET", url, status, &answer.body, "")),
    }
}

fn typed<T: serde::de::DeserializeOwned>(url: &str, body: Value) -> Result<T, Error> {
    serde_json::from_value(body).map_err(|error| unusable(url.to_string(), error.to_string()))
}

fn converted(url: &str, found: DeviceConfiguration) -> Result<Option<LiveProfile>, Error> {
    whole_profile(found).map_err(|reason| unusable(url.to_string(), reason))
}

fn unusable(path: String, reason: String) -> Error {
    Error::Unusable { path, reason, request_id: String::new() }
}
