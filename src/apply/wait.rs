//! Waiting until Graph's servers agree on what was written.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// From here on a person wonders what is happening.
const LONG: Duration = Duration::from_secs(5);
/// Pauses grow to this many seconds, so that waiting objects leave requests to those that are being written.
const LONGEST_PAUSE: u32 = 8;

/// Whether people were told that an apply waits; shared by all its objects, because one line is enough.
pub(super) type Announced = Rc<Cell<bool>>;

/// A wait that ends when `patience` has passed.
pub(super) struct Wait {
    since: Instant,
    patience: Duration,
    pause: Duration,
    longest: Duration,
    announced: Announced,
}

impl Wait {
    /// Waits from now on. `second` is the unit of the pauses, which tests shorten.
    pub fn new(patience: Duration, second: Duration, announced: &Announced) -> Self {
        let (pause, announced) = (second.max(Duration::from_millis(5)), Rc::clone(announced));
        Self { since: Instant::now(), patience, pause, longest: pause * LONGEST_PAUSE, announced }
    }

    pub fn is_over(&self) -> bool {
        self.remaining().is_zero()
    }

    /// Gives Graph's servers a moment, longer each time, and logs once when that takes long.
    pub async fn rest(&mut self) {
        let pause = self.pause.min(self.remaining());
        if self.since.elapsed() + pause >= LONG && !self.announced.replace(true) {
            tracing::warn!(
                "waiting until the tenant and its lists show what was written, up to {:.0?} for each profile",
                self.patience
            );
        }
        tokio::time::sleep(pause).await;
        self.pause = (self.pause * 2).min(self.longest);
    }

    fn remaining(&self) -> Duration {
        self.patience.saturating_sub(self.since.elapsed())
    }
}
