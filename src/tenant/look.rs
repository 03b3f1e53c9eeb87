//! Fresh looks at single profiles, many at once in batches.

use crate::graph::{BatchAnswer, Client, DeviceConfiguration, Error, Gather, odata_literal};
use crate::profile::LiveProfile;

use super::convert::live_profile;

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
        let found = accepted(&url, answer)?;
        Ok(live_profile(typed(&url, found)?))
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
            return Err(Error::Unusable { path: url, reason, request_id: String::new() });
        }
        let all: Vec<DeviceConfiguration> = typed(&url, found["value"].take())?;
        Ok(all.into_iter().filter_map(live_profile).filter(|profile| profile.profile.name == name).collect())
    }
}

fn accepted(url: &str, answer: BatchAnswer) -> Result<serde_json::Value, Error> {
    match answer.status {
        200..=299 => Ok(answer.body),
        status => Err(Error::refused("GET", url, status, &answer.body, "")),
    }
}

fn typed<T: serde::de::DeserializeOwned>(url: &str, body: serde_json::Value) -> Result<T, Error> {
    serde_json::from_value(body).map_err(|error| Error::Unusable {
        path: url.to_string(),
        reason: error.to_string(),
        request_id: String::new(),
    })
}
