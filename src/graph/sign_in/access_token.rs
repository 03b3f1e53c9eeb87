//! A token that Graph takes, and how long it does.

use std::time::{Duration, Instant};

/// A token is renewed when less than this is left of it.
const MARGIN: Duration = Duration::from_secs(5 * 60);
/// No token lasts longer, whatever a server says (Microsoft, "Configurable token lifetimes": one day).
pub(super) const LONGEST_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// An access token and how long it lasts.
#[derive(Clone)]
pub(super) struct AccessToken {
    pub secret: String,
    /// When it should be followed by another one.
    pub renew_at: Instant,
    /// When it is no longer good.
    pub ends: Instant,
}

impl AccessToken {
    pub fn lasting(secret: String, lifetime: Duration) -> Self {
        let lifetime = lifetime.min(LONGEST_LIFETIME);
        // A token that lasts less than ten minutes would otherwise be renewed for each request.
        let ends = Instant::now() + lifetime;
        Self { secret, renew_at: ends - MARGIN.min(lifetime / 2), ends }
    }
}
