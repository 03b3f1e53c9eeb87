//! The sign-in methods with a person, implemented with oauth2: the common parts of device code and browser.

use std::pin::Pin;
use std::time::Duration;

use oauth2::basic::{BasicClient, BasicErrorResponseType, BasicTokenResponse};
use oauth2::{
    AuthUrl, ClientId, DeviceAuthorizationUrl, EndpointNotSet, EndpointSet, ErrorResponse, HttpRequest, HttpResponse,
    RefreshToken, RequestTokenError, Scope, TokenResponse, TokenUrl,
};

use super::access_token::AccessToken;
use super::key_store;
use super::method::SignInMethod;
use super::refusal::SignInFailure;
use super::way::SignInWay;
use crate::graph::http::{SetupError, chain};

/// Entra's three endpoints.
pub(super) type Entra = BasicClient<EndpointSet, EndpointSet, EndpointNotSet, EndpointNotSet, EndpointSet>;
type Sending<'a> = Pin<Box<dyn Future<Output = Result<HttpResponse, SetupError>> + 'a>>;

/// The lifetime of a token if the server does not return one.
const USUAL_LIFETIME: Duration = Duration::from_secs(3600);

impl SignInWay {
    /// Gets a token with the stored refresh token, or else by asking the person to sign in.
    pub(super) async fn delegated(&self, refresh_token: &mut Option<String>) -> Result<AccessToken, SignInFailure> {
        let entra = self.entra()?;
        let account = self.account();
        let remembered = refresh_token.clone().or_else(|| key_store::read(&account));
        if let Some(old) = remembered
            && let Some(token) = self.refreshed(&entra, refresh_token, &account, old).await?
        {
            return Ok(token);
        }
        let answer = match self.method {
            SignInMethod::Browser => self.browser(&entra).await?,
            _ => self.device_code(&entra).await?,
        };
        Ok(self.keep(answer, refresh_token, &account))
    }

    /// Gets a token for a refresh token. If the server refuses the refresh token, forgets it and returns `None`.
    async fn refreshed(
        &self,
        entra: &Entra,
        refresh_token: &mut Option<String>,
        account: &str,
        old: String,
    ) -> Result<Option<AccessToken>, SignInFailure> {
        let token = RefreshToken::new(old.clone());
        let http = self.sender();
        let asked = entra.exchange_refresh_token(&token).add_scopes(self.scopes());
        match asked.request_async(&http).await {
            Ok(answer) => Ok(Some(self.keep(answer, refresh_token, account))),
            Err(RequestTokenError::ServerResponse(answer)) if is_over(answer.error()) => {
                let failure = SignInFailure::quoting(self.method, &answer.to_string(), &[&old], None);
                tracing::info!(reason = failure.reason(), "the stored refresh token is no longer valid");
                *refresh_token = None;
                key_store::forget(account);
                Ok(None)
            }
            Err(error) => Err(self.refused(&error, &[&old])),
        }
    }

    /// Keeps the refresh token for the next time, and returns the access token.
    fn keep(&self, answer: BasicTokenResponse, refresh_token: &mut Option<String>, account: &str) -> AccessToken {
        if let Some(new) = answer.refresh_token() {
            *refresh_token = Some(new.secret().clone());
            key_store::keep(account, new.secret());
        }
        let lifetime = answer.expires_in().unwrap_or(USUAL_LIFETIME);
        AccessToken::lasting(answer.access_token().secret().clone(), lifetime)
    }

    /// `offline_access` asks for a refresh token (Microsoft identity platform, "Scopes and permissions").
    pub(super) fn scopes(&self) -> [Scope; 2] {
        [Scope::new(self.settings.scope.clone()), Scope::new("offline_access".into())]
    }

    /// The name under which the refresh token is kept.
    fn account(&self) -> String {
        let client = self.settings.client_id().unwrap_or_default();
        format!("{} {client} {}", self.settings.tenant, self.settings.login_url)
    }

    fn entra(&self) -> Result<Entra, SignInFailure> {
        let unusable = |error: oauth2::url::ParseError| {
            SignInFailure::new(self.method, &format!("`login_url` or `tenant` cannot be used: {error}"))
        };
        let client = ClientId::new(self.settings.required_client_id(self.method)?);
        Ok(BasicClient::new(client)
            .set_auth_uri(AuthUrl::new(self.settings.endpoint("authorize")).map_err(unusable)?)
            .set_token_uri(TokenUrl::new(self.settings.endpoint("token")).map_err(unusable)?)
            .set_device_authorization_url(
                DeviceAuthorizationUrl::new(self.settings.endpoint("devicecode")).map_err(unusable)?,
            ))
    }

    /// Sends oauth2's requests with the HTTP client of this program, with the same TLS stack and proxy settings.
    pub(super) fn sender<'a>(&'a self) -> impl Fn(HttpRequest) -> Sending<'a> {
        |request| Box::pin(self.sent(request))
    }

    async fn sent(&self, request: HttpRequest) -> Result<HttpResponse, SetupError> {
        let failed = |error: reqwest::Error| SetupError(chain(&error.without_url()));
        let request = reqwest::Request::try_from(request).map_err(failed)?;
        let again = request.try_clone();
        let answer = match (self.http.execute(request).await, again) {
            // Nothing was sent yet, so trying again cannot do harm.
            (Err(error), Some(again)) if error.is_connect() => {
                tokio::time::sleep(Duration::from_secs(1)).await;
                self.http.execute(again).await
            }
            (answer, _) => answer,
        };
        let answer = answer.map_err(failed)?;
        let mut response = HttpResponse::new(Vec::new());
        *response.status_mut() = answer.status();
        *response.headers_mut() = answer.headers().clone();
        *response.body_mut() = answer.bytes().await.map_err(failed)?.to_vec();
        Ok(response)
    }

    /// Why there is no token: the server refused, or could not be reached.
    pub(super) fn refused<T>(&self, error: &RequestTokenError<SetupError, T>, secrets: &[&str]) -> SignInFailure
    where
        T: ErrorResponse + std::fmt::Display + 'static,
    {
        let words = match error {
            RequestTokenError::ServerResponse(answer) => answer.to_string(),
            RequestTokenError::Request(SetupError(reason)) => reason.clone(),
            // The answer is not shown, because it may contain a token.
            RequestTokenError::Parse(..) => "the answer is not an OAuth answer".into(),
            RequestTokenError::Other(words) => words.clone(),
        };
        SignInFailure::quoting(self.method, &words, secrets, None)
    }
}

/// Whether a refresh token can no longer be used (Microsoft identity platform, "Refresh tokens": `invalid_grant`, or
/// `interaction_required` if the person has to sign in again, for example with multi-factor authentication).
fn is_over(error: &BasicErrorResponseType) -> bool {
    match error {
        BasicErrorResponseType::InvalidGrant => true,
        BasicErrorResponseType::Extension(other) => other == "interaction_required",
        _ => false,
    }
}
