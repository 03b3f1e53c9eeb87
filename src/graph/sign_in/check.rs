//! Whether an identity and its token are the configured tenant's, as far as that can be seen here.

use jiff::Timestamp;

use super::method::SignInMethod;
use super::refusal::SignInFailure;
use super::settings::{SignInSettings, is_id, variable};
use super::token_claims::TokenClaims;

/// Whether a token is the configured tenant's, for Graph, and not over yet, as far as it can be read: the configuration
/// may name a domain. `/organization` is asked all the same.
///
/// # Errors
/// When it is not to be sent: why, and what helps.
pub fn check_token(settings: &SignInSettings, token: &str) -> Result<(), (String, String)> {
    let Some(claims) = TokenClaims::read(token) else { return Ok(()) };
    let tenant = &settings.tenant;
    if let Some(claimed) = &claims.tenant
        && is_id(tenant)
        && is_id(claimed)
        && !claimed.eq_ignore_ascii_case(tenant)
    {
        return Err((
            format!("the access token is for another tenant: {tenant} is configured, but the token says {claimed}"),
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
            format!("get a token for {wanted}, or correct `cloud:`; nothing was sent to Microsoft Graph"),
        ));
    }
    match claims.expires.and_then(|second| Timestamp::from_second(second).ok()) {
        Some(end) if end <= Timestamp::now() => Err((
            format!("the access token has expired: it was valid until {end}"),
            "get a new one, and check the clock of this machine; nothing was sent to Microsoft Graph".into(),
        )),
        _ => Ok(()),
    }
}

/// The environment may say for which tenant its identity is. Where that is another one than the configured one, one
/// of them is a mistake. A domain and an id cannot be compared here; `/organization` tells.
pub(super) fn check_tenant(settings: &SignInSettings, method: SignInMethod) -> Result<(), SignInFailure> {
    let Some(other) = variable("AZURE_TENANT_ID") else { return Ok(()) };
    let wanted = &settings.tenant;
    if is_id(&other) != is_id(wanted) || other.eq_ignore_ascii_case(wanted) {
        return Ok(());
    }
    let reason = format!("AZURE_TENANT_ID is {other}, but the configured tenant is {wanted}");
    Err(SignInFailure::new(method, &reason).with_hint("unset AZURE_TENANT_ID, or correct `tenant:`; nothing was sent"))
}
