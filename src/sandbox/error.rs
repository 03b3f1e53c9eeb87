use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Why a sandbox cannot be opened or served.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process has the sandbox open.
    #[error(
        "another sspr-policy is using this sandbox: {} is locked. Wait until it has finished, or stop `sspr-policy sandbox serve`",
        .path.display()
    )]
    Locked { path: PathBuf },
    /// The state is not what a sandbox writes. It was not touched.
    #[error(
        "the sandbox's state {} cannot be read: {reason}; it was not changed. Run `sspr-policy sandbox reset` to start with an empty one",
        .path.display()
    )]
    Broken { path: PathBuf, reason: String },
    /// The state has a format that this version does not know. It was not touched.
    #[error(
        "the sandbox's state {} was written by a newer sspr-policy (format {found}; this version reads up to {known}); it was not changed. Update sspr-policy, or run `sspr-policy sandbox reset` to start with an empty one",
        .path.display()
    )]
    TooNew {
        path: PathBuf,
        /// The format's version in the file.
        found: u64,
        /// The newest version that this program knows.
        known: u64,
    },
    /// The disk refused something.
    #[error("cannot {doing} {}: {source}", .path.display())]
    File {
        /// What was tried, as a verb.
        doing: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    /// The address could be reached from other machines.
    #[error(
        "the sandbox does not check tokens, so it is served only on loopback addresses, and {address} is not one; use 127.0.0.1 or [::1]"
    )]
    NotLoopback { address: SocketAddr },
    /// The address cannot be listened on.
    #[error("the sandbox cannot listen on {address}: {source}; choose another --port, or 0 for a free one")]
    Listen { address: SocketAddr, source: io::Error },
    /// A value in a faults file is invalid.
    #[error("{reason}")]
    Faults {
        /// Which key, such as `throttle.rate`.
        key: String,
        /// What is wrong with it, and what is possible there.
        reason: String,
    },
    /// No approval request with this code waits for a decision.
    #[error(
        "no approval request {code} is waiting for a decision; run `sspr-policy sandbox approve` to list those that are"
    )]
    NoRequest { code: String },
    /// The sandbox is served by another process, which did not answer.
    #[error("the sandbox is served at {url}, but did not answer there: {reason}")]
    Unreachable {
        url: String,
        /// What came instead of an answer.
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

    /// A value in a faults file that does not fit.
    pub(crate) fn faults(at: &str, value: &serde_json::Value, expected: &str) -> Error {
        Error::Faults { key: at.to_owned(), reason: format!("`{at}` is {value}; expected {expected}") }
    }
}

/// `io::Error` → [`Error::File`], for `map_err`.
pub(crate) fn file(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::File { doing, path, source }
}
