//! The HTTP client: one TLS stack and one idea of proxies, for Graph and for signing in.

use std::time::Duration;

use super::client::chain;
use super::error::Error;

/// A client for servers of this kind of address. Proxies are the system's (`HTTPS_PROXY`, `NO_PROXY`), and certificates
/// are those that the system trusts; `SSL_CERT_FILE` adds to them on every system.
///
/// # Errors
/// When the system's certificates or proxy settings cannot be used, or `SSL_CERT_FILE` not be read.
pub(crate) fn http_client(base: &str) -> Result<reqwest::Client, Error> {
    // Fails only when some other part of the process installed one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("sspr-policy/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(20))
        .timeout(Duration::from_secs(60))
        // A redirect would carry the token to somebody else.
        .redirect(reqwest::redirect::Policy::none());
    if base.starts_with("http://") {
        // This machine, or its host in Azure: a proxy of the system has no business here.
        builder = builder.no_proxy();
    }
    if let Some(path) = std::env::var_os("SSL_CERT_FILE").filter(|path| !path.is_empty()) {
        let unusable = |reason: String| Error::Setup(format!("SSL_CERT_FILE {}: {reason}", path.to_string_lossy()));
        let bytes = std::fs::read(&path).map_err(|error| unusable(error.to_string()))?;
        let certificates = reqwest::Certificate::from_pem_bundle(&bytes).map_err(|error| unusable(chain(&error)))?;
        builder = builder.tls_certs_merge(certificates);
    }
    builder.build().map_err(|error| Error::Setup(chain(&error)))
}
