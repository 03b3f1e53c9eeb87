//! An access token and its lifetime.

use std::time::{Duration, Instant};

/// A token is renewed when less than this time is left.
const MARGIN: Duration = Duration::from_secs(5 * 60);
/// The longest lifetime of a token, whatever a server claims (Microsoft, "Configurable token lifetimes": one day).
pub(super) const LONGEST_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// An access token and its lifetime.
#[derive(Clone)]
pub(super) struct AccessToken {
    pub secret: String,
    /// When it should be renewed.
    pub renew_at: Instant,
    /// When it expires.
    pub ends: Instant,
}

impl AccessToken {
    pub fn lasting(secret: String, lifetime: Duration) -> Self {
        let lifetime = lifetime.min(LONGEST_LIFETIME);
        // Half the lifetime, because a token that lasts less than the margin would be renewed for each request.
        let ends = Instant::now() + lifetime;
        Self { secret, renew_at: ends - MARGIN.min(lifetime / 2), ends }
    }
}
