use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Why a sandbox cannot be opened or served.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process has the sandbox open.
    #[error(
        "another sspr-policy uses this sandbox: {} is locked. Wait for it, or stop `sspr-policy sandbox serve`",
        .path.display()
    )]
    Locked {
        /// The lock file.
        path: PathBuf,
    },
    /// The state is not what a sandbox writes. It was not touched.
    #[error(
        "the sandbox's state {} cannot be read: {reason}; it was left as it is. Run `sspr-policy sandbox reset` to start anew",
        .path.display()
    )]
    Broken {
        /// The file that is broken.
        path: PathBuf,
        /// What is wrong in it.
        reason: String,
    },
    /// The state has a format that this version does not know. It was not touched.
    #[error(
        "the sandbox's state {} was written by a newer sspr-policy (format {found}, this one knows {known}); it was left as it is. Update sspr-policy, or run `sspr-policy sandbox reset` to start anew",
        .path.display()
    )]
    TooNew {
        /// The state file.
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
        /// On which file or folder.
        path: PathBuf,
        /// The system's own words.
        source: io::Error,
    },
    /// The address could be reached from other machines.
    #[error("the sandbox checks no tokens, so it is served on loopback only: {address} is not; use 127.0.0.1 or [::1]")]
    NotLoopback {
        /// The address that was asked for.
        address: SocketAddr,
    },
    /// The address cannot be listened on.
    #[error("the sandbox cannot listen on {address}: {source}; try another --port, or 0 for a free one")]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// The system's own words.
        source: io::Error,
    },
    /// A faults file says something that cannot be.
    #[error("{reason}")]
    Faults {
        /// Which key, such as `throttle.rate`.
        key: String,
        /// What is wrong with it, and what is possible there.
        reason: String,
    },
    /// No approval request with this code waits for a decision.
    #[error("no approval request {code} waits for a decision; `sspr-policy sandbox approve` lists those that do")]
    NoRequest {
        /// The code that was given.
        code: String,
    },
    /// The sandbox is served by another process, which could not be asked.
    #[error("the sandbox is served at {url}, and cannot be asked there: {reason}")]
    Unreachable {
        /// Where it is served.
        url: String,
        /// What came instead of an answer.
        reason: String,
    },
    /// The server ended with an error.
    #[error("the sandbox's server ended: {reason}")]
    Server {
        /// What it ended with.
        reason: String,
    },
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
