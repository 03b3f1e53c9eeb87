//! Decides whether a request is sent again, and when.

use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName};

use super::back_off::back_off;
use super::error::Error;
use super::pace::Pace;

/// The most tries of a request that can be sent again without harm.
const TRIES: u32 = 6;
/// The most tries if there is no answer; each may have taken a minute.
const TRIES_WITHOUT_ANSWER: u32 = 4;
/// The most tries if the server throttles: the request was not carried out, and the next try may succeed.
const TRIES_WHEN_THROTTLED: u32 = 12;
/// The most tries to connect; few, so that an unreachable server is reported soon.
const TRIES_TO_CONNECT: u32 = 2;
/// The longest pause that a server may ask for. If it asks for a longer one, the request fails.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// The longest time that one request may wait in total.
const LONGEST_WAIT: Duration = Duration::from_secs(600);

/// Whether sending a request again can do harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// It only reads, or the caller checks before each try whether the one before was carried out.
    Harmless,
    /// It creates an object, so it is sent again only if it was certainly not carried out.
    IfNotCarriedOut,
}

/// The tries of one request. Only this type decides whether and when a request is sent again, for reads and for writes.
#[derive(Debug)]
pub struct Retry {
    repeat: Repeat,
    /// Whether Intune counts the request.
    is_intune: bool,
    failed: u32,
    throttled: u32,
    waited: Duration,
}

impl Retry {
    pub fn of_write(repeat: Repeat) -> Self {
        Self::new(repeat, true)
    }

    pub(super) fn of_reading(is_intune: bool) -> Self {
        Self::new(Repeat::Harmless, is_intune)
    }

    fn new(repeat: Repeat, is_intune: bool) -> Self {
        Self { repeat, is_intune, failed: 0, throttled: 0, waited: Duration::ZERO }
    }

    /// The pause before the next try; `None` if there must not be one. If Intune throttles one request, all requests to
    /// Intune wait, because Intune would refuse them as well.
    pub(super) fn next(&mut self, error: &Error, pace: &Pace) -> Option<Duration> {
        let pause = self.pause(error, pace.second());
        if self.is_intune && error.is_throttling() {
            // If the server asks for a pause that is too long, the others do not wait; they get the same error at once.
            let asked = error.retry_after().unwrap_or(pace.second());
            if asked <= LONGEST_PAUSE {
                pace.hold(pause.unwrap_or_default().max(asked));
            }
        }
        pause
    }

    fn pause(&mut self, error: &Error, second: Duration) -> Option<Duration> {
        let (tried, most) = if error.is_throttling() {
            self.throttled += 1;
            (self.throttled, TRIES_WHEN_THROTTLED)
        } else {
            self.failed += 1;
            let again = match error {
                error if error.never_sent() => TRIES_TO_CONNECT,
                _ if self.repeat == Repeat::IfNotCarriedOut || !error.may_pass() => 0,
                Error::NoAnswer { .. } => TRIES_WITHOUT_ANSWER,
                _ => TRIES,
            };
            (self.failed, again)
        };
        let pause = match error.retry_after() {
            None => back_off(tried, second),
            // A server may ask again and again for no pause (`Retry-After: 0`, or a date in the past).
            Some(asked) if tried > 1 => asked.max(back_off(tried - 1, second)),
            Some(asked) => asked,
        };
        self.waited = self.waited.saturating_add(pause);
        (tried < most && pause <= LONGEST_PAUSE && self.waited <= LONGEST_WAIT).then_some(pause)
    }
}

/// The pause that an answer asks for, in seconds or as a date. The date is compared with the server's own clock, if the
/// answer has a `Date`.
pub(super) fn asked_pause(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    pause(text(reqwest::header::RETRY_AFTER)?, text(reqwest::header::DATE))
}

/// `Retry-After` as text; `now` is the answer's `Date`.
pub(super) fn pause(retry_after: &str, now: Option<&str>) -> Option<Duration> {
    let retry_after = retry_after.trim();
    if let Ok(seconds) = retry_after.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let at = http_date(retry_after)?;
    let now = now.and_then(http_date).unwrap_or_else(crate::clock::now);
    Some(Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO))
}

/// `Wed, 21 Oct 2026 07:28:00 GMT`, the form of dates in RFC 9110.
fn http_date(text: &str) -> Option<jiff::Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::WINDOW;

    #[test]
    fn a_pause_is_seconds_or_a_date() {
        let now = Some("Wed, 21 Oct 2026 07:28:00 GMT");
        assert_eq!(pause("17", now), Some(Duration::from_secs(17)));
        assert_eq!(pause("0.25", now), Some(Duration::from_millis(250)));
        assert_eq!(pause("Wed, 21 Oct 2026 07:28:30 GMT", now), Some(Duration::from_secs(30)));
        assert_eq!(pause("Wed, 21 Oct 2026 07:27:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(pause("soon", now), None);
        assert_eq!(pause("-3", now), None);
    }

    #[test]
    fn a_server_that_asks_for_no_pause_gets_one_after_the_first_try() {
        let refused = |asked| Error::refused("GET", "/x", 429, &serde_json::Value::Null, "").with_pause(asked);
        let (second, asked) = (Duration::from_secs(1), |seconds| Some(Duration::from_secs(seconds)));
        let mut retry = Retry::of_reading(true);
        let mut next = |seconds| retry.pause(&refused(asked(seconds)), second).map(|pause| pause.as_secs_f32());
        assert_eq!(next(0), Some(0.0));
        // Up to a quarter more is random.
        for least in [1.0, 2.0, 4.0] {
            assert!(next(0).is_some_and(|pause| (least..least * 1.25).contains(&pause)));
        }
        assert_eq!(next(30), Some(30.0));
        // Twelve tries take minutes, not milliseconds.
        let rest: f32 = std::iter::from_fn(|| next(0)).sum();
        assert!((96.0..120.0).contains(&rest), "{rest}");
    }

    #[test]
    fn a_creation_without_an_answer_is_not_sent_again() {
        let second = Duration::from_secs(1);
        let refused = |status| Error::refused("POST", "/x", status, &serde_json::Value::Null, "");
        let again = |status, repeat| Retry::of_write(repeat).pause(&refused(status), second).is_some();
        let (harmless, careful) = (Repeat::Harmless, Repeat::IfNotCarriedOut);
        assert_eq!((again(504, careful), again(504, harmless)), (false, true));
        assert_eq!((again(429, careful), again(400, harmless), again(501, harmless)), (true, false, false));
    }

    #[test]
    fn a_write_that_intune_throttles_holds_up_the_others() {
        let pace = Pace::new(WINDOW);
        let refused = Error::refused("PATCH", "/x", 429, &serde_json::Value::Null, "");
        let mut retry = Retry::of_write(Repeat::Harmless);
        let held = [(); 3].map(|()| {
            let pause = retry.next(&refused, &pace);
            (pause, pace.held())
        });
        for (pause, held) in held {
            let pause = pause.expect("a pause");
            assert!(held <= pause && held + Duration::from_millis(500) > pause, "{held:?} for {pause:?}");
        }
    }
}
