//! One tenant as clients see it: the store, with faults, quota and tokens in front of it.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use super::answer::{Answer, Held, Refusal, Trace};
use super::batch::{self, BatchItem, BatchProgress, ItemAnswer};
use super::call::Call;
use super::counters::Counters;
use super::quota::Quota;
use super::routes;
use super::tokens::KnownTokens;
use crate::sandbox::faults::answers::fault_answer;
use crate::sandbox::faults::{BatchRole, Candidate, Dice, Fault, Faults, Strike, lists};
use crate::sandbox::tenant::store::Store;

/// A tenant, its faults and its counters.
#[derive(Debug)]
pub(crate) struct Service {
    pub store: Store,
    pub counters: Counters,
    dice: Dice,
    latency: Duration,
    jitter: Duration,
    quota: Option<Quota>,
    tokens: KnownTokens,
    /// The links to next pages that have already been late once.
    late: HashSet<String>,
}

/// What is decided about a request before it is answered.
#[derive(Debug)]
pub(crate) struct Arrival {
    /// How long its arrival is delayed.
    pub wait: Duration,
    pub cut_before: bool,
    /// A gateway answers with this status, and the request does not reach Graph.
    pub html: Option<u16>,
    /// How long the answer is delayed.
    pub late_answer: Option<Duration>,
    pub cut_after: bool,
    pub truncated: bool,
    pub slow_body: Option<Duration>,
}

/// The duration of slow answers: one second by default.
fn delay(strike: Strike) -> Duration {
    strike.rule.delay.unwrap_or(Duration::from_secs(1))
}

impl Service {
    pub(crate) fn new(store: Store, faults: Faults, seed: u64) -> Service {
        Service {
            store,
            counters: Counters::default(),
            tokens: KnownTokens::new(&faults),
            dice: Dice::new(seed, faults.rules),
            latency: faults.latency,
            jitter: faults.jitter,
            quota: faults.quota.map(Quota::new),
            late: HashSet::new(),
        }
    }

    /// Decides on arrival which faults an HTTP request gets as a whole, so that the order of arrival counts.
    pub(crate) fn arrive(&mut self, call: &Call) -> Arrival {
        let is_batch = batch::is_batch(call);
        self.counters.arrived(is_batch);
        let path = call.path.join("/");
        let candidate = candidate(call, &path, batch_role(call));
        let wait = self.latency + self.jitter.mul_f64(self.dice.jitter());
        Arrival {
            wait,
            cut_before: self.dice.draw(Fault::CutBefore, &candidate).is_some(),
            html: self.dice.draw(Fault::Html, &candidate).and_then(|strike| strike.status()),
            late_answer: self.dice.draw(Fault::LateAnswers, &candidate).map(delay),
            cut_after: self.dice.draw(Fault::CutAfter, &candidate).is_some(),
            truncated: self.dice.draw(Fault::Truncated, &candidate).is_some(),
            slow_body: self.dice.draw(Fault::SlowBody, &candidate).map(delay),
        }
    }

    /// Answers an HTTP request.
    pub(crate) fn answer(&mut self, call: &Call, trace: &Trace) -> Result<Answer, Held> {
        if let Err(refusal) = self.tokens.arrived(call) {
            self.counters.count_fault_named("expired_token");
            return Ok(refusal.answer(trace, None));
        }
        match batch_role(call) {
            BatchRole::Alone => self.answer_one(call, trace, BatchRole::Alone),
            role => self.guarded(call, trace, role, |service| match service.tokens.granted(call) {
                Ok(_) => service.answer_batch(call, trace),
                Err(refusal) => Ok(refusal.answer(trace, None)),
            }),
        }
    }

    /// Answers `POST /$batch`. Nothing is carried out if any part of the batch is malformed.
    fn answer_batch(&mut self, batch: &Call, trace: &Trace) -> Result<Answer, Held> {
        let items = match batch::read(batch) {
            Ok(items) => items,
            Err(refusal) => return Ok(refusal.answer(trace, None)),
        };
        let mut whole = BatchProgress::default();
        for item in &items {
            let given = match whole.failed_dependency(item, trace) {
                Some(answer) => ItemAnswer { answer, lost: false },
                None => self.answer_item(batch, item, trace)?,
            };
            self.counters.answered_in_batch(given.answer.status);
            whole.add(item, given);
        }
        Ok(whole.into_answer())
    }

    fn answer_item(&mut self, batch: &Call, item: &BatchItem, trace: &Trace) -> Result<ItemAnswer, Held> {
        let call = match item.call(batch) {
            Ok(call) => call,
            Err(refusal) => return Ok(ItemAnswer { answer: refusal.answer(trace, None), lost: false }),
        };
        let path = call.path.join("/");
        let lost = self.dice.draw(Fault::LostSubAnswers, &candidate(&call, &path, BatchRole::InBatch)).is_some();
        let answer = self.answer_one(&call, trace, BatchRole::InBatch)?;
        if lost {
            self.counters.count_fault(Fault::LostSubAnswers);
        }
        Ok(ItemAnswer { answer, lost })
    }

    fn answer_one(&mut self, call: &Call, trace: &Trace, role: BatchRole) -> Result<Answer, Held> {
        if call.writes() {
            self.counters.count_write();
        }
        self.guarded(call, trace, role, |service| service.answer_past_faults(call, trace, role))
    }

    /// Carries out `work` unless a fault prevents it. A fault may also report failure afterwards.
    fn guarded(
        &mut self,
        call: &Call,
        trace: &Trace,
        role: BatchRole,
        work: impl FnOnce(&mut Service) -> Result<Answer, Held>,
    ) -> Result<Answer, Held> {
        let path = call.path.join("/");
        let candidate = candidate(call, &path, role);
        // Each fault numbers the request, whichever one occurs.
        let before = [Fault::ServerErrors, Fault::Throttle, Fault::Broker, Fault::SubRequestFailures]
            .map(|fault| self.dice.draw(fault, &candidate));
        let after = self.dice.draw(Fault::FailedButDone, &candidate);
        if let Some(strike) = before.into_iter().flatten().next() {
            self.counters.count_fault(strike.fault);
            return Ok(fault_answer(&strike, call, trace, role));
        }
        let answer = work(self)?;
        match after.filter(|_| answer.status < 400) {
            Some(strike) => {
                self.counters.count_fault(strike.fault);
                Ok(fault_answer(&strike, call, trace, role))
            }
            None => Ok(answer),
        }
    }

    /// Answers a request that no fault prevented.
    fn answer_past_faults(&mut self, call: &Call, trace: &Trace, role: BatchRole) -> Result<Answer, Held> {
        let intune = call.intune_path();
        if let Err(refusal) = self.tokens.check(call) {
            // Graph itself refuses a token, before it forwards to Intune.
            let intune = intune.filter(|_| refusal.status == 403);
            return Ok(refusal.answer(trace, intune.as_deref()));
        }
        if let Err(refusal) = self.within_quota(call) {
            self.counters.count_fault_named("quota");
            return Ok(refusal.answer(trace, None));
        }
        let path = call.path.join("/");
        let candidate = candidate(call, &path, role);
        let mut late = Duration::ZERO;
        if let Some(strike) = self.dice.draw(Fault::LatePages, &candidate)
            && self.late.insert(format!("{path}?{:?}", call.query))
        {
            self.counters.count_fault(strike.fault);
            late = strike.rule.delay.unwrap_or_default();
            if strike.status().is_some() {
                return Ok(Answer { late, ..fault_answer(&strike, call, trace, BatchRole::InBatch) });
            }
        }
        self.store.state.reader_tags = self.tokens.scope_tags(call);
        let mut answer = routes::answer(&mut self.store, call, trace)?;
        answer.late = late;
        for fault in [Fault::DuplicatePages, Fault::MissingObject, Fault::MissingNextLink] {
            if let Some(strike) = self.dice.draw(fault, &candidate)
                && lists::spoil(&mut answer, &strike, call)
            {
                self.counters.count_fault(fault);
            }
        }
        Ok(answer)
    }

    fn within_quota(&mut self, call: &Call) -> Result<(), Refusal> {
        match &mut self.quota {
            Some(quota) if call.is_for_intune() => quota.take(call.app(), call.writes(), Instant::now()),
            _ => Ok(()),
        }
    }
}

fn batch_role(call: &Call) -> BatchRole {
    match batch::is_batch(call) {
        true => BatchRole::Batch { writes: batch::writes(call) },
        false => BatchRole::Alone,
    }
}

fn candidate<'a>(call: &'a Call, path: &'a str, role: BatchRole) -> Candidate<'a> {
    Candidate { method: &call.method, path, role, list: lists::is_list(call), page: lists::is_next_page(call) }
}
