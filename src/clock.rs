//! The clock of this machine. It can be wrong, so every time has to be possible.

use std::time::SystemTime;

use jiff::Timestamp;

/// The time now, at most the last one that can be written, and at least the first.
pub fn now() -> Timestamp {
    nearest(SystemTime::now())
}

/// jiff's own `now` panics before the year -9999 and after 9999.
fn nearest(time: SystemTime) -> Timestamp {
    let limit = if time < SystemTime::UNIX_EPOCH { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::try_from(time).unwrap_or(limit)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn every_time_of_a_clock_is_possible() {
        let years = |count: u64| Duration::from_secs(count * 31_556_952);
        let before = SystemTime::UNIX_EPOCH.checked_sub(years(70)).expect("a time");
        let after = SystemTime::UNIX_EPOCH.checked_add(years(20_000)).expect("a time");
        assert_eq!(nearest(before).to_string(), "1900-01-01T00:36:00Z");
        assert_eq!(nearest(SystemTime::UNIX_EPOCH).to_string(), "1970-01-01T00:00:00Z");
        assert_eq!(nearest(after), Timestamp::MAX);
        assert_eq!(Timestamp::MAX.to_zoned(jiff::tz::TimeZone::UTC).date().to_string(), "9999-12-30");
    }
}
