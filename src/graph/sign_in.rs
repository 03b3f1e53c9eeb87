//! Signs in to Microsoft Entra, and renews the token in time.

mod access_token;
mod assertion;
mod browser;
mod certificate;
mod check;
mod choose;
mod credential;
mod delegated;
mod device_code;
mod key_store;
mod method;
mod refusal;
mod settings;
mod token_claims;
mod way;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

pub use check::{WrongToken, check_token};
pub use choose::{Decision, MethodChoice, MethodStep, choose_method};
pub use key_store::key_store_name;
pub use method::SignInMethod;
pub use refusal::SignInFailure;
pub use settings::SignInSettings;
pub use token_claims::TokenClaims;

use access_token::AccessToken;
use check::check_tenant_variable;
use way::SignInWay;

/// How long requests share a result. If the token of several requests is refused at about the same time, one of them
/// renews it for all; if signing in fails, the others get the same error.
const SHARED: Duration = Duration::from_secs(5);
/// The timeout for signing in without a person, which is normally much faster.
const LONGEST: Duration = Duration::from_secs(60);

/// The state that is kept between requests.
#[derive(Default)]
struct SignInTokens {
    access: Option<AccessToken>,
    renewed: Option<Instant>,
    failed: Option<(Instant, SignInFailure)>,
    /// The refresh token, for device code and browser.
    refresh: Option<String>,
}

/// A sign-in with one method.
pub struct SignIn {
    way: SignInWay,
    tokens: Mutex<SignInTokens>,
    renewals: AtomicU64,
}

impl SignIn {
    /// Sends nothing until the first token is needed.
    ///
    /// # Errors
    /// If AZURE_TENANT_ID names another tenant.
    pub(super) fn new(
        settings: SignInSettings,
        method: SignInMethod,
        http: reqwest::Client,
    ) -> Result<Self, SignInFailure> {
        check_tenant_variable(&settings, method)?;
        Ok(Self { way: SignInWay { settings, method, http }, tokens: Mutex::default(), renewals: AtomicU64::new(0) })
    }

    /// An access token that is valid for some more minutes. With `renew`, a new one, because Graph has refused the
    /// last.
    ///
    /// # Errors
    /// If signing in fails, or the token is for another tenant.
    pub async fn bearer(&self, renew: bool) -> Result<String, SignInFailure> {
        let seen = self.renewals.load(Ordering::Relaxed);
        let mut tokens = self.tokens.lock().await;
        let lately = |then: Option<Instant>| then.is_some_and(|then| then.elapsed() < SHARED);
        let shared = self.renewals.load(Ordering::Relaxed) != seen || lately(tokens.renewed);
        let now = Instant::now();
        let good = tokens.access.clone().filter(|token| token.ends > now && (!renew || shared));
        if let Some(token) = good.as_ref().filter(|token| token.renew_at > now) {
            return Ok(token.secret.clone());
        }
        let failed = tokens.failed.as_ref().filter(|(then, _)| lately(Some(*then))).map(|(_, failure)| failure.clone());
        let signed_in = match failed {
            Some(failure) => Err(failure),
            None => self.sign_in(&mut tokens.refresh).await,
        };
        match (signed_in, good) {
            (Ok(token), _) => {
                let secret = token.secret.clone();
                tokens.access = Some(token);
                if renew {
                    tokens.renewed = Some(Instant::now());
                    self.renewals.fetch_add(1, Ordering::Relaxed);
                }
                Ok(secret)
            }
            // The failure may be temporary, and the token is still valid for some minutes, so the command can go on.
            (Err(failure), Some(token)) => {
                tracing::warn!(%failure, "the access token could not be renewed yet");
                tokens.failed = Some((Instant::now(), failure));
                Ok(token.secret)
            }
            (Err(failure), None) => {
                tokens.failed = Some((Instant::now(), failure.clone()));
                Err(failure)
            }
        }
    }

    async fn sign_in(&self, refresh_token: &mut Option<String>) -> Result<AccessToken, SignInFailure> {
        let SignInWay { settings, method, .. } = &self.way;
        let method = *method;
        tracing::info!(method = method.name(), tenant = settings.tenant, "signing in");
        let token = match method {
            SignInMethod::DeviceCode | SignInMethod::Browser => self.way.delegated(refresh_token).await?,
            _ => match tokio::time::timeout(LONGEST, self.way.unattended()).await {
                Ok(done) => done?,
                Err(_) => return Err(SignInFailure::new(method, "no answer within a minute")),
            },
        };
        check_token(settings, &token.secret)
            .map_err(|wrong| SignInFailure::new(method, &wrong.reason).with_hint(&wrong.help))?;
        Ok(token)
    }
}

#[cfg(test)]
mod tests {
    use super::access_token::LONGEST_LIFETIME;
    use super::*;
    use crate::graph::http::http_client;

    #[test]
    fn a_token_that_cannot_be_renewed_is_used_while_it_is_good() {
        let settings = SignInSettings {
            tenant: "contoso.example".into(),
            client_id: Some("app".into()),
            certificate: None,
            service_connection: None,
            // No library sends requests to it.
            login_url: "http://127.0.0.1:9".into(),
            scope: "https://graph.microsoft.com/.default".into(),
            audiences: vec!["https://graph.microsoft.com".into()],
            foreign_issuers: Vec::new(),
            graph_url: "https://graph.microsoft.com".into(),
            is_stranger: false,
            is_interactive: false,
            show: |_| {},
        };
        let http = http_client(&settings.login_url).expect("a client");
        let sign_in = SignIn::new(settings, SignInMethod::ClientSecret, http).expect("somebody");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let token =
                AccessToken { renew_at: Instant::now(), ..AccessToken::lasting("good".into(), LONGEST_LIFETIME) };
            sign_in.tokens.lock().await.access = Some(token);
            assert_eq!(sign_in.bearer(false).await.expect("a token"), "good");
            // Graph has refused the token.
            sign_in.bearer(true).await.expect_err("no token");
        });
    }
}
