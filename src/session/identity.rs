//! As whom an environment is spoken to.

use super::Connection;
use crate::failure::Failure;
use crate::graph::{Access, MethodChoice, SignInMethod, SignInSettings, check_token, choose_method};
use crate::policy::AuthMethod;
use crate::sandbox;

/// What a command is about to do in the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Read only.
    Plan,
    /// Write, too.
    Apply,
}

/// Whether a person can be asked to sign in, and how.
#[derive(Debug, Clone, Copy)]
pub struct Prompt {
    pub can_ask: bool,
    /// Shows what a person has to do now.
    pub show: fn(&str),
}

impl Prompt {
    /// Nobody is there.
    pub const NOBODY: Self = Self { can_ask: false, show: |_| {} };
}

/// As whom an environment is spoken to, before anything is asked of anybody.
pub struct Identity {
    pub settings: SignInSettings,
    /// What `auto` looked at; none where the configuration names a way.
    pub choice: Option<MethodChoice>,
    /// The way; none where nobody signs in.
    pub method: Option<SignInMethod>,
    /// Whether the server takes requests of nobody in particular: only on this machine.
    anybody: bool,
}

impl Identity {
    /// What the configuration and the environment's variables say.
    pub async fn find(connection: &Connection, purpose: Purpose, prompt: Prompt) -> Self {
        let settings = settings(connection, purpose, prompt);
        let plain = connection.graph_url().starts_with("http://");
        let found = |method| Self { settings: settings.clone(), choice: None, method, anybody: plain };
        match connection.auth.as_ref().map(|auth| method(auth.method.value)) {
            // A sandbox on this machine takes anybody, and a real identity is none of its business.
            None if plain => found(token().map(|_| SignInMethod::Token)),
            Some(Some(SignInMethod::Token)) if plain && token().is_none() => found(None),
            Some(Some(method)) => found(Some(method)),
            Some(None) | None => {
                let choice = choose_method(&settings).await;
                Self { method: choice.method, settings, choice: Some(choice), anybody: false }
            }
        }
    }

    /// What requests are sent with. Nothing is asked of anybody before the first request.
    pub fn access(&self) -> Result<Access, Failure> {
        match (self.method, &self.choice) {
            (Some(SignInMethod::Token), _) => {
                let token = token().ok_or_else(|| {
                    Failure::with_help(
                        "SSPR_POLICY_TOKEN is not set",
                        "put an access token for Microsoft Graph into it, for example from `az account get-access-token --resource-type ms-graph`",
                    )
                })?;
                if token.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("Bearer ")) {
                    return Err(Failure::with_help(
                        "SSPR_POLICY_TOKEN begins with the word Bearer",
                        "that word does not belong in it: put the token alone there",
                    ));
                }
                if token.contains(|c: char| c.is_whitespace() || c.is_control()) {
                    return Err(Failure::with_help(
                        "SSPR_POLICY_TOKEN holds a space or a line break, and a token has none",
                        "put the token alone there, in one line",
                    ));
                }
                check_token(&self.settings, &token).map_err(|(reason, help)| Failure::with_help(reason, help))?;
                Ok(Access::token(token)?)
            }
            (Some(method), _) => Ok(Access::sign_in(self.settings.clone(), method)?),
            (None, _) if self.anybody => Ok(Access::Nobody),
            (None, choice) => Err(Failure::with_help(
                format!(
                    "there is no way to sign in here:\n{}",
                    choice.as_ref().map_or(String::new(), MethodChoice::reasons)
                ),
                "docs/sign-in.md tells how each of them is set up; `auth: { method: … }` names one",
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
        certificate: connection.certificate.clone(),
        service_connection: auth.and_then(|auth| auth.service_connection.as_ref()).map(|id| id.value.clone()),
        login_url: connection.login_url().to_owned(),
        scope: connection.scope(),
        audiences: connection.audiences(),
        is_interactive: prompt.can_ask,
        show: prompt.show,
    }
}

/// The way that the configuration names; none for `auto`.
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

/// The token of SSPR_POLICY_TOKEN, without the line break that programs print behind it.
fn token() -> Option<String> {
    std::env::var("SSPR_POLICY_TOKEN").ok().map(|token| token.trim().to_owned()).filter(|token| !token.is_empty())
}
