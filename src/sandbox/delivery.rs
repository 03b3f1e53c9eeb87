//! How an answer goes over the wire: at once, slowly, or not to its end.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{StatusCode, header};
use axum::response::Response;
use futures_util::stream;

use super::answer::{self, Answer, JSON, Trace};
use super::wire::Wire;

/// How a body is sent.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pace {
    Whole,
    /// In small pieces that together take this long.
    Slow(Duration),
    /// Half of what `Content-Length` says.
    Truncated,
}

/// In how many pieces a slow body comes.
const PIECES: usize = 10;
/// How long half a body gets to leave before the connection is cut. Without it the half might stay unsent.
const TO_LEAVE: Duration = Duration::from_millis(20);

/// An answer that goes out as it is.
pub(super) fn whole(answer: Answer, trace: &Trace) -> Response {
    let (content_type, body) = content(answer.body);
    response(answer.status, &answer.headers, content_type, body.len(), Body::from(body), trace)
}

/// An answer that goes out at a pace of its own.
pub(super) fn paced(answer: Answer, trace: &Trace, pace: Pace, wire: Wire) -> Response {
    if matches!(pace, Pace::Whole) {
        return whole(answer, trace);
    }
    let (content_type, bytes) = content(answer.body);
    let length = bytes.len();
    let body = match pace {
        Pace::Slow(time) => slow(bytes, time),
        _ => truncated(bytes, wire),
    };
    response(answer.status, &answer.headers, content_type, length, body, trace)
}

fn content(body: answer::Body) -> (&'static str, Bytes) {
    match body {
        answer::Body::Nothing => ("", Bytes::new()),
        answer::Body::Json(json) => (JSON, Bytes::from(json.to_string())),
        answer::Body::Html(text) => ("text/html; charset=utf-8", Bytes::from(text)),
        answer::Body::Text(text) => ("text/plain", Bytes::from(text)),
    }
}

fn slow(bytes: Bytes, time: Duration) -> Body {
    let pause = time / PIECES as u32;
    let size = bytes.len().div_ceil(PIECES).max(1);
    Body::from_stream(stream::unfold(bytes, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(pause).await;
        let piece = rest.split_to(size.min(rest.len()));
        Some((Ok::<_, Infallible>(piece), rest))
    }))
}

fn truncated(mut bytes: Bytes, wire: Wire) -> Body {
    bytes.truncate(bytes.len() / 2);
    Body::from_stream(stream::unfold((Some(bytes), wire), |(half, wire)| async move {
        if let Some(half) = half {
            return Some((Ok(half), (None, wire)));
        }
        tokio::time::sleep(TO_LEAVE).await;
        wire.cut();
        Some((Err(io::Error::from(io::ErrorKind::ConnectionAborted)), (None, wire)))
    }))
}

fn response(
    status: u16,
    headers: &[(&'static str, String)],
    content_type: &'static str,
    length: usize,
    body: Body,
    trace: &Trace,
) -> Response {
    let mut builder = Response::builder()
        .status(status)
        .header("request-id", &trace.request_id)
        .header("client-request-id", &trace.client_request_id);
    for (name, value) in headers {
        builder = builder.header(*name, value);
    }
    if !content_type.is_empty() {
        builder = builder.header(header::CONTENT_TYPE, content_type).header(header::CONTENT_LENGTH, length);
    }
    // Cannot fail: statuses, names and ids are made here. It would be an answer without a body.
    builder.body(body).unwrap_or_else(|_| {
        let mut broken = Response::new(Body::empty());
        *broken.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        broken
    })
}
