//! The sign-in methods that need no person, implemented with azure_identity. Each token gets a new credential, because
//! the cache of a credential would return a token again that Graph has refused.

use std::sync::Arc;

use azure_core::cloud::{CloudConfiguration, CustomConfiguration};
use azure_core::credentials::{Secret, TokenCredential};
use azure_core::http::{ClientOptions, ExponentialRetryOptions, RetryOptions, Transport};
use azure_core::time::{Duration, OffsetDateTime};
use azure_identity::{
    AzureCliCredential, AzureCliCredentialOptions, AzurePipelinesCredential, AzurePipelinesCredentialOptions,
    ClientAssertionCredential, ClientAssertionCredentialOptions, ClientSecretCredential, ClientSecretCredentialOptions,
    ManagedIdentityCredential, ManagedIdentityCredentialOptions, UserAssignedId, WorkloadIdentityCredential,
    WorkloadIdentityCredentialOptions,
};

use super::access_token::AccessToken;
use super::assertion::{self, Assertion};
use super::choose::{self, Decision};
use super::method::SignInMethod;
use super::refusal::SignInFailure;
use super::settings::variable;
use super::token_claims::TokenClaims;
use super::way::SignInWay;
use crate::graph::http::{chain, http_client};

/// The help if the Azure CLI returns no token.
const AZURE_CLI: &str =
    "sign in with `az login`; `az account get-access-token -o json` must print a token as JSON, and nothing else";

/// A credential that can be asked for a token.
struct Ready {
    credential: Arc<dyn TokenCredential>,
    /// Texts that must not be shown.
    secrets: Vec<String>,
    /// The claims of the assertion, if this program knows the assertion.
    presented: Option<TokenClaims>,
}

impl Ready {
    fn without_secret(credential: Arc<dyn TokenCredential>) -> Self {
        Self { credential, secrets: Vec::new(), presented: None }
    }
}

impl SignInWay {
    /// Gets a token without a person.
    pub(super) async fn unattended(&self) -> Result<AccessToken, SignInFailure> {
        let ready = self.ready().await?;
        let token = ready.credential.get_token(&[&self.settings.scope], None).await.map_err(|error| {
            let secrets: Vec<&str> = ready.secrets.iter().map(String::as_str).collect();
            let failure = SignInFailure::quoting(self.method, &reason(&error), &secrets, ready.presented.as_ref());
            if self.method == SignInMethod::AzureCli { failure.with_hint(AZURE_CLI) } else { failure }
        })?;
        let left = token.expires_on - OffsetDateTime::now_utc();
        let lifetime = std::time::Duration::try_from(left).unwrap_or_default();
        Ok(AccessToken::lasting(token.token.secret().to_owned(), lifetime))
    }

    async fn ready(&self) -> Result<Ready, SignInFailure> {
        let unusable = |error: azure_core::Error| SignInFailure::quoting(self.method, &chain(&error), &[], None);
        match self.method {
            SignInMethod::GithubOidc => self.presenting(assertion::of_github(&self.http).await?),
            SignInMethod::ClientCertificate => {
                self.presenting(assertion::of_certificate(&self.settings, &self.client_id()?).await?)
            }
            SignInMethod::AzureDevopsOidc => self.azure_devops(),
            SignInMethod::WorkloadIdentity => self.workload_identity(),
            SignInMethod::ClientSecret => self.client_secret(),
            SignInMethod::ManagedIdentity => self.managed_identity().await,
            SignInMethod::AzureCli if !choose::has_azure_cli() => {
                let failure = SignInFailure::new(self.method, "`az` is not on PATH");
                Err(failure.with_hint("install the Azure CLI and sign in with `az login`, or use another `method:`"))
            }
            SignInMethod::AzureCli => {
                let tenant_id = Some(self.settings.tenant.clone());
                let options = AzureCliCredentialOptions { tenant_id, ..AzureCliCredentialOptions::default() };
                Ok(Ready::without_secret(AzureCliCredential::new(Some(options)).map_err(unusable)?))
            }
            SignInMethod::Token | SignInMethod::DeviceCode | SignInMethod::Browser => {
                Err(SignInFailure::new(self.method, "this method does not have its own credential"))
            }
        }
    }

    fn presenting(&self, assertion: Assertion) -> Result<Ready, SignInFailure> {
        let (secrets, presented) = (vec![assertion.0.clone()], TokenClaims::read(&assertion.0));
        let options = ClientAssertionCredentialOptions { client_options: self.options()? };
        let tenant = self.settings.tenant.clone();
        let credential = ClientAssertionCredential::new(tenant, self.client_id()?, assertion, Some(options))
            .map_err(|error| self.unusable(&error))?;
        Ok(Ready { credential, secrets, presented })
    }

    fn azure_devops(&self) -> Result<Ready, SignInFailure> {
        let secret = self
            .required("SYSTEM_ACCESSTOKEN", "map it into the step: `env: SYSTEM_ACCESSTOKEN: $(System.AccessToken)`")?;
        if variable("SYSTEM_OIDCREQUESTURI").is_none_or(|url| !url.starts_with("https://")) {
            let reason = "SYSTEM_OIDCREQUESTURI is not set, or is not an https URL";
            return Err(SignInFailure::new(self.method, reason).with_hint("Azure Pipelines sets it in each job"));
        }
        let connection = self
            .settings
            .service_connection
            .clone()
            .or_else(|| variable("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"))
            .ok_or_else(|| {
                SignInFailure::new(self.method, "no service connection is configured")
                    .with_hint("write `service_connection:` in `auth:`, with the connection's ID")
            })?;
        let client_options = self.options()?;
        let options =
            AzurePipelinesCredentialOptions { credential_options: ClientAssertionCredentialOptions { client_options } };
        let (tenant, client) = (self.settings.tenant.clone(), self.client_id()?);
        let credential = AzurePipelinesCredential::new(tenant, client, &connection, secret.clone(), Some(options))
            .map_err(|error| self.unusable(&error))?;
        Ok(Ready { credential, secrets: vec![secret], presented: None })
    }

    fn workload_identity(&self) -> Result<Ready, SignInFailure> {
        let file = self.required("AZURE_FEDERATED_TOKEN_FILE", "set it to the file with the federated token")?;
        let read = std::fs::read_to_string(&file);
        let token = read.map_err(|error| {
            SignInFailure::new(self.method, &format!("{file}: {error}")).with_hint(
                "AZURE_FEDERATED_TOKEN_FILE sets the path; in Kubernetes, add the workload identity label to the pod",
            )
        })?;
        let options = WorkloadIdentityCredentialOptions {
            credential_options: ClientAssertionCredentialOptions { client_options: self.options()? },
            client_id: Some(self.client_id()?),
            tenant_id: Some(self.settings.tenant.clone()),
            token_file_path: Some(file.into()),
        };
        let credential = WorkloadIdentityCredential::new(Some(options)).map_err(|error| self.unusable(&error))?;
        Ok(Ready { credential, presented: TokenClaims::read(token.trim()), secrets: vec![token.trim().to_owned()] })
    }

    fn client_secret(&self) -> Result<Ready, SignInFailure> {
        let secret =
            self.required("AZURE_CLIENT_SECRET", "set it to the secret's value; do not keep the secret in a file")?;
        let options = ClientSecretCredentialOptions { client_options: self.options()? };
        let (tenant, shown) = (&self.settings.tenant, Secret::new(secret.clone()));
        let credential = ClientSecretCredential::new(tenant, self.client_id()?, shown, Some(options))
            .map_err(|error| self.unusable(&error))?;
        Ok(Ready { credential, secrets: vec![secret], presented: None })
    }

    async fn managed_identity(&self) -> Result<Ready, SignInFailure> {
        // Outside Azure, azure_identity would try for a minute to reach the metadata service.
        if let Decision::PassedOver(why) = choose::managed_identity(&self.settings).await {
            let hint = "assign a managed identity to this Azure machine, and name a user-assigned one in `client_id:`; \
                        anywhere else, use another `method:`";
            return Err(SignInFailure::new(self.method, &why).with_hint(hint));
        }
        // The endpoint is on this machine or its host, so no proxy is used.
        let http = http_client("http://").map_err(|error| SignInFailure::new(self.method, &error.to_string()))?;
        let options = ManagedIdentityCredentialOptions {
            user_assigned_id: self.settings.client_id().map(UserAssignedId::ClientId),
            client_options: with_few_tries(http, None),
        };
        let credential = ManagedIdentityCredential::new(Some(options)).map_err(|error| self.unusable(&error))?;
        let secrets = variable("IDENTITY_HEADER").into_iter().collect();
        Ok(Ready { credential, secrets, presented: None })
    }

    /// azure_identity's options, with the HTTP client of this program and the configured server.
    fn options(&self) -> Result<ClientOptions, SignInFailure> {
        let login = &self.settings.login_url;
        if !login.starts_with("https://") {
            let reason = format!("this method supports only https, but `login_url` is {login}");
            return Err(SignInFailure::new(self.method, &reason)
                .with_hint("use an https server, and set SSL_CERT_FILE to a file with the certificate of its issuer"));
        }
        let mut cloud = CustomConfiguration::default();
        cloud.authority_host = login.clone();
        Ok(with_few_tries(self.http.clone(), Some(cloud.into())))
    }

    fn client_id(&self) -> Result<String, SignInFailure> {
        self.settings.required_client_id(self.method)
    }

    fn required(&self, name: &str, hint: &str) -> Result<String, SignInFailure> {
        variable(name).ok_or_else(|| SignInFailure::new(self.method, &format!("{name} is not set")).with_hint(hint))
    }

    fn unusable(&self, error: &azure_core::Error) -> SignInFailure {
        SignInFailure::quoting(self.method, &chain(error), &[], None)
    }
}

/// Options with few retries, because azure_identity's default takes a minute to report that a server does not answer.
fn with_few_tries(http: reqwest::Client, cloud: Option<CloudConfiguration>) -> ClientOptions {
    let retry = ExponentialRetryOptions {
        max_retries: 2,
        max_total_elapsed: Duration::seconds(15),
        ..ExponentialRetryOptions::default()
    };
    ClientOptions {
        retry: RetryOptions::exponential(retry),
        transport: Some(Transport::new(Arc::new(http))),
        cloud: cloud.map(Arc::new),
        ..ClientOptions::default()
    }
}

/// An error and its causes, without repetitions and without the names that azure_identity puts before them.
fn reason(error: &dyn std::error::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut cause = Some(error);
    while let Some(error) = cause {
        let text = error.to_string();
        // The message names the method anyway.
        let text = text.split_once("authentication failed.").map_or(text.as_str(), |(_, reason)| reason).trim();
        let says_nothing = text.starts_with("retry policy expired") || text.starts_with("failed to execute `reqwest`");
        if !says_nothing && !text.is_empty() && !parts.iter().any(|part| part.contains(text)) {
            parts.push(text.to_owned());
        }
        cause = error.source();
    }
    parts.join(": ")
}
