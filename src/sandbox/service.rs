//! One tenant as its clients meet it: the store, and everything that stands before it.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use super::answer::{Answer, Body, Refusal, Trace};
use super::batch;
use super::call::Call;
use super::counters::Counters;
use super::faults::{Dice, Fault, Faults, Kind, Matter, Page, Strike};
use super::lists;
use super::quota::{Quota, too_many};
use super::routes::{self, Held};
use super::store::Store;
use super::tokens::Tokens;

/// A tenant, its faults and its counters.
#[derive(Debug)]
pub(super) struct Service {
    pub store: Store,
    pub counters: Counters,
    dice: Dice,
    latency: Duration,
    jitter: Duration,
    quota: Option<Quota>,
    tokens: Tokens,
    /// The links to next pages that were late once.
    late: HashSet<String>,
}

/// What is known of a request before it is answered.
#[derive(Debug)]
pub(super) struct Arrival {
    /// How long it is on its way.
    pub wait: Duration,
    pub cut_before: bool,
    /// Somebody else answers with this status, and it never reaches Graph.
    pub html: Option<u16>,
    /// How long the answer is held back.
    pub late_answer: Option<Duration>,
    pub cut_after: bool,
    pub truncated: bool,
    pub slow_body: Option<Duration>,
}

/// How long what is slow takes: a second when the file does not say.
fn delay(strike: Strike) -> Duration {
    strike.rule.delay.unwrap_or(Duration::from_secs(1))
}

impl Service {
    pub(super) fn new(store: Store, faults: Faults, seed: u64) -> Service {
        Service {
            store,
            counters: Counters::default(),
            tokens: Tokens::new(&faults),
            dice: Dice::new(seed, faults.rules),
            latency: faults.latency,
            jitter: faults.jitter,
            quota: faults.quota.map(Quota::new),
            late: HashSet::new(),
        }
    }

    /// A request has come over HTTP: what will strike it as a whole is decided now, in the order of arrival.
    pub(super) fn arrive(&mut self, call: &Call) -> Arrival {
        let is_batch = batch::is_batch(call);
        self.counters.arrived(is_batch);
        let path = call.path.join("/");
        let matter = matter(call, &path, kind(call));
        let wait = self.latency + self.jitter.mul_f64(self.dice.jitter());
        Arrival {
            wait,
            cut_before: self.dice.draw(Fault::CutBefore, &matter).is_some(),
            html: self.dice.draw(Fault::Html, &matter).and_then(|strike| strike.status()),
            late_answer: self.dice.draw(Fault::LateAnswers, &matter).map(delay),
            cut_after: self.dice.draw(Fault::CutAfter, &matter).is_some(),
            truncated: self.dice.draw(Fault::Truncated, &matter).is_some(),
            slow_body: self.dice.draw(Fault::SlowBody, &matter).map(delay),
        }
    }

    /// Answers what came over HTTP.
    pub(super) fn answer(&mut self, call: &Call, trace: &Trace) -> Result<Answer, Held> {
        if let Err(refusal) = self.tokens.arrived(call) {
            self.counters.struck_by("expired_token");
            return Ok(refusal.answer(trace, None));
        }
        match kind(call) {
            Kind::Alone => self.one(call, trace, Kind::Alone),
            kind => self.guarded(call, trace, kind, |service| match service.tokens.granted(call) {
                Ok(_) => batch::answer(service, call, trace),
                Err(refusal) => Ok(refusal.answer(trace, None)),
            }),
        }
    }

    /// Answers a request in a `$batch`; says also whether the answer is lost on its way.
    pub(super) fn part(&mut self, call: &Call, trace: &Trace) -> Result<(Answer, bool), Held> {
        let path = call.path.join("/");
        let lost = self.dice.draw(Fault::LostSubAnswers, &matter(call, &path, Kind::InBatch)).is_some();
        let answer = self.one(call, trace, Kind::InBatch)?;
        if lost {
            self.counters.struck(Fault::LostSubAnswers);
        }
        Ok((answer, lost))
    }

    fn one(&mut self, call: &Call, trace: &Trace, kind: Kind) -> Result<Answer, Held> {
        if call.writes() {
            self.counters.write();
        }
        self.guarded(call, trace, kind, |service| service.passed(call, trace, kind))
    }

    /// Does `work` unless a fault comes before it, and may deny afterwards that it was done.
    fn guarded(
        &mut self,
        call: &Call,
        trace: &Trace,
        kind: Kind,
        work: impl FnOnce(&mut Service) -> Result<Answer, Held>,
    ) -> Result<Answer, Held> {
        let path = call.path.join("/");
        let matter = matter(call, &path, kind);
        // Each numbers the request, whichever strikes.
        let before = [Fault::ServerErrors, Fault::Throttle, Fault::Broker, Fault::SubRequestFailures]
            .map(|fault| self.dice.draw(fault, &matter));
        let after = self.dice.draw(Fault::FailedButDone, &matter);
        if let Some(strike) = before.into_iter().flatten().next() {
            self.counters.struck(strike.fault);
            return Ok(failure(&strike, call, trace, kind));
        }
        let answer = work(self)?;
        match after.filter(|_| answer.status < 400) {
            Some(strike) => {
                self.counters.struck(strike.fault);
                Ok(failure(&strike, call, trace, kind))
            }
            None => Ok(answer),
        }
    }

    /// Answers a request that no fault kept away.
    fn passed(&mut self, call: &Call, trace: &Trace, kind: Kind) -> Result<Answer, Held> {
        let intune = call.intune();
        if let Err(refusal) = self.tokens.check(call) {
            // A token is refused by Graph itself, before Intune is asked.
            let intune = intune.filter(|_| refusal.status == 403);
            return Ok(refusal.answer(trace, intune.as_deref()));
        }
        if let Err(refusal) = self.within_quota(call) {
            self.counters.struck_by("quota");
            return Ok(refusal.answer(trace, None));
        }
        let path = call.path.join("/");
        let matter = matter(call, &path, kind);
        let mut late = Duration::ZERO;
        if let Some(strike) = self.dice.draw(Fault::LatePages, &matter)
            && self.late.insert(format!("{path}?{:?}", call.query))
        {
            self.counters.struck(strike.fault);
            late = strike.rule.delay.unwrap_or_default();
            if strike.status().is_some() {
                return Ok(Answer { late, ..failure(&strike, call, trace, Kind::InBatch) });
            }
        }
        let mut answer = routes::answer(&mut self.store, call, trace)?;
        answer.late = late;
        for fault in [Fault::DuplicatePages, Fault::MissingObject, Fault::MissingNextLink] {
            if let Some(strike) = self.dice.draw(fault, &matter)
                && lists::spoil(&mut answer, &strike, call)
            {
                self.counters.struck(fault);
            }
        }
        Ok(answer)
    }

    fn within_quota(&mut self, call: &Call) -> Result<(), Refusal> {
        match &mut self.quota {
            Some(quota) if call.intune().is_some() => quota.take(Tokens::app(call), call.writes(), Instant::now()),
            _ => Ok(()),
        }
    }
}

fn kind(call: &Call) -> Kind {
    match batch::is_batch(call) {
        true => Kind::Batch { writes: batch::writes(call) },
        false => Kind::Alone,
    }
}

fn matter<'a>(call: &'a Call, path: &'a str, kind: Kind) -> Matter<'a> {
    Matter { method: &call.method, path, kind, list: lists::is_list(call), page: lists::is_next_page(call) }
}

/// The answer of a fault that comes instead of the right one.
fn failure(strike: &Strike, call: &Call, trace: &Trace, kind: Kind) -> Answer {
    let rule = &strike.rule;
    let intune = call.intune();
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
                Page::Json => false,
                Page::Html => true,
                Page::Either => strike.coin(),
            };
            // Whatever stands before Graph answers in HTML, and it stands before whole requests.
            if html && kind != Kind::InBatch {
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

/// What gateways and captive proxies say.
pub(super) fn html_page(status: u16) -> Answer {
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
    Answer::new(status, Body::Html(page))
}
