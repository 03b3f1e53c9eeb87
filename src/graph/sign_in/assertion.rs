//! Assertions: what an application presents instead of a secret.

use std::time::Duration;

use azure_core::http::ClientMethodOptions;
use azure_identity::ClientAssertion;
use reqwest::{StatusCode, Url};
use serde_json::Value;

use super::certificate;
use super::method::SignInMethod;
use super::refusal::{SignInFailure, clean};
use super::settings::{SignInSettings, variable};
use crate::graph::back_off::back_off;
use crate::graph::http::chain;
use crate::graph::status::may_pass;

/// The audience that Entra expects in a federated token (Microsoft, "Workload identity federation").
const AUDIENCE: &str = "api://AzureADTokenExchange";

/// The most requests to GitHub, the same number as azure_identity's requests for the other methods.
const TRIES: u32 = 3;
const SECOND: Duration = Duration::from_secs(1);

/// The help if GitHub issues no token.
const GITHUB: &str =
    "GitHub issues a token only while the job runs and has `permissions: id-token: write`; run the job again";

/// An assertion for one request. It is as sensitive as a secret, and never shown.
pub(super) struct Assertion(pub String);

impl std::fmt::Debug for Assertion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Assertion")
    }
}

#[async_trait::async_trait]
impl ClientAssertion for Assertion {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        Ok(self.0.clone())
    }
}

/// Requests GitHub's token for this job (GitHub, "OpenID Connect reference").
pub(super) async fn of_github(http: &reqwest::Client) -> Result<Assertion, SignInFailure> {
    let failure = |reason: &str| SignInFailure::new(SignInMethod::GithubOidc, reason);
    let (Some(url), Some(token)) =
        (variable("ACTIONS_ID_TOKEN_REQUEST_URL"), variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN"))
    else {
        return Err(failure("ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN are not set")
            .with_hint("the job needs `permissions: id-token: write`; pull requests from forks do not get it"));
    };
    let mut url = Url::parse(&url).map_err(|_| failure("ACTIONS_ID_TOKEN_REQUEST_URL is not a URL"))?;
    if url.scheme() != "https" {
        return Err(failure("ACTIONS_ID_TOKEN_REQUEST_URL is not https"));
    }
    url.query_pairs_mut().append_pair("audience", AUDIENCE);
    let refused =
        |words: &str| failure(&format!("GitHub issued no token: {}", clean(words, &[&token]))).with_hint(GITHUB);
    let body = ask(http, &url, &token, SECOND).await.map_err(|reason| refused(&reason))?;
    let body: Value = serde_json::from_str(&body).unwrap_or_default();
    let value = body["value"].as_str().ok_or_else(|| failure("GitHub's answer does not contain a token"))?;
    Ok(Assertion(value.to_owned()))
}

/// Requests the token, again if the failure may be temporary. The error is the reason of the last failure.
async fn ask(http: &reqwest::Client, url: &Url, token: &str, second: Duration) -> Result<String, String> {
    let mut tried = 1;
    loop {
        let (reason, passes) = match ask_once(http, url, token).await {
            Ok((status, body)) if status.is_success() => return Ok(body),
            Ok((status, body)) => (format!("{status} {body}"), may_pass(status.as_u16())),
            Err(error) => {
                let shown = format!("{}{}", url.origin().ascii_serialization(), url.path());
                (format!("{shown}: {}", chain(&error.without_url())), true)
            }
        };
        if !passes || tried == TRIES {
            return Err(reason);
        }
        tokio::time::sleep(back_off(tried, second)).await;
        tried += 1;
    }
}

async fn ask_once(http: &reqwest::Client, url: &Url, token: &str) -> reqwest::Result<(StatusCode, String)> {
    let answer = http.get(url.clone()).bearer_auth(token).send().await?;
    Ok((answer.status(), answer.text().await?))
}

/// An assertion that the certificate's private key signs.
pub(super) async fn of_certificate(settings: &SignInSettings, client_id: &str) -> Result<Assertion, SignInFailure> {
    let failure = |reason: &str| SignInFailure::new(SignInMethod::ClientCertificate, reason);
    let file = settings.certificate_file().ok_or_else(|| {
        failure("no certificate is configured")
            .with_hint("write `certificate:` in `auth:`, or set AZURE_CLIENT_CERTIFICATE_PATH")
    })?;
    let file = file.map_err(|reason| {
        failure(&reason).with_hint("`certificate:` names a file in a folder of SSPR_POLICY_SECRET_DIRS")
    })?;
    let unusable = |reason: String| {
        failure(&format!("{}: {reason}", file.display())).with_hint(
            "`certificate:` or AZURE_CLIENT_CERTIFICATE_PATH must name one PEM file with the certificate and its \
             private key; docs/sign-in.md explains how to create it",
        )
    };
    let bytes = std::fs::read(&file).map_err(|error| unusable(error.to_string()))?;
    let signed = certificate::sign(&bytes, client_id, &settings.endpoint("token"));
    signed.map(Assertion).map_err(unusable)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use super::*;

    /// The result with a server that gives these answers, one for each connection, and how many were requested.
    fn asked(answers: &'static [&'static str]) -> (Result<String, String>, usize) {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let url: Url = format!("http://{}/token", listener.local_addr().expect("a port")).parse().expect("a URL");
        let server = std::thread::spawn(move || {
            for (count, answer) in answers.iter().enumerate() {
                let (mut client, _) = listener.accept().expect("a client");
                let length = client.read(&mut [0; 4096]).expect("a request");
                if length == 0 {
                    return count;
                }
                client.write_all(answer.as_bytes()).expect("an answer");
            }
            answers.len()
        });
        let http = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().expect("a client");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let answer = runtime.block_on(ask(&http, &url, "t0ken", Duration::from_millis(1)));
        // Ends the server if it waits for another connection.
        drop(std::net::TcpStream::connect(url.socket_addrs(|| None).expect("an address")[0]));
        let answer = answer.map_err(|reason| reason.replace(&url.to_string(), "http://github/token"));
        (answer, server.join().expect("a count"))
    }

    const GOOD: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 4\r\n\r\ngood";
    const BUSY: &str = "HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 4\r\n\r\nbusy";
    const REFUSED: &str = "HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 2\r\n\r\nno";
    /// The connection is closed without an answer.
    const CUT: &str = "";

    #[test]
    fn github_is_asked_again_where_it_may_pass() {
        assert_eq!(asked(&[BUSY, CUT, GOOD]), (Ok("good".into()), 3));
        assert_eq!(asked(&[BUSY, BUSY, BUSY, GOOD]), (Err("503 Service Unavailable busy".into()), 3));
        assert_eq!(asked(&[REFUSED, GOOD]), (Err("403 Forbidden no".into()), 1));
        let (answer, count) = asked(&[CUT, CUT, CUT]);
        assert!(answer.is_err_and(|reason| reason.starts_with("http://github/token: ")) && count == 3);
    }
}
