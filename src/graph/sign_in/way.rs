//! One sign-in method with its settings.

use super::method::SignInMethod;
use super::settings::SignInSettings;

/// A sign-in method, and the HTTP client for its requests.
pub(super) struct SignInWay {
    pub settings: SignInSettings,
    pub method: SignInMethod,
    pub http: reqwest::Client,
}
