//! How the errors of an apply are shown.

use super::journal::JournalError;
use super::pending::PendingError;
use crate::failure::Failure;

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<PendingError> for Failure {
    fn from(error: PendingError) -> Self {
        match error {
            PendingError::Graph(error) => error.into(),
            PendingError::Journal(error) => error.into(),
            unlisted @ PendingError::Unlisted { .. } => {
                Self::with_help(unlisted.to_string(), "run `sspr-policy apply` again in a few minutes")
            }
        }
    }
}
