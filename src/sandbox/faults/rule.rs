//! When a fault occurs, and how.

use std::time::Duration;

use serde_json::Value;

use super::fault::{Fault, Of};
use super::read::{Table, count, list, milliseconds, rate, retry_after, status, text};
use crate::sandbox::error::Error;
use crate::sandbox::http::quota::RetryAfter;

/// The options of one fault in the file.
#[derive(Debug, Clone)]
pub(crate) struct FaultRule {
    rate: f64,
    /// Exactly these requests; empty: by rate.
    on: Vec<u64>,
    /// Not for this many requests at first.
    after: u64,
    /// Only for this many requests, not counting `after`.
    first: Option<u64>,
    pub(super) of: Of,
    /// Only requests with this in their path.
    pub(super) path: Option<String>,
    pub statuses: Vec<u16>,
    pub retry_after: RetryAfter,
    pub seconds: u64,
    pub delay: Option<Duration>,
    pub page: ErrorPage,
    pub what: Duplicate,
}

/// The body of a server's error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorPage {
    Json,
    Html,
    Either,
}

/// What a list repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Duplicate {
    /// The page, if there is a next one; otherwise an object.
    Page,
    Object,
}

const CONDITIONS: [&str; 6] = ["rate", "on", "first", "after", "of", "path"];

impl FaultRule {
    /// A number is a rate; a map has more options.
    pub(super) fn read(value: &Value, fault: Fault) -> Result<FaultRule, Error> {
        if value.is_number() {
            let rate = rate(value).ok_or_else(|| Error::faults(fault.key(), value, "a rate from 0 to 1"))?;
            return Ok(FaultRule { rate, ..FaultRule::always(fault) });
        }
        let known: Vec<&str> = CONDITIONS.into_iter().chain(fault.options().iter().copied()).collect();
        let table = Table::new(value, fault.key(), &known)?;
        let usual = FaultRule::always(fault);
        let answer = |value: &Value| status(value).filter(|status| allowed(fault, *status));
        let page = |value: &Value| match value.as_str()? {
            "json" => Some(ErrorPage::Json),
            "html" => Some(ErrorPage::Html),
            "either" => Some(ErrorPage::Either),
            _ => None,
        };
        let what = |value: &Value| match value.as_str()? {
            "page" => Some(Duplicate::Page),
            "object" => Some(Duplicate::Object),
            _ => None,
        };
        let statuses = table.take("statuses", |value| list(value, answer), statuses_expected(fault))?;
        let delay = table.take("delay_ms", milliseconds, "a number of milliseconds")?;
        Ok(FaultRule {
            rate: table.take("rate", rate, "a rate from 0 to 1")?.unwrap_or(usual.rate),
            on: table.take("on", |value| list(value, count), "numbers of requests, from 1")?.unwrap_or_default(),
            after: table.take("after", Value::as_u64, "a number of requests")?.unwrap_or(0),
            first: table.take("first", count, "a number of requests, from 1")?,
            of: table.take("of", |value| Of::read(value.as_str()?), Of::EXPECTED)?.unwrap_or(usual.of),
            path: table.take("path", text, "a part of a path")?,
            // A late page is answered eventually.
            statuses: statuses.unwrap_or(if delay.is_some() { Vec::new() } else { usual.statuses }),
            retry_after: retry_after(&table)?,
            seconds: table.take("seconds", Value::as_u64, "a number of seconds")?.unwrap_or(usual.seconds),
            delay,
            page: table.take("page", page, "json, html or either")?.unwrap_or(usual.page),
            what: table.take("what", what, "page or object")?.unwrap_or(usual.what),
        })
    }

    fn always(fault: Fault) -> FaultRule {
        FaultRule {
            rate: 1.0,
            on: Vec::new(),
            after: 0,
            first: None,
            of: fault.usual(),
            path: None,
            statuses: usual_statuses(fault).to_vec(),
            retry_after: RetryAfter::Seconds,
            seconds: 1,
            delay: None,
            page: ErrorPage::Either,
            what: Duplicate::Page,
        }
    }

    /// Whether it occurs for the `number`th request that it considers, from 1; `chance` is from 0 up to 1.
    pub(super) fn strikes(&self, number: u64, chance: f64) -> bool {
        if !self.on.is_empty() {
            return self.on.contains(&number);
        }
        let past = number > self.after;
        past && self.first.is_none_or(|first| number - self.after <= first) && chance < self.rate
    }
}

fn usual_statuses(fault: Fault) -> &'static [u16] {
    match fault {
        Fault::ServerErrors | Fault::FailedButDone => &[500, 502, 503, 504],
        Fault::Html => &[200, 502, 503],
        Fault::SubRequestFailures => &[504, 429, 503],
        Fault::LatePages => &[503, 504],
        _ => &[],
    }
}

fn allowed(fault: Fault, status: u16) -> bool {
    match fault {
        Fault::SubRequestFailures => (400..=599).contains(&status),
        Fault::Html => status == 200 || (400..=599).contains(&status),
        _ => (500..=599).contains(&status),
    }
}

fn statuses_expected(fault: Fault) -> &'static str {
    match fault {
        Fault::SubRequestFailures => "statuses from 400 to 599",
        Fault::Html => "200, or statuses from 400 to 599",
        _ => "statuses from 500 to 599",
    }
}
