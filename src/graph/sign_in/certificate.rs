//! Signs the assertion of a client certificate. azure_identity can do this, too, but would need OpenSSL.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::RSA_PSS_SHA256;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::json;
use sha2::{Digest, Sha256};

/// The lifetime of an assertion, in seconds; Entra recommends five to ten minutes.
const LIFETIME: u64 = 600;

/// An assertion that the holder of the private key in `pem` is the application, for the server at `audience`
/// (Microsoft identity platform, "Application authentication certificate credentials": PS256 and `x5t#S256`).
///
/// # Errors
/// Why the file cannot be used. The text contains no part of the key.
pub(super) fn sign(pem: &[u8], client_id: &str, audience: &str) -> Result<String, String> {
    let (certificate, key) = read(pem)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|_| "the clock is before 1970")?.as_secs();
    let header = json!({
        "alg": "PS256",
        "typ": "JWT",
        "x5t#S256": URL_SAFE_NO_PAD.encode(Sha256::digest(&certificate)),
    });
    let claims = json!({
        "aud": audience,
        "iss": client_id,
        "sub": client_id,
        "jti": uuid::Uuid::new_v4().to_string(),
        "nbf": now,
        "iat": now,
        "exp": now + LIFETIME,
    });
    let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&header), part(&claims));
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PSS_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
        .map_err(|_| "the private key cannot sign")?;
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// The certificate and its private key.
fn read(pem: &[u8]) -> Result<(Vec<u8>, KeyPair), String> {
    // PKCS #8 has this word in the label, PKCS #1 in a header (RFC 1421).
    if String::from_utf8_lossy(pem).contains("ENCRYPTED") {
        return Err(
            "the private key is encrypted, which is not supported: decrypt it with `openssl pkey -in FILE -out FILE`, \
             and protect the file instead"
                .into(),
        );
    }
    let certificate = CertificateDer::from_pem_slice(pem)
        .map_err(|_| "the file has no certificate (expected PEM with certificate and private key)")?;
    let key = PrivateKeyDer::from_pem_slice(pem)
        .map_err(|_| "the file has no private key (expected PEM with certificate and private key)")?;
    let pair = match &key {
        PrivateKeyDer::Pkcs8(der) => KeyPair::from_pkcs8(der.secret_pkcs8_der()),
        PrivateKeyDer::Pkcs1(der) => KeyPair::from_der(der.secret_pkcs1_der()),
        _ => return Err("the private key is not RSA; Entra accepts only RSA keys".into()),
    };
    let pair = pair.map_err(|error| format!("the private key cannot be used: {error} (RSA of 2048 bits or more)"))?;
    let provider = rustls::crypto::ring::default_provider();
    match rustls::sign::CertifiedKey::from_der(vec![certificate.clone()], key, &provider) {
        Ok(_) => Ok((certificate.to_vec(), pair)),
        Err(rustls::Error::InconsistentKeys(_)) => {
            Err("the private key does not belong to the first certificate".into())
        }
        Err(error) => Err(format!("certificate and key cannot be used: {error}")),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn files_that_cannot_be_used_say_why() {
        let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
        let error = super::sign(encrypted.as_bytes(), "a", "b").expect_err("no key");
        assert!(error.starts_with("the private key is encrypted, which is not supported"), "{error}");
        let error = super::sign(b"no pem", "a", "b").expect_err("no key");
        assert_eq!(error, "the file has no certificate (expected PEM with certificate and private key)");
    }
}
