//! Throttling by quota, as published for Intune's device configuration: "POST, PUT, DELETE, PATCH: 100 requests per 20
//! seconds per app per tenant; any: 1000" (Graph documentation, throttling-limits, Intune device configuration).

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant, SystemTime};

use jiff::Timestamp;

use super::answer::Refusal;

/// The limits of one app.
#[derive(Debug, Clone, Copy)]
pub(crate) struct QuotaLimits {
    pub writes: u64,
    pub requests: u64,
    /// The period to which the limits apply.
    pub window: Duration,
    pub retry_after: RetryAfter,
    /// "All requests accrue against your usage limits" (Graph documentation, throttling); without this, those that were
    /// refused do not.
    pub count_refused: bool,
}

impl Default for QuotaLimits {
    fn default() -> QuotaLimits {
        QuotaLimits {
            writes: 100,
            requests: 1000,
            window: Duration::from_secs(20),
            retry_after: RetryAfter::Seconds,
            count_refused: false,
        }
    }
}

/// The form of a 429's `Retry-After`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RetryAfter {
    Seconds,
    Date,
    /// "Intune often sends none" (learn.microsoft.com, answers 5784629).
    Nothing,
}

impl RetryAfter {
    /// The header's value for a pause of whole seconds.
    pub(crate) fn value(self, seconds: u64) -> Option<String> {
        match self {
            RetryAfter::Seconds => Some(seconds.to_string()),
            RetryAfter::Date => {
                let then = SystemTime::now() + Duration::from_secs(seconds);
                let then = Timestamp::try_from(then).ok()?;
                // The format of RFC 9110.
                Some(then.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
            }
            RetryAfter::Nothing => None,
        }
    }
}

/// The requests of each app within the last window.
#[derive(Debug)]
pub(crate) struct Quota {
    limits: QuotaLimits,
    apps: HashMap<String, Used>,
}

#[derive(Debug, Default)]
struct Used {
    writes: VecDeque<Instant>,
    requests: VecDeque<Instant>,
}

impl Quota {
    pub(crate) fn new(limits: QuotaLimits) -> Quota {
        Quota { limits, apps: HashMap::new() }
    }

    /// Counts a request of `app`, or refuses it.
    pub(crate) fn take(&mut self, app: &str, write: bool, now: Instant) -> Result<(), Refusal> {
        let limits = self.limits;
        let used = self.apps.entry(app.to_owned()).or_default();
        let mut free_at = full(&mut used.requests, limits.requests, limits.window, now);
        if write {
            free_at = free_at.max(full(&mut used.writes, limits.writes, limits.window, now));
        }
        if free_at.is_none() || limits.count_refused {
            used.requests.push_back(now);
            if write {
                used.writes.push_back(now);
            }
        }
        match free_at {
            None => Ok(()),
            Some(free_at) => Err(too_many(limits.retry_after, limits.seconds(free_at.saturating_duration_since(now)))),
        }
    }
}

impl QuotaLimits {
    /// Whole seconds, rounded up so that a client that waits gets through. With a window of less than a second,
    /// rounding would make every pause many windows long, so the result is 0.
    fn seconds(&self, wait: Duration) -> u64 {
        match self.window < Duration::from_secs(1) {
            true => 0,
            false => wait.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX),
        }
    }
}

/// Drops requests that left the window; if the limit is reached, returns when the next request is allowed.
fn full(times: &mut VecDeque<Instant>, limit: u64, window: Duration, now: Instant) -> Option<Instant> {
    while times.front().is_some_and(|time| now.saturating_duration_since(*time) >= window) {
        times.pop_front();
    }
    let over = (times.len() as u64).checked_sub(limit)?;
    // If refused requests count, there may be more than the limit: that many more have to leave the window.
    times.get(usize::try_from(over).ok()?).map(|time| *time + window)
}

/// A 429 with Graph's text (Graph documentation, throttling).
pub(crate) fn too_many(retry_after: RetryAfter, seconds: u64) -> Refusal {
    let refusal = Refusal::new(429, "TooManyRequests", "Too many requests. Please retry again later.");
    match retry_after.value(seconds) {
        Some(value) => refusal.with("Retry-After", value),
        None => refusal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pauses requested from 20 requests that are 2 seconds apart, `.` for none.
    fn pauses(limits: QuotaLimits) -> String {
        let start = Instant::now();
        let mut quota = Quota::new(limits);
        let mut asked = |number: u64| match quota.take("app", true, start + Duration::from_secs(2 * number)) {
            Ok(()) => ".".to_owned(),
            Err(refusal) => refusal.headers[0].1.clone(),
        };
        (0..20).map(&mut asked).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_window_slides() {
        let limits = QuotaLimits { writes: 3, ..QuotaLimits::default() };
        assert_eq!(pauses(limits), ". . . 14 12 10 8 6 4 2 . . . 14 12 10 8 6 4 2");
    }

    #[test]
    fn if_refused_requests_count_only_a_pause_helps() {
        let limits = QuotaLimits { writes: 3, count_refused: true, ..QuotaLimits::default() };
        assert_eq!(pauses(limits), ". . .".to_owned() + &" 14".repeat(17));
    }

    #[test]
    fn every_app_has_its_own_quota() {
        let now = Instant::now();
        let mut quota = Quota::new(QuotaLimits { writes: 1, ..QuotaLimits::default() });
        let took =
            [("a", true), ("b", true), ("a", false), ("a", true)].map(|(app, write)| quota.take(app, write, now));
        assert_eq!(took.map(|taken| taken.is_ok()), [true, true, true, false]);
    }
}
