//! How a request proves who asks.

use super::error::Error;

/// Who asks.
pub enum Access {
    /// Nobody in particular: the embedded sandbox checks nothing.
    Nobody,
    /// Whoever has this access token. It cannot be renewed.
    Token(String),
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

    /// An access token to send, or none where none is needed. With `renew`, one that Graph has not refused yet.
    ///
    /// # Errors
    /// When there is none to be had.
    pub async fn bearer(&self, _renew: bool) -> Result<Option<String>, Error> {
        match self {
            Self::Nobody => Ok(None),
            Self::Token(token) => Ok(Some(token.clone())),
        }
    }

    /// Whether a token that Graph refuses may be followed by another one.
    pub fn renews(&self) -> bool {
        false
    }
}
