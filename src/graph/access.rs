//! How a request proves who asks.

use super::error::Error;
use super::http::{SetupError, http_client};
use super::sign_in::{SignIn, SignInMethod, SignInSettings};

/// Who asks.
pub enum Access {
    /// Nobody in particular: the embedded sandbox checks nothing.
    Nobody,
    /// Whoever has this access token. It cannot be renewed.
    Token(String),
    /// Somebody who signs in, and again before the token expires.
    SignedIn(Box<SignIn>),
}

impl Access {
    /// Access with a token that somebody else got.
    ///
    /// # Errors
    /// When it is no token.
    pub fn token(token: String) -> Result<Self, Error> {
        if token.is_empty() || token.chars().any(|c| c.is_control() || c == ' ') {
            return Err(SetupError("the access token is empty, or contains spaces or line breaks".into()).into());
        }
        Ok(Self::Token(token))
    }

    /// Access of somebody who signs in. Nothing is sent before the first token is asked for.
    ///
    /// # Errors
    /// When the system's certificates or proxy settings cannot be used, or the environment names another tenant.
    pub fn sign_in(settings: SignInSettings, method: SignInMethod) -> Result<Self, Error> {
        let http = http_client(&settings.login_url)?;
        Ok(Self::SignedIn(Box::new(SignIn::new(settings, method, http)?)))
    }

    /// An access token to send, or none where none is needed. With `renew`, one that Graph has not refused yet. Many
    /// requests may ask at once; one of them signs in, and the others wait for it.
    ///
    /// # Errors
    /// When there is none to be had.
    pub async fn bearer(&self, renew: bool) -> Result<Option<String>, Error> {
        match self {
            Self::Nobody => Ok(None),
            Self::Token(token) => Ok(Some(token.clone())),
            Self::SignedIn(sign_in) => Ok(Some(sign_in.bearer(renew).await?)),
        }
    }

    /// Whether a token that Graph refuses may be followed by another one.
    pub fn renews(&self) -> bool {
        matches!(self, Self::SignedIn(_))
    }
}
