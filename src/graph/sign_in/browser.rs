//! Signs in with a browser on this machine: authorization code with PKCE and a loopback redirect (RFC 8252, RFC 7636).

use std::collections::HashMap;
use std::process::{Command, Stdio};
use std::time::Duration;

use oauth2::basic::BasicTokenResponse;
use oauth2::url::Url;
use oauth2::{AuthorizationCode, CsrfToken, PkceCodeChallenge, RedirectUrl};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::delegated::Entra;
use super::refusal::{SignInFailure, clean};
use super::way::SignInWay;

/// The time that a person has to sign in.
const PATIENCE: Duration = Duration::from_secs(5 * 60);
/// Browsers open connections in advance without sending anything. This timeout keeps them from blocking the real
/// request.
const SILENCE: Duration = Duration::from_secs(3);
/// The longest first line of a request; codes of Entra have about 1,500 characters.
const LONGEST_LINE: usize = 16 * 1024;

impl SignInWay {
    /// Opens the browser, and waits for its redirect with the code.
    pub(super) async fn browser(&self, entra: &Entra) -> Result<BasicTokenResponse, SignInFailure> {
        let failure = |reason: &str| SignInFailure::new(self.method, reason);
        let listener = TcpListener::bind(("127.0.0.1", 0)).await;
        let listener = listener.map_err(|error| failure(&format!("no port on this machine is free: {error}")))?;
        let port = listener.local_addr().map_err(|error| failure(&error.to_string()))?.port();
        // Entra ignores the port of a redirect address `http://localhost` (Microsoft identity platform, "Redirect URI
        // best practices").
        let redirect =
            RedirectUrl::new(format!("http://localhost:{port}")).map_err(|error| failure(&error.to_string()))?;
        let entra = entra.clone().set_redirect_uri(redirect);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (address, state) =
            entra.authorize_url(CsrfToken::new_random).add_scopes(self.scopes()).set_pkce_challenge(challenge).url();
        (self.settings.show)(&format!("Sign in in the browser. If none opens, open this address:\n{address}"));
        if !open_browser(&address) && !self.settings.is_interactive {
            let hint =
                "run it in a terminal, where you can open the address yourself; in a pipeline, use another `method:`";
            return Err(failure("no browser can be opened, and there is no terminal").with_hint(hint));
        }
        let code = match tokio::time::timeout(PATIENCE, answered(&listener, state.secret())).await {
            Ok(done) => done.map_err(|reason| SignInFailure::quoting(self.method, &reason, &[], None))?,
            Err(_) => return Err(failure("no one signed in within five minutes")),
        };
        let http = self.sender();
        let asked = entra.exchange_code(AuthorizationCode::new(code.clone())).set_pkce_verifier(verifier);
        asked.request_async(&http).await.map_err(|error| self.refused(&error, &[&code]))
    }
}

/// Waits for the browser's request with the code, and shows the result in the browser.
async fn answered(listener: &TcpListener, state: &str) -> Result<String, String> {
    loop {
        let (mut stream, _) = listener.accept().await.map_err(|error| error.to_string())?;
        let Some(asked) = asked_for(&mut stream).await else { continue };
        let Some(result) = result(&asked, state) else {
            // Browsers also request an icon.
            answer(&mut stream, "404 Not Found", "There is nothing here.").await;
            continue;
        };
        let (status, text) = match &result {
            Ok(_) => ("200 OK", "You are signed in. You can close this window.".to_string()),
            Err(reason) => ("400 Bad Request", format!("Signing in failed: {}", clean(reason, &[]))),
        };
        answer(&mut stream, status, &text).await;
        return result;
    }
}

/// The code, or why there is none; `None` if the request is not the redirect.
fn result(asked: &Url, state: &str) -> Option<Result<String, String>> {
    let values: HashMap<_, _> = asked.query_pairs().into_owned().collect();
    let (code, error) = (values.get("code"), values.get("error"));
    if code.is_none() && error.is_none() {
        return None;
    }
    if values.get("state").map(String::as_str) != Some(state) {
        return Some(Err("the browser's answer is for another sign-in (its `state` does not match)".into()));
    }
    let why = |error: &String| match values.get("error_description") {
        Some(description) => format!("{error}: {description}"),
        None => error.clone(),
    };
    error.map(|error| Err(why(error))).or_else(|| code.map(|code| Ok(code.clone())))
}

/// The URL of a request; `None` if it is not a GET request.
async fn asked_for(stream: &mut TcpStream) -> Option<Url> {
    let mut read = Vec::new();
    let mut part = [0; 4096];
    while !read.windows(4).any(|end| end == b"\r\n\r\n") && read.len() < LONGEST_LINE {
        let arrived = tokio::time::timeout(SILENCE, stream.read(&mut part)).await;
        match arrived {
            Ok(Ok(count)) if count > 0 => read.extend_from_slice(&part[..count]),
            _ => break,
        }
    }
    let text = String::from_utf8_lossy(&read);
    let mut words = text.lines().next()?.split(' ');
    let (Some("GET"), Some(path)) = (words.next(), words.next()) else { return None };
    Url::parse("http://localhost").ok()?.join(path).ok()
}

/// Sends a page with one sentence.
async fn answer(stream: &mut TcpStream, status: &str, text: &str) {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    let page = format!("<!doctype html><meta charset=\"utf-8\"><title>sspr-policy</title><p>{text}</p>\n");
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n",
        page.len()
    );
    // The sign-in is complete even if the browser no longer listens.
    let _ = stream.write_all((head + &page).as_bytes()).await;
    let _ = stream.shutdown().await;
}

/// Asks the system to open the address, and returns whether a program was started. If not, the person can still open
/// the address that is shown. The address contains no secret: the code comes later, and the verifier stays in this
/// program.
fn open_browser(address: &Url) -> bool {
    let (program, arguments): (&str, &[&str]) = if cfg!(target_os = "windows") {
        ("rundll32", &["url.dll,FileProtocolHandler"])
    } else if cfg!(target_os = "macos") {
        ("open", &[])
    } else {
        ("xdg-open", &[])
    };
    let mut command = Command::new(program);
    command.args(arguments).arg(address.as_str());
    let started = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    if let Err(error) = &started {
        tracing::info!(%error, program, "no browser was opened");
    }
    started.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(query: &str) -> Option<Result<String, String>> {
        result(&Url::parse(&format!("http://localhost/{query}")).expect("an address"), "mine")
    }

    #[test]
    fn only_the_answer_to_our_question_counts() {
        assert_eq!(answer("?code=abc&state=mine"), Some(Ok("abc".into())));
        assert_eq!(answer("favicon.ico"), None);
        let other = "the browser's answer is for another sign-in (its `state` does not match)";
        assert_eq!(answer("?code=abc&state=other"), Some(Err(other.into())));
        assert_eq!(answer("?code=abc"), Some(Err(other.into())));
        let refused = "access_denied: AADSTS65004: The user declined";
        let query = "?error=access_denied&error_description=AADSTS65004%3A+The+user+declined&state=mine";
        assert_eq!(answer(query), Some(Err(refused.into())));
    }
}
