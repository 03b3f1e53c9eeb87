//! Waits until Graph's servers agree on what was written.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// A longer wait is announced, because people would wonder what is happening.
const LONG: Duration = Duration::from_secs(5);
/// The longest pause, in seconds. Pauses grow so that waiting objects leave requests for those that are being written.
const LONGEST_PAUSE: u32 = 8;

/// Whether the wait was announced; shared by all objects of an apply, because one line is enough.
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
    /// Starts a wait. `second` is the unit of the pauses, which tests shorten.
    pub fn new(patience: Duration, second: Duration, announced: &Announced) -> Self {
        let (pause, announced) = (second.max(Duration::from_millis(5)), Rc::clone(announced));
        Self { since: Instant::now(), patience, pause, longest: pause * LONGEST_PAUSE, announced }
    }

    pub fn is_over(&self) -> bool {
        self.remaining().is_zero()
    }

    /// Pauses, longer each time. Logs a line once if the wait takes long.
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
