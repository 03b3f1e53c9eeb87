//! How requests authenticate.

use super::error::Error;
use super::http::{SetupError, http_client};
use super::sign_in::{SignIn, SignInMethod, SignInSettings};

/// The authentication of requests.
pub enum Access {
    /// No token: the embedded sandbox checks nothing.
    Nobody,
    /// A given access token, which cannot be renewed.
    Token(String),
    /// A sign-in, which is repeated before the token expires.
    SignedIn(Box<SignIn>),
}

impl Access {
    /// Access with a token that the user provides.
    ///
    /// # Errors
    /// If the text cannot be a token.
    pub fn token(token: String) -> Result<Self, Error> {
        if token.is_empty() || token.chars().any(|c| c.is_control() || c == ' ') {
            return Err(SetupError("the access token is empty, or contains spaces or line breaks".into()).into());
        }
        Ok(Self::Token(token))
    }

    /// Access by signing in. Sends nothing until the first token is needed.
    ///
    /// # Errors
    /// If the system's certificates or proxy settings cannot be used, or AZURE_TENANT_ID names another tenant.
    pub fn sign_in(settings: SignInSettings, method: SignInMethod) -> Result<Self, Error> {
        let http = http_client(&settings.login_url)?;
        Ok(Self::SignedIn(Box::new(SignIn::new(settings, method, http)?)))
    }

    /// An access token to send; `None` if none is needed. With `renew`, a token that Graph has not refused yet. If many
    /// requests need one at the same time, one of them signs in, and the others wait for it.
    ///
    /// # Errors
    /// If signing in fails.
    pub async fn bearer(&self, renew: bool) -> Result<Option<String>, Error> {
        match self {
            Self::Nobody => Ok(None),
            Self::Token(token) => Ok(Some(token.clone())),
            Self::SignedIn(sign_in) => Ok(Some(sign_in.bearer(renew).await?)),
        }
    }

    /// Whether a token that Graph refuses can be renewed.
    pub fn renews(&self) -> bool {
        matches!(self, Self::SignedIn(_))
    }
}
