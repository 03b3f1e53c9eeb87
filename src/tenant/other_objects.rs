//! Finds out what an id or a name belongs to if it is not a custom profile, for messages.

use std::collections::BTreeSet;

use super::profiles_path;
use crate::delivery;
use crate::delivery::catalog::{self, ListedCatalogPolicy};
use crate::delivery::custom::DeviceConfiguration;
use crate::graph::{Client, Error};

/// A profile or policy in the tenant that is not a custom profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherObject {
    pub id: String,
    pub name: String,
    /// Graph's type of the device configuration; `None` for a settings catalog policy.
    pub kind: Option<String>,
}

impl OtherObject {
    /// `the settings catalog policy "Lock screen"`
    pub fn shown(&self) -> String {
        match &self.kind {
            None => format!("the settings catalog policy \"{}\"", self.name),
            Some(kind) => format!("the profile \"{}\" ({kind}, not a custom profile)", self.name),
        }
    }

    /// What to do instead of taking it over.
    pub fn help(&self) -> &'static str {
        match &self.kind {
            None => {
                "write a policy with the same settings and apply it, and then unassign the settings catalog policy: \
                 both set the same nodes, so they would conflict"
            }
            Some(_) => "only custom profiles (OMA-URI) can be taken over; write a policy with the same settings",
        }
    }
}

/// Finds the objects that have one of these ids, or exactly one of these names.
///
/// # Errors
/// When Graph does not answer, or refuses. A server without a settings catalog is not an error.
pub async fn other_objects(client: &Client, wanted: &BTreeSet<String>) -> Result<Vec<OtherObject>, Error> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let is_wanted = |one: &OtherObject| wanted.contains(&one.name) || wanted.contains(&one.id.to_lowercase());
    let profiles: Vec<DeviceConfiguration> = client.list(&format!("{}?$top=1000", profiles_path())).await?;
    let others = profiles.into_iter().filter(|profile| !profile.is_custom()).map(|profile| OtherObject {
        id: profile.id,
        name: profile.display_name.unwrap_or_default(),
        kind: Some(profile.kind.trim_start_matches("#microsoft.graph.").to_string()),
    });
    let policies: Vec<ListedCatalogPolicy> = match client.list(&delivery::with_version(catalog::COLLECTION)).await {
        Err(error) if matches!(error.status(), Some(400 | 404)) => Vec::new(),
        read => read?,
    };
    let policies =
        policies.into_iter().map(|one| OtherObject { id: one.id, name: one.name.unwrap_or_default(), kind: None });
    Ok(others.chain(policies).filter(is_wanted).collect())
}
