use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::folder::FileError;

/// Why a sandbox cannot be opened or served.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process has the sandbox open.
    #[error(
        "another sspr-policy is using this sandbox: {} is locked. Wait until it has finished, or stop `sspr-policy sandbox serve`",
        .path.display()
    )]
    Locked { path: PathBuf },
    /// The state is not valid. It was not changed.
    #[error(
        "the sandbox's state {} cannot be read: {reason}; it was not changed. Run `sspr-policy sandbox reset` to return it to its initial state",
        .path.display()
    )]
    Broken { path: PathBuf, reason: String },
    /// This version does not know the format of the state, which was not changed.
    #[error(
        "the sandbox's state {} was written by a newer sspr-policy (format {found}; this version reads up to {known}); it was not changed. Update sspr-policy, or run `sspr-policy sandbox reset` to return it to its initial state",
        .path.display()
    )]
    TooNew {
        path: PathBuf,
        /// The format's version in the file.
        found: u64,
        /// The newest version that this program knows.
        known: u64,
    },
    /// The folder of the state, or a file in it, is not one that this program made.
    #[error("the sandbox's state cannot be used: {0}")]
    State(#[from] FileError),
    /// A file operation failed.
    #[error("cannot {doing} {}: {source}", .path.display())]
    File {
        /// What was tried, as a verb.
        doing: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    /// Other machines could reach the address.
    #[error(
        "the sandbox does not check tokens, so it is served only on loopback addresses, and {address} is not one; use 127.0.0.1 or [::1]"
    )]
    NotLoopback { address: SocketAddr },
    /// The server cannot listen on the address.
    #[error("the sandbox cannot listen on {address}: {source}; choose another --port, or 0 for a free one")]
    Listen { address: SocketAddr, source: io::Error },
    /// A value in a faults file is invalid.
    #[error("{reason}")]
    Faults {
        /// The key, such as `throttle.rate`.
        key: String,
        /// What is wrong with the value, and which values are valid.
        reason: String,
    },
    /// No waiting approval request has this code.
    #[error(
        "no approval request {code} is waiting for a decision; run `sspr-policy sandbox approve` to list those that are"
    )]
    NoRequest { code: String },
    /// Another process serves the sandbox but did not answer.
    #[error("the sandbox is served at {url}, but did not answer there: {reason}")]
    Unreachable {
        url: String,
        /// What was received instead of an answer.
        reason: String,
    },
    /// The server ended with an error.
    #[error("the sandbox's server stopped: {reason}")]
    Server { reason: String },
}

impl Error {
    pub(crate) fn broken(path: &Path, reason: impl Into<String>) -> Error {
        Error::Broken { path: path.to_owned(), reason: reason.into() }
    }

    /// An invalid value in a faults file.
    pub(crate) fn faults(at: &str, value: &serde_json::Value, expected: &str) -> Error {
        Error::Faults { key: at.to_owned(), reason: format!("`{at}` is {value}; expected {expected}") }
    }
}

/// `io::Error` → [`Error::File`], for `map_err`.
pub(crate) fn file(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::File { doing, path, source }
}
