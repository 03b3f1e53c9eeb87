//! Waiting until Graph's servers agree on what was written.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// From here on a person wonders what happens.
const LONG: Duration = Duration::from_secs(5);
/// Pauses grow up to this many seconds: what many objects ask while they wait must leave requests for those that are written.
const LONGEST_PAUSE: u32 = 8;

/// A wait that ends with our patience.
pub(super) struct Wait<'e> {
    since: Instant,
    patience: Duration,
    pause: Duration,
    longest: Duration,
    told: &'e Cell<bool>,
}

impl<'e> Wait<'e> {
    /// Waits from now on. `second` is what pauses are counted in; `told` is whether somebody was told that we wait.
    pub fn new(patience: Duration, second: Duration, told: &'e Cell<bool>) -> Self {
        let pause = second.max(Duration::from_millis(5));
        Self { since: Instant::now(), patience, pause, longest: pause * LONGEST_PAUSE, told }
    }

    /// Whether there is no patience left.
    pub fn is_over(&self) -> bool {
        self.left().is_zero()
    }

    /// Gives Graph's servers a moment, longer each time, and says once where that takes long.
    pub async fn rest(&mut self) {
        let pause = self.pause.min(self.left());
        if self.since.elapsed() + pause >= LONG && !self.told.replace(true) {
            tracing::warn!(
                "waiting until the tenant and its lists show what was written, up to {:.0?} for each profile",
                self.patience
            );
        }
        tokio::time::sleep(pause).await;
        self.pause = (self.pause * 2).min(self.longest);
    }

    fn left(&self) -> Duration {
        self.patience.saturating_sub(self.since.elapsed())
    }
}
