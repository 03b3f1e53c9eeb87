//! An embedded Microsoft Graph for trying things out and for tests: the part that device policies use, served on loopback,
//! with its state in a folder.
//!
//! It works on JSON as a real server would and shares no types with the client, so that a wrong field name cannot hide
//! on both sides. It is as strict as Graph where Graph is known to be strict, and stricter where a sloppy client would
//! otherwise go unnoticed. Every answer is valid against Microsoft's published API description, except where a fault
//! ([`Faults`]) was asked for. It does not check tokens unless a faults file lists them. `docs/sandbox.md` is its manual.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

mod collections;
mod error;
mod faults;
mod http;
mod tenant;

pub use error::Error;
pub use faults::Faults;
pub use http::server::Running;
pub use tenant::approvals::ApprovalDecision;
pub use tenant::contents::{SeedNames, TENANT_ID};
pub use tenant::decisions::{decide, waiting};
pub use tenant::hold::{Hold, HoldWhen};

use crate::folder::StateFolder;
use http::service::Service;
use http::shared_service::SharedService;
use tenant::files;
use tenant::store::Store;

/// How a sandbox is opened.
#[derive(Debug, Clone, Default)]
pub struct SandboxOptions {
    /// Contents to add.
    pub seed: SeedNames,
    /// For crash tests: the write that is never answered.
    pub hold: Option<Hold>,
    /// What the links to next pages begin with, such as `http://127.0.0.1:8898`, for a proxy that does not pass the
    /// client's `Host` header on (Prism does not). Absent: the `Host` header of each request.
    pub public_url: Option<String>,
    /// Faults to inject.
    pub faults: Faults,
    /// Decides which requests get a fault: the same seed and sequence of requests give the same faults.
    pub random_seed: u64,
}

/// A sandbox that is open and locked, and not yet served.
#[derive(Debug)]
pub struct Sandbox {
    service: Service,
    folder: StateFolder,
    public_url: Option<String>,
}

impl Sandbox {
    /// Opens the sandbox in `folder` (for instance `.sspr-policy`), and creates it if it is missing.
    ///
    /// # Errors
    /// [`Error::Locked`] when another process has it open; [`Error::Broken`] and [`Error::TooNew`] when the state cannot
    /// be read, in which case no file is changed; [`Error::File`] when a file cannot be read or written.
    pub fn open(folder: &Path, options: SandboxOptions) -> Result<Sandbox, Error> {
        let folder = StateFolder::open(folder)?;
        let store = Store::open(&folder, &options.seed, options.hold, &options.faults)?;
        let public_url = options.public_url.map(|url| url.trim_end_matches('/').to_owned());
        let service = Service::new(store, options.faults, options.random_seed);
        Ok(Sandbox { service, folder, public_url })
    }

    /// Serves it on a loopback address; port 0 takes a free one.
    ///
    /// # Errors
    /// [`Error::NotLoopback`], or [`Error::Listen`] when the address is not available.
    pub async fn serve(self, address: SocketAddr) -> Result<Running, Error> {
        let shared = Arc::new(SharedService::new(self.service, self.folder, self.public_url));
        Running::start(shared, address).await
    }

    /// Deletes the state in `folder`, if there is one.
    ///
    /// # Errors
    /// [`Error::Locked`] when a process has it open, [`Error::File`] when a file cannot be deleted.
    pub fn reset(folder: &Path) -> Result<(), Error> {
        match StateFolder::open_existing(folder)? {
            Some(folder) => files::delete_state(&folder),
            None => Ok(()),
        }
    }
}
