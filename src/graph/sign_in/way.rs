//! One way to sign in, with what it needs.

use super::method::SignInMethod;
use super::settings::SignInSettings;

/// A way to sign in, and the client that its requests are sent with.
pub(super) struct Way {
    pub settings: SignInSettings,
    pub method: SignInMethod,
    pub http: reqwest::Client,
}
