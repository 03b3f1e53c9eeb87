//! What is known before anybody signs in: the configuration, and the environment's variables.

use std::path::PathBuf;

use super::method::SignInMethod;
use super::refusal::SignInFailure;

/// What is known before anybody signs in. It holds no secret.
#[derive(Debug, Clone)]
pub struct SignInSettings {
    /// The tenant's id, or one of its domains.
    pub tenant: String,
    /// The application's id, from the configuration.
    pub client_id: Option<String>,
    /// The file with certificate and private key, from the configuration.
    pub certificate: Option<PathBuf>,
    /// The service connection in Azure DevOps, from the configuration.
    pub service_connection: Option<String>,
    /// The server that signs in, without a path.
    pub login_url: String,
    /// What the token is for, as `https://graph.microsoft.com/.default`.
    pub scope: String,
    /// For whom a token may say that it is, without a `/` at the end.
    pub audiences: Vec<String>,
    /// Whether a person can be asked who sees what is told.
    pub is_interactive: bool,
    /// Shows a person what to do in a browser.
    pub show: fn(&str),
}

impl SignInSettings {
    /// The application: the configuration's, else that of AZURE_CLIENT_ID.
    pub fn client_id(&self) -> Option<String> {
        self.client_id.clone().or_else(|| variable("AZURE_CLIENT_ID"))
    }

    /// The application, where there is no way without one.
    pub(super) fn required_client_id(&self, method: SignInMethod) -> Result<String, SignInFailure> {
        self.client_id().ok_or_else(|| {
            SignInFailure::new(method, "no application is configured").with_hint(
                "write `client_id:` in `auth:`, or set AZURE_CLIENT_ID; there is no built-in application, and \
                     docs/sign-in.md explains how to register one",
            )
        })
    }

    /// The certificate's file: the configuration's, else that of AZURE_CLIENT_CERTIFICATE_PATH.
    pub(super) fn certificate_file(&self) -> Option<PathBuf> {
        self.certificate.clone().or_else(|| variable("AZURE_CLIENT_CERTIFICATE_PATH").map(PathBuf::from))
    }

    /// An endpoint of the tenant, as `token`.
    pub(super) fn endpoint(&self, name: &str) -> String {
        format!("{}/{}/oauth2/v2.0/{name}", self.login_url.trim_end_matches('/'), self.tenant)
    }
}

/// A variable of the environment that holds something.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// Whether this is a tenant's id, and not a domain.
pub(super) fn is_id(tenant: &str) -> bool {
    uuid::Uuid::parse_str(tenant).is_ok()
}
