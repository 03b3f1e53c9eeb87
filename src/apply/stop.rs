//! A request to stop an apply.

use tokio::sync::watch;

/// Whether to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Stop {
    #[default]
    No,
    /// Finish what is in flight, and begin nothing.
    Soon,
    /// Let go of everything.
    Now,
}

/// Waits until a stop of at least this urgency is requested.
pub(super) async fn requested(stop: &mut watch::Receiver<Stop>, least: Stop) {
    if stop.wait_for(|stop| *stop >= least).await.is_err() {
        // The sender is gone, so no request can come any more.
        std::future::pending::<()>().await;
    }
}
