//! One HTTP request from its arrival to its answer, faults included.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::response::Response;

use super::answer::{self, Held, Trace};
use super::call::Call;
use super::delivery::{BodyPace, TimedAnswer};
use super::shared_service::SharedService;
use super::wire::Wire;
use super::{control, request};
use crate::sandbox::faults::Fault;
use crate::sandbox::faults::answers::html_page;

pub(crate) async fn handle(
    State(shared): State<Arc<SharedService>>,
    ConnectInfo(wire): ConnectInfo<Wire>,
    http: Request,
) -> Response {
    if http.uri().path().starts_with(control::ROOT) {
        return control::answer(&shared, http);
    }
    let trace = Trace::new(request::header_text(http.headers(), "client-request-id"));
    let call = match request::read(shared.public_url(), http).await {
        Ok(call) => call,
        Err(refusal) => {
            shared.with(|service| service.counters.refused(refusal.status));
            return TimedAnswer { answer: refusal.answer(&trace, None), pace: BodyPace::Whole }.response(&trace, wire);
        }
    };
    // A separate task, so that a request is carried out even if the client hangs up, as in Graph.
    let task = tokio::spawn(async move {
        let outcome = carry_out(&shared, &call, &trace).await;
        shared.with(|service| service.counters.finished(outcome.as_ref().map(|delivery| delivery.answer.status)));
        (outcome, trace)
    });
    match task.await {
        Ok((Some(delivery), trace)) => delivery.response(&trace, wire),
        // Only a panic ends the task early. Then all that is left is to cut the connection.
        Ok((None, _)) | Err(_) => {
            wire.cut();
            Response::new(Body::empty())
        }
    }
}

/// Answers a request, faults included; `None` when the connection is cut.
async fn carry_out(shared: &SharedService, call: &Call, trace: &Trace) -> Option<TimedAnswer> {
    let arrival = shared.with(|service| service.arrive(call))?;
    pause(arrival.wait).await;
    let strike = |fault| shared.with(|service| service.counters.count_fault(fault));
    if arrival.cut_before {
        strike(Fault::CutBefore);
        return None;
    }
    if let Some(status) = arrival.html {
        strike(Fault::Html);
        return Some(TimedAnswer { answer: html_page(status), pace: BodyPace::Whole });
    }
    let answer = match shared.with(|service| service.answer(call, trace))? {
        Ok(answer) => answer,
        Err(Held) => {
            shared.hold();
            std::future::pending().await
        }
    };
    pause(answer.late).await;
    if let Some(delay) = arrival.late_answer {
        strike(Fault::LateAnswers);
        pause(delay).await;
    }
    if arrival.cut_after {
        strike(Fault::CutAfter);
        return None;
    }
    let pace = match (arrival.truncated, arrival.slow_body) {
        _ if matches!(answer.body, answer::AnswerBody::Nothing) => BodyPace::Whole,
        (true, _) => BodyPace::Truncated,
        (false, Some(time)) => BodyPace::Slow(time),
        (false, None) => BodyPace::Whole,
    };
    match pace {
        BodyPace::Whole => None,
        BodyPace::Truncated => strike(Fault::Truncated),
        BodyPace::Slow(_) => strike(Fault::SlowBody),
    };
    Some(TimedAnswer { answer, pace })
}

/// Skips a sleep of zero, which would still take a millisecond.
async fn pause(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}
