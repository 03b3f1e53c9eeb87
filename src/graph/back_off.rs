//! Pauses that grow with each try.

use std::time::Duration;

/// One second, two, four, eight, sixteen; and at random up to a quarter more, so that clients do not all retry at once.
pub(super) fn back_off(tried: u32, second: Duration) -> Duration {
    let base = second * 2_u32.pow(tried.clamp(1, 5) - 1);
    let spread = u32::from(uuid::Uuid::new_v4().as_bytes()[0]);
    base + base * spread / 1024
}
