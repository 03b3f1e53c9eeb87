//! Checks whether a server can be reached at all, before signing in.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;

use super::http::{chain, http_client};

/// The timeout; people would not call a slower server reachable.
const PATIENCE: Duration = Duration::from_secs(20);

/// The answer to a request for a server's root.
#[derive(Debug, Clone)]
pub struct Probe {
    /// The HTTP status; any status shows that the server can be reached.
    pub status: u16,
    /// The server's time, if the answer has it (`Date`, to the second).
    pub date: Option<Timestamp>,
}

/// Requests a server's root without a token, which shows whether name, connection, proxy and certificate work.
///
/// # Errors
/// If there is no answer: the reason, in one line.
pub async fn probe(url: &str) -> Result<Probe, String> {
    let http = http_client(url).map_err(|error| error.to_string())?;
    let asked = http.get(format!("{}/", url.trim_end_matches('/'))).timeout(PATIENCE).send().await;
    let answer = asked.map_err(|error| chain(&error.without_url()))?;
    let date = answer.headers().get("date").and_then(|date| date.to_str().ok());
    let date = date.and_then(|date| rfc2822::DateTimeParser::new().parse_timestamp(date).ok());
    Ok(Probe { status: answer.status().as_u16(), date })
}

/// The proxy for requests to https servers according to the environment variables, without user and password.
pub fn proxy() -> Option<String> {
    let set =
        |name: &'static str| std::env::var(name).ok().filter(|value| !value.is_empty()).map(move |value| (name, value));
    let (name, value) = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"].into_iter().find_map(set)?;
    let (scheme, rest) = value.split_once("://").unwrap_or(("http", &value));
    let host = rest.rsplit('@').next().unwrap_or(rest);
    let but = ["NO_PROXY", "no_proxy"].into_iter().find_map(set);
    let but = but.map_or(String::new(), |(name, value)| format!(", but not for {name}={value}"));
    Some(format!("{name}={scheme}://{host}{but}"))
}
