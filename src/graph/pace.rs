//! Pacing: staying below Intune's limits instead of running into them.
//!
//! Microsoft publishes, for device configuration, 100 writes and 1,000 requests in 20 seconds for an app in a tenant
//! (Graph documentation, throttling limits of Intune); each request of a `$batch` counts. Whether the window slides is not
//! said, so writes are paced as if it did: a place is free again one window after the answer came, which is later
//! than the server can have counted it. Requests in all are paced by a bucket of tokens: reading twice does no harm, and
//! a burst of a thousand is worth more than never seeing a 429.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

/// Writes in one window.
const WRITES: usize = 100;
/// Requests in one window.
const REQUESTS: u32 = 1000;

/// The length of Intune's window.
pub const WINDOW: Duration = Duration::from_secs(20);

/// Paces the requests of one client.
#[derive(Debug)]
pub(super) struct Pace {
    window: Duration,
    places: Arc<Semaphore>,
    requests: Mutex<Bucket>,
}

/// A bucket of tokens as the moment when it would be full again.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    full: Instant,
    /// Nothing is sent before: the server asked for a pause.
    not_before: Instant,
}

/// The right to send one write.
#[derive(Debug)]
pub struct Turn {
    places: Arc<Semaphore>,
    window: Duration,
    used: bool,
}

impl Turn {
    /// The write may have reached the server, which counts it from now on at the latest.
    pub(super) fn used(mut self) {
        self.used = true;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let places = Arc::clone(&self.places);
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) if self.used && !self.window.is_zero() => {
                let window = self.window;
                runtime.spawn(async move {
                    tokio::time::sleep(window).await;
                    places.add_permits(1);
                });
            }
            _ => places.add_permits(1),
        }
    }
}

impl Pace {
    /// Pacing for a window of this length; zero for a server without limits.
    pub fn new(window: Duration) -> Self {
        let now = Instant::now();
        let requests = Mutex::new(Bucket { full: now, not_before: now });
        Self { window, places: Arc::new(Semaphore::new(WRITES)), requests }
    }

    /// What stands for a second where the window is scaled: pauses shrink with it.
    pub fn second(&self) -> Duration {
        if self.window.is_zero() { Duration::from_millis(10) } else { self.window / 20 }
    }

    /// How long so many writes wait at least: one window for each hundred before the last ones.
    pub fn pause_for(&self, writes: usize) -> Duration {
        self.window * u32::try_from(writes.saturating_sub(1) / WRITES).unwrap_or(u32::MAX)
    }

    /// Waits for a place among the writes, first come, first served.
    pub async fn turn(&self) -> Turn {
        // The semaphore is never closed, so a place always comes.
        if let Ok(place) = self.places.acquire().await {
            place.forget();
        }
        Turn { places: Arc::clone(&self.places), window: self.window, used: false }
    }

    /// Waits until so many requests may be sent.
    pub async fn requests(&self, count: usize) {
        let mut pause = self.reserve(count);
        while !pause.is_zero() {
            tokio::time::sleep(pause).await;
            // A pause that the server asked for meanwhile holds for those who waited, too.
            pause = self.bucket(|bucket| bucket.not_before.saturating_duration_since(Instant::now()));
        }
    }

    /// The server asked for a pause.
    pub fn hold(&self, pause: Duration) {
        let until = Instant::now() + pause;
        self.bucket(|bucket| bucket.not_before = bucket.not_before.max(until));
    }

    fn reserve(&self, count: usize) -> Duration {
        let now = Instant::now();
        let cost = self.window / REQUESTS * u32::try_from(count).unwrap_or(u32::MAX);
        let window = self.window;
        self.bucket(|bucket| {
            bucket.full = bucket.full.max(now) + cost;
            let empty = (bucket.full - now).saturating_sub(window);
            empty.max(bucket.not_before.saturating_duration_since(now))
        })
    }

    fn bucket<T>(&self, change: impl FnOnce(&mut Bucket) -> T) -> T {
        change(&mut self.requests.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_requests_pass_at_once_and_then_they_drip() {
        let pace = Pace::new(WINDOW);
        let waits = |count| pace.reserve(count).as_secs_f32().round();
        assert_eq!((waits(20), waits(980)), (0.0, 0.0));
        assert_eq!(waits(50), 1.0);
    }

    #[tokio::test]
    async fn a_turn_comes_back_at_once_when_it_was_not_used() {
        let pace = Pace::new(WINDOW);
        for _ in 0..3 * WRITES {
            drop(pace.turn().await);
        }
        for _ in 0..WRITES {
            pace.turn().await.used();
        }
        assert_eq!(pace.places.available_permits(), 0);
    }

    #[tokio::test]
    async fn without_a_window_nothing_waits() {
        let pace = Pace::new(Duration::ZERO);
        for _ in 0..3 * WRITES {
            pace.turn().await.used();
        }
        pace.requests(10_000).await;
    }
}
