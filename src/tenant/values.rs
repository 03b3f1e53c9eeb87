//! Masked values in plain, where the token may.

use crate::graph::{BatchRequest, Client, Error, odata_literal};
use crate::profile::{LiveProfile, canonical_value};
use crate::setting::OmaUri;

use super::convert::decrypted;

/// Reads masked values in batches and puts them into the profiles. What the token may not read stays masked; this needs
/// `DeviceManagementConfiguration.ReadWrite.All` (Microsoft Learn, getOmaSettingPlainTextValue).
///
/// Answers whether everything could be read.
///
/// # Errors
/// When Graph fails otherwise than by refusing.
pub async fn decrypt(
    client: &Client,
    profiles: &mut [LiveProfile],
    wanted: &[(String, Vec<OmaUri>)],
) -> Result<bool, Error> {
    let mut places = Vec::new();
    let mut requests = Vec::new();
    for (id, uris) in wanted {
        let Some(at) = profiles.iter().position(|profile| profile.id == *id) else { continue };
        for uri in uris {
            if let Some(reference) = profiles[at].secret_references.get(uri) {
                let literal = odata_literal(reference);
                let call = format!("getOmaSettingPlainTextValue(secretReferenceValueId={literal})");
                requests.push(BatchRequest::new(format!("/deviceManagement/deviceConfigurations/{id}/{call}")));
                places.push((at, uri.clone()));
            }
        }
    }
    if requests.is_empty() {
        return Ok(true);
    }
    let answers = client.batch("beta", &requests).await?;
    let mut complete = true;
    for ((at, uri), answer) in places.into_iter().zip(answers) {
        let Some(setting) = profiles[at].profile.settings.get_mut(&uri) else { continue };
        let plain = answer.body["value"].as_str().filter(|_| answer.status < 300);
        match plain.and_then(|text| decrypted(setting.value.oma_type(), text, false)) {
            Some(value) => setting.value = canonical_value(&uri, value),
            None => complete = false,
        }
    }
    Ok(complete)
}
