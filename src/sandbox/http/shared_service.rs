//! The service while it is served: shared by all connections until it is closed.

use std::sync::{Mutex, PoisonError};

use tokio::sync::watch;

use super::service::Service;
use crate::folder::StateFolder;
use crate::sandbox::tenant::files;

/// What all connections share.
#[derive(Debug)]
pub(crate) struct SharedService {
    /// `None` after the server has stopped: connections may outlive it, and must hold neither state nor lock. An ordinary
    /// mutex is enough, because no request awaits anything while it holds the service.
    service: Mutex<Option<Service>>,
    folder: StateFolder,
    public_url: Option<String>,
    held: watch::Sender<bool>,
}

impl SharedService {
    pub(crate) fn new(service: Service, folder: StateFolder, public_url: Option<String>) -> SharedService {
        let held = watch::Sender::new(false);
        SharedService { service: Mutex::new(Some(service)), folder, public_url, held }
    }

    pub(crate) fn folder(&self) -> &StateFolder {
        &self.folder
    }

    pub(crate) fn public_url(&self) -> Option<&str> {
        self.public_url.as_deref()
    }

    /// Whether the held write ([`crate::sandbox::Hold`]) has been reached.
    pub(crate) fn held(&self) -> watch::Receiver<bool> {
        self.held.subscribe()
    }

    /// The held write has been reached.
    pub(crate) fn hold(&self) {
        self.held.send_replace(true);
    }

    /// Calls a function with the service; `None` when the sandbox has stopped.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Service) -> T) -> Option<T> {
        self.service.lock().unwrap_or_else(PoisonError::into_inner).as_mut().map(work)
    }

    pub(crate) fn close(&self) {
        let mut service = self.service.lock().unwrap_or_else(PoisonError::into_inner);
        if service.is_some() {
            // Readers check the lock first, so it does not matter if the file cannot be deleted.
            let _ = self.folder.remove(files::SERVED);
        }
        service.take();
    }
}
