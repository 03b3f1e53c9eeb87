//! The settings for signing in, from the configuration and from environment variables.

use std::path::PathBuf;

use super::method::SignInMethod;
use super::refusal::SignInFailure;

/// The settings for signing in. They contain no secrets.
#[derive(Debug, Clone)]
pub struct SignInSettings {
    /// The tenant's id, or one of its domains.
    pub tenant: String,
    /// The application's id, from the configuration.
    pub client_id: Option<String>,
    /// The file with the certificate and its private key, from the configuration, or why it is not read.
    pub certificate: Option<Result<PathBuf, String>>,
    /// The service connection in Azure DevOps, from the configuration.
    pub service_connection: Option<String>,
    /// The sign-in server, without a path.
    pub login_url: String,
    /// The scope of the token, such as `https://graph.microsoft.com/.default`.
    pub scope: String,
    /// The audiences that a token may have, without a `/` at the end.
    pub audiences: Vec<String>,
    /// Hosts that issue tokens of other clouds.
    pub foreign_issuers: Vec<&'static str>,
    /// The server that gets the token.
    pub graph_url: String,
    /// Whether that server is a program on this computer that nobody has named as trusted.
    pub is_stranger: bool,
    /// Whether a person sees the terminal and can sign in.
    pub is_interactive: bool,
    /// Shows the person what to do in a browser.
    pub show: fn(&str),
}

impl SignInSettings {
    /// The application's id from the configuration, or else from AZURE_CLIENT_ID.
    pub fn client_id(&self) -> Option<String> {
        self.client_id.clone().or_else(|| variable("AZURE_CLIENT_ID"))
    }

    /// The application's id, for methods that need one.
    pub(super) fn required_client_id(&self, method: SignInMethod) -> Result<String, SignInFailure> {
        self.client_id().ok_or_else(|| {
            SignInFailure::new(method, "no application is configured").with_hint(
                "write `client_id:` in `auth:`, or set AZURE_CLIENT_ID; there is no built-in application, and \
                     docs/sign-in.md explains how to register one",
            )
        })
    }

    /// The certificate file from the configuration, or else from AZURE_CLIENT_CERTIFICATE_PATH.
    pub(super) fn certificate_file(&self) -> Option<Result<PathBuf, String>> {
        let variable = || variable("AZURE_CLIENT_CERTIFICATE_PATH").map(|path| Ok(PathBuf::from(path)));
        self.certificate.clone().or_else(variable)
    }

    /// The URL of one of the tenant's endpoints, such as `token`.
    pub(super) fn endpoint(&self, name: &str) -> String {
        format!("{}/{}/oauth2/v2.0/{name}", self.login_url.trim_end_matches('/'), self.tenant)
    }
}

/// An environment variable; `None` if it is not set or blank.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// Whether this is the id of a tenant and not a domain.
pub(super) fn is_id(tenant: &str) -> bool {
    uuid::Uuid::parse_str(tenant).is_ok()
}
