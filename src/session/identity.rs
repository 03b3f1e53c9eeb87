//! The identity that signs in to an environment.

use std::path::PathBuf;

use super::Connection;
use crate::failure::Failure;
use crate::folder::SecretFolders;
use crate::graph::{Access, MethodChoice, SignInMethod, SignInSettings, check_token, choose_method};
use crate::policy::{Auth, AuthMethod, Cloud, Trust, UntrustedServers};
use crate::sandbox;

/// What a command does in the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Only read.
    Plan,
    /// Read and write.
    Apply,
}

/// Whether a person can be asked to sign in, and how.
#[derive(Debug, Clone, Copy)]
pub struct Prompt {
    pub can_ask: bool,
    /// Shows a person how to sign in.
    pub show: fn(&str),
}

impl Prompt {
    /// No one can be asked.
    pub const NOBODY: Self = Self { can_ask: false, show: |_| {} };
}

/// How to sign in, decided before any request is sent.
pub struct Identity {
    pub settings: SignInSettings,
    /// What `auto` tried; `None` if the configuration names a method.
    pub choice: Option<MethodChoice>,
    /// `None` if no sign-in is needed or possible.
    pub method: Option<SignInMethod>,
    /// Whether the server accepts requests without a token: only on this computer.
    anybody: bool,
    untrusted: UntrustedServers,
    cloud: Cloud,
}

impl Identity {
    /// Chooses a method from the configuration and the environment variables.
    pub async fn find(connection: &Connection, purpose: Purpose, prompt: Prompt) -> Self {
        let settings = settings(connection, purpose, prompt);
        let plain = connection.graph_url().starts_with("http://");
        let (untrusted, cloud) = (connection.untrusted.clone(), connection.cloud);
        let found = |method| Self {
            settings: settings.clone(),
            choice: None,
            method,
            anybody: plain,
            untrusted: untrusted.clone(),
            cloud,
        };
        match connection.auth.as_ref().map(|auth| method(auth.method.value)) {
            // A sandbox on this machine needs no sign-in, and must not see a real identity.
            None if plain => found(token().map(|_| SignInMethod::Token)),
            Some(Some(SignInMethod::Token)) if plain && token().is_none() => found(None),
            Some(Some(method)) => found(Some(method)),
            Some(None) | None => {
                let choice = choose_method(&settings).await;
                let method = choice.method;
                Self { method, settings, choice: Some(choice), anybody: false, untrusted, cloud }
            }
        }
    }

    /// Refuses to send credentials to a server that only the repository names.
    fn check_servers(&self, method: SignInMethod) -> Result<(), Failure> {
        let UntrustedServers { graph, login } = &self.untrusted;
        let login = login.as_ref().filter(|_| method.uses_login_server());
        if let Some(problem) = login.or(graph.as_ref()) {
            return Err(Failure::Diagnostics(vec![problem.clone()]));
        }
        let written = std::env::var("AZURE_AUTHORITY_HOST").unwrap_or_default();
        let host = |url: &str| url.trim_start_matches("https://").trim_end_matches('/').to_ascii_lowercase();
        let known = [self.cloud.login_url(), &self.settings.login_url].map(host);
        if written.is_empty() || !method.uses_login_server() || known.contains(&host(&written)) {
            return Ok(());
        }
        Err(Failure::with_help(
            format!("AZURE_AUTHORITY_HOST is {written}, but `cloud:` signs in at {}", self.cloud.login_url()),
            "correct `cloud:` in sspr-policy.yaml, or the variable; nothing was sent",
        ))
    }

    /// How requests are authorized. Sign-in happens with the first request.
    ///
    /// # Errors
    /// If no method can be used, or a credential would go to a server that nobody trusts.
    pub fn access(&self) -> Result<Access, Failure> {
        if let Some(method) = self.method {
            self.check_servers(method)?;
        }
        match (self.method, &self.choice) {
            (Some(SignInMethod::Token), _) => {
                let token = token().ok_or_else(|| {
                    Failure::with_help(
                        "SSPR_POLICY_TOKEN is not set",
                        "set it to an access token for Microsoft Graph, for example the output of `az account get-access-token --resource-type ms-graph --query accessToken --output tsv`",
                    )
                })?;
                if token.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("Bearer ")) {
                    return Err(Failure::with_help(
                        "SSPR_POLICY_TOKEN starts with the word Bearer",
                        "remove that word; set it to the token only",
                    ));
                }
                if token.contains(|c: char| c.is_whitespace() || c.is_control()) {
                    return Err(Failure::with_help(
                        "SSPR_POLICY_TOKEN contains a space or a line break, which a token never does",
                        "set it to the token only, on one line",
                    ));
                }
                check_token(&self.settings, &token).map_err(|wrong| Failure::with_help(wrong.reason, wrong.help))?;
                Ok(Access::token(token)?)
            }
            (Some(method), _) => Ok(Access::sign_in(self.settings.clone(), method)?),
            (None, _) if self.anybody => Ok(Access::Nobody),
            (None, choice) => Err(Failure::with_help(
                format!(
                    "no sign-in method can be used here:\n{}",
                    choice.as_ref().map_or(String::new(), MethodChoice::reasons)
                ),
                "docs/sign-in.md shows how to set up each method; select one with `auth: { method: … }`",
            )),
        }
    }
}

fn settings(connection: &Connection, purpose: Purpose, prompt: Prompt) -> SignInSettings {
    let auth = connection.auth.as_ref();
    let own = auth.and_then(|auth| match purpose {
        Purpose::Plan => auth.plan.as_ref(),
        Purpose::Apply => auth.apply.as_ref(),
    });
    let client_id = own.map(|own| &own.client_id).or_else(|| auth.and_then(|auth| auth.client_id.as_ref()));
    let tenant = if connection.tenant == "sandbox" { sandbox::TENANT_ID } else { &connection.tenant };
    SignInSettings {
        tenant: tenant.to_owned(),
        client_id: client_id.map(|id| id.value.clone()),
        certificate: certificate(auth),
        service_connection: auth.and_then(|auth| auth.service_connection.as_ref()).map(|id| id.value.clone()),
        login_url: connection.login_url().to_owned(),
        scope: connection.scope(),
        audiences: connection.audiences(),
        foreign_issuers: connection.foreign_issuers(),
        graph_url: connection.graph_url().to_owned(),
        is_stranger: connection.trust == Trust::Loopback,
        is_interactive: prompt.can_ask,
        show: prompt.show,
    }
}

/// The file of `certificate:`, or why it is not read.
fn certificate(auth: Option<&Auth>) -> Option<Result<PathBuf, String>> {
    let path = auth?.certificate.as_ref()?;
    Some(SecretFolders::from_environment().find(&path.value))
}

/// The method that the configuration names; `None` for `auto`.
fn method(method: AuthMethod) -> Option<SignInMethod> {
    Some(match method {
        AuthMethod::Auto => return None,
        AuthMethod::Token => SignInMethod::Token,
        AuthMethod::GithubOidc => SignInMethod::GithubOidc,
        AuthMethod::AzureDevopsOidc => SignInMethod::AzureDevopsOidc,
        AuthMethod::WorkloadIdentity => SignInMethod::WorkloadIdentity,
        AuthMethod::ManagedIdentity => SignInMethod::ManagedIdentity,
        AuthMethod::ClientCertificate => SignInMethod::ClientCertificate,
        AuthMethod::ClientSecret => SignInMethod::ClientSecret,
        AuthMethod::AzureCli => SignInMethod::AzureCli,
        AuthMethod::DeviceCode => SignInMethod::DeviceCode,
        AuthMethod::Browser => SignInMethod::Browser,
    })
}

/// The token in SSPR_POLICY_TOKEN, without the line break that programs print after it.
fn token() -> Option<String> {
    std::env::var("SSPR_POLICY_TOKEN").ok().map(|token| token.trim().to_owned()).filter(|token| !token.is_empty())
}
