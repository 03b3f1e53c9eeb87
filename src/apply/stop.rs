//! A request to stop an apply.

use tokio::sync::watch;

/// How urgently to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Stop {
    #[default]
    No,
    /// Finish the changes in flight, and start no others.
    Soon,
    /// Abandon everything.
    Now,
}

/// Waits until a stop of at least this urgency is requested.
pub(super) async fn requested(stop: &mut watch::Receiver<Stop>, least: Stop) {
    if stop.wait_for(|stop| *stop >= least).await.is_err() {
        // The sender was dropped, so no request can arrive.
        std::future::pending::<()>().await;
    }
}
