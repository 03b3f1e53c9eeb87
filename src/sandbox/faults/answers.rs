//! Answers of faults, sent instead of the real answer.

use super::{BatchRole, ErrorPage, Fault, Strike};
use crate::sandbox::http::answer::{Answer, AnswerBody, Refusal, Trace};
use crate::sandbox::http::call::Call;
use crate::sandbox::http::quota::too_many;

pub(crate) fn fault_answer(strike: &Strike, call: &Call, trace: &Trace, role: BatchRole) -> Answer {
    let rule = &strike.rule;
    let intune = call.intune_path();
    match strike.fault {
        Fault::Throttle => too_many(rule.retry_after, rule.seconds).answer(trace, None),
        // rknightion/graph2otel, docs/graph-api-gotchas.md: seen on a live tenant.
        Fault::Broker => Refusal::new(
            500,
            "InternalServerError",
            "Rate limit reached because of too many requests to query broker. Please retry after sometime.",
        )
        .answer(trace, intune.as_deref()),
        _ => {
            let status = strike.status().unwrap_or(500);
            let html = match rule.page {
                ErrorPage::Json => false,
                ErrorPage::Html => true,
                ErrorPage::Either => strike.coin(),
            };
            // A gateway in front of Graph answers in HTML, and only to whole requests, not inside a `$batch`.
            if html && role != BatchRole::InBatch {
                return html_page(status);
            }
            server_error(status, strike).answer(trace, intune.filter(|_| status == 500).as_deref())
        }
    }
}

fn server_error(status: u16, strike: &Strike) -> Refusal {
    let rule = &strike.rule;
    match status {
        429 => too_many(rule.retry_after, rule.seconds),
        503 => {
            let refusal = Refusal::new(503, "ServiceUnavailable", "The service is temporarily unavailable.");
            match rule.retry_after.value(rule.seconds).filter(|_| strike.fault == Fault::SubRequestFailures) {
                Some(value) => refusal.with("Retry-After", value),
                None => refusal,
            }
        }
        502 => Refusal::new(502, "BadGateway", "The gateway got no usable answer."),
        // "UnknownError" and nothing else is what gateways' timeouts look like in tools' logs.
        504 => Refusal::new(504, "UnknownError", ""),
        _ => Refusal::new(status, "InternalServerError", "An error has occurred."),
    }
}

/// The text of gateways and captive portals.
pub(crate) fn html_page(status: u16) -> Answer {
    let title = match status {
        200 => "Sign in to the network",
        502 => "502 Bad Gateway",
        503 => "503 Service Unavailable",
        504 => "504 Gateway Time-out",
        _ => "Error",
    };
    let page = format!(
        "<!DOCTYPE html>\r\n<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<h1>{title}</h1>\r\n</body>\r\n</html>\r\n"
    );
    Answer::new(status, AnswerBody::Html(page))
}
