//! Parses an HTTP request into a call.

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, header};

use super::answer::Refusal;
use super::call::{ApiVersion, Call};

const LARGEST_BODY: usize = 20 * 1024 * 1024;

pub(crate) async fn read(public_url: Option<&str>, request: Request) -> Result<Call, Refusal> {
    let (parts, body) = request.into_parts();
    let base = base(public_url, &parts.headers)?;
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let (version, rest) = if let Some(rest) = versioned(target, "/v1.0") {
        (ApiVersion::V1, rest)
    } else if let Some(rest) = versioned(target, "/beta") {
        (ApiVersion::Beta, rest)
    } else {
        return Err(Refusal::not_found("The sandbox has only /v1.0 and /beta."));
    };
    let mut call = Call::new(parts.method.as_str(), version, rest, &base)?;
    call.read_headers(|name| header_text(&parts.headers, name));
    call.token = header_text(&parts.headers, "authorization").and_then(bearer).map(str::to_owned);
    let body = to_bytes(body, LARGEST_BODY)
        .await
        .map_err(|_| Refusal::new(413, "RequestEntityTooLarge", "The body did not arrive whole, or is over 20 MB."))?;
    if !body.is_empty() {
        json_only(&parts.headers)?;
        let body = serde_json::from_slice(&body);
        call.body = Some(body.map_err(|error| Refusal::bad(format!("The body of the request is not JSON: {error}")))?);
    }
    Ok(call)
}

fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn versioned<'a>(target: &'a str, version: &str) -> Option<&'a str> {
    target.strip_prefix(version).filter(|rest| rest.starts_with('/'))
}

/// The base URL of links. A request for another host is refused: it may come from a web page that pointed its own name at
/// loopback (DNS rebinding).
pub(crate) fn base(public_url: Option<&str>, headers: &HeaderMap) -> Result<String, Refusal> {
    let host = header_text(headers, "host").unwrap_or_default();
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
    match name.map_or(host, |(name, _)| name) {
        "127.0.0.1" | "localhost" | "[::1]" => {}
        _ => {
            return Err(Refusal::new(
                403,
                "Forbidden",
                format!("The sandbox answers only to loopback, not to '{host}'."),
            ));
        }
    }
    Ok(public_url.map_or_else(|| format!("http://{host}"), str::to_owned))
}

/// Refuses bodies that are not JSON: a web page may send a form to any server, but not JSON.
fn json_only(headers: &HeaderMap) -> Result<(), Refusal> {
    let kind = header_text(headers, header::CONTENT_TYPE.as_str()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    match kind.eq_ignore_ascii_case("application/json") {
        true => Ok(()),
        false => Err(Refusal::new(
            415,
            "UnsupportedMediaType",
            format!("The body has to be application/json, not '{kind}'."),
        )),
    }
}

pub(crate) fn header_text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
