//! How an answer is sent: at once, slowly, or cut off.

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
pub(crate) enum BodyPace {
    Whole,
    /// In small pieces over this time.
    Slow(Duration),
    /// Half of what `Content-Length` says.
    Truncated,
}

/// The number of pieces of a slow body.
const PIECES: usize = 10;
/// The time to send half a body before the connection is cut; without it, the half might not be sent.
const TO_LEAVE: Duration = Duration::from_millis(20);

/// An answer and how it is sent.
#[derive(Debug)]
pub(crate) struct TimedAnswer {
    pub answer: Answer,
    pub pace: BodyPace,
}

impl TimedAnswer {
    pub(crate) fn response(self, trace: &Trace, wire: Wire) -> Response {
        let Answer { status, headers, body, .. } = self.answer;
        let content = content(body);
        let length = content.bytes.len();
        let body = match self.pace {
            BodyPace::Whole => Body::from(content.bytes),
            BodyPace::Slow(time) => slow(content.bytes, time),
            BodyPace::Truncated => truncated(content.bytes, wire),
        };
        response(status, &headers, content.content_type, length, body, trace)
    }
}

/// A body as bytes.
struct AnswerBytes {
    /// `None` if the answer has no body.
    content_type: Option<&'static str>,
    bytes: Bytes,
}

fn content(body: answer::AnswerBody) -> AnswerBytes {
    let (content_type, bytes) = match body {
        answer::AnswerBody::Nothing => return AnswerBytes { content_type: None, bytes: Bytes::new() },
        answer::AnswerBody::Json(json) => (JSON, Bytes::from(json.to_string())),
        answer::AnswerBody::Html(text) => ("text/html; charset=utf-8", Bytes::from(text)),
        answer::AnswerBody::Text(text) => ("text/plain", Bytes::from(text)),
    };
    AnswerBytes { content_type: Some(content_type), bytes }
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
    content_type: Option<&'static str>,
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
    if let Some(content_type) = content_type {
        builder = builder.header(header::CONTENT_TYPE, content_type).header(header::CONTENT_LENGTH, length);
    }
    // Cannot fail, because statuses, names and ids are valid. If it did, the answer would have no body.
    builder.body(body).unwrap_or_else(|_| {
        let mut broken = Response::new(Body::empty());
        *broken.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        broken
    })
}
