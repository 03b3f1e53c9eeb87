//! Paces requests, so that they stay below Intune's limits.
//!
//! Microsoft publishes, for device configuration, 100 writes and 1,000 requests in 20 seconds for an app in a tenant
//! (Graph documentation, throttling limits of Intune); each request of a `$batch` counts. Whether the window slides is
//! not documented, so writes are paced as if it did: a slot is free again one window after the answer arrived, which is
//! later than the server can have counted it. All requests together are paced by a token bucket: sending a read again
//! does no harm, and a burst of a thousand reads is worth an occasional 429.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

/// The most writes in one window.
const WRITES: usize = 100;
/// The most requests in one window.
const REQUESTS: u32 = 1000;

/// The length of Intune's window.
pub const WINDOW: Duration = Duration::from_secs(20);

/// Paces the requests of one client.
#[derive(Debug)]
pub(super) struct Pace {
    window: Duration,
    slots: Arc<Semaphore>,
    requests: Mutex<Bucket>,
}

/// A token bucket, stored as the moment when it would be full again.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    full: Instant,
    /// Nothing is sent before this moment, because the server asked for a pause.
    not_before: Instant,
}

/// The right to send one write within the limits.
#[derive(Debug)]
pub struct WriteSlot {
    slots: Arc<Semaphore>,
    window: Duration,
    is_spent: bool,
}

impl WriteSlot {
    /// Uses up the slot: the write may have reached the server, which has counted it by now.
    pub(super) fn spend(mut self) {
        self.is_spent = true;
    }
}

impl Drop for WriteSlot {
    fn drop(&mut self) {
        let slots = Arc::clone(&self.slots);
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) if self.is_spent && !self.window.is_zero() => {
                let window = self.window;
                runtime.spawn(async move {
                    tokio::time::sleep(window).await;
                    slots.add_permits(1);
                });
            }
            _ => slots.add_permits(1),
        }
    }
}

impl Pace {
    /// Paces for a window of this length; zero means a server without limits.
    pub fn new(window: Duration) -> Self {
        let now = Instant::now();
        let requests = Mutex::new(Bucket { full: now, not_before: now });
        Self { window, slots: Arc::new(Semaphore::new(WRITES)), requests }
    }

    /// The unit of pauses: a second in the real window, and proportionally less in a scaled one.
    pub fn second(&self) -> Duration {
        if self.window.is_zero() { Duration::from_millis(10) } else { self.window / 20 }
    }

    /// How long this number of writes wait at least: one window for each full hundred before the last write.
    pub fn pause_for(&self, writes: usize) -> Duration {
        self.window * u32::try_from(writes.saturating_sub(1) / WRITES).unwrap_or(u32::MAX)
    }

    /// Waits for a slot; waiting callers get theirs in order.
    pub async fn write_slot(&self) -> WriteSlot {
        // The semaphore is never closed, so a slot always comes.
        if let Ok(permit) = self.slots.acquire().await {
            permit.forget();
        }
        WriteSlot { slots: Arc::clone(&self.slots), window: self.window, is_spent: false }
    }

    /// Waits until so many requests may be sent.
    pub async fn requests(&self, count: usize) {
        let mut pause = self.reserve(count);
        while !pause.is_zero() {
            tokio::time::sleep(pause).await;
            // The server may have asked for a pause in the meantime, which also applies to this request.
            pause = self.bucket(|bucket| bucket.not_before.saturating_duration_since(Instant::now()));
        }
    }

    /// Delays all requests, because the server asked for a pause.
    pub fn hold(&self, pause: Duration) {
        let until = Instant::now() + pause;
        self.bucket(|bucket| bucket.not_before = bucket.not_before.max(until));
    }

    /// How long all requests are still delayed.
    #[cfg(test)]
    pub fn held(&self) -> Duration {
        self.bucket(|bucket| bucket.not_before.saturating_duration_since(Instant::now()))
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
    async fn a_slot_comes_back_at_once_when_it_was_not_used() {
        let pace = Pace::new(WINDOW);
        for _ in 0..3 * WRITES {
            drop(pace.write_slot().await);
        }
        for _ in 0..WRITES {
            pace.write_slot().await.spend();
        }
        assert_eq!(pace.slots.available_permits(), 0);
    }

    #[tokio::test]
    async fn without_a_window_nothing_waits() {
        let pace = Pace::new(Duration::ZERO);
        for _ in 0..3 * WRITES {
            pace.write_slot().await.spend();
        }
        pace.requests(10_000).await;
    }
}
