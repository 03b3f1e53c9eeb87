//! Signs in with a code that a person enters in a browser, on this machine or another one (RFC 8628).

use oauth2::StandardDeviceAuthorizationResponse;
use oauth2::basic::BasicTokenResponse;

use super::delegated::Entra;
use super::refusal::SignInFailure;
use super::way::SignInWay;

impl SignInWay {
    /// Shows the code, and waits until the person has signed in or the code has expired.
    pub(super) async fn device_code(&self, entra: &Entra) -> Result<BasicTokenResponse, SignInFailure> {
        let http = self.sender();
        let asked = entra.exchange_device_code().add_scopes(self.scopes());
        let code: StandardDeviceAuthorizationResponse =
            asked.request_async(&http).await.map_err(|error| self.refused(&error, &[]))?;
        // Show only characters that a code can have, because the text comes from a server.
        let shown: String = code.user_code().secret().chars().filter(|c| c.is_alphanumeric() || *c == '-').collect();
        let address = code.verification_uri().as_str();
        (self.settings.show)(&format!("To sign in, open {address} in a browser and enter the code {shown}"));
        let waiting = entra.exchange_device_access_token(&code);
        let done = waiting.request_async(&http, tokio::time::sleep, None).await;
        done.map_err(|error| self.refused(&error, &[code.device_code().secret()]))
    }
}
