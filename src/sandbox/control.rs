//! What tests ask of the sandbox itself, beside Graph: `/sandbox/…`.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};

use super::server::{self, Shared};

/// Where it is.
pub(super) const ROOT: &str = "/sandbox/";

/// Answers `GET /sandbox/counters`.
pub(super) fn answer(shared: &Shared, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    // A page in a browser sends its origin along, and has no business here.
    if server::base(shared, &parts.headers).is_err() || parts.headers.contains_key(header::ORIGIN) {
        return said(StatusCode::FORBIDDEN, json!({ "error": "the sandbox itself is for programs on this machine" }));
    }
    let path = parts.uri.path().strip_prefix(ROOT).unwrap_or_default();
    let answer = shared.with(|service| match (parts.method.as_str(), path) {
        ("GET", "counters") => (StatusCode::OK, service.counters.to_json()),
        _ => (StatusCode::NOT_FOUND, json!({ "error": "known: GET /sandbox/counters" })),
    });
    let (status, body) =
        answer.unwrap_or_else(|| (StatusCode::SERVICE_UNAVAILABLE, json!({ "error": "the sandbox has stopped" })));
    said(status, body)
}

fn said(status: StatusCode, body: Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    response
}
