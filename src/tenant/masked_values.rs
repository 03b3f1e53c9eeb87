//! Reads masked values in plain text, if the token is allowed to.

use std::sync::Arc;

use crate::delivery;
use crate::graph::{BatchAnswer, BatchRequest, Client, Error, odata_literal};
use crate::profile::{Address, LiveProfile, MaskedSettings, canonical_value};
use crate::setting::Delivery;

use super::catalog_policies::{self, CatalogPolicies};

/// Where masked values belong: the index of the profile, and the address.
type Places = Vec<(usize, Address)>;

/// Reads masked values in batches and puts them into the profiles. Values that the token is not allowed to read stay
/// masked; reading them needs `DeviceManagementConfiguration.ReadWrite.All` (Microsoft Learn,
/// getOmaSettingPlainTextValue).
///
/// Returns whether all values could be read.
///
/// # Errors
/// When a request fails for any reason other than a refusal.
pub async fn decrypt(
    client: &Client,
    profiles: &mut [Arc<LiveProfile>],
    wanted: &[MaskedSettings],
) -> Result<bool, Error> {
    let (places, requests) = masked(profiles, wanted);
    if requests.is_empty() {
        return Ok(true);
    }
    let answers = client.batch(delivery::VERSION, &requests).await?;
    Ok(put(profiles, places, &answers))
}

/// Like [`decrypt`], and also reads settings catalog policies: in most tenants, they fit into the same batch.
///
/// # Errors
/// As for [`decrypt`]; policies that cannot be read are not an error.
pub async fn decrypt_beside_catalog(
    client: &Client,
    profiles: &mut [Arc<LiveProfile>],
    wanted: &[MaskedSettings],
) -> Result<CatalogPolicies, Error> {
    let (places, mut requests) = masked(profiles, wanted);
    let own = requests.len();
    requests.extend(catalog_policies::requests());
    let mut answers = client.batch_each(delivery::VERSION, &requests).await;
    let policies = answers.split_off(own);
    let values: Vec<BatchAnswer> = answers.into_iter().collect::<Result<_, _>>()?;
    put(profiles, places, &values);
    Ok(match policies.into_iter().collect::<Result<Vec<_>, _>>() {
        Ok(first) => match first.as_slice() {
            [assigned, set] => catalog_policies::read(client, assigned, set).await,
            _ => CatalogPolicies::default(),
        },
        Err(error) => catalog_policies::none(error.to_string()),
    })
}

/// The path of a masked value of a custom profile, with the version of Graph.
pub fn masked_value_path(profile_id: &str, reference: &str) -> String {
    delivery::with_version(&delivery::url_of_masked_value(Delivery::Custom, profile_id, &odata_literal(reference)))
}

fn masked(profiles: &[Arc<LiveProfile>], wanted: &[MaskedSettings]) -> (Places, Vec<BatchRequest>) {
    let (mut places, mut requests) = (Vec::new(), Vec::new());
    for MaskedSettings { profile_id: id, addresses } in wanted {
        let Some(at) = profiles.iter().position(|profile| profile.id == *id) else { continue };
        for uri in addresses {
            if let Some(reference) = profiles[at].secret_references.get(uri) {
                let literal = odata_literal(reference);
                let url = delivery::url_of_masked_value(profiles[at].delivery, id, &literal);
                requests.push(BatchRequest::new(url));
                places.push((at, uri.clone()));
            }
        }
    }
    (places, requests)
}

/// Puts plain values into the profiles; returns whether all of them were read.
fn put(profiles: &mut [Arc<LiveProfile>], places: Places, answers: &[BatchAnswer]) -> bool {
    let mut complete = true;
    for ((at, uri), answer) in places.into_iter().zip(answers) {
        let live = Arc::make_mut(&mut profiles[at]);
        let Some(setting) = Arc::make_mut(&mut live.profile.settings).get_mut(&uri) else { continue };
        let plain = answer.body["value"].as_str().filter(|_| answer.status < 300);
        let kind = setting.value.oma_type();
        match plain.and_then(|text| delivery::read_masked_value(live.delivery, kind, text)) {
            Some(value) => setting.value = canonical_value(uri.uri(), value),
            None => complete = false,
        }
    }
    complete
}
