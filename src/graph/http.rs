//! The HTTP client: the same TLS stack and proxy settings for Graph and for signing in.

use std::time::Duration;

/// Why Graph cannot be reached at all, or a request was not completed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("Microsoft Graph cannot be reached from here: {0}")]
pub struct SetupError(pub(super) String);

/// A client for the server at `base`. It uses the system's proxies (`HTTPS_PROXY`, `NO_PROXY`) and trusts the system's
/// certificates; on every system, `SSL_CERT_FILE` adds certificates.
///
/// # Errors
/// If the system's certificates or proxy settings cannot be used, or `SSL_CERT_FILE` cannot be read.
pub(crate) fn http_client(base: &str) -> Result<reqwest::Client, SetupError> {
    // Fails only if another part of the process has installed one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("sspr-policy/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(20))
        .timeout(Duration::from_secs(60))
        // A redirect would send the token to another server.
        .redirect(reqwest::redirect::Policy::none());
    if base.starts_with("http://") {
        // The address is on this machine or its host in Azure, which a proxy cannot reach.
        builder = builder.no_proxy();
    }
    if let Some(path) = std::env::var_os("SSL_CERT_FILE").filter(|path| !path.is_empty()) {
        let unusable = |reason: String| SetupError(format!("SSL_CERT_FILE {}: {reason}", path.to_string_lossy()));
        let bytes = std::fs::read(&path).map_err(|error| unusable(error.to_string()))?;
        let certificates = reqwest::Certificate::from_pem_bundle(&bytes).map_err(|error| unusable(chain(&error)))?;
        builder = builder.tls_certs_merge(certificates);
    }
    builder.build().map_err(|error| SetupError(chain(&error)))
}

/// An error and its causes, in one line.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
