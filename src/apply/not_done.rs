//! Why a change was not carried out.

use super::journal::JournalError;
use crate::graph::Error;
use crate::plan::Outcome;

pub(super) enum NotDone {
    Graph(Error),
    Journal(JournalError),
    Message(String),
    /// A second administrator has to approve; holds the code of the request.
    AwaitsApproval(String),
    /// Another request for approval is open.
    OtherRequestOpen {
        text: String,
        help: String,
    },
    Stopped(&'static str),
}

impl From<Error> for NotDone {
    fn from(error: Error) -> Self {
        Self::Graph(error)
    }
}

impl From<JournalError> for NotDone {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

impl NotDone {
    pub fn outcome(self) -> Outcome {
        match self {
            Self::Graph(error) => Outcome::Failed(error.to_string(), error.hint()),
            Self::Journal(error) => Outcome::Failed(error.to_string(), None),
            Self::Message(text) => Outcome::Failed(text, None),
            Self::AwaitsApproval(code) => Outcome::Waiting(code),
            Self::OtherRequestOpen { text, help } => Outcome::Failed(text, Some(help)),
            Self::Stopped(text) => Outcome::Skipped(text.into()),
        }
    }
}
