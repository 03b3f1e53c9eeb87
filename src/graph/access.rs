//! How a request proves who asks.

use super::error::Error;
use super::sign_in::SignIn;

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
            return Err(Error::Setup("the access token is empty, or holds spaces or line breaks".into()));
        }
        Ok(Self::Token(token))
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
            Self::SignedIn(sign_in) => sign_in.bearer(renew).await.map(Some),
        }
    }

    /// Whether a token that Graph refuses may be followed by another one.
    pub fn renews(&self) -> bool {
        matches!(self, Self::SignedIn(_))
    }
}
