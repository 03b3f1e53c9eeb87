//! Requests to the sandbox itself, for tests: `/sandbox/…`.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};

use super::request;
use super::service::Service;
use super::shared_service::SharedService;
use crate::sandbox::tenant::approvals::{self, ApprovalDecision};

/// The prefix of the paths.
pub(crate) const ROOT: &str = "/sandbox/";

/// Answers `GET counters`, `GET approvals` and `POST approvals/{code or all}/{approve or reject}`.
pub(crate) fn answer(shared: &SharedService, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    // Requests from web pages carry an origin, and are refused.
    if request::base(shared.public_url(), &parts.headers).is_err() || parts.headers.contains_key(header::ORIGIN) {
        return response(
            StatusCode::FORBIDDEN,
            &json!({ "error": "the sandbox itself is for programs on this machine" }),
        );
    }
    let path: Vec<&str> = parts.uri.path().strip_prefix(ROOT).unwrap_or_default().split('/').collect();
    let body = shared.with(|service| match (parts.method.as_str(), path.as_slice()) {
        ("GET", ["counters"]) => Some(service.counters.to_json(&service.store.recent.strikes())),
        ("GET", ["approvals"]) => Some(json!({ "approvals": approvals::lines(&service.store.waiting()) })),
        ("POST", ["approvals", code, verb]) => decide(service, code, verb),
        _ => None,
    });
    match body {
        Some(Some(body)) => response(StatusCode::OK, &body),
        Some(None) => response(StatusCode::NOT_FOUND, &json!({ "error": KNOWN })),
        None => response(StatusCode::SERVICE_UNAVAILABLE, &json!({ "error": "the sandbox has stopped" })),
    }
}

const KNOWN: &str =
    "known: GET counters, GET approvals, POST approvals/{code}/approve and /reject, with `all` for every code";

fn decide(service: &mut Service, code: &str, verb: &str) -> Option<Value> {
    let decision = ApprovalDecision::ALL.into_iter().find(|decision| decision.verb() == verb)?;
    let code = (code != "all").then_some(code);
    Some(match service.store.decide(code, decision.status()) {
        Ok(decided) => json!({ "approvals": approvals::lines(&decided) }),
        Err(refusal) => json!({ "error": refusal.message }),
    })
}

fn response(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    response
}
