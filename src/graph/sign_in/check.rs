//! Checks that an identity and its token belong to the configured tenant, as far as that is possible without a request.

use jiff::Timestamp;

use crate::clock;

use super::method::SignInMethod;
use super::refusal::SignInFailure;
use super::settings::{SignInSettings, is_id, variable};
use super::token_claims::TokenClaims;

/// A token that must not be sent.
#[derive(Debug)]
pub struct WrongToken {
    pub reason: String,
    pub help: String,
}

/// Checks that a token is for the configured tenant and for Graph, and has not expired. A token that cannot be read
/// passes, and so does any tenant if the configuration names a domain. That is why `/organization` is read in any case.
///
/// # Errors
/// If the token must not be sent.
pub fn check_token(settings: &SignInSettings, token: &str) -> Result<(), WrongToken> {
    let Some(claims) = TokenClaims::read(token) else { return Ok(()) };
    let tenant = &settings.tenant;
    if let Some(claimed) = &claims.tenant
        && is_id(tenant)
        && is_id(claimed)
        && !claimed.eq_ignore_ascii_case(tenant)
    {
        return Err(WrongToken {
            reason: format!(
                "the access token is for another tenant: {tenant} is configured, but the token says {claimed}"
            ),
            help: "use an identity of the configured tenant, or correct `tenant:`; nothing was sent to Microsoft Graph"
                .into(),
        });
    }
    let issuer = claims.issuer.as_deref().and_then(host);
    if let Some(issuer) = settings.foreign_issuers.iter().find(|foreign| Some(**foreign) == issuer) {
        return Err(WrongToken {
            reason: format!("the access token is for another cloud: {issuer} issued it"),
            help: "correct `cloud:`, or get a token of the configured cloud; nothing was sent to Microsoft Graph"
                .into(),
        });
    }
    let is = |audience: &str, wanted: &String| audience.trim_end_matches('/').eq_ignore_ascii_case(wanted);
    let addressed = claims.audience.as_ref().is_some_and(|one| settings.audiences.iter().any(|wanted| is(one, wanted)));
    if settings.is_stranger && !addressed {
        let server = &settings.graph_url;
        return Err(WrongToken {
            reason: format!("the access token is not for {server}, so that server does not get it"),
            help: format!(
                "a program on this computer may belong to anybody; the sandbox needs no token. If the server is yours, \
                 set SSPR_POLICY_TRUSTED_HOSTS={}",
                server.split_once("://").map_or(server.as_str(), |(_, host)| host)
            ),
        });
    }
    if let Some(audience) = &claims.audience
        && !settings.audiences.iter().any(|wanted| is(audience, wanted))
    {
        let wanted = settings.scope.trim_end_matches("/.default");
        return Err(WrongToken {
            reason: format!("the access token is not for Microsoft Graph, but for {audience}"),
            help: format!("get a token for {wanted}, or correct `cloud:`; nothing was sent to Microsoft Graph"),
        });
    }
    match claims.expires.and_then(|second| Timestamp::from_second(second).ok()) {
        Some(end) if end <= clock::now() => Err(WrongToken {
            reason: format!("the access token has expired: it was valid until {end}"),
            help: "get a new one, and check the clock of this machine; nothing was sent to Microsoft Graph".into(),
        }),
        _ => Ok(()),
    }
}

fn host(url: &str) -> Option<&str> {
    url.strip_prefix("https://")?.split('/').next()
}

/// Checks AZURE_TENANT_ID, which may name the tenant of the identity in the environment. If it differs from the
/// configured tenant, one of them is a mistake. A domain cannot be compared with an id; `/organization` shows both.
pub(super) fn check_tenant_variable(settings: &SignInSettings, method: SignInMethod) -> Result<(), SignInFailure> {
    let Some(other) = variable("AZURE_TENANT_ID") else { return Ok(()) };
    let wanted = &settings.tenant;
    if is_id(&other) != is_id(wanted) || other.eq_ignore_ascii_case(wanted) {
        return Ok(());
    }
    let reason = format!("AZURE_TENANT_ID is {other}, but the configured tenant is {wanted}");
    Err(SignInFailure::new(method, &reason).with_hint("unset AZURE_TENANT_ID, or correct `tenant:`; nothing was sent"))
}
