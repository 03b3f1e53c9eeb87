//! The sandbox over HTTP, on loopback.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::exchange;
use super::shared_service::SharedService;
use super::wire::{Listening, Wire};
use crate::sandbox::error::Error;
use crate::sandbox::tenant::files;

/// How long stopping waits for requests in progress.
const PATIENCE: Duration = Duration::from_millis(500);

/// A sandbox that is being served. Dropping it also stops it.
#[derive(Debug)]
pub struct Running {
    url: String,
    shared: Arc<SharedService>,
    stop: watch::Sender<bool>,
    task: Option<JoinHandle<std::io::Result<()>>>,
    held: watch::Receiver<bool>,
}

impl Running {
    pub(crate) async fn start(shared: Arc<SharedService>, address: SocketAddr) -> Result<Running, Error> {
        if !address.ip().is_loopback() {
            return Err(Error::NotLoopback { address });
        }
        let listen = |source| Error::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(listen)?;
        let url = format!("http://{}", listener.local_addr().map_err(listen)?);
        shared.folder().replace(files::SERVED, url.as_bytes())?;
        let (stop, mut stopped) = watch::channel(false);
        let router = Router::new().fallback(exchange::handle).with_state(Arc::clone(&shared));
        let router = router.into_make_service_with_connect_info::<Wire>();
        let server = axum::serve(Listening(listener), router).with_graceful_shutdown(async move {
            // An error means that `Running` was dropped, which is a stop as well.
            let _ = stopped.wait_for(|stop| *stop).await;
        });
        let task = Some(tokio::spawn(async move { server.await }));
        let held = shared.held();
        Ok(Running { url, shared, stop, task, held })
    }

    /// Its base URL, such as `http://127.0.0.1:8898`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Waits until the held write ([`crate::sandbox::Hold`]) has been reached; forever if there is none.
    pub async fn held(&mut self) {
        if self.held.wait_for(|held| *held).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Stops listening, waits at most half a second for requests in progress, and releases the lock.
    ///
    /// # Errors
    /// [`Error::Server`] when the server had already stopped with an error.
    pub async fn stop(mut self) -> Result<(), Error> {
        self.stop.send_replace(true);
        let Some(mut task) = self.task.take() else {
            return Ok(());
        };
        let ended = tokio::time::timeout(PATIENCE, &mut task).await;
        task.abort();
        self.shared.close();
        let failed = |reason: String| Err(Error::Server { reason });
        match ended {
            Err(_) | Ok(Ok(Ok(()))) => Ok(()),
            Ok(Ok(Err(error))) => failed(error.to_string()),
            Ok(Err(error)) => failed(error.to_string()),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.shared.close();
    }
}
