//! Why a file is not read or written.

use std::io;

/// The display names the file: `policies/a.yaml is a link that leads out of the folder`.
#[derive(Debug, thiserror::Error)]
#[error("{path} {problem}")]
pub struct FileError {
    /// As it was asked for.
    pub path: String,
    pub problem: FileProblem,
}

#[derive(Debug, thiserror::Error)]
pub enum FileProblem {
    #[error("does not exist")]
    Missing,
    #[error("already exists")]
    Exists,
    #[error("is outside the policy repository")]
    Outside,
    #[error("is a link")]
    Link,
    #[error("has a name that is not read: {0}")]
    Name(&'static str),
    #[error("is a folder")]
    Folder,
    #[error("is not a folder, or is in something that is not a folder")]
    NotAFolder,
    #[error("is not a regular file")]
    NotRegular,
    #[error("belongs to another user")]
    OtherUser,
    #[error("has {bytes} bytes; at most {limit} are allowed")]
    TooLarge { bytes: u64, limit: usize },
    #[error("cannot be used: {0}")]
    Io(io::Error),
}

impl FileError {
    pub(super) fn new(path: &str, problem: FileProblem) -> Self {
        Self { path: path.to_owned(), problem }
    }

    pub(super) fn io(path: &str, error: io::Error) -> Self {
        Self::new(path, error.into())
    }

    /// Whether there is no such file.
    pub fn is_missing(&self) -> bool {
        matches!(self.problem, FileProblem::Missing)
    }
}

impl From<io::Error> for FileProblem {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing,
            io::ErrorKind::AlreadyExists => Self::Exists,
            io::ErrorKind::NotADirectory => Self::NotAFolder,
            // The library's own error, without the system's number, if a path leads out of the folder.
            io::ErrorKind::PermissionDenied if error.raw_os_error().is_none() => Self::Outside,
            _ => Self::Io(error),
        }
    }
}
