//! Assertions: what an application presents instead of a secret.

use azure_core::http::ClientMethodOptions;
use azure_identity::ClientAssertion;
use serde_json::Value;

use super::method::SignInMethod;
use super::refusal::{SignInFailure, clean};
use super::{SignInSettings, certificate, variable};
use crate::graph::client::chain;

/// What Entra expects as the audience of a federated token (Microsoft, "Workload identity federation").
const AUDIENCE: &str = "api://AzureADTokenExchange";

/// What helps where GitHub is asked and gives none.
const GITHUB: &str =
    "GitHub gives one only while the job runs, and with `permissions: id-token: write`; run the job again";

/// An assertion that was made for one request. It is as good as a secret, and never shown.
pub(super) struct Assertion(pub String);

impl std::fmt::Debug for Assertion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Assertion")
    }
}

#[async_trait::async_trait]
impl ClientAssertion for Assertion {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        Ok(self.0.clone())
    }
}

/// A token of GitHub about this job (GitHub, "OpenID Connect reference").
pub(super) async fn of_github(http: &reqwest::Client) -> Result<Assertion, SignInFailure> {
    let failure = |reason: &str| SignInFailure::new(SignInMethod::GithubOidc, reason);
    let (Some(url), Some(token)) =
        (variable("ACTIONS_ID_TOKEN_REQUEST_URL"), variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN"))
    else {
        return Err(failure("ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN are not set")
            .with_hint("the job needs `permissions: id-token: write`; pull requests from forks do not get it"));
    };
    let mut url = reqwest::Url::parse(&url).map_err(|_| failure("ACTIONS_ID_TOKEN_REQUEST_URL is no address"))?;
    if url.scheme() != "https" {
        return Err(failure("ACTIONS_ID_TOKEN_REQUEST_URL is not https"));
    }
    url.query_pairs_mut().append_pair("audience", AUDIENCE);
    let said = |words: &str| failure(&format!("GitHub gives no token: {}", clean(words, &[&token]))).with_hint(GITHUB);
    let shown = format!("{}{}", url.origin().ascii_serialization(), url.path());
    let unreachable = |error: reqwest::Error| said(&format!("{shown}: {}", chain(&error.without_url())));
    let answer = http.get(url).bearer_auth(&token).send().await.map_err(unreachable)?;
    let status = answer.status();
    let body = answer.text().await.map_err(|error| said(&chain(&error.without_url())))?;
    if !status.is_success() {
        return Err(said(&format!("{status} {body}")));
    }
    let body: Value = serde_json::from_str(&body).unwrap_or_default();
    let value = body["value"].as_str().ok_or_else(|| failure("GitHub's answer holds no token"))?;
    Ok(Assertion(value.to_owned()))
}

/// An assertion that the certificate's private key signs.
pub(super) async fn of_certificate(settings: &SignInSettings, client_id: &str) -> Result<Assertion, SignInFailure> {
    let failure = |reason: &str| SignInFailure::new(SignInMethod::ClientCertificate, reason);
    let file = settings.certificate_file().ok_or_else(|| {
        failure("no certificate is named")
            .with_hint("write `certificate:` in `auth:`, or set AZURE_CLIENT_CERTIFICATE_PATH")
    })?;
    let unusable = |reason: String| {
        failure(&format!("{}: {reason}", file.display())).with_hint(
            "`certificate:`, else AZURE_CLIENT_CERTIFICATE_PATH, names one PEM file with certificate and private key; \
             docs/sign-in.md tells how to make it",
        )
    };
    let bytes = std::fs::read(&file).map_err(|error| unusable(error.to_string()))?;
    let signed = certificate::sign(&bytes, client_id, &settings.endpoint("token"));
    signed.map(Assertion).map_err(unusable)
}
