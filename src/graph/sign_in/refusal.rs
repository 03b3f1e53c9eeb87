//! Why signing in failed, in words without secrets.

use std::sync::LazyLock;

use regex::Regex;

use super::method::SignInMethod;
use super::token_claims::TokenClaims;

/// Longer reasons are cut, because the important part comes first.
const LONGEST: usize = 400;

const UNREACHABLE: &str = "check that this machine can reach the server and trusts its certificate; HTTPS_PROXY and \
     NO_PROXY set the proxy, SSL_CERT_FILE adds a certificate authority";

/// Why signing in failed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("signing in with {} failed: {reason}", method.name())]
pub struct SignInFailure {
    method: SignInMethod,
    reason: String,
    hint: Option<String>,
}

impl SignInFailure {
    /// A failure with a reason that this program wrote, which contains no secret.
    pub(super) fn new(method: SignInMethod, reason: &str) -> Self {
        Self { method, reason: reason.to_owned(), hint: None }
    }

    /// A failure with the text of a library, a program, or the sign-in server, from which secrets are removed.
    /// `presented` are the claims of the assertion, if one was presented.
    pub(super) fn quoting(
        method: SignInMethod,
        words: &str,
        secrets: &[&str],
        presented: Option<&TokenClaims>,
    ) -> Self {
        let unreachable = || words.contains("error sending request").then(|| UNREACHABLE.to_owned());
        let hint = aadsts(words).and_then(|code| hint(code, presented)).or_else(unreachable);
        Self { method, reason: clean(words, secrets), hint }
    }

    /// Sets the help, unless there is one already.
    pub(super) fn with_hint(mut self, hint: &str) -> Self {
        self.hint.get_or_insert_with(|| hint.to_owned());
        self
    }

    /// What to do about it, if that is known.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// The reason, without the method.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

/// Removes from a string the known secrets, everything that looks like a token, and everything after the reason. Keeps
/// Entra's trace and correlation ids, because Microsoft's support needs them.
pub(super) fn clean(words: &str, secrets: &[&str]) -> String {
    // A server's text must not control the terminal.
    let mut text: String = words.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        text = text.replace(secret, "[secret]");
        let encoded: String = oauth2::url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        text = text.replace(&encoded, "[secret]");
    }
    if let Some(pattern) = TOKEN.as_ref() {
        text = pattern.replace_all(&text, "[…]").into_owned();
    }
    let id = |name: &str| text.find(name).map(|at| first_word(&text[at + name.len()..]).to_owned());
    let (trace, correlation) = (id("Trace ID: "), id("Correlation ID: "));
    // The reason ends before Entra's ids, azure_identity's link or oauth2's link.
    let end = ["Trace ID: ", "To troubleshoot, visit", "(see "].iter().filter_map(|mark| text.find(mark)).min();
    let reason = text[..end.unwrap_or(text.len())].split_whitespace().collect::<Vec<_>>().join(" ");
    let mut short: String = reason.chars().take(LONGEST).collect();
    if short.len() < reason.len() {
        short.push('…');
    }
    if let Some(trace) = trace {
        short.push_str(&format!(" (trace ID {trace}"));
        short.push_str(&correlation.map_or(String::new(), |id| format!(", correlation ID {id}")));
        short.push(')');
    }
    short
}

/// A JWT, or any long sequence of letters and digits. Ids (36 characters) and the parts of URLs are shorter.
static TOKEN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*|[A-Za-z0-9_~+=-]{44,}").ok());

fn first_word(text: &str) -> &str {
    text.split(|c: char| c.is_whitespace() || c == ',').next().unwrap_or_default()
}

/// The number of an Entra error, such as 7000215.
fn aadsts(words: &str) -> Option<u32> {
    let (_, rest) = words.split_once("AADSTS")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// The help for an Entra error. It is based on documentation (Microsoft, "Microsoft Entra authentication and
/// authorization error codes") and not measured, so it only supplements Entra's own text.
fn hint(code: u32, presented: Option<&TokenClaims>) -> Option<String> {
    let hint = match code {
        7000215 => "the secret is wrong: AZURE_CLIENT_SECRET needs the secret's value, not its ID",
        7000222 => {
            "the secret has expired: add a new one to the application, and put its value into AZURE_CLIENT_SECRET"
        }
        700016 => {
            "the tenant does not have this application: compare `client_id` with \"Application (client) ID\" in the \
             portal"
        }
        90002 | 900021 => "this tenant does not exist: correct `tenant:`; for a national cloud, also write `cloud:`",
        65001 => {
            "no one has consented to the application's permissions: have an administrator grant consent on the \
             application's API permissions page"
        }
        50076 | 50079 => {
            "multi-factor authentication is required: sign in interactively, with `az login` or `method: browser`"
        }
        700027 => "the application does not know this certificate: upload its public part to the application",
        7000218 => "the application is not a public client: allow public client flows on its Authentication page",
        50034 | 50020 => "this account is not in the tenant: sign in with one that is, or correct `tenant:`",
        70021 | 700213 | 700211 | 700212 => return Some(federation(presented)),
        _ => return None,
    };
    Some(hint.to_owned())
}

/// The help if no federated credential matches what was presented.
fn federation(presented: Option<&TokenClaims>) -> String {
    let shown = |claim: &Option<String>| claim.clone().unwrap_or_else(|| "unknown".into());
    let known = presented.map_or(String::new(), |claims| {
        let (issuer, subject, audience) = (shown(&claims.issuer), shown(&claims.subject), shown(&claims.audience));
        format!(": issuer {issuer}, subject {subject}, audience {audience}")
    });
    format!("the application needs a federated credential with exactly what was presented{known}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRA: &str = "ClientSecretCredential authentication failed. AADSTS7000215: Invalid client secret provided. \
        Ensure the secret being sent is the value, not the ID. Trace ID: 0f0f0f0f-0000-0000-0000-000000000001 \
        Correlation ID: 0f0f0f0f-0000-0000-0000-000000000002 Timestamp: 2026-11-20 10:00:00Z\n\
        To troubleshoot, visit https://aka.ms/x";

    #[test]
    fn the_reason_and_the_ids_stay() {
        let failure = SignInFailure::quoting(SignInMethod::ClientSecret, ENTRA, &[], None);
        assert_eq!(
            failure.to_string(),
            "signing in with client-secret failed: ClientSecretCredential authentication failed. AADSTS7000215: \
             Invalid client secret provided. Ensure the secret being sent is the value, not the ID. (trace ID \
             0f0f0f0f-0000-0000-0000-000000000001, correlation ID 0f0f0f0f-0000-0000-0000-000000000002)"
        );
        assert_eq!(
            failure.hint(),
            Some("the secret is wrong: AZURE_CLIENT_SECRET needs the secret's value, not its ID")
        );
    }

    #[test]
    fn secrets_and_tokens_go() {
        let jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJzb21lYm9keSJ9.c2lnbmF0dXJl";
        let opaque = "0.AXoA".repeat(20).replace('.', "");
        let words = format!("no: hunter 2! and hunter+2%21, {jwt}, {opaque}");
        assert_eq!(clean(&words, &["hunter 2!"]), "no: [secret] and [secret], […], […]");
    }

    #[test]
    fn a_missing_federation_says_what_was_presented() {
        let claims = TokenClaims {
            issuer: Some("https://issuer.example".into()),
            subject: Some("repo:contoso/policies:environment:production".into()),
            audience: Some("api://AzureADTokenExchange".into()),
            ..TokenClaims::default()
        };
        let words = "AADSTS700213: No matching federated identity record found for presented assertion subject";
        let failure = SignInFailure::quoting(SignInMethod::GithubOidc, words, &[], Some(&claims));
        assert_eq!(
            failure.hint(),
            Some(
                "the application needs a federated credential with exactly what was presented: issuer \
                 https://issuer.example, subject repo:contoso/policies:environment:production, audience \
                 api://AzureADTokenExchange"
            )
        );
    }
}
