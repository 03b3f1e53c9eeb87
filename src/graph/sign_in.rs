//! Signing in to Microsoft Entra: which way, and a token that is renewed in time.

mod assertion;
mod browser;
mod certificate;
mod choose;
mod claims;
mod credential;
mod delegated;
mod device_code;
mod key_store;
mod method;
mod refusal;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::Mutex;

pub use choose::{Choice, Finding, Step, choose};
pub use claims::Claims;
pub use key_store::key_store_name;
pub use method::SignInMethod;
pub use refusal::SignInFailure;

use super::error::Error;
use super::http::http_client;

/// A token is renewed when less than this is left of it.
const MARGIN: Duration = Duration::from_secs(5 * 60);
/// Requests whose token was refused while another one of them renewed it, or just after that, share the new one; and
/// so do those that wait for one who could not sign in.
const SHARED: Duration = Duration::from_secs(5);
/// No token lasts longer, whatever a server says (Microsoft, "Configurable token lifetimes": one day).
const LONGEST_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);
/// Nothing that needs no person takes nearly as long; what hangs is said.
const LONGEST: Duration = Duration::from_secs(60);

/// What is known before anybody signs in. It holds no secret.
#[derive(Debug, Clone)]
pub struct SignInSettings {
    /// The tenant's id, or one of its domains.
    pub tenant: String,
    /// The application's id, from the configuration.
    pub client_id: Option<String>,
    /// The file with certificate and private key, from the configuration.
    pub certificate: Option<PathBuf>,
    /// The service connection in Azure DevOps, from the configuration.
    pub service_connection: Option<String>,
    /// The server that signs in, without a path.
    pub login_url: String,
    /// What the token is for, as `https://graph.microsoft.com/.default`.
    pub scope: String,
    /// For whom a token may say that it is, without a `/` at the end.
    pub audiences: Vec<String>,
    /// Whether a person can be asked who sees what is told.
    pub asks: bool,
    /// Shows a person what to do in a browser.
    pub tell: fn(&str),
}

impl SignInSettings {
    /// The application: the configuration's, else that of AZURE_CLIENT_ID.
    pub fn client_id(&self) -> Option<String> {
        self.client_id.clone().or_else(|| variable("AZURE_CLIENT_ID"))
    }

    /// The application, where there is no way without one.
    fn required_client_id(&self, method: SignInMethod) -> Result<String, SignInFailure> {
        self.client_id().ok_or_else(|| {
            SignInFailure::new(method, "no application is named").with_hint(
                "write `client_id:` in `auth:`, or set AZURE_CLIENT_ID; there is no built-in application, and \
                     docs/sign-in.md tells how to register one",
            )
        })
    }

    /// The certificate's file: the configuration's, else that of AZURE_CLIENT_CERTIFICATE_PATH.
    fn certificate_file(&self) -> Option<PathBuf> {
        self.certificate.clone().or_else(|| variable("AZURE_CLIENT_CERTIFICATE_PATH").map(PathBuf::from))
    }

    /// An endpoint of the tenant, as `token`.
    fn endpoint(&self, name: &str) -> String {
        format!("{}/{}/oauth2/v2.0/{name}", self.login_url.trim_end_matches('/'), self.tenant)
    }
}

/// A variable of the environment that holds something.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// An access token and how long it lasts.
#[derive(Clone)]
struct AccessToken {
    secret: String,
    /// When it should be followed by another one.
    renew_at: Instant,
    /// When it is no longer good.
    ends: Instant,
}

impl AccessToken {
    fn lasting(secret: String, lifetime: Duration) -> Self {
        let lifetime = lifetime.min(LONGEST_LIFETIME);
        // A token that lasts less than ten minutes would otherwise be renewed for each request.
        let ends = Instant::now() + lifetime;
        Self { secret, renew_at: ends - MARGIN.min(lifetime / 2), ends }
    }
}

/// What is kept between requests.
#[derive(Default)]
struct Held {
    token: Option<AccessToken>,
    renewed: Option<Instant>,
    failed: Option<(Instant, SignInFailure)>,
    /// Of device code and browser.
    refresh_token: Option<String>,
}

/// Somebody who signs in, in one way.
pub struct SignIn {
    settings: SignInSettings,
    method: SignInMethod,
    http: reqwest::Client,
    held: Mutex<Held>,
    renewals: AtomicU64,
}

impl SignIn {
    /// Nothing is sent before the first token is asked for.
    ///
    /// # Errors
    /// When the system's certificates or proxy settings cannot be used, the login server would be spoken to in plain
    /// text, or the environment names another tenant.
    pub fn new(settings: SignInSettings, method: SignInMethod) -> Result<Self, Error> {
        choose::check_tenant(&settings, method)?;
        let http = http_client(&settings.login_url)?;
        Ok(Self { settings, method, http, held: Mutex::default(), renewals: AtomicU64::new(0) })
    }

    /// An access token that lasts for some minutes yet. With `renew`, another one than Graph has just refused.
    ///
    /// # Errors
    /// When signing in fails, or the token is another tenant's.
    pub async fn bearer(&self, renew: bool) -> Result<String, Error> {
        let seen = self.renewals.load(Ordering::Relaxed);
        let mut held = self.held.lock().await;
        let lately = |then: Option<Instant>| then.is_some_and(|then| then.elapsed() < SHARED);
        let shared = self.renewals.load(Ordering::Relaxed) != seen || lately(held.renewed);
        let now = Instant::now();
        let good = held.token.clone().filter(|token| token.ends > now && (!renew || shared));
        if let Some(token) = good.as_ref().filter(|token| token.renew_at > now) {
            return Ok(token.secret.clone());
        }
        let failed = held.failed.as_ref().filter(|(then, _)| lately(Some(*then))).map(|(_, failure)| failure.clone());
        let signed_in = match failed {
            Some(failure) => Err(failure),
            None => self.sign_in(&mut held).await,
        };
        match (signed_in, good) {
            (Ok(token), _) => {
                let secret = token.secret.clone();
                held.token = Some(token);
                if renew {
                    held.renewed = Some(Instant::now());
                    self.renewals.fetch_add(1, Ordering::Relaxed);
                }
                Ok(secret)
            }
            // A passing trouble, and the token is good for some minutes yet: the work need not stop.
            (Err(failure), Some(token)) => {
                tracing::warn!(%failure, "the access token could not be renewed yet");
                held.failed = Some((Instant::now(), failure));
                Ok(token.secret)
            }
            (Err(failure), None) => {
                held.failed = Some((Instant::now(), failure.clone()));
                Err(failure.into())
            }
        }
    }

    async fn sign_in(&self, held: &mut Held) -> Result<AccessToken, SignInFailure> {
        tracing::info!(method = self.method.name(), tenant = self.settings.tenant, "signing in");
        let token = match self.method {
            SignInMethod::DeviceCode | SignInMethod::Browser => self.delegated(held).await?,
            _ => match tokio::time::timeout(LONGEST, self.unattended()).await {
                Ok(done) => done?,
                Err(_) => return Err(SignInFailure::new(self.method, "no answer within a minute")),
            },
        };
        check_token(&self.settings, &token.secret)
            .map_err(|(reason, hint)| SignInFailure::new(self.method, &reason).with_hint(&hint))?;
        Ok(token)
    }
}

/// Whether a token is the configured tenant's, for Graph, and not over yet, as far as it can be read: the configuration
/// may name a domain. `/organization` is asked all the same.
///
/// # Errors
/// When it is not to be sent: why, and what helps.
pub fn check_token(settings: &SignInSettings, token: &str) -> Result<(), (String, String)> {
    let Some(claims) = Claims::read(token) else { return Ok(()) };
    let tenant = &settings.tenant;
    if let Some(claimed) = &claims.tenant
        && is_id(tenant)
        && is_id(claimed)
        && !claimed.eq_ignore_ascii_case(tenant)
    {
        return Err((
            format!("the access token is for another tenant: {tenant} is configured, and the token says {claimed}"),
            "use an identity of the configured tenant, or correct `tenant:`; nothing was sent to Microsoft Graph"
                .into(),
        ));
    }
    let is = |audience: &str, wanted: &String| audience.trim_end_matches('/').eq_ignore_ascii_case(wanted);
    if let Some(audience) = &claims.audience
        && !settings.audiences.iter().any(|wanted| is(audience, wanted))
    {
        let wanted = settings.scope.trim_end_matches("/.default");
        return Err((
            format!("the access token is not for Microsoft Graph, but for {audience}"),
            format!("get one for {wanted}, or correct `cloud:`; nothing was sent to Microsoft Graph"),
        ));
    }
    match claims.expires.and_then(|second| Timestamp::from_second(second).ok()) {
        Some(end) if end <= Timestamp::now() => Err((
            format!("the access token has expired: it was good until {end}"),
            "get another one, and see that the clock is right; nothing was sent to Microsoft Graph".into(),
        )),
        _ => Ok(()),
    }
}

/// Whether this is a tenant's id, and not a domain.
fn is_id(tenant: &str) -> bool {
    uuid::Uuid::parse_str(tenant).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_cannot_be_renewed_is_used_while_it_is_good() {
        let settings = SignInSettings {
            tenant: "contoso.example".into(),
            client_id: Some("app".into()),
            certificate: None,
            service_connection: None,
            // No library speaks to it.
            login_url: "http://127.0.0.1:9".into(),
            scope: "https://graph.microsoft.com/.default".into(),
            audiences: vec!["https://graph.microsoft.com".into()],
            asks: false,
            tell: |_| {},
        };
        let sign_in = SignIn::new(settings, SignInMethod::ClientSecret).expect("somebody");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let token =
                AccessToken { renew_at: Instant::now(), ..AccessToken::lasting("good".into(), LONGEST_LIFETIME) };
            sign_in.held.lock().await.token = Some(token);
            assert_eq!(sign_in.bearer(false).await.expect("a token"), "good");
            // Graph has refused it.
            sign_in.bearer(true).await.expect_err("no token");
        });
    }
}
